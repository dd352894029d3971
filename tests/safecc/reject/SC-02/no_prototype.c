/* SPDX-License-Identifier: MIT */
/* A function that takes whatever it is given. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int g(); // expect: SC-02 // expect: SC-20
int f(void);
int f(void)
{
    return g(1, 2); 
}
