/* SPDX-License-Identifier: MIT */
/* The event channels' twin, two CPUs at once: which operations meet, and whether what they answered can be. */
#include <stdio.h>
#include <string.h>

#include "tests/twin/twin_evtchn.h"

/* What one CPU does, and what another amid it. */
static const struct step firsts[] = {
    { SEND, A, 1 },      { SEND, A, 2 },        { SEND, B, 1 },    { FIRE_VIRQ, A, 0 }, { FIRE_GLOBAL, A, 0 },
    { FIRE_PIRQ, A, 0 }, { ALLOC_OTHER, A, 0 }, { BIND, A, 1 },    { BIND, B, 1 },      { BIND_SELF, A, 1 },
    { VIRQ, A, 0 },      { GLOBAL, A, 0 },      { IPI, A, 1 },     { PIRQ, A, 0 },      { CLOSE, A, 1 },
    { CLOSE, A, 2 },     { CLOSE, B, 1 },       { UNMASK, A, 1 },  { PRIORITY, A, 1 },  { MOVE, A, 1 },
    { MOVE, A, 2 },      { HANDLE, A, 0 },      { CONTROL, A, 0 }, { CONTROL, A, 1 },   { ARRAY, A, 0 },
    { RESET, A, 0 },
};
static const struct step seconds[] = {
    { SEND, A, 1 },      { SEND, A, 2 },        { SEND, B, 1 },       { FIRE_VIRQ, A, 0 }, { FIRE_GLOBAL, A, 0 },
    { FIRE_PIRQ, A, 0 }, { ALLOC_OTHER, A, 0 }, { ALLOC_SELF, A, 0 }, { BIND, A, 1 },      { BIND, B, 1 },
    { VIRQ, A, 0 },      { GLOBAL, A, 0 },      { PIRQ, A, 0 },       { CLOSE, A, 1 },     { CLOSE, A, 2 },
    { CLOSE, B, 1 },     { MASK, A, 1 },        { UNMASK, A, 1 },     { PRIORITY, A, 1 },  { MOVE, A, 1 },
    { MOVE, A, 2 },      { HANDLE, A, 0 },      { HANDLE, A, 1 },     { HANDLE, B, 0 },    { BLOCK, A, 0 },
    { BLOCK, B, 0 },     { POLL, A, 1 },        { CONTROL, A, 0 },    { CONTROL, A, 1 },   { ARRAY, A, 0 },
    { RESET, A, 0 },
};

struct pair {
    uint8_t step[2];
};
__attribute__((section("not_the_world"))) static struct pair pairs[ARRAY_SIZE(firsts) * ARRAY_SIZE(seconds)];

static uint8_t step_at(const struct step *s)
{
    for (uint8_t i = 0; i < nr_steps; i++)
        if (memcmp(&steps[i], s, sizeof(*s)) == 0)
            return i;
    twin_fail("there is no such step");
}

static bool is_hardware(enum verb verb)
{
    return verb == FIRE_VIRQ || verb == FIRE_GLOBAL || verb == FIRE_PIRQ;
}

/* What makes a port pending, last and without the domain's lock. */
static bool is_raise(enum verb verb)
{
    return is_hardware(verb) || verb == SEND || verb == BIND || verb == BIND_SELF || verb == UNMASK || verb == ARRAY;
}

/* A guest that begins anew, or gives the hypervisor an array, does that with one vcpu. */
static bool could_meet(const struct step *a, const struct step *b)
{
    if (a->verb == RESET)
        return b->d == B || is_hardware(b->verb);
    if (b->verb == RESET)
        return a->d == B || is_hardware(a->verb);
    return a->verb != ARRAY || b->verb != ARRAY;
}

unsigned evtchn_make_pairs(void)
{
    unsigned nr = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(pairs); i++) {
        const struct step *a = &firsts[i / ARRAY_SIZE(seconds)], *b = &seconds[i % ARRAY_SIZE(seconds)];

        if (could_meet(a, b))
            pairs[nr++] = (struct pair){ { step_at(a), step_at(b) } };
    }
    return nr;
}

static uint8_t second;
static bool met;

