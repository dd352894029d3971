/* SPDX-License-Identifier: MIT */
/*
 * worker.h - one piece of long work at a time that gives the CPU away.
 *
 * It runs on a stack of its own with interrupts on.  When one leaves something to do for this CPU, the work stops where
 * it is, and who called goes on, to come again (a continuation: core/cont.h), on any CPU.  The work takes no lock,
 * logs nothing, does not ask which CPU it is on, and is core code: a trap in it is the end.
 */
#ifndef CORE_WORKER_H
#define CORE_WORKER_H

#include "core/base.h"

/* What it does is module_job() (core/module_ops.h), whose caller makes sure that there is one at a time.  True: it is
 * done, *rc is its answer.  False: something waits; call again. */
bool worker_run(int64_t *rc);

/* arch/entry.S: begins, or goes on; true: it was interrupted. */
SC_CORE bool worker_begin_raw(uint64_t stack_top);
SC_CORE bool worker_resume_raw(void);
/* On the worker's stack. */
SC_CORE void worker_entry(void);

#endif
