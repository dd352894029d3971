/* SPDX-License-Identifier: MIT */
/*
 * low.h - the first 4 GiB of machine memory, where loaders leave what they say.
 *
 * The boot tables show it (start.S).  What lies beyond reads as 0; nothing else is
 * known of an address, so whoever reads a list keeps to the size the list states.
 * Host tests have a low.c of their own.
 */
#ifndef BOOT_LOW_H
#define BOOT_LOW_H

#include "core/base.h"

#define LOW_END 0x100000000UL

SC_CORE uint8_t low_get8(uint64_t at);

/* Are nr bytes at this address below 4 GiB? */
SC_INLINE bool low_ok(uint64_t at, uint64_t nr)
{
    return at <= LOW_END && nr <= LOW_END - at;
}

SC_INLINE uint32_t low_get32(uint64_t at)
{
    return low_get8(at) | (uint32_t)low_get8(at + 1) << 8 | (uint32_t)low_get8(at + 2) << 16 |
           (uint32_t)low_get8(at + 3) << 24;
}

SC_INLINE uint64_t low_get64(uint64_t at)
{
    return low_get32(at) | (uint64_t)low_get32(at + 4) << 32;
}

#endif