void world_race(void)
{
    met = true;
    said = &answers[1];
    (void)run_step(second);
    said = &answers[0];
}

/* All that the ledger says. */
struct all {
    struct port ledger[2][NR_PORTS];
    bool fifo, has_control[2], has_array;
};
__attribute__((section("not_the_world"))) static struct all before;

static void ledger_save(struct all *to)
{
    memcpy(to->ledger, ledger, sizeof(ledger));
    memcpy(to->has_control, has_control, sizeof(has_control));
    to->fifo = fifo;
    to->has_array = has_array;
}

static void ledger_restore(const struct all *from)
{
    memcpy(ledger, from->ledger, sizeof(ledger));
    memcpy(has_control, from->has_control, sizeof(has_control));
    fifo = from->fifo;
    has_array = from->has_array;
}

static const struct pair *now;
static unsigned second_first;
static bool spurious, and_lost;

static bool is_pending(unsigned d, uint32_t p)
{
    if (d != A || !fifo)
        return (dom[d]->shared->evtchn_pending[0] >> p & 1) != 0;
    if (has_array)
        return (*word_of(p) >> EVTCHN_FIFO_PENDING & 1) != 0;
    return dom[d]->evtchn->near_chunk[0]->port[p].saved != 0;
}

/* What neither order would make pending may be so; and when a port was closed, what both would may be not. */
static void allow_spurious(bool and_lost)
{
    for (unsigned d = 0; d < 2; d++) {
        for (uint32_t p = 1; p < NR_PORTS; p++) {
            struct port *e = &ledger[d][p];

            if (!e->pending && is_pending(d, p))
                raise(d, p);
            else if (and_lost)
                e->pending = is_pending(d, p);
        }
    }
}

static enum verb verb_of(unsigned i)
{
    return steps[now->step[i]].verb;
}

static bool is_end(enum verb verb)
{
    return verb == CLOSE || verb == RESET;
}

/* The ledger by what was answered, in this order; and all holds. */
static void check_order(void)
{
    ledger_restore(&before);
    replaying = true;
    for (unsigned i = 0; i < 2; i++) {
        said = &answers[i ^ second_first];
        (void)run_step(now->step[i ^ second_first]);
    }
    replaying = false;
    if (spurious)
        allow_spurious(and_lost);
    evtchn_check();
}

/*
 * An event whose port is closed amid its sending is dropped, or comes to the closed port; and a port that is unmasked
 * while the guest takes its event may be raised again.
 */
static void check_answers(void)
{
    bool closes = (is_raise(verb_of(0)) && is_end(verb_of(1))) || (is_raise(verb_of(1)) && is_end(verb_of(0)));
    bool again = (verb_of(0) == UNMASK && verb_of(1) == HANDLE) || (verb_of(0) == HANDLE && verb_of(1) == UNMASK);

    and_lost = closes;
    for (unsigned i = 0; i < (closes || again ? 4 : 2); i++) {
        second_first = i % 2;
        spurious = i >= 2;
        if (twin_holds(check_order))
            return;
    }
    second_first = 0;
    check_order();
}

/* Who goes over to the FIFO ABI handles and masks nothing meanwhile: Linux does it before interrupts are on. */
static bool is_too_early(void)
{
    for (unsigned i = 0; i < 2; i++)
        if (!fifo && verb_of(i) == CONTROL && steps[now->step[1 - i]].d == A &&
            (verb_of(1 - i) == HANDLE || verb_of(1 - i) == MASK))
            return true;
    return false;
}

bool evtchn_race(unsigned pair, unsigned step)
{
    now = &pairs[pair];
    if (is_too_early())
        return false;
    second = now->step[1];
    met = false;
    at_once = true;
    ledger_save(&before);
    world_steps_until(step);
    (void)run_step(now->step[0]);
    world_steps_until(0);
    if (met)
        check_answers();
    else
        evtchn_note_queues();
    return met;
}

void evtchn_pair_name(unsigned pair, char *text, size_t size)
{
    char name[2][64];

    for (unsigned i = 0; i < 2; i++)
        name_of(pairs[pair].step[i], name[i], sizeof(name[i]));
    (void)snprintf(text, size, "%s, and amid it %s", name[0], name[1]);
}
