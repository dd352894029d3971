/* SPDX-License-Identifier: MIT */
/*
 * mock.h - the core as a module's unit test sees it, on the host.
 *
 * Real: the headers, core/frame.c (frames, references) over mapped memory.
 * Mock: locks (they check rank order, and that nothing is locked twice), pools
 * (one malloc an object, so that ASan sees overruns), guest memory, domains,
 * scheduling, preemption, pvmmu and physdev.
 */
#ifndef MOCK_H
#define MOCK_H

#include "core/domain.h"
#include "core/guest.h"

/* For cmocka's group setup: map memory.  For each test: an empty machine, and
 * a check that the test left no lock held and no object alive. */
int mock_start(void **state);
int mock_setup(void **state);
int mock_teardown(void **state);

#define MOCK_FRAMES 4096

/* The calling thread is this CPU from now on; 0 if it has not said. */
void mock_cpu(uint32_t id);

/* A domain with online vcpus and a shared info page; known to domain_find.  Freed by mock_teardown. */
struct domain *mock_domain(domid_t id, uint32_t nr_vcpus, bool privileged);
/* domain_find does not know it any more. */
void mock_forget(struct domain *d);
/* A plain frame of d, zeroed. */
mfn_t mock_frame(struct domain *d);
uint64_t mock_refs_rw(mfn_t m);
uint64_t mock_refs_ro(mfn_t m);

/* Guest memory: what is allocated here can be read and written by guest_*; all else faults. */
void *mock_guest_alloc(size_t nr_bytes);
void mock_guest_free_all(void);
uint64_t mock_gva(const void *p);
#define MOCK_BAD_GVA 0x1000UL

extern unsigned mock_kicks;              /* calls of vcpu_kick */
extern struct vcpu *mock_last_kicked;
extern unsigned mock_unblocks;           /* calls of vcpu_unblock */
extern int mock_preempt_in;              /* preempt_needed() is true at the n-th call; 0: never */
extern int mock_pool_fail_in;            /* the n-th pool_new fails; 0: none */
extern int mock_frame_fail_in;           /* the n-th pagealloc_get fails; 0: none */
extern unsigned mock_pool_live;          /* objects alive */
extern unsigned mock_free_frames;
extern unsigned mock_lock_jitter;        /* a thread sleeps before every n-th lock it takes; 0: never */
extern int mock_pirq_rc;                 /* what physdev_pirq_bind answers */
extern bool mock_pirq_bound[256];
extern unsigned mock_frames_gone;        /* calls of domain_frame_gone ... */
extern domid_t mock_gone_of;             /* ... and the last one's domain */
extern int mock_pvmmu_rc;                /* what pvmmu_grant_map and _unmap answer when not 0 */

/* A page-table entry as pvmmu_grant_map made it; null if there is none. */
struct mock_pte {
    uint64_t where;
    fref_t ref;
    uint64_t avail;
    bool readonly, contains_pte, used;
};
struct mock_pte *mock_pte_at(uint64_t where);

#endif
