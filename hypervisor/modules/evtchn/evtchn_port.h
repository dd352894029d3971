/* SPDX-License-Identifier: MIT */
/*
 * evtchn_port.h - a port.
 *
 * Its binding is one atomic word, so that sending takes no lock; its parts are in evtchn_chunk.h. It is written with
 * the lock of its domain held, and, where it becomes or ceases to be interdomain, with the peer's lock too.
 */
#ifndef MODULES_EVTCHN_PORT_H
#define MODULES_EVTCHN_PORT_H

#include "core/atomic.h"

struct domain;

struct evtchn_port {
    uint64_t bind;
    struct domain *remote SC_NULLABLE; /* slot; interdomain: the peer's domain */
    uint32_t last_queue;               /* FIFO queue it was last linked in: vcpu << 8 | priority; see fifo_word.h */
    uint16_t vcpu;                     /* atomic; whom to notify */
    uint8_t priority;                  /* atomic */
    uint8_t saved;                     /* atomic; became pending while its FIFO array page was missing */
};

/* Publish the peer's domain. */
/*@ assigns p->remote \from remote;
    ensures p->remote == remote;
*/
SC_INLINE void evtchn_port_publish_remote(struct evtchn_port *p, struct domain *remote SC_NULLABLE)
{
    slot_publish(p->remote, remote);
}

#endif
