/* SPDX-License-Identifier: MIT */
/* An anonymous union in a struct. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s {
    int kind;
    union {
        unsigned long number;
        char *text; // expect: SC-03
    };
};
int f(struct s *s);
int f(struct s *s)
{
    return s->kind;
}
