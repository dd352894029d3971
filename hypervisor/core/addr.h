/* SPDX-License-Identifier: MIT */
/*
 * addr.h - distinct address types; the only place that converts between them.
 *
 * mfn_t    machine frame number (4 KiB units)
 * maddr_t  machine address, bytes
 * gfn_t    guest (pseudo-physical) frame number
 * gva_t    guest virtual address, bytes, untrusted
 */
#ifndef CORE_ADDR_H
#define CORE_ADDR_H

#include "core/base.h"

typedef struct {
    uint64_t v;
} mfn_t;
typedef struct {
    uint64_t v;
} maddr_t;
typedef struct {
    uint64_t v;
} gfn_t;
typedef struct {
    uint64_t v;
} gva_t;

SC_INLINE mfn_t mfn(uint64_t v)
{
    return (mfn_t){ v };
}
SC_INLINE maddr_t maddr(uint64_t v)
{
    return (maddr_t){ v };
}
SC_INLINE gfn_t gfn(uint64_t v)
{
    return (gfn_t){ v };
}
SC_INLINE gva_t gva(uint64_t v)
{
    return (gva_t){ v };
}

SC_INLINE mfn_t maddr_to_mfn(maddr_t a)
{
    return mfn(a.v >> PAGE_SHIFT);
}
SC_INLINE maddr_t mfn_to_maddr(mfn_t m)
{
    return maddr(m.v << PAGE_SHIFT);
}
SC_INLINE gva_t gva_add(gva_t a, uint64_t bytes)
{
    return gva(a.v + bytes);
}

#endif
