/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07, SC-10 | trap SC-07, SC-10 */
/*
 * Taking back the last entry of a ring goes from slot 0 to slot -1.
 */
#include "sc_host.h"

#define SLOTS 8

struct ring {
    uint32_t next; /* where the next entry goes */
    uint32_t entries[SLOTS];
};

static void put(struct ring *r, uint32_t value)
{
    const uint32_t at = r->next % SLOTS;

    r->entries[at] = value;
    r->next = (at + 1) % SLOTS;
}

static void take_back(struct ring *r)
{
    const uint32_t at = r->next - 1;

    r->entries[at] = 0;
    r->next = at;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    struct ring r = { 0, { 0 } };
    const uint32_t nr_puts = (uint32_t)sc_arg(argc, argv, 1, 8);

    for (uint32_t i = 0; i < nr_puts; i++)
        put(&r, i + 1);
    take_back(&r);
    printf("missed %u\n", r.next);
    return 0;
}
