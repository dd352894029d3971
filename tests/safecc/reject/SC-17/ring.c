/* SPDX-License-Identifier: MIT */
/* A list that is a ring. */
// run: trap SC-17
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { struct s *next SC_NULLABLE; };
int main(int argc, char **argv)
{
    static struct s a, b;
    unsigned n = 0;
    (void)argc;
    (void)argv;
    a.next = &b;
    b.next = &a;
    SC_TRIPS(1000)
    for (struct s *p = &a; p != NULL; p = p->next)
        n++;
    return (int)n;
}
