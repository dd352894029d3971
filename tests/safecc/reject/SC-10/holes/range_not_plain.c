/* SPDX-License-Identifier: MIT */
/* A range that is not two plain numbers is dropped without a word. */
#include "ports/safe.h"

#define N 8
enum { LAST = 7 };
struct s {
    unsigned i SC_RANGE(0, N - 1);
    unsigned k SC_RANGE(0, LAST);
};
void f(struct s *s)
{
    s->i = 77; // expect: SC-10
    s->k = 99; // expect: SC-10
}
