/* SPDX-License-Identifier: MIT */
/*
 * raw.h - fields of a Xen public struct that was copied in as bytes.
 *
 * For structs that hold a guest handle: such a struct is never formed in the
 * hypervisor, because a pointer out of guest bytes would be a forged one (SC-02).
 * off is an offsetof into the public struct; the caller's array is that large.
 */
#ifndef XEN_COMPAT_RAW_H
#define XEN_COMPAT_RAW_H

#include "core/base.h"

SC_INLINE uint16_t raw_u16(const uint8_t *b SC_COUNT(off + 2), size_t off)
{
    return (uint16_t)(b[off] | b[off + 1] << 8);
}
SC_INLINE uint32_t raw_u32(const uint8_t *b SC_COUNT(off + 4), size_t off)
{
    return raw_u16(b, off) | (uint32_t)raw_u16(b, off + 2) << 16;
}
SC_INLINE uint64_t raw_u64(const uint8_t *b SC_COUNT(off + 8), size_t off)
{
    return raw_u32(b, off) | (uint64_t)raw_u32(b, off + 4) << 32;
}

#endif
