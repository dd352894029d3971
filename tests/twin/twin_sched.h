/* SPDX-License-Identifier: MIT */
/* twin_sched.h - two CPUs, a few vcpus, and a scheduler, of which twin_sched_fair.c and twin_sched_rr.c have one each.
 */
#ifndef TESTS_TWIN_SCHED_H
#define TESTS_TWIN_SCHED_H

#include "core/lock.h"
#include "ports/sched.h"
#include "ports/sched_list.h"
#include "tests/twin/world.h"

#define NR_VCPUS 3
#define NR_CPUS 2

extern struct vcpu *vcpus[NR_VCPUS];

/* The scheduler's: ranks for its locks; and all of its queues, each vcpu that is in one told to queues_saw. */
void queues_start(void);
void queues_look(void);
/* v is in the queue of that CPU: it waits, or is parked. */
void queues_saw(const struct vcpu *v, unsigned cpu, bool parked);
/* The CPU's queue counts so many that wait, and says that this one runs there. */
void queues_counted(unsigned cpu, unsigned nr, const struct vcpu *running SC_NULLABLE);

/* twin_sched.c */
int twin_sched_main(const char *name, bool has_weights, uint64_t wait_max_ns);

#endif
