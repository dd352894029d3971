/* SPDX-License-Identifier: MIT */
#include "modules/faulty/faulty.h"

#include "core/lock.h"

struct node {
    struct node *next;
    uint32_t value;
};

static const uint32_t squares[8] = { 0, 1, 4, 9, 16, 25, 36, 49 };
static const struct node last = { NULL, 7 };
static spinlock_t faulty_lock = SPINLOCK_INIT(RANK_CONSOLE);
static uint64_t nr_calls SC_GUARDED_BY(faulty_lock);

static long index_it(uint64_t x)
{
    return squares[x];
}

static long null_it(uint64_t x)
{
    const struct node *n = &last;

    for (uint64_t i = 0; i < x && i < 2; i++)
        n = n->next;
    return n->value;
}

static long sum_of(const uint32_t *p SC_COUNT(n), uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < n; i++)
        sum += p[i];
    return (long)sum;
}

static long size_it(uint64_t x)
{
    return sum_of(squares, x * 4);
}

static long loop_it(uint64_t x, uint64_t y)
{
    long turns = 0;

    while (x != 0) {
        x -= y;
        turns++;
    }
    return turns;
}

/* Neither loop is long; both together are more than an entry may turn. */
static long nested_it(uint32_t x, uint32_t y)
{
    long turns = 0;

    for (uint32_t i = 0; i < x; i++) {
        for (uint32_t k = 0; k < y; k++)
            turns ^= (long)(i * k);
    }
    return turns;
}

static long locked_it(uint64_t x)
{
    long value;

    spin_lock(&faulty_lock);
    nr_calls++;
    value = squares[x];
    spin_unlock(&faulty_lock);
    return value;
}

long hc_faulty(struct vcpu *v, uint64_t op, uint64_t x, uint64_t y, uint64_t a4, uint64_t a5)
{
    switch (op) {
    case FAULTY_INDEX: return index_it(x);
    case FAULTY_NULL: return null_it(x);
    case FAULTY_DIVIDE: return (long)(x / y);
    case FAULTY_SHIFT: return 1L << x;
    case FAULTY_COUNT: return sum_of(squares, x);
    case FAULTY_SIZE: return size_it(x);
    case FAULTY_LOOP: return loop_it(x, y);
    case FAULTY_LOCKED: return locked_it(x);
    case FAULTY_NESTED: return nested_it((uint32_t)x, (uint32_t)y);
    default: return -ENOSYS;
    }
}
