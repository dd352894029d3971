/* SPDX-License-Identifier: MIT */
/*
 * fuel.h - how many loop turns an entry has left.
 *
 * An entry (a hypercall, a guest's exception, a round of pending work) gets ENTRY_FUEL turns for all loops of modules
 * together.  safecc lets every loop take its turns from there that is not short by itself (rule SC-17); the entry's
 * module fails when none is left.  preempt_needed() asks for a continuation long before.
 * The word is the last of struct cpu_top (core/percpu.h).  Every file is compiled with this header in front.
 */
#ifndef CORE_FUEL_H
#define CORE_FUEL_H

#define ENTRY_FUEL (1 << 20)
#define FUEL_LOW (ENTRY_FUEL / 2) /* a continuation is asked for below */

#ifndef __ASSEMBLER__
#include <stdbool.h>

#include "arch/stack.h"

SC_CORE SC_INLINE int64_t *fuel_word(void)
{
    SC_UNSAFE("DEV-75: the word below the end of this stack's area is cpu_top's fuel")
    {
        return (int64_t *)(stack_area_end() - sizeof(int64_t));
    }
}

/* One turn; false: there is none left. */
SC_CORE SC_FUEL SC_INLINE bool fuel_take(void)
{
    return --*fuel_word() >= 0;
}
#endif

#endif
