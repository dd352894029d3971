/* SPDX-License-Identifier: MIT */
#include "core/timerq.h"

#include "arch/cpu.h"
#include "core/time.h"
#include "core/timer_heap.h"
#include "core/tlb.h"
#include "core/domain.h"

#include <xen/sched.h>

#include "core/log.h"
#include "core/percpu.h"
#include "ports/evtchn.h"
#include "ports/sched.h"

/* Set the hardware for the earliest deadline, if that changed. */
SC_HOLDS(q->lock) static void timerq_arm(struct timerq *q)
{
    const struct timer *first = timer_heap_first(q);
    uint64_t next = first != NULL ? first->deadline_ns : UINT64_MAX;

    if (next == q->armed_ns)
        return;
    q->armed_ns = next;
    apic_timer_set(next);
}

/* A timer is set and stopped by one CPU at a time; it may expire meanwhile. */
static void timer_claim(struct timer *t)
{
    while (atomic_xchg8(&t->claimed, 1) != 0) {
        tlb_flush_asked();
        cpu_pause();
    }
}

static void timer_unclaim(struct timer *t)
{
    atomic_write8(&t->claimed, 0);
}

static void timer_take_out(struct timer *t)
{
    struct timerq *q = &cpus[t->cpu % MAX_CPUS].timerq;

    if (atomic_read16(&t->slot) == 0)
        return;
    spin_lock(&q->lock);
    if (t->slot != 0)
        timer_heap_remove(q, t);
    spin_unlock(&q->lock);
    /* The hardware may fire for nothing; that is cheaper than setting it again. */
}

/* Claimed: into this CPU's queue. */
static void timer_put(struct timer *t, uint64_t deadline_ns)
{
    struct cpu *cpu = this_cpu();
    struct timerq *q = &cpu->timerq;

    if (t->cpu != cpu->id)
        timer_take_out(t);
    spin_lock(&q->lock);
    if (t->slot != 0) {
        timer_heap_change(q, t, deadline_ns);
    } else {
        BUG_ON(q->nr >= TIMERQ_MAX);
        t->cpu = (uint16_t)cpu->id;
        timer_heap_insert(q, t, deadline_ns);
    }
    timerq_arm(q);
    spin_unlock(&q->lock);
}

void timer_set(struct timer *t, uint64_t deadline_ns)
{
    timer_claim(t);
    timer_put(t, deadline_ns);
    timer_unclaim(t);
}

/* Unless it was stopped, or set elsewhere, meanwhile. */
static void timer_adopt(struct timer *t, const struct cpu *from)
{
    timer_claim(t);
    if (atomic_read16(&t->slot) != 0 && t->cpu == from->id)
        timer_put(t, t->deadline_ns);
    timer_unclaim(t);
}

void timerq_adopt(struct cpu *from)
{
    struct timerq *q = &from->timerq;
    struct timer *t;

    do {
        spin_lock(&q->lock);
        t = timer_heap_first(q);
        spin_unlock(&q->lock);
        if (t != NULL)
            timer_adopt(t, from);
    } while (t != NULL);
    q->armed_ns = UINT64_MAX;
}

void timer_stop(struct timer *t)
{
    if (atomic_read16(&t->slot) == 0)
        return;
    timer_claim(t);
    timer_take_out(t);
    timer_unclaim(t);
}

static void vcpu_timer_fire(struct timer *t, struct vcpu *v)
{
    uint64_t period;

    switch ((enum timer_kind)t->kind) {
    case TIMER_VCPU_SINGLESHOT: evtchn_send_virq(v, VIRQ_TIMER); break;
    case TIMER_VCPU_PERIODIC:
        period = atomic_read64(&v->periodic_ns);
        if (period != 0) /* it may be stopped just now */
            timer_set(t, t->deadline_ns + period);
        evtchn_send_virq(v, VIRQ_TIMER);
        break;
    case TIMER_VCPU_POLL: vcpu_unblock(v); break;
    case TIMER_WATCHDOG:
        log_err("domain %u: its watchdog was not kicked", v->domain->id);
        domain_shutdown(v->domain, SHUTDOWN_watchdog);
        break;
    default: break;
    }
}

static void timer_fire(struct timer *t)
{
    struct vcpu *v = t->vcpu;

    if (v != NULL)
        vcpu_timer_fire(t, v);
    else if (t->kind == TIMER_SCHED)
        softirq_raise(SOFTIRQ_SCHEDULE);
    else if (t->kind == TIMER_CONSOLE)
        softirq_raise(SOFTIRQ_SERIAL);
}

void timerq_run(void)
{
    struct timerq *q = &this_cpu()->timerq;
    uint64_t now = now_ns();

    q->armed_ns = UINT64_MAX;
    for (;;) {
        struct timer *t;

        spin_lock(&q->lock);
        t = timer_heap_due(q, now);
        if (t == NULL)
            timerq_arm(q);
        spin_unlock(&q->lock);
        if (t == NULL)
            return;
        timer_fire(t);
    }
}
