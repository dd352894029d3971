/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * What is needed later is copied out of the object before it is deleted.
 */
#include "sc_host.h"

struct item {
    uint32_t price;
    uint32_t amount;
};

static struct item *item_make(uint32_t price) SC_NULLABLE SC_OWNED;

static struct item *item_make(uint32_t price)
{
    struct item *i SC_NULLABLE SC_OWNED = sc_new(struct item);

    if (i == NULL)
        return NULL;
    i->price = price;
    i->amount = 1;
    return i;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    struct item *first SC_NULLABLE SC_OWNED = item_make((uint32_t)sc_arg(argc, argv, 1, 100));
    struct item *second SC_NULLABLE SC_OWNED;
    uint32_t sum;

    if (first == NULL)
        return 1;
    const uint32_t cheapest_price = first->price;
    sc_delete(first);
    second = item_make(7);
    if (second == NULL)
        return 1;
    sum = cheapest_price + second->price;
    sc_delete(second);
    printf("ok %u\n", sum);
    return 0;
}
