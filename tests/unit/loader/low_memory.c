/* SPDX-License-Identifier: MIT */
#include "low_memory.h"

#include "boot/low.h"

uint8_t low_memory[LOW_MOST];
uint64_t low_nr, low_strays;

uint8_t low_get8(uint64_t at)
{
    if (at >= LOW_START && at - LOW_START < low_nr)
        return low_memory[at - LOW_START];
    low_strays++;
    return 0;
}
