/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * An owned object goes through a chain of functions, each of which hands it on or ends it.
 */
#include "sc_host.h"

struct order {
    uint32_t amount;
    uint32_t price;
};

struct shop {
    uint64_t earned;
    uint32_t nr_refused;
};

static void order_refuse(struct shop *s, struct order *o SC_OWNED)
{
    s->nr_refused++;
    sc_delete(o);
}

static void order_fill(struct shop *s, struct order *o SC_OWNED)
{
    s->earned += (uint64_t)o->amount * o->price;
    sc_delete(o);
}

static void order_receive(struct shop *s, struct order *o SC_OWNED)
{
    if (o->amount == 0 || o->price == 0)
        order_refuse(s, o);
    else
        order_fill(s, o);
}

int main(void)
{
    struct shop s = { 0, 0 };

    for (uint32_t i = 0; i < 5; i++) {
        struct order *o SC_NULLABLE SC_OWNED = sc_new(struct order);

        if (o == NULL)
            return 1;
        o->amount = i;
        o->price = 10;
        order_receive(&s, o);
    }
    return s.earned == 100 && s.nr_refused == 1 ? 0 : 2;
}
