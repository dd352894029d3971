/* SPDX-License-Identifier: MIT */
/*
 * physdev.h - the operations of PHYSDEVOP_*, typed.
 *
 * Source: Xen public header physdev.h.  Callers hold no lock and are inside an
 * RCU read section.  Errors are those that Xen 4.17 gives, except where a
 * comment says otherwise.
 */
#ifndef MODULES_PHYSDEV_PHYSDEV_H
#define MODULES_PHYSDEV_PHYSDEV_H

#include "ports/physdev.h"

#include <xen/physdev.h>

#include "core/devices.h"

#define PIRQ_ANY (-1)

/*
 * PHYSDEVOP_map_pirq, MAP_PIRQ_TYPE_GSI.  *pirq: the number wanted, or PIRQ_ANY;
 * then the one that was given.  Mapping a GSI again to its pirq is no error.
 * -EPERM: d has no pirqs, or GSI 0; -EINVAL: no such GSI
 * or pirq; -EEXIST: the GSI or the pirq is taken; -ENOSPC, -ENOMEM.
 */
/*@ requires \valid(d) && \valid(d->physdev) && \valid(pirq);
  @ ensures \result <= 0;
  @ ensures \result == 0 ==> 0 <= *pirq < NR_PIRQS; */
SC_NODISCARD int physdev_map_gsi(struct domain *d, int gsi, int *pirq);

struct physdev_msi {
    pci_bdf_t bdf;
    bool is_x;
    uint32_t entry; /* MSI-X: in the table */
    uint32_t nr;    /* MSI: messages wanted, 1-32 */
};
/*
 * PHYSDEVOP_map_pirq, MSI types.  nr consecutive pirqs, the first in *pirq.
 * -EPERM; -ENODEV: the device was not announced or has no such capability;
 * -EINVAL; -EEXIST: the entry is mapped already; -ENOSPC: pirqs or vectors; -ENOMEM.
 */
/*@ requires \valid(d) && \valid(d->physdev) && \valid_read(r) && \valid(pirq);
  @ ensures \result <= 0;
  @ ensures \result == 0 ==> 0 <= *pirq < NR_PIRQS; */
SC_NODISCARD int physdev_map_msi(struct domain *d, const struct physdev_msi *r, int *pirq);
/* PHYSDEVOP_unmap_pirq; several messages of one MSI go together, by the first.  -EPERM, -EINVAL. */
SC_NODISCARD int physdev_unmap(struct domain *d, int pirq);
/* PHYSDEVOP_get_free_pirq: reserves it; any type but GSI means a message.  -EPERM, -ENOSPC, -ENOMEM. */
SC_NODISCARD int physdev_get_free(struct domain *d, int type, uint32_t *pirq);

/* PHYSDEVOP_eoi: a level-triggered line may interrupt again.  -EINVAL: not mapped. */
SC_NODISCARD int physdev_eoi(struct domain *d, uint32_t pirq);
/* PHYSDEVOP_irq_status_query: XENIRQSTAT_*, never shared.  -EINVAL: no such pirq. */
SC_NODISCARD int physdev_status(struct domain *d, uint32_t pirq, uint32_t *flags);
/* PHYSDEVOP_pirq_eoi_gmfn_v2: bit pirq of the page says that it needs PHYSDEVOP_eoi.
 * -EINVAL: not a plain page of d's; -EBUSY: d has given one already. */
SC_NODISCARD int physdev_set_eoi_page(struct domain *d, gfn_t page);
/* PHYSDEVOP_setup_gsi.  -EPERM; -EINVAL: no such line; -EEXIST: set up already, or in use. */
SC_NODISCARD int physdev_setup_gsi(struct domain *d, int gsi, bool level, bool active_low);
/* PHYSDEVOP_apic_read and _write.  -EPERM; -EINVAL: no controller at physbase. */
SC_NODISCARD int physdev_ioapic_read(struct domain *d, uint64_t physbase, uint32_t reg, uint32_t *value);
SC_NODISCARD int physdev_ioapic_write(struct domain *d, uint64_t physbase, uint32_t reg, uint32_t value);

/* PHYSDEVOP_pci_device_add and _remove; segment 0.  -EPERM; -ENODEV: (remove) not announced. */
SC_NODISCARD int physdev_device_add(struct domain *d, pci_bdf_t bdf);
SC_NODISCARD int physdev_device_remove(struct domain *d, pci_bdf_t bdf);
/* PHYSDEVOP_prepare_msix and _release_msix.  -EPERM, -ENODEV, -EBUSY: messages are mapped (release: more than one). */
SC_NODISCARD int physdev_msix_announce(struct domain *d, pci_bdf_t bdf, bool release);
/* PHYSDEVOP_restore_msi: the device was reset.  -EPERM, -ENODEV. */
SC_NODISCARD int physdev_restore_msi(struct domain *d, pci_bdf_t bdf);

/* PHYSDEVOP_pci_mmcfg_reserved.  -EPERM; -ENODEV: ACPI's MCFG has no such area. */
SC_NODISCARD int physdev_mmcfg_announce(struct domain *d, uint64_t address, uint16_t segment, uint8_t start_bus,
                                        uint8_t end_bus);

/* PHYSDEVOP_set_iobitmap: ports that v's user mode may use; bit clear: allowed.  -EINVAL: too many, -ENOMEM. */
SC_NODISCARD int physdev_set_iobitmap(struct vcpu *v, uint64_t bitmap_gva, uint32_t nr_ports);

#endif
