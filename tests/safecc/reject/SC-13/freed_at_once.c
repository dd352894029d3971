/* SPDX-License-Identifier: MIT */
/* Freed while others may read it. */

#include "core/atomic.h"
#include "sc_host.h"
struct s { int x; };
static struct s *slot SC_SLOT;
void f(void);
void f(void)
{
    sc_delete(slot_read(slot)); // expect: SC-13
}
