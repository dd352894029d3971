/* SPDX-License-Identifier: MIT */
/* A struct with a pointer in it. */
#include "ports/safe.h"
#include "get.h"

struct s {
    int *p;
};
int get(struct s *s)
{
    int *p = s->p;
    return p != 0 ? *p : 0;
}
