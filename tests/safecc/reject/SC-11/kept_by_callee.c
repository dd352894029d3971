/* SPDX-License-Identifier: MIT */
/* A callee keeps what it is given. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s { struct s *next; };
static struct s head SC_BOOT;
static void enlist(struct s *s)
{
    head.next = s;
}
void f(void);
void f(void)
{
    struct s local = { NULL };
    enlist(&local); // expect: SC-11
}
