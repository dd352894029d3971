/* SPDX-License-Identifier: MIT */
/*
 * evtchn_chunk.h - 64 ports, and which of them are used.
 *
 * A port's binding word:
 *
 *   bits  0-7   state (EVTCHNSTAT_*, BIND_RESERVED or BIND_HV)
 *   bits 16-31  remote domain, when unbound or interdomain
 *   bits 32-63  remote port, pirq or VIRQ
 *
 * It is read by division, which provers know better than shifts; the compiler makes the same code of both. What is
 * proved of all this: docs/handbook/proofs.md.
 */
#ifndef MODULES_EVTCHN_CHUNK_H
#define MODULES_EVTCHN_CHUNK_H

#include "core/bits.h"
#include "modules/evtchn/evtchn_port.h"

#include <xen/event_channel.h>

#define CHUNK_PORTS 64U

#define BIND_RESERVED 0xffU
#define BIND_HV 0xfeU /* the other end is the hypervisor's: evtchn_hv.c */

#define BIND_DOM_ONE 0x10000UL
#define BIND_NUMBER_ONE 0x100000000UL

struct evtchn_chunk {
    uint64_t used SC_GUARDED_BY(evtchn_domain.lock); /* bit a port that is not closed */
    struct evtchn_port port[CHUNK_PORTS];
};

/*@ logic integer state_in(integer bind) = bind % 0x100;
    logic integer dom_in(integer bind) = bind / 0x10000 % 0x10000;
    logic integer number_in(integer bind) = bind / 0x100000000;
    // Of a set of ports, bit i of which is port i.
    predicate has(integer ports, integer i) = (ports & (1 << i)) != 0;
    predicate is_used(struct evtchn_chunk *c, integer i) = has(c->used, i);
    // Of port i nothing has changed, nor whether it is used.
    predicate same_port{K, L}(struct evtchn_chunk *c, integer i) =
      \at(c->port[i].bind, K) == \at(c->port[i].bind, L) && \at(c->port[i].remote, K) == \at(c->port[i].remote, L) &&
      \at(c->port[i].vcpu, K) == \at(c->port[i].vcpu, L) &&
      \at(c->port[i].priority, K) == \at(c->port[i].priority, L) &&
      \at(c->port[i].saved, K) == \at(c->port[i].saved, L) &&
      \at(c->port[i].last_queue, K) == \at(c->port[i].last_queue, L) && (is_used{K}(c, i) <==> is_used{L}(c, i));
*/

/*@ assigns \nothing;
    ensures state: state_in(\result) == state;
    ensures dom: dom_in(\result) == dom;
    ensures number: number_in(\result) == number;
*/
SC_INLINE uint64_t bind_make(uint8_t state, uint16_t dom, uint32_t number)
{
    return state + dom * BIND_DOM_ONE + number * BIND_NUMBER_ONE;
}
/*@ assigns \nothing;
    ensures \result == state_in(bind);
*/
SC_INLINE uint32_t bind_state(uint64_t bind)
{
    return (uint32_t)(bind % 0x100);
}
/*@ assigns \nothing;
    ensures \result == dom_in(bind);
*/
SC_INLINE uint16_t bind_dom(uint64_t bind)
{
    return (uint16_t)(bind / BIND_DOM_ONE % 0x10000);
}
/*@ assigns \nothing;
    ensures \result == number_in(bind);
*/
SC_INLINE uint32_t bind_number(uint64_t bind)
{
    return (uint32_t)(bind / BIND_NUMBER_ONE);
}

