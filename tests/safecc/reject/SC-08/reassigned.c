/* SPDX-License-Identifier: MIT */
/* Tested, then changed. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { int x; };
SC_NULLABLE struct s *find(int key); // expect: SC-20
int f(struct s *p SC_NULLABLE);
int f(struct s *p)
{
    if (p == NULL)
        return 0;
    p = find(3);
    return p->x; // expect: SC-08
}
