/* SPDX-License-Identifier: MIT */
/*
 * world.h - the core as a module's twin sees it.
 *
 * Real: the headers, core/frame.c, core/tlb.h.  Not: locks (they check rank order, and that nothing is held between
 * operations), pools (a small arena, in which what was freed is poisoned), one CPU, domains.
 */
#ifndef TESTS_TWIN_WORLD_H
#define TESTS_TWIN_WORLD_H

#include "core/domain.h"
#include "tests/twin/twin.h"

/* Map memory for nr frames, of which the world knows. */
void world_frames(uint64_t nr);
/* At the end of start(): pools may grow by so much. */
void world_ready(uint32_t nr_bytes);
/* A full flush of the CPU's TLB; for a twin that wants to know. */
void world_flushed(void);
/* A domain of one vcpu or more, in domain_list; without a shared info page. */
struct domain *world_domain(domid_t id, uint32_t nr_vcpus, bool privileged);
/*
 * Behind that many steps from now (steps.h), if it comes to that, world_race: for a twin with two CPUs.  A lock that is
 * let go is a step too.  What world_race does may not need a lock that is held then: a CPU would wait (twin_wait).
 */
void world_steps_until(unsigned nr);
void world_race(void);
/* It is CPU i that works from now on: what is each CPU's own (core/cluster.h) is then another's. */
void world_cpu(unsigned i);
/* Between two operations: no lock is held. */
void world_check(void);
/* Objects of all pools that are alive. */
unsigned world_nr_objects(void);

/* What pagealloc_get has left: for twins that have no real allocator (world_pages.c). */
extern uint64_t world_nr_free;
/* Frames from..end-1 are free. */
void world_pages(uint64_t from, uint64_t end);

#endif
