/* SPDX-License-Identifier: MIT */
/* The simulated CPU's stack ends where the simulation says. */
#ifndef SIM_ARCH_STACK_H
#define SIM_ARCH_STACK_H

#include <stdint.h>

#include "core/layout.h"
#include "ports/safe.h"

extern uint64_t sim_stack_end;

static inline uint64_t stack_area_end(void)
{
    return sim_stack_end;
}

#endif
