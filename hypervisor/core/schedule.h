/* SPDX-License-Identifier: MIT */
/* schedule.h - the core's side of scheduling. */
#ifndef CORE_SCHEDULE_H
#define CORE_SCHEDULE_H

#include "core/domain.h"

/* Pick and switch (softirq); current_vcpu() may differ afterwards. */
void schedule(void);
/* Copy v's runstate to where the guest asked; v's address space is loaded. */
void runstate_publish(struct vcpu *v);
/* What keeps v from running has changed: if it does not run, it is in another state now. */
void runstate_look(struct vcpu *v);
/* v's runstate with the time up to now. */
void runstate_now(struct vcpu *v, struct vcpu_runstate_info *out);

extern mfn_t hv_l4; /* the hypervisor's own address space */

#endif
