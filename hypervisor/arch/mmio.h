/* SPDX-License-Identifier: MIT */
/* mmio.h - registers of a device that hvmap_device mapped. */
#ifndef ARCH_MMIO_H
#define ARCH_MMIO_H

#include "arch/cpu.h"

/* The 32-bit register at byte off; off is below what was mapped, and a multiple of 4. */
SC_CORE SC_INLINE volatile uint32_t *mmio_reg(volatile uint8_t *base SC_COUNT(off + 4), uint32_t off)
{
    SC_UNSAFE("DEV-20: a device mapping is page-aligned or 16-aligned, off is a multiple of 4 inside it")
    {
        return (volatile uint32_t *)(volatile void *)&base[off & ~3U];
    }
}

SC_CORE SC_INLINE uint32_t mmio_get(volatile uint8_t *base SC_COUNT(off + 4), uint32_t off)
{
    return mmio_read32(mmio_reg(base, off));
}

SC_CORE SC_INLINE void mmio_set(volatile uint8_t *base SC_COUNT(off + 4), uint32_t off, uint32_t v)
{
    mmio_write32(mmio_reg(base, off), v);
}

#endif
