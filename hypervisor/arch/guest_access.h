/* SPDX-License-Identifier: MIT */
/*
 * guest_access.h - single loads and stores of guest memory under the exception
 * table, SMAP opened around each.
 */
#ifndef ARCH_GUEST_ACCESS_H
#define ARCH_GUEST_ACCESS_H

#include "core/addr.h"
#include "core/layout.h"

/* arch/gate.S: bytes not copied */
SC_CORE uint64_t guest_copy_raw(void *dst, const void *src, uint64_t n);

/* Outside the hypervisor's slots, canonical, no wrap. */
SC_CORE SC_INLINE bool guest_range_ok(gva_t a, uint64_t nr_bytes)
{
    uint64_t end = a.v + nr_bytes;

    if (unlikely(end < a.v && end != 0))
        return false;
    if (a.v >= HV_VIRT_END)
        return true;
    return end <= 0x800000000000 && end >= a.v;
}

#define GUEST_ACCESS(insn, outputs, inputs)                                                 \
    __asm__ goto("991: nopl (%%rax)\n"                                                      \
                 ".pushsection .altinstr, \"a\"\n .long 991b - ., 0xcb010f\n .popsection\n" \
                 "1: " insn "\n"                                                            \
                 "992: nopl (%%rax)\n"                                                      \
                 ".pushsection .altinstr, \"a\"\n .long 992b - ., 0xca010f\n .popsection\n" \
                 ".pushsection .extable, \"a\"\n .long 1b - ., %l[fault] - .\n .popsection" \
                 : outputs                                                                  \
                 : inputs                                                                   \
                 : "memory"                                                                 \
                 : fault)

SC_CORE SC_INLINE void smap_close(void)
{
    __asm__ volatile("993: nopl (%%rax)\n"
                     ".pushsection .altinstr, \"a\"\n .long 993b - ., 0xca010f\n .popsection"
                     :
                     :
                     : "memory");
}

SC_CORE SC_INLINE int guest_load8(uint64_t *dst, uint64_t va)
{
    uint64_t v;

    GUEST_ACCESS("movq (%1), %0", "=r"(v), "r"(va));
    *dst = v;
    return 0;
fault:
    smap_close();
    return -EFAULT;
}

SC_CORE SC_INLINE int guest_load4(uint32_t *dst, uint64_t va)
{
    uint32_t v;

    GUEST_ACCESS("movl (%1), %0", "=r"(v), "r"(va));
    *dst = v;
    return 0;
fault:
    smap_close();
    return -EFAULT;
}

SC_CORE SC_INLINE int guest_store8(uint64_t va, uint64_t v)
{
    __asm__ goto("991: nopl (%%rax)\n"
                 ".pushsection .altinstr, \"a\"\n .long 991b - ., 0xcb010f\n .popsection\n"
                 "1: movq %1, (%0)\n"
                 "992: nopl (%%rax)\n"
                 ".pushsection .altinstr, \"a\"\n .long 992b - ., 0xca010f\n .popsection\n"
                 ".pushsection .extable, \"a\"\n .long 1b - ., %l[fault] - .\n .popsection"
                 :
                 : "r"(va), "r"(v)
                 : "memory"
                 : fault);
    return 0;
fault:
    smap_close();
    return -EFAULT;
}

#endif
