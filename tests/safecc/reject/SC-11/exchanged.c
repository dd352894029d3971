/* SPDX-License-Identifier: MIT */
/* Into a slot by an exchange. */
#include "core/atomic.h"

struct s { int x; };
static struct s *slot SC_SLOT;
static struct s *keep SC_OWNED;
void f(void);
void f(void)
{
    struct s s = { 1 };
    keep = __atomic_exchange_n(&slot, &s, __ATOMIC_ACQ_REL); // expect: SC-11
}
