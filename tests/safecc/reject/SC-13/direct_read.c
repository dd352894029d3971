/* SPDX-License-Identifier: MIT */
/* A slot read plainly. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { int x; };
static struct s *slot SC_SLOT;
bool f(void);
bool f(void)
{
    struct s *p = slot; // expect: SC-13
    return p != NULL;
}
