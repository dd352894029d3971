/* SPDX-License-Identifier: MIT */
/*
 * module_swap.h - one module takes the place of another while guests run.
 *
 * What is called is re-linked at every place, in every node's copy, while all CPUs wait at the end of an entry: there
 * no module's code is on any stack. State goes along by the ports' export and import (docs/decisions/0026). If an
 * import refuses or traps, or not all CPUs come in time, everything is put back and the old module serves on.
 */
#ifndef CORE_MODULE_SWAP_H
#define CORE_MODULE_SWAP_H

#include "core/modules.h"

/*
 * m becomes (serve) or stops being the provider of what it exports: prepares, and lets the exit path of this CPU do it.
 * 0: swap_look() says when it is done; -EBUSY: another one is under way; -EREMOTEIO: there is state that cannot go
 * along; -ENOSPC: too many places.
 */
SC_NODISCARD int swap_begin(struct module *m, bool serve);
/* True: it is done; *rc is 0, -ETIME or -EREMOTEIO, *ns how long CPUs could not run guests. */
bool swap_look(int *rc, uint64_t *ns);

/* SOFTIRQ_SWAP: wait, or, on the CPU that began it, do it. */
SC_CORE void swap_run(void);
/* A module trapped on this CPU outside of a hypercall.  True: it was in a swap, or the module could be replaced; the
 * exit path goes on. */
SC_CORE bool swap_trapped(uint64_t home);

#endif
