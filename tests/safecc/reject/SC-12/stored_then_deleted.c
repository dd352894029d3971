/* SPDX-License-Identifier: MIT */
/* Others find it where it was stored. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sc_host.h"
struct s { int x; };
static struct s *shared SC_BOOT;
void f(void);
void f(void)
{
    struct s *s = sc_new(struct s);
    if (s == NULL)
        return;
    shared = s;
    sc_delete(s); // expect: SC-12
}
