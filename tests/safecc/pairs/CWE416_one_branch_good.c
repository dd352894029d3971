/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * The object is used before the branch that may delete it; both branches end its life.
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
    value = c->value + 1;
    if (value > c->limit)
        value = c->limit;
    sc_delete(c);
    return value;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t nr_events = (uint32_t)sc_arg(argc, argv, 1, 12);

    printf("ok %u %u\n", count_to(3), count_to(nr_events));
    return 0;
}
