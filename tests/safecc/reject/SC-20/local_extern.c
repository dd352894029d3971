/* SPDX-License-Identifier: MIT */
/* A declaration of one's own. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern int secret(void); // expect: SC-20
int f(void);
int f(void)
{
    return secret();
}
