/* SPDX-License-Identifier: MIT */
/* stack.h - the stack pointer, read. */
#ifndef ARCH_STACK_H
#define ARCH_STACK_H

#include "core/base.h"

/* rsp | mask: the last byte of the aligned area that the stack is in. Constant while the code runs on one stack. */
#define stack_area_end(mask)                                              \
    ({                                                                    \
        uint64_t end_;                                                    \
        __asm__("movq $%c1, %0; orq %%rsp, %0" : "=r"(end_) : "i"(mask)); \
        end_;                                                             \
    })

SC_INLINE uint64_t read_rsp(void)
{
    uint64_t v;

    __asm__ volatile("movq %%rsp, %0" : "=r"(v));
    return v;
}

#endif
