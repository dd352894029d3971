/* SPDX-License-Identifier: MIT */
/*
 * evtchn_private.h - the port table, and what the module's files share.
 *
 * A port's binding is one atomic word, so that sending takes no lock:
 *
 *   bits  0-7   state (EVTCHNSTAT_*, BIND_RESERVED or BIND_HV)
 *   bits 16-31  remote domain, when unbound or interdomain
 *   bits 32-63  remote port, pirq or VIRQ
 *
 * It is written with the lock of its domain held, and, where it becomes or
 * ceases to be interdomain, with the peer's lock too.
 */
#ifndef MODULES_EVTCHN_PRIVATE_H
#define MODULES_EVTCHN_PRIVATE_H

#include "ports/hooks.h"
#include "core/atomic.h"
#include "core/guest.h"
#include "modules/evtchn/evtchn.h"
#include "ports/physdev.h"
#include "ports/sched.h"

#include <xen/event_channel.h>

#define CHUNK_PORTS 64U
#define NEAR_CHUNKS 256U /* reached by one load; ports below 16384 */
#define FAR_CHUNKS 512U
#define MAX_CHUNKS (EVTCHN_FIFO_NR_CHANNELS / CHUNK_PORTS)
#define NR_GROUPS (MAX_CHUNKS / FAR_CHUNKS)

#define FIFO_PAGE_PORTS 1024U
#define FIFO_PAGES (EVTCHN_FIFO_NR_CHANNELS / FIFO_PAGE_PORTS)

#define BIND_RESERVED 0xffU
#define BIND_HV 0xfeU /* the other end is the hypervisor's: evtchn_hv.c */

/* Attempts to lock what a concurrent rebinding keeps moving. */
#define RELOCK_TRIES 16

struct evtchn_port {
    uint64_t bind;
    struct domain *remote SC_NULLABLE; /* slot; interdomain: the peer's domain */
    uint32_t last_queue;               /* FIFO queue it was last linked in: vcpu << 8 | priority; see evtchn_fifo.c */
    uint16_t vcpu;                     /* atomic; whom to notify */
    uint8_t priority;                  /* atomic */
    uint8_t saved;                     /* atomic; became pending while its FIFO array page was missing */
};

struct evtchn_chunk {
    uint64_t used SC_GUARDED_BY(evtchn_domain.lock); /* bit a port that is not closed */
    struct evtchn_port port[CHUNK_PORTS];
};

struct evtchn_group {
    struct evtchn_chunk *chunk[FAR_CHUNKS]; /* slots */
};

struct evtchn_fifo {
    uint32_t nr_pages;       /* atomic; page[] below it does not change */
    fref_t page[FIFO_PAGES]; /* each held */
};

struct evtchn_domain {
    spinlock_t lock;
    struct evtchn_fifo *fifo SC_NULLABLE SC_SLOT SC_GUARDED_BY(lock); /* null: 2-level ABI */
    uint32_t max_port SC_GUARDED_BY(lock);
    uint32_t nr_chunks SC_GUARDED_BY(lock);
    uint32_t first_free SC_GUARDED_BY(lock); /* no chunk below it has a closed port */
    struct evtchn_chunk *near_chunk[NEAR_CHUNKS] SC_ATOMIC SC_GUARDED_BY(lock); /* slots; they live as long as this */
    struct evtchn_group *group[NR_GROUPS] SC_ATOMIC SC_GUARDED_BY(lock);
    uint32_t pirq_port[NR_PIRQS] SC_ATOMIC; /* 0 when unbound */
};

/* A vcpu's FIFO queues. */
struct evtchn_vcpu {
    spinlock_t lock;
    uint32_t control_at SC_GUARDED_BY(lock);                   /* index of the control block's first word in its page */
    struct evtchn_fifo *fifo SC_NULLABLE SC_GUARDED_BY(lock);  /* the domain's; null when closed */
    fref_t control SC_GUARDED_BY(lock);                        /* held; none before init_control */
    uint32_t tail[EVTCHN_FIFO_MAX_QUEUES] SC_GUARDED_BY(lock); /* last port queued; 0 when empty */
};

