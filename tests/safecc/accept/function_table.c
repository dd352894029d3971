/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Calls through a constant table of functions of one exact type, indexed after a test.
 */
#include "core/base.h"

struct cpu_state {
    uint64_t a, b;
    bool carry;
};

static void do_add(struct cpu_state *c)
{
    c->carry = c->a > UINT64_MAX - c->b;
    c->a += c->b;
}

static void do_swap(struct cpu_state *c)
{
    const uint64_t a = c->a;

    c->a = c->b;
    c->b = a;
}

static void do_negate(struct cpu_state *c)
{
    c->a = ~c->a + 1;
    c->carry = c->a != 0;
}

static void (*const operations[])(struct cpu_state *c) = { do_add, do_swap, do_negate };

int cpu_execute(struct cpu_state *c, uint32_t opcode)
{
    if (opcode >= ARRAY_SIZE(operations))
        return -ENOSYS;
    operations[opcode](c);
    return 0;
}
