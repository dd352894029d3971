/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-10 | trap SC-10 */
/*
 * A percentage divides by what is left of a quota, which a function may have used up.
 */
#include "sc_host.h"

struct quota {
    uint32_t limit;
    uint32_t used;
};

static void use(struct quota *q, uint32_t amount)
{
    const uint32_t left = q->limit - q->used;

    q->used += amount < left ? amount : left;
}

static uint32_t percent_of_rest(const struct quota *q, uint32_t amount)
{
    const uint32_t rest = q->limit - q->used;

    return amount * 100 / rest;
}

int main(void)
{
    struct quota q = { 64, 0 };

    use(&q, (uint32_t)strtoul("24", NULL, 10));
    const uint32_t before = percent_of_rest(&q, 10);
    use(&q, (uint32_t)strtoul("40", NULL, 10));
    printf("missed %u %u\n", before, percent_of_rest(&q, 10));
    return 0;
}
