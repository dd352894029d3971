/* SPDX-License-Identifier: MIT */
/* The preemption point is in a callee. */

#include "core/atomic.h"
struct s { int x; };
static struct s *slot SC_SLOT;
SC_PREEMPTS static void rest(void)
{
}
static void work(void)
{
    rest();
}
int f(void);
int f(void)
{
    struct s *p = slot_read(slot);
    if (p == NULL)
        return 0;
    work();
    return p->x; // expect: SC-13
}
