/* SPDX-License-Identifier: MIT */
/* The count is changed through its address. */
#include "ports/safe.h"

struct s {
    unsigned n;
    int *p SC_COUNT(n);
};
void f(struct s *a);
void f(struct s *a)
{
    unsigned *n = &a->n; // expect: SC-07
    *n = 1000;
}