/* Sets of ports. */
/*@ assigns \nothing;
    ensures it: has(\result, i);
    ensures others: \forall integer k; 0 <= k < CHUNK_PORTS && k != i ==> (has(\result, k) <==> has(ports, k));
*/
SC_INLINE uint64_t ports_with(uint64_t ports, uint32_t i SC_RANGE(0, 63))
{
    return ports | 1UL << i;
}
/*@ assigns \nothing;
    ensures it: !has(\result, i);
    ensures others: \forall integer k; 0 <= k < CHUNK_PORTS && k != i ==> (has(\result, k) <==> has(ports, k));
*/
SC_INLINE uint64_t ports_without(uint64_t ports, uint32_t i SC_RANGE(0, 63))
{
    return ports & ~(1UL << i);
}
/* Those from `from` on that are not in it. */
/*@ assigns \nothing;
    ensures \forall integer k; 0 <= k < CHUNK_PORTS ==> (has(\result, k) <==> from <= k && !has(ports, k));
*/
SC_INLINE uint64_t ports_not_in(uint64_t ports, uint32_t from SC_RANGE(0, 63))
{
    return ~ports >> from << from;
}

/* The lowest closed port from `from` on, or CHUNK_PORTS. */
/*@ assigns \nothing;
    ensures there: \result <= CHUNK_PORTS && (\result < CHUNK_PORTS ==> from <= \result);
    ensures closed: \result < CHUNK_PORTS ==> !is_used(c, \result);
    ensures lowest: \forall integer k; from <= k < \result ==> is_used(c, k);
*/
SC_INLINE uint32_t evtchn_chunk_closed_locked(const struct evtchn_chunk *c, uint32_t from)
{
    uint64_t closed;
    uint32_t i;

    if (from >= CHUNK_PORTS)
        return CHUNK_PORTS;
    closed = ports_not_in(c->used, from);
    if (closed == 0)
        return CHUNK_PORTS;
    i = bit_lowest(closed);
    /*@ assert has(closed, i); */
    return i;
}

/* Give port i, which is closed, a binding. */
/*@ assigns c->used, c->port[i].bind, c->port[i].remote \from remote;
    assigns c->port[i].vcpu, c->port[i].priority;
    ensures used: is_used(c, i);
    ensures bound: c->port[i].bind == bind && c->port[i].remote == remote && c->port[i].vcpu == vcpu &&
      c->port[i].priority == EVTCHN_FIFO_PRIORITY_DEFAULT;
    ensures others: \forall integer k; 0 <= k < CHUNK_PORTS && k != i ==> same_port{Pre, Post}(c, k);
*/
SC_INLINE void evtchn_chunk_take_locked(struct evtchn_chunk *c, uint32_t i SC_RANGE(0, 63), uint64_t bind,
                                        uint16_t vcpu, struct domain *remote SC_NULLABLE)
{
    struct evtchn_port *p = &c->port[i];

    atomic_write16(&p->vcpu, vcpu);
    atomic_write8(&p->priority, EVTCHN_FIFO_PRIORITY_DEFAULT);
    evtchn_port_publish_remote(p, remote);
    atomic_write64(&p->bind, bind);
    c->used = ports_with(c->used, i);
}

/* Take away what port i is bound to.  It stays used until evtchn_chunk_close_locked: what is pending goes between. */
/*@ assigns c->port[i].bind, c->port[i].remote \from \nothing;
    assigns c->port[i].vcpu, c->port[i].saved;
    ensures unbound: c->port[i].bind == 0 && c->port[i].remote == \null && c->port[i].vcpu == 0 &&
      c->port[i].saved == 0;
    ensures others: \forall integer k; 0 <= k < CHUNK_PORTS && k != i ==> same_port{Pre, Post}(c, k);
*/
SC_INLINE void evtchn_chunk_unbind_locked(struct evtchn_chunk *c, uint32_t i SC_RANGE(0, 63))
{
    struct evtchn_port *p = &c->port[i];

    atomic_write64(&p->bind, 0);
    evtchn_port_publish_remote(p, NULL);
    atomic_write16(&p->vcpu, 0);
    atomic_write8(&p->saved, 0);
}

/* Port i is closed. */
/*@ assigns c->used;
    ensures closed: !is_used(c, i);
    ensures others: \forall integer k; 0 <= k < CHUNK_PORTS && k != i ==> same_port{Pre, Post}(c, k);
*/
SC_INLINE void evtchn_chunk_close_locked(struct evtchn_chunk *c, uint32_t i SC_RANGE(0, 63))
{
    c->used = ports_without(c->used, i);
}

#endif
