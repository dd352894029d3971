/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07, SC-10 | trap SC-07, SC-10 */
/*
 * The last element of an array is asked for when there is none.
 */
#include "sc_host.h"

struct stack {
    uint32_t depth SC_RANGE(0, 16);
    int64_t values[16];
};

static int64_t top(const struct stack *s)
{
    const uint32_t depth = s->depth;

    return s->values[depth - 1];
}

static void drop(struct stack *s)
{
    if (s->depth > 0)
        s->depth--;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    struct stack s = { 2, { 11, 22 } };
    const uint32_t nr_drops = (uint32_t)sc_arg(argc, argv, 1, 2);

    for (uint32_t i = 0; i < nr_drops; i++)
        drop(&s);
    printf("missed %ld\n", top(&s));
    return 0;
}
