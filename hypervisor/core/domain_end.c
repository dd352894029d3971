/* SPDX-License-Identifier: MIT */
/*
 * domain_end.c - how a domain ends (docs/handbook/domains.md), and how it stands still.
 *
 * A domain ends in steps, each in pieces between which other work goes on.  Where it is stands in the domain, not in
 * the call: whoever calls does the next piece.  A grace period after it is stopped nobody runs its vcpus, or will; then
 * it is marked as dying, and after another one nobody is inside what began when it was not; after one more, when its
 * ports are closed, nobody sends to it.
 */
#include "core/domain.h"

#include "core/atomic.h"
#include "core/log.h"
#include "core/schedule.h"
#include "ports/console.h"
#include "ports/evtchn.h"
#include "ports/gnttab.h"
#include "ports/pagealloc.h"
#include "ports/physdev.h"
#include "ports/pvmmu.h"
#include "ports/sched.h"

enum end_step {
    END_STOP = 0, /* its vcpus run no more */
    END_MARK,     /* when no CPU has one of them: it gets nothing more */
    END_SETTLE,   /* what was under way is done */
    END_PORTS,    /* no more grants; event channels closed */
    END_SENDERS,  /* nobody sends to it */
    END_VCPUS,    /* what its vcpus hold */
    END_PINS,     /* page tables that it pinned */
    END_MAPPINGS, /* grants of others */
    END_FRAMES,   /* its memory */
    END_DONE,
};

#define FRAMES_LOOK 512 /* frames looked at in a piece */

/* ---- vcpus that stop ---- */

/* No CPU has v or means to run it; or tell the CPU that does. */
static bool vcpu_is_off(struct vcpu *v)
{
    if (v->sched.list == 0 && !v->sched.running && atomic_read8(&v->on_cpu) == 0)
        return true;
    sched_sleep(v);
    return false;
}

static bool vcpus_are_off(const struct domain *d)
{
    bool off = true;

    for (uint32_t i = 0; i < d->max_vcpus; i++) {
        struct vcpu *v = domain_vcpu(d, i);

        if (v != NULL && !vcpu_is_off(v))
            off = false;
    }
    return off;
}

/* The move to the vcpu_info that a vcpu registered is complete (RCU_VCPU_INFO). */
static bool infos_are_settled(const struct domain *d)
{
    for (uint32_t i = 0; i < d->max_vcpus; i++) {
        const struct vcpu *v = domain_vcpu(d, i);

        if (v != NULL && slot_read(v->info_before) != NULL)
            return false;
    }
    return true;
}

/* ---- the steps: true when done; false: once more after a preemption point ---- */

static bool step_stop(struct domain *d)
{
    d->stopped = true;
    for (uint32_t i = 0; i < d->max_vcpus; i++) {
        struct vcpu *v = domain_vcpu(d, i);

        if (v != NULL)
            atomic_write64(&v->periodic_ns, 0); /* lest it is set again when it rings */
    }
    domain_vcpus_stop(d);
    console_domain_flush(d);
    return true;
}

/* Before that its own calls are not refused anything. */
SC_HOLDS(d->end_lock) static bool step_mark(struct domain *d)
{
    if (!rcu_wait(&d->end_grace) || !vcpus_are_off(d))
        return false;
    d->dying = true;
    return true;
}

SC_HOLDS(d->end_lock) static bool step_settle(struct domain *d)
{
    if (!rcu_wait(&d->end_grace))
        return false;
    domain_vcpus_stop(d); /* timers that were set meanwhile */
    return vcpus_are_off(d) && infos_are_settled(d);
}

SC_HOLDS(d->end_lock) static bool step_ports(struct domain *d)
{
    uint32_t chunk = (uint32_t)d->end_at;
    bool more;

    if (chunk == 0)
        gnttab_domain_close(d);
    more = evtchn_reset_step(d, &chunk);
    d->end_at = chunk;
    return !more;
}

SC_HOLDS(d->end_lock) static bool step_senders(struct domain *d)
{
    if (!rcu_wait(&d->end_grace))
        return false;
    evtchn_reset_finish(d);
    console_ring_detach(d);
    physdev_domain_destroy(d);
    return true;
}

SC_HOLDS(d->end_lock) static bool step_vcpus(struct domain *d)
{
    struct vcpu *v = domain_vcpu(d, (uint32_t)d->end_at);

    if (v != NULL && !pvmmu_vcpu_release(v))
        return false;
    if (v != NULL)
        vcpu_drop_info(v);
    d->end_at++;
    return d->end_at >= d->max_vcpus;
}

SC_HOLDS(d->end_lock) static bool step_pins(struct domain *d)
{
    uint64_t end = min_u64(d->end_at + FRAMES_LOOK, max_mfn);

    for (; d->end_at < end; d->end_at++) {
        if (!pvmmu_unpin_release(d, mfn(d->end_at)))
            return false;
    }
    return end == max_mfn;
}

SC_HOLDS(d->end_lock) static bool step_mappings(struct domain *d)
{
    uint32_t chunk = (uint32_t)d->end_at;
    bool more = gnttab_abandon_step(d, &chunk);

    d->end_at = chunk;
    return !more;
}

void domain_frame_gone(domid_t owner)
{
    struct domain *d = domain_find(NULL, owner);

    if (d != NULL && atomic_read64(&d->nr_left) != 0 && atomic_add64(&d->nr_left, UINT64_MAX) == 1)
        softirq_raise(SOFTIRQ_DOMAINS);
}

/* Counted before it is taken, so that it is when it is freed. */
static void frame_end(struct domain *d, mfn_t m)
{
    atomic_add64(&d->nr_left, 1);
    if (!frame_leave(m, d->id))
        atomic_add64(&d->nr_left, UINT64_MAX);
}

