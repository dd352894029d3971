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

#endif
