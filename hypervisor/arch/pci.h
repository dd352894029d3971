/* SPDX-License-Identifier: MIT */
/*
 * pci.h - PCI configuration space by ports 0xcf8 and 0xcfc, segment 0
 * (PCI Local Bus 3.0, 3.2.2.3.2), and what is in it (chapter 6).
 *
 * A device that is not there reads as all ones.  Each access takes the ports'
 * lock and leaves 0xcf8 as it found it, because the hardware domain uses the
 * same ports through port emulation.
 */
#ifndef ARCH_PCI_H
#define ARCH_PCI_H

#include "core/base.h"

/* bus << 8 | device << 3 | function */
typedef struct {
    uint16_t v;
} pci_bdf_t;
SC_INLINE pci_bdf_t pci_bdf(uint8_t bus, uint8_t devfn)
{
    return (pci_bdf_t){ (uint16_t)(bus << 8 | devfn) };
}

#define PCI_COMMAND 0x04
#define PCI_COMMAND_MEMORY 0x0002
#define PCI_COMMAND_INTX_DISABLE 0x0400
#define PCI_CAP_MSI 0x05
#define PCI_CAP_MSIX 0x11

/* off is a byte offset below 256, aligned to the access. */
SC_CORE uint32_t pci_read32(pci_bdf_t at, uint8_t off);
SC_CORE uint16_t pci_read16(pci_bdf_t at, uint8_t off);
SC_CORE void pci_write32(pci_bdf_t at, uint8_t off, uint32_t v);
SC_CORE void pci_write16(pci_bdf_t at, uint8_t off, uint16_t v);
/* Is there a device? */
SC_CORE bool pci_present(pci_bdf_t at);
/* Offset of a capability; 0: it has none (PCI 3.0, 6.7; a list that loops is cut). */
uint8_t pci_find_capability(pci_bdf_t at, uint8_t id);
/* Address of memory BAR 0-5, 64-bit ones too; 0: none. */
SC_CORE uint64_t pci_memory_bar(pci_bdf_t at, unsigned bar);

#endif
