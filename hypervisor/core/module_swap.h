/* SPDX-License-Identifier: MIT */
/*
 * module_swap.h - one module takes the place of another while guests run.
 *
 * What is called is re-linked at every place, in every node's copy, while all CPUs wait at the end of an entry: there
 * no module's code is on any stack. State goes along by the ports' export and import (docs/decisions/0026), converted
 * where the structures are others (core/module_state.h). If an import refuses or traps, or it takes too long,
 * everything is put back and the old module serves on.
 *
 * A module that was loaded at run time and fails loses what it serves the same way, without being asked.
 */
#ifndef CORE_MODULE_SWAP_H
#define CORE_MODULE_SWAP_H

#include "core/modules.h"

struct guest_regs;

/* What swap_begin() will do, if nothing else changes meanwhile: takes long, may be preempted.  As plan_make(). */
SC_NODISCARD int swap_plan(struct module *m, bool serve);
/* Lets the exit path of this CPU do it.  0: swap_look() says when it is done; -EAGAIN: plan it anew.  timeout_ns: how
 * long CPUs may take to come, and then how long state may take to be handed over; 0: 30 ms, as in Xen. */
SC_NODISCARD int swap_begin(uint64_t timeout_ns);
/* True: it is done; *rc is 0, -ETIME, -EREMOTEIO or -EAGAIN (plan it anew), *ns how long CPUs could not run guests. */
bool swap_look(int *rc, uint64_t *ns);

/* SOFTIRQ_SWAP: wait, or, on the CPU that began it, do it; or see to a module that has failed. */
SC_CORE void swap_run(void);
/* This CPU was handing over when something trapped: the exit path goes on, and puts everything back. */
SC_CORE bool swap_trapped(void);
/* A trap in m.  True: it came at run time, and the exit path of this CPU will give what it serves to who had it. */
SC_CORE bool swap_failed(struct module *m);

#endif
