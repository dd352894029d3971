/* SPDX-License-Identifier: MIT */
/* twin_evtchn.h - the event channels' tiny world, and its ledger. */
#ifndef TESTS_TWIN_EVTCHN_H
#define TESTS_TWIN_EVTCHN_H

#include "modules/evtchn/evtchn_private.h"
#include "tests/twin/world.h"

#define NR_PORTS 4 /* with port 0, which is nobody's */
#define A 0
#define B 1
#define SHARED_A 1
#define SHARED_B 2
#define ARRAY_A 3   /* event words */
#define CONTROL_A 4 /* control blocks: vcpu i's at 256 * i */
#define NR_FRAMES 8

/* What a port should be. */
struct port {
    uint8_t state; /* EVTCHNSTAT_* */
    uint8_t number;
    uint8_t vcpu;
    bool to_us; /* unbound: for the other domain (or for its own) */
    bool pending, masked;
    bool unqueued; /* became pending when its vcpu had no queues */
};
extern struct port ledger[2][NR_PORTS];
extern bool fifo; /* A's */
extern bool has_control[2], has_array;
extern struct domain *dom[2];
extern uint8_t pirqs_bound; /* pirq 1 */

SC_INLINE uint32_t *word_of(uint32_t port)
{
    return &((uint32_t *)(void *)frame_bytes(mfn(ARRAY_A)))[port];
}

SC_INLINE struct evtchn_fifo_control_block *control_of(uint32_t vcpu)
{
    return (struct evtchn_fifo_control_block *)(void *)(frame_bytes(mfn(CONTROL_A)) + 256 * vcpu);
}

/* After an operation: what came into a queue just now is in one of the vcpu's that it notifies. */
void evtchn_note_queues(void);
/* All that must hold between two operations (twin_evtchn_holds.c). */
void evtchn_check(void);

/* ---- operations (twin_evtchn.c) ---- */

enum verb {
    ALLOC_OTHER, /* unbound, for the other domain */
    ALLOC_SELF,
    BIND,      /* interdomain, to a port of the other's */
    BIND_SELF, /* to one's own */
    VIRQ,      /* VIRQ_TIMER of a vcpu */
    GLOBAL,    /* VIRQ_CONSOLE */
    IPI,
    PIRQ,
    CLOSE,
    SEND,
    FIRE_VIRQ,
    FIRE_GLOBAL,
    FIRE_PIRQ,
    MASK, /* by the guest */
    UNMASK,
    PRIORITY,
    MOVE,   /* bind_vcpu */
    HANDLE, /* the guest's upcall handler on a vcpu */
    BLOCK,
    POLL, /* port 1 */
    CONTROL,
    ARRAY,
    RESET,
};

struct step {
    uint8_t verb, d, arg;
};
extern const struct step steps[];
extern const unsigned nr_steps;

bool run_step(unsigned i);
void name_of(unsigned i, char *text, size_t size);
/* In the ledger: an event comes to a port. */
void raise(unsigned d, uint32_t p);

/* ---- two CPUs at once (twin_evtchn_pairs.c) ---- */

/*
 * Of two operations at once it is not known beforehand what each should answer.  So while they are done nothing is held
 * against the ledger; then it is brought up to date by what they answered, in one order and in the other: one of them
 * must fit.
 */
extern bool at_once, replaying;
struct answer {
    int rc;
    uint32_t port;
    uint32_t taken; /* by the guest: bit a port */
};
extern struct answer answers[2];
extern struct answer *said; /* whose operation is being done, or gone over again */

/* How many pairs there are. */
unsigned evtchn_make_pairs(void);
bool evtchn_race(unsigned pair, unsigned step);
void evtchn_pair_name(unsigned pair, char *text, size_t size);

#endif
