/* SPDX-License-Identifier: MIT */
/* SC_FIXED is believed across calls and not held to: an index out of bounds without a check. */
#include "ports/safe.h"

struct q { unsigned max SC_FIXED; };
static int a[10];
static void change(struct q *q)
{
    q->max = 1000000; // expect: SC-14
}
int f(struct q *q, unsigned i);
int f(struct q *q, unsigned i)
{
    if (q->max > 10)
        return 0;
    change(q);
    return i < q->max ? a[i] : 0;
}
