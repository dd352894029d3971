/* SPDX-License-Identifier: MIT */
/* The grant tables' twin, two CPUs at once: which operations meet, and whether what they answered can be. */
#include <stdio.h>
#include <string.h>

#include "tests/twin/twin_gnttab.h"

/* What one CPU does, and what another amid it: the mapper's two vcpus, or the mapper and the granter. */
static const char *const firsts[] = {
    "map(0)",
    "map(0, read-only, slot 1)",
    "map(1)",
    "map(1, device too, slot 1)",
    "map(1, device too, nowhere)",
    "unmap(handle 0)",
    "unmap(handle 0, host)",
    "unmap(handle 1)",
    "unmap(handle 1, device)",
    "copy from(0)",
    "copy to(1)",
    "swap",
    "version 1",
    "version 2",
    "the granter gives up its frame",
    "the granter makes a table",
    "it is no table any more",
    "the granter ends",
    "the mapper ends",
};
static const char *const seconds[] = {
    "grant(0)",
    "grant(1, read-only)",
    "grant(1, the table)",
    "end(0)",
    "end(1)",
    "scribble(0)",
    "map(0)",
    "map(0, read-only, slot 1)",
    "map(1, device too, slot 1)",
    "map(0, nowhere)",
    "unmap(handle 0)",
    "unmap(handle 1)",
    "unmap(handle 1, device)",
    "copy from(0)",
    "copy to(1)",
    "swap",
    "version 1",
    "version 2",
    "the granter gives up its frame",
    "the granter makes a table",
    "it is no table any more",
    "the granter ends",
    "the mapper ends",
};

struct pair {
    uint8_t step[2];
};
__attribute__((section("not_the_world"))) static struct pair pairs[ARRAY_SIZE(firsts) * ARRAY_SIZE(seconds)];

static uint8_t step_named(const char *name)
{
    uint8_t i;

    for (i = 0; i < nr_steps && strcmp(steps[i].name, name) != 0; i++)
        ;
    twin_assert(i < nr_steps, "there is no step %s", name);
    return i;
}

static bool is_mappers(enum verb verb)
{
    return verb == MAP || verb == UNMAP || verb == COPY_FROM || verb == COPY_TO;
}

static bool is_guests(enum verb verb)
{
    return verb == GRANT || verb == GRANT_RO || verb == GRANT_TABLE || verb == END;
}

static bool is_tables(enum verb verb)
{
    return verb == MAKE_TABLE || verb == UNMAKE;
}

/*
 * A domain that ends does nothing else; and while its table is made anew a guest that keeps to the rules leaves it
 * alone.
 */
static bool could_meet(enum verb a, enum verb b)
{
    if (a == CLOSE || b == CLOSE)
        return is_mappers(a) || is_mappers(b) || a == GO || b == GO;
    if (a == GO || b == GO)
        return a != b && !is_mappers(a) && !is_mappers(b);
    if (is_tables(a) && is_tables(b))
        return false; /* twin_pvmmu.c's */
    return !(a == VERSION && is_guests(b));
}

unsigned gnttab_make_pairs(void)
{
    unsigned nr = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(pairs); i++) {
        struct pair p = { { step_named(firsts[i / ARRAY_SIZE(seconds)]),
                            step_named(seconds[i % ARRAY_SIZE(seconds)]) } };

        if (could_meet(steps[p.step[0]].verb, steps[p.step[1]].verb))
            pairs[nr++] = p;
    }
    return nr;
}

static uint8_t second;
static bool met, second_done;
/* What both answer, one after the other, in either order: bit 0 the first, bit 1 the second. */
__attribute__((section("not_the_world"))) static uint8_t in_order[2];

void world_race(void)
{
    met = true;
    actor = 1;
    world_cpu(1);
    second_done = run_step(second);
    world_cpu(0);
    actor = 0;
}

static void try_orders(const struct pair *p)
{
    for (unsigned second_first = 0; second_first < 2; second_first++) {
        bool done[2] = { false, false };

        for (unsigned i = 0; i < 2; i++) {
            unsigned which = i ^ second_first;

            actor = (uint8_t)which;
            done[which] = run_step(p->step[which]);
        }
        in_order[second_first] = (uint8_t)(done[0] | done[1] << 1);
        twin_again();
    }
}

/* What is refused because the other uses the grant, or the frame, for a moment. */
static bool is_busy(const struct pair *p, uint8_t answers, unsigned which)
{
    enum verb verb = steps[p->step[which]].verb, other = steps[p->step[1 - which]].verb;

    return (answers >> which & 1) == 0 && (other == MAP || other == COPY_FROM || other == COPY_TO) &&
           (is_guests(verb) || verb == SWAP || verb == VERSION || verb == MAKE_TABLE);
}

/* Of two that unmap parts of one mapping one may find it busy. */
static bool is_shared(const struct pair *p, uint8_t answers)
{
    const struct step *a = &steps[p->step[0]], *b = &steps[p->step[1]];

    return a->verb == UNMAP && b->verb == UNMAP && a->arg == b->arg && answers != 0;
}

static void check_answers(const struct pair *p, uint8_t answers)
{
    if (no_handle || not_there || is_busy(p, answers, 0) || is_busy(p, answers, 1) || is_shared(p, answers))
        return;
    twin_assert(
        answers == in_order[0] || answers == in_order[1],
        "what they answer (%u) is neither what the first would answer before the second (%u) nor behind it (%u)",
        answers, in_order[0], in_order[1]);
}

/* Nobody has seen what the granter wrote when it had its frame back, or written over it. */
static void check_secret(void)
{
    if (taken_back.v == 0)
        return;
    twin_assert(frame_bytes(taken_back)[0] == SECRET, "a frame was written to whose grant had ended");
    twin_assert(frame_bytes(mfn(OWN))[0] != SECRET, "a frame was copied from whose grant had ended");
}

bool gnttab_race(unsigned pair, unsigned step)
{
    const struct pair *p = &pairs[pair];
    bool first_done;

    if (step == 1)
        try_orders(p);
    second = p->step[1];
    no_handle = not_there = false;
    at_once = true;
    world_steps_until(step);
    first_done = run_step(p->step[0]);
    world_steps_until(0);
    forget();
    if (met) {
        check_answers(p, (uint8_t)(first_done | second_done << 1));
        check_secret();
    }
    return met;
}

void gnttab_pair_name(unsigned pair, char *text, size_t size)
{
    (void)snprintf(text, size, "%s, and amid it %s", steps[pairs[pair].step[0]].name, steps[pairs[pair].step[1]].name);
}
