/* SPDX-License-Identifier: MIT */
/* stack.h - the stack pointer, read, and where its stack ends. */
#ifndef ARCH_STACK_H
#define ARCH_STACK_H

#include <stdint.h>

#include "core/layout.h"
#include "ports/safe.h"

/* The end of the aligned area that the stack is in: rsp | mask, and one. Constant while the code runs on one stack. */
SC_CORE SC_INLINE uint64_t stack_area_end(void)
{
    uint64_t end;

    __asm__("movq $%c1, %0; orq %%rsp, %0" : "=r"(end) : "i"(STACK_AREA - 1));
    return end + 1;
}

SC_CORE SC_INLINE uint64_t read_rsp(void)
{
    uint64_t v;

    __asm__ volatile("movq %%rsp, %0" : "=r"(v));
    return v;
}

#endif
