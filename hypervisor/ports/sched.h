/* SPDX-License-Identifier: MIT */
/*
 * Port sched: which vcpu runs next on a CPU.
 *
 * Every function may be called on any CPU with interrupts off; an
 * implementation takes at most locks of rank RANK_SCHED.
 */
#ifndef PORTS_SCHED_H
#define PORTS_SCHED_H

#include "core/atomic.h"
#include "core/domain.h"

/* A vcpu joins or leaves the scheduler's care. */
SC_NODISCARD int sched_vcpu_init(struct vcpu *v);
void sched_vcpu_destroy(struct vcpu *v);
/* v became runnable (or may have). */
void sched_wake(struct vcpu *v);
/* v is no longer runnable. */
void sched_sleep(struct vcpu *v);
/* The running vcpu gives way to its equals. */
void sched_yield(struct vcpu *v);
/* The vcpu to run on this CPU from now, perhaps prev or the idle vcpu;
 * slice_ns: how long at most, 0 for no limit.  Never null. */
struct vcpu *sched_pick(struct cpu *cpu, struct vcpu *prev, uint64_t now, uint64_t *slice_ns);
/* Name as the Xen ABI reports it. */
SC_STRING const char *sched_name(void);

/* Core side (core/schedule.c). */

/* Ready to run? */
SC_INLINE bool vcpu_runnable(const struct vcpu *v)
{
    return v->online && atomic_read8(&v->block) == VCPU_RUNNABLE && !v->paused && !v->domain->paused &&
           !v->domain->shut_down && !v->domain->dying;
}
/* An event has become pending for v: wake it if it is blocked, or make its CPU look. */
void vcpu_kick(struct vcpu *v);
/* End a SCHEDOP_poll or SCHEDOP_block of v. */
void vcpu_unblock(struct vcpu *v);

#endif