/* Binding words. */
SC_INLINE uint64_t bind_make(uint32_t state, domid_t dom, uint32_t number)
{
    return state | (uint64_t)dom << 16 | (uint64_t)number << 32;
}
SC_INLINE uint32_t bind_state(uint64_t bind)
{
    return (uint8_t)bind;
}
SC_INLINE domid_t bind_dom(uint64_t bind)
{
    return (domid_t)(bind >> 16);
}
SC_INLINE uint32_t bind_number(uint64_t bind)
{
    return (uint32_t)(bind >> 32);
}

/* Whether a VIRQ is one per domain; those of each vcpu are listed.  Source: xen.h, VIRQ_*. */
bool evtchn_virq_is_global(uint32_t virq);

/* evtchn_table.c */

/* A chunk of the far part of the table; null when it does not exist. */
SC_NULLABLE struct evtchn_chunk *evtchn_far_chunk(const struct evtchn_domain *ed, uint32_t index);

SC_NULLABLE SC_INLINE struct evtchn_chunk *evtchn_chunk_at(const struct evtchn_domain *ed, uint32_t index)
{
    return likely(index < NEAR_CHUNKS) ? slot_read(ed->near_chunk[index]) : evtchn_far_chunk(ed, index);
}

/* The port, in whatever state; null when the table does not reach so far. */
SC_NULLABLE SC_INLINE struct evtchn_port *evtchn_port_find(const struct evtchn_domain *ed, uint32_t port)
{
    struct evtchn_chunk *chunk = evtchn_chunk_at(ed, port / CHUNK_PORTS);

    return likely(chunk != NULL) ? &chunk->port[port % CHUNK_PORTS] : NULL;
}

/* Lowest closed port that d may use.  Changes nothing but the size of the table.
 * 0, -EINVAL (dying), -ENOSPC, -ENOMEM. */
SC_NODISCARD int evtchn_find_closed_locked(struct domain *d, uint32_t *port_out);
/* Give the closed port a binding. */
void evtchn_take_locked(struct evtchn_domain *ed, uint32_t port, uint64_t bind, uint16_t vcpu,
                        struct domain *remote SC_NULLABLE);
/* Close the port: not pending any more. */
void evtchn_release_locked(struct domain *d, uint32_t port);

/* evtchn_2l.c and evtchn_fifo.c: the same verbs in each ABI. */
void evtchn_2l_unmask(struct domain *d, struct vcpu *v, uint32_t port);
void evtchn_fifo_unmask(struct domain *d, struct vcpu *v, struct evtchn_port *p, uint32_t port);
void evtchn_fifo_set_pending(struct domain *d, struct vcpu *v, struct evtchn_port *p, uint32_t port);
bool evtchn_fifo_pending_locked(const struct evtchn_fifo *f SC_NULLABLE, uint32_t port);
void evtchn_fifo_clear_pending_locked(const struct evtchn_fifo *f SC_NULLABLE, uint32_t port);
/* Closed, but still in one of the guest's queues. */
bool evtchn_fifo_busy_locked(const struct evtchn_fifo *f SC_NULLABLE, uint32_t port);
/* Let go of the FIFO pages; every port is closed. */
void evtchn_fifo_teardown_locked(struct domain *d);

/* End the SCHEDOP_poll of vcpus that wait for port (slow part). */
void evtchn_wake_pollers_slow(struct domain *d, uint32_t port);

SC_INLINE void evtchn_wake_pollers(struct domain *d, uint32_t port)
{
    if (unlikely(atomic_read32(&d->nr_polling) != 0))
        evtchn_wake_pollers_slow(d, port);
}

/*
 * Tell v that some event is pending.  The caller's locked operation on the selector
 * or ready word comes first and is the barrier that pairs with the guest's, which
 * clears the byte before it reads the selector; the exchange is the one that pairs
 * with v's CPU, which blocks or runs v before it looks at the byte (vcpu_kick).
 */
SC_INLINE void evtchn_upcall(struct vcpu *v)
{
    struct vcpu_info *info = v->info;

    if (unlikely(info == NULL) || shared_read8(&info->evtchn_upcall_pending) != 0)
        return;
    if (shared_xchg8(&info->evtchn_upcall_pending, 1) == 0)
        vcpu_kick(v);
}

