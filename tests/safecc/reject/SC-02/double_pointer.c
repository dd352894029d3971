/* SPDX-License-Identifier: MIT */
/* A pointer to a pointer changes its type. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int f(int **p);
int f(int **p)
{
    long **q = (long **)p; // expect: SC-02
    return q != NULL;
}
