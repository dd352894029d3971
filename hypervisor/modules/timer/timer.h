/* SPDX-License-Identifier: MIT */
/*
 * timer.h - the timers of a vcpu (Xen public header vcpu.h; xen.h: set_timer_op).
 * Deadlines and periods are nanoseconds of system time.  Each takes the CPU's timer-queue lock.
 */
#ifndef MODULES_TIMER_H
#define MODULES_TIMER_H

#include "core/domain.h"

/* VCPUOP_set_singleshot_timer; future: a deadline in the past is -ETIME instead of an event at once. */
SC_NODISCARD int timer_singleshot_set(struct vcpu *v, uint64_t deadline_ns, bool future);
void timer_singleshot_stop(struct vcpu *v);
/* VCPUOP_set_periodic_timer; -EINVAL: shorter than a millisecond, or absurdly long. */
SC_NODISCARD int timer_periodic_set(struct vcpu *v, uint64_t period_ns);
void timer_periodic_stop(struct vcpu *v);
/* set_timer_op, the older call: 0 stops; a deadline far off or far gone means "soon". */
void timer_legacy_set(struct vcpu *v, uint64_t deadline_ns);

#endif
