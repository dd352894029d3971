/* SPDX-License-Identifier: MIT */
/* The lists of a CPU's queue: who is ready, in the order of virtual times, and who is parked. */
#include "modules/sched_fair/sched_fair_private.h"

void ready_remove_locked(struct runq *q, struct vcpu *v)
{
    list_remove_locked(&q->ready, v);
    atomic_write32(&q->nr, atomic_read32(&q->nr) - 1);
}

static void ready_insert_locked(struct runq *q, struct vcpu *at SC_NULLABLE, struct vcpu *v)
{
    list_insert_locked(&q->ready, at, v);
    atomic_write32(&q->nr, atomic_read32(&q->nr) + 1);
    v->sched.ran_ns = 0;
}

void ready_add_locked(struct runq *q, struct vcpu *v)
{
    struct vcpu *at = q->ready.tail;

    while (at != NULL && before(v->sched.vtime_ns, at->sched.vtime_ns))
        at = at->sched.prev;
    ready_insert_locked(q, at, v);
}

void ready_add_woken_locked(struct runq *q, struct vcpu *v)
{
    struct vcpu *at = NULL, *next = q->ready.head;

    while (next != NULL && !before(v->sched.vtime_ns, next->sched.vtime_ns)) {
        at = next;
        next = next->sched.next;
    }
    ready_insert_locked(q, at, v);
}

/* ---- those whose domain is over its cap ---- */

void parked_add_locked(struct runq *q, struct vcpu *v)
{
    list_insert_locked(&q->parked, q->parked.tail, v);
    q->unpark_ns = min_u64(q->unpark_ns, v->sched.until_ns);
}

void park_locked(struct runq *q, struct vcpu *v)
{
    v->sched.until_ns = cap_until_ns(v->domain);
    parked_add_locked(q, v);
}

void unpark_locked(struct runq *q, uint64_t now)
{
    struct vcpu *v = q->parked.head, *next;

    if (v == NULL || now < q->unpark_ns)
        return;
    q->unpark_ns = UINT64_MAX;
    for (; v != NULL; v = next) {
        next = v->sched.next;
        if (v->sched.until_ns > now) {
            q->unpark_ns = min_u64(q->unpark_ns, v->sched.until_ns);
            continue;
        }
        list_remove_locked(&q->parked, v);
        v->sched.vtime_ns = later(v->sched.vtime_ns, q->least_ns);
        ready_add_locked(q, v);
    }
}
