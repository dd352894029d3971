/* SPDX-License-Identifier: MIT */
/* What goes wrong in the modules of this folder. */
#ifndef TESTS_MODULES_TRAP_H
#define TESTS_MODULES_TRAP_H

#include "core/atomic.h"

static uint32_t turns SC_ATOMIC;
static uint8_t one[1] SC_ATOMIC;

/* The nth time, and each time after, it writes behind an array's end. */
SC_INLINE void trap_from(uint32_t nth)
{
    uint32_t n = atomic_read32(&turns) + 1;

    atomic_write32(&turns, n);
    if (n >= nth)
        atomic_write8(&one[n % 16], 1);
}

/* The nth time, and each time after, it does not come to an end. */
SC_INLINE void spin_from(uint32_t nth)
{
    uint32_t n = atomic_read32(&turns) + 1;

    atomic_write32(&turns, n);
    while (n >= nth && atomic_read32(&turns) != 0)
        atomic_write8(&one[0], (uint8_t)n);
}

#endif
