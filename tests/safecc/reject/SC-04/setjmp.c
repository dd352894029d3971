/* SPDX-License-Identifier: MIT */
/* A jump across functions. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>
static jmp_buf env SC_BOOT;
int f(void);
int f(void)
{
    return setjmp(env); // expect: SC-04 // expect: SC-20
}
