/* SPDX-License-Identifier: MIT */
/*
 * cpus.h - CPUs go out of service and come back (docs/handbook/cpus.md).
 *
 * A CPU that goes runs nothing more, gives its vcpus, interrupts and timers to others, waits until nobody can mean it
 * any more, and halts with interrupts off, until an NMI brings it back.
 */
#ifndef CORE_CPUS_H
#define CORE_CPUS_H

#include "core/percpu.h"

/*
 * Take CPU id out of service, or bring it back; for a continuation, which calls again with the same *step, 0 at first,
 * as long as it gets -EAGAIN.  0: done.  -EINVAL: there is no such CPU, it is CPU 0, or it is so already; -EBUSY:
 * another one goes or comes; -EIO: it does not answer within a second.
 */
SC_NODISCARD int cpu_offline(uint32_t id, uint64_t *step);
SC_NODISCARD int cpu_online(uint32_t id, uint64_t *step);

/* An idle CPU that is not in service has its way out looked for: it may be halted in here. */
SC_CORE void cpu_leave_look(void);

#endif