/*@ // What may be told of an event.
    predicate told_ok(struct vcpu *v) = \valid(v) && \valid(v->domain) && (v->info == \null || \valid(v->info));
    predicate vcpu_ok(struct domain *d, struct vcpu *v) =
      v != \null ==> \valid(v) && v->domain == d && \separated(d, v);
    predicate vcpus_ok(struct domain *d) =
      (\forall integer i; 0 <= i < MAX_VCPUS ==> vcpu_ok(d, d->vcpu[i])) &&
      (\forall integer i, k; 0 <= i < MAX_VCPUS && 0 <= k < MAX_VCPUS && i != k &&
        d->vcpu[i] != \null && d->vcpu[k] != \null ==>
        \separated(d->vcpu[i], d->vcpu[k]));
    predicate waits_for_another(struct vcpu *v, integer port) = v->poll_port != 0 && v->poll_port != port;
*/
/* Select word w of the pending bits for v. */
/*@ requires told_ok(v) && w < 64;
    assigns v->info->evtchn_pending_sel, v->info->evtchn_upcall_pending, v->block, v->poll, v->runstate,
      v->runstate_lock, v->sched, v->cpu, v->domain->nr_polling, v->domain->counts;
*/
SC_INLINE void evtchn_2l_select(struct vcpu *v, uint32_t w)
{
    struct vcpu_info *info = v->info;

    if (likely(info != NULL) && !shared_test_and_set_bit(&info->evtchn_pending_sel, w))
        evtchn_upcall(v);
}

SC_INLINE void evtchn_2l_set_pending(struct domain *d, struct vcpu *v, uint32_t port)
{
    struct shared_info *s = d->shared;
    uint32_t w = port / 64;

    /* A port of the FIFO ABI that was found while the domain goes back to 2-level. */
    if (unlikely(w >= ARRAY_SIZE(s->evtchn_pending)))
        return;
    if (shared_test_and_set_bit(&s->evtchn_pending[w], port % 64))
        return;
    if (!shared_test_bit(&s->evtchn_mask[w], port % 64))
        evtchn_2l_select(v, w);
    evtchn_wake_pollers(d, port);
}

/* Make the port pending and notify v, a vcpu of d. */
SC_INLINE void evtchn_set_pending(struct domain *d, struct vcpu *v SC_NULLABLE, struct evtchn_port *p, uint32_t port)
{
    if (unlikely(v == NULL))
        return;
    counts_add(&d->counts, COUNT_EVENT);
    if (slot_read(d->evtchn->fifo) == NULL) {
        evtchn_2l_set_pending(d, v, port);
        /* Still?  If not, the bit may have come too late to be adopted (fifo_init_first_locked). */
        if (likely(slot_read(d->evtchn->fifo) == NULL))
            return;
    }
    evtchn_fifo_set_pending(d, v, p, port);
}

SC_NULLABLE SC_INLINE struct vcpu *evtchn_notify_vcpu(const struct domain *d, const struct evtchn_port *p)
{
    return d->vcpu[atomic_read16(&p->vcpu) % MAX_VCPUS];
}

/* All of them: ports/evtchn.h. */
struct evtchn_layout {
    struct evtchn_domain domain;
    struct evtchn_group group;
    struct evtchn_chunk chunk;
    struct evtchn_fifo fifo;
    struct evtchn_vcpu vcpu;
};

/* For the hand-over: the pools' parts, and what evtchn_state.c makes; null: memory is out. */
SC_OWNED SC_NULLABLE struct evtchn_domain *evtchn_table_make(void);
SC_OWNED SC_NULLABLE struct evtchn_vcpu *evtchn_queues_make(void);
SC_OWNED SC_NULLABLE struct evtchn_fifo *evtchn_fifo_make(void);
/* Append the chunk after the last.  0, -ENOSPC, -ENOMEM. */
SC_NODISCARD int evtchn_table_grow_locked(struct evtchn_domain *ed);
void evtchn_fifo_offer(void);
SC_NODISCARD int evtchn_fifo_accept(void);

#endif
