/* SPDX-License-Identifier: MIT */
/*
 * evtchn_private.h - the port table, and what the module's files share.  A
 * port is in evtchn_port.h, 64 of them in evtchn_chunk.h, sending by the
 * 2-level ABI in evtchn_2l.h.
 */
#ifndef MODULES_EVTCHN_PRIVATE_H
#define MODULES_EVTCHN_PRIVATE_H

#include "ports/hooks.h"
#include "core/atomic.h"
#include "core/guest.h"
#include "modules/evtchn/evtchn.h"
#include "modules/evtchn/evtchn_2l.h"
#include "modules/evtchn/evtchn_chunk.h"
#include "ports/physdev.h"
#include "ports/sched.h"

#include <xen/event_channel.h>

#define NEAR_CHUNKS 256U /* reached by one load; ports below 16384 */
#define FAR_CHUNKS 512U
#define MAX_CHUNKS (EVTCHN_FIFO_NR_CHANNELS / CHUNK_PORTS)
#define NR_GROUPS (MAX_CHUNKS / FAR_CHUNKS)

#define FIFO_PAGE_PORTS 1024U
#define FIFO_PAGES (EVTCHN_FIFO_NR_CHANNELS / FIFO_PAGE_PORTS)

/* Attempts to lock what a concurrent rebinding keeps moving. */
#define RELOCK_TRIES 16

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
