/* SPDX-License-Identifier: MIT */
/* Used after a preemption point. */

#include "core/atomic.h"
struct s { int x; };
static struct s *slot SC_SLOT;
SC_PREEMPTS static void rest(void)
{
}
int f(void);
int f(void)
{
    struct s *p = slot_read(slot);
    if (p == NULL)
        return 0;
    rest();
    return p->x; // expect: SC-13
}
