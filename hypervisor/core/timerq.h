/* SPDX-License-Identifier: MIT */
/*
 * timerq.h - per-CPU queues of deadlines.
 *
 * A timer is embedded in its owner and names what to do by a kind, never by a
 * code pointer (docs/decisions/0008).  Time is nanoseconds of system time.
 */
#ifndef CORE_TIMERQ_H
#define CORE_TIMERQ_H

#include "core/lock.h"

enum timer_kind {
    TIMER_NONE = 0,
    TIMER_VCPU_SINGLESHOT, /* owner: vcpu */
    TIMER_VCPU_PERIODIC,   /* owner: vcpu */
    TIMER_VCPU_POLL,       /* owner: vcpu */
    TIMER_WATCHDOG,        /* owner: the domain of the vcpu */
    TIMER_SCHED,           /* owner: cpu: end of a time slice */
    TIMER_CONSOLE,         /* owner: none: look for console input without an interrupt */
};

struct vcpu;
struct cpu;

struct timer {
    uint64_t deadline_ns;
    struct vcpu *vcpu SC_NULLABLE;
    uint8_t claimed; /* atomic: a CPU is setting or stopping it */
    uint16_t slot;   /* atomic: place in the heap, from 1; 0 when not queued */
    uint16_t cpu;
    uint8_t kind;
};

#define TIMERQ_MAX 1024

struct timerq {
    spinlock_t lock;
    uint16_t nr SC_GUARDED_BY(lock);
    struct timer *heap[TIMERQ_MAX + 1] SC_GUARDED_BY(lock); /* binary heap from index 1 */
    uint64_t armed_ns;                                      /* what the hardware timer is set to; ~0 when off */
};

/* Queue t (again) on this CPU for deadline_ns; takes the queue's lock.
 * The queue has room for every vcpu's timers: no error. */
void timer_set(struct timer *t, uint64_t deadline_ns);
/* Take t out of its queue, if it is in one. */
void timer_stop(struct timer *t);
SC_INLINE bool timer_active(const struct timer *t)
{
    return t->slot != 0;
} /* The timers of a CPU that is out of service are this CPU's from now on. */
SC_CORE void timerq_adopt(struct cpu *from);
/* Run what has expired on this CPU and set the hardware for the next (softirq). */
SC_CORE void timerq_run(void);
/* For contracts: what now_ns() said last to this CPU. */
/*@ ghost uint64_t time_seen; */
/* Nanoseconds of system time: 0 at the hypervisor's start, monotonic on all CPUs. */
uint64_t now_ns(void);

#endif
