/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-11, SC-12 */
/*
 * The object is deleted when a limit is met, and used after the branch all the same.
 */
#include "sc_host.h"

struct counter {
    uint32_t value;
    uint32_t limit;
};

static uint32_t count_to(uint32_t nr_events)
{
    struct counter *c SC_NULLABLE SC_OWNED = sc_new(struct counter);
    uint32_t value;

    if (c == NULL)
        return 0;
    c->limit = 10;
    c->value = nr_events;
    if (c->value >= c->limit)
        sc_delete(c);
    value = c->value + 1;
    return value;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t nr_events = (uint32_t)sc_arg(argc, argv, 1, 12);

    printf("missed %u\n", count_to(nr_events));
    return 0;
}
