/* SPDX-License-Identifier: MIT */
/* Ranges that are computed hold like any other; one that cannot be computed is refused. */
#include "ports/safe.h"

#define N 8
enum { LAST = 7 };
struct s {
    unsigned i SC_RANGE(0, N - 1);
    unsigned k SC_RANGE(0, LAST);
    unsigned m SC_RANGE(0, sizeof(int)); // expect: SC-10
    unsigned r SC_RANGE(9, 4); // expect: SC-10
};
void f(struct s *s);
void f(struct s *s)
{
    s->i = 77; // expect: SC-10
    s->i = N - 1;
    s->k = 99; // expect: SC-10
}
