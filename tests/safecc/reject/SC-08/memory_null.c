/* SPDX-License-Identifier: MIT */
/* An unannotated field that is null at run time. */
// run: trap SC-08
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { struct s *next; int x; };
int main(int argc, char **argv)
{
    static struct s s;
    (void)argc;
    (void)argv;
    return s.next->x;
}
