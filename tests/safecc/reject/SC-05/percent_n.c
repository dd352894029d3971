/* SPDX-License-Identifier: MIT */
/* A format that writes. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
void f(void);
void f(void)
{
    int n = 0;
    printf("hello%n\n", &n); // expect: SC-05
}
