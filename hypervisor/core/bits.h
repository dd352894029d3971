/* SPDX-License-Identifier: MIT */
/* bits.h - where the bits of a number are. */
#ifndef CORE_BITS_H
#define CORE_BITS_H

#include "core/base.h"

/* How many bits it takes to write v; 0 takes none. */
SC_INLINE unsigned bit_width(uint64_t v)
{
    return v == 0 ? 0 : 64 - (unsigned)__builtin_clzl(v);
}
/* The lowest bit that is set; v is not 0. */
SC_INLINE unsigned bit_lowest(uint64_t v)
{
    return (unsigned)__builtin_ctzl(v) % 64;
}

#endif
