/* SPDX-License-Identifier: MIT */
/* pci.c - see pci.h. */
#include "arch/pci.h"

#include "arch/cpu.h"
#include "core/lock.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc
#define CONFIG_ENABLE 0x80000000U
#define HEADER_STATUS 0x06
#define STATUS_CAPABILITIES 0x10
#define HEADER_TYPE 0x0e
#define HEADER_BAR0 0x10
#define HEADER_CAPABILITIES 0x34
#define CAPABILITIES_MAX 48 /* they are 4-aligned, between 0x40 and 0xff */

static spinlock_t ports_lock = SPINLOCK_INIT(RANK_HARDWARE);

static uint32_t address(pci_bdf_t at, uint8_t off)
{
    return CONFIG_ENABLE | (uint32_t)at.v << 8 | (off & 0xfcU);
}

uint32_t pci_read32(pci_bdf_t at, uint8_t off)
{
    uint32_t old, v;

    spin_lock(&ports_lock);
    old = inl(CONFIG_ADDRESS);
    outl(address(at, off), CONFIG_ADDRESS);
    v = inl(CONFIG_DATA);
    outl(old, CONFIG_ADDRESS);
    spin_unlock(&ports_lock);
    return v;
}

uint16_t pci_read16(pci_bdf_t at, uint8_t off)
{
    return (uint16_t)(pci_read32(at, off) >> ((off & 2) * 8));
}

void pci_write32(pci_bdf_t at, uint8_t off, uint32_t v)
{
    uint32_t old;

    spin_lock(&ports_lock);
    old = inl(CONFIG_ADDRESS);
    outl(address(at, off), CONFIG_ADDRESS);
    outl(v, CONFIG_DATA);
    outl(old, CONFIG_ADDRESS);
    spin_unlock(&ports_lock);
}

/* By itself: the other half may be write-one-to-clear. */
void pci_write16(pci_bdf_t at, uint8_t off, uint16_t v)
{
    uint32_t old;

    spin_lock(&ports_lock);
    old = inl(CONFIG_ADDRESS);
    outl(address(at, off), CONFIG_ADDRESS);
    outw(v, (uint16_t)(CONFIG_DATA + (off & 2)));
    outl(old, CONFIG_ADDRESS);
    spin_unlock(&ports_lock);
}

bool pci_present(pci_bdf_t at)
{
    return pci_read16(at, 0) != 0xffff;
}

uint8_t pci_find_capability(pci_bdf_t at, uint8_t id)
{
    uint8_t off;

    if (!pci_present(at) || (pci_read16(at, HEADER_STATUS) & STATUS_CAPABILITIES) == 0)
        return 0;
    off = pci_read16(at, HEADER_CAPABILITIES) & 0xfc;
    for (unsigned i = 0; i < CAPABILITIES_MAX && off >= 0x40; i++) {
        uint16_t head = pci_read16(at, off);

        if ((head & 0xff) == id)
            return off;
        off = (head >> 8) & 0xfc;
    }
    return 0;
}

uint64_t pci_memory_bar(pci_bdf_t at, unsigned bar)
{
    unsigned nr_bars = (pci_read16(at, HEADER_TYPE) & 0x7f) == 0 ? 6 : 2;
    uint8_t off = (uint8_t)(HEADER_BAR0 + (bar & 7) * 4);
    uint32_t low;

    if (bar >= nr_bars)
        return 0;
    low = pci_read32(at, off);
    if ((low & 1) != 0 || low == 0xffffffff)
        return 0;
    if ((low & 6) != 4)
        return low & ~0xfU;
    return bar + 1 < nr_bars ? (low & ~0xfU) | (uint64_t)pci_read32(at, off + 4) << 32 : 0;
}
