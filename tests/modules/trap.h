/* SPDX-License-Identifier: MIT */
/* What goes wrong in the modules of this folder. */
#ifndef TESTS_MODULES_TRAP_H
#define TESTS_MODULES_TRAP_H

#include "core/atomic.h"

static uint32_t trap_turns SC_ATOMIC;
static uint8_t trap_cell[1] SC_ATOMIC;

/* The nth time, and each time after, it writes behind an array's end. */
SC_INLINE void trap_from(uint32_t nth)
{
    uint32_t n = atomic_read32(&trap_turns) + 1;

    atomic_write32(&trap_turns, n);
    if (n >= nth)
        atomic_write8(&trap_cell[n % 16], 1);
}

/* True the nth time. */
SC_INLINE bool turn_is(uint32_t nth)
{
    uint32_t n = atomic_read32(&trap_turns) + 1;

    atomic_write32(&trap_turns, n);
    return n == nth;
}

/* The nth time, and each time after, it does not come to an end. */
SC_INLINE void spin_from(uint32_t nth)
{
    uint32_t n = atomic_read32(&trap_turns) + 1;

    atomic_write32(&trap_turns, n);
    while (n >= nth && atomic_read32(&trap_turns) != 0)
        atomic_write8(&trap_cell[0], (uint8_t)n);
}

#endif
