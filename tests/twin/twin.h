/* SPDX-License-Identifier: MIT */
/*
 * twin.h - a twin: a module's real code in a tiny world on the host, all of whose histories are looked at.
 *
 * The world is what sections.h collects, and what twin_region names.  It is saved and restored by copying, and two
 * worlds with the same bytes have the same future: it is looked at once, where the fewest operations led to it.
 */
#ifndef TESTS_TWIN_H
#define TESTS_TWIN_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TWIN_MAX_START 12

/* Operations that come first, by their names, each done: what is interesting may be far from the beginning. */
struct twin_start {
    const char *name;
    const char *op[TWIN_MAX_START];
    uint8_t nr_ops, deeper; /* with only so many operations, one that is longer; 0, 0: all of them */
};

struct twin {
    const char *name;
    unsigned nr_ops;
    unsigned depth, full_depth; /* how long the sequences are: in make test, in make test-all */
    /* Where the sequences begin: null for where start() leaves the world, alone. */
    const struct twin_start *starts;
    unsigned nr_starts;
    /* Make the world, once. */
    void (*start)(void);
    /* Do operation i; true: the code under test did it, false: it refused. */
    bool (*run)(unsigned i);
    /* All that must hold between two operations, evaluated from the world; twin_fail if not. */
    void (*check)(void);
    void (*name_of)(unsigned i, char *text, size_t size);
    /* Operations that must be refused in every world; null: none. */
    bool (*always_refused)(unsigned i);
    /*
     * Two CPUs: pairs of which the second operation is done whole amid the first, behind its step-th look at or change
     * of a shared word (steps.h), from 1 on.  Tried in every world that race_depth operations lead to, not gone on
     * from. False: the first had ended before.
     */
    unsigned nr_pairs, race_depth;
    bool (*race)(unsigned pair, unsigned step);
    void (*pair_name)(unsigned pair, char *text, size_t size);
};

/* For race(): the second would wait for a lock of the first's.  So it cannot come in here; nothing has been done. */
_Noreturn void twin_wait(void);
/* The world is again as it was before this race. */
void twin_again(void);
/* Does all hold that it says?  (twin_fail ends it, not the test.) */
bool twin_holds(void (*check)(void));

/* What one test of a twin is; main: return twin_main(&it). */
int twin_main(const struct twin *t);

/* This memory belongs to the world too; for start(). */
void twin_region(void *at, size_t nr_bytes);

/* The operations so far broke something: says which, and ends the test. */
_Noreturn void twin_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#define twin_assert(condition, ...)            \
    do {                                       \
        if (__builtin_expect(!(condition), 0)) \
            twin_fail(__VA_ARGS__);            \
    } while (0)

#endif
