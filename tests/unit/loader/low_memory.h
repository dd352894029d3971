/* SPDX-License-Identifier: MIT */
/* low_memory.h - the first 4 GiB of a machine, for readers of loaders' information: see boot/low.h. */
#ifndef UNIT_LOADER_LOW_MEMORY_H
#define UNIT_LOADER_LOW_MEMORY_H

#include <stdint.h>

/* There is memory from LOW_START on, nr bytes of it. */
#define LOW_START 0x90000UL
#define LOW_MOST 0x10000UL
extern uint8_t low_memory[LOW_MOST];
extern uint64_t low_nr;
/* Reads of what is not there (they give 0): a reader that trusts a size too much has some. */
extern uint64_t low_strays;

#endif