static void frames_begin(struct domain *d)
{
    spin_lock(&d->page_lock);
    d->nr_frames = 0;
    spin_unlock(&d->page_lock);
    atomic_write64(&d->nr_left, 1);
}

SC_HOLDS(d->end_lock) static bool step_frames(struct domain *d)
{
    uint64_t end = min_u64(d->end_at + FRAMES_LOOK, max_mfn);

    if (d->end_at == 0)
        frames_begin(d);
    for (; d->end_at < end; d->end_at++) {
        if (frame_owner(mfn(d->end_at)) == d->id)
            frame_end(d, mfn(d->end_at));
    }
    return end == max_mfn;
}

SC_HOLDS(d->end_lock) static bool step_do(struct domain *d)
{
    switch ((enum end_step)d->end) {
    case END_STOP: return step_stop(d);
    case END_MARK: return step_mark(d);
    case END_SETTLE: return step_settle(d);
    case END_PORTS: return step_ports(d);
    case END_SENDERS: return step_senders(d);
    case END_VCPUS: return step_vcpus(d);
    case END_PINS: return step_pins(d);
    case END_MAPPINGS: return step_mappings(d);
    case END_FRAMES: return step_frames(d);
    case END_DONE: break;
    }
    return false;
}

static void tell_hardware_domain(void)
{
    if (hardware_domain != NULL)
        evtchn_send_global_virq(hardware_domain, VIRQ_DOM_EXC);
}

/* One piece; true when the last step is done by it. */
SC_HOLDS(d->end_lock) static bool end_piece(struct domain *d)
{
    if (d->end == END_DONE || !step_do(d))
        return false;
    d->end++;
    d->end_at = 0;
    d->end_grace = 0;
    return d->end == END_DONE;
}

int domain_destroy(struct domain *d)
{
    bool last;

    if (d == current_vcpu()->domain || d == hardware_domain)
        return -EINVAL;
    if (d->dead)
        return 0;
    spin_lock(&d->end_lock);
    last = end_piece(d);
    spin_unlock(&d->end_lock);
    if (!last)
        return -EAGAIN;
    d->dead = true;
    tell_hardware_domain();
    if (atomic_read64(&d->nr_left) > 1)
        log_info("Domain %u (%.16s) ends when others let go of %lu frames", d->id, d->name,
                 atomic_read64(&d->nr_left) - 1);
    if (atomic_add64(&d->nr_left, UINT64_MAX) == 1)
        softirq_raise(SOFTIRQ_DOMAINS);
    return 0;
}

/* ---- the very end ---- */

static uint32_t leaving SC_ATOMIC;

uint32_t domains_leaving(void)
{
    return atomic_read32(&leaving);
}

void domains_reap(void)
{
    for (struct domain *d = slot_read(domain_list); d != NULL; d = slot_read(d->next)) {
        if (d->dead && atomic_read64(&d->nr_left) == 0 && domain_unlink(d)) {
            atomic_add32(&leaving, 1);
            rcu_defer_domain(&d->gone, d);
        }
    }
}

void domain_free(struct domain *d)
{
    domid_t id = d->id;
    char name[sizeof(d->name)];

    memcpy(name, d->name, sizeof(name));
    console_domain_destroy(d);
    domain_memory_free(d);
    atomic_add32(&leaving, UINT32_MAX);
    domain_log_memory();
    log_err("Domain %u (%.16s) is gone", id, name);
    tell_hardware_domain();
}

uint64_t domain_nr_frames(struct domain *d)
{
    uint64_t nr, left = atomic_read64(&d->nr_left);

    spin_lock(&d->page_lock);
    nr = d->nr_frames;
    spin_unlock(&d->page_lock);
    return nr + left - (left != 0 && !d->dead);
}

void domain_log_memory(void)
{
    log_info("memory: %lu of %lu frames are free, %lu are in pools", pagealloc_nr_free(), pagealloc_nr_total(),
             pools_nr_frames());
}

/* ---- standing still ---- */

#define PAUSES_MAX 255 /* as Xen */

SC_NODISCARD static int pause_count(struct domain *d)
{
    int rc = -EOVERFLOW;

    spin_lock(&d->end_lock);
    if (d->pauses < PAUSES_MAX) {
        d->pauses++;
        d->paused = true;
        rc = 0;
    }
    spin_unlock(&d->end_lock);
    return rc;
}

int domain_pause(struct domain *d, uint64_t *grace)
{
    int rc;

    if (d == current_vcpu()->domain)
        return -EINVAL;
    if (*grace == 0) {
        rc = pause_count(d);
        if (rc != 0)
            return rc;
        (void)vcpus_are_off(d); /* tell their CPUs */
    }
    /* Who found a vcpu runnable before has done with it after a grace period.  Another may have let the domain go on
     * meanwhile: nobody is to be off then. */
    return rcu_wait(grace) && (!d->paused || vcpus_are_off(d)) ? 0 : -EAGAIN;
}

static void vcpus_go_on(const struct domain *d)
{
    for (uint32_t i = 0; i < d->max_vcpus; i++) {
        struct vcpu *v = domain_vcpu(d, i);

        if (v == NULL)
            continue;
        runstate_look(v);
        if (vcpu_runnable(v))
            sched_wake(v);
    }
}

int domain_unpause(struct domain *d)
{
    bool go = false;
    int rc = -EINVAL;

    if (d == current_vcpu()->domain)
        return -EINVAL;
    spin_lock(&d->end_lock);
    if (d->pauses != 0) {
        d->pauses--;
        d->paused = d->pauses != 0;
        go = !d->paused;
        rc = 0;
    }
    spin_unlock(&d->end_lock);
    if (go)
        vcpus_go_on(d);
    return rc;
}
