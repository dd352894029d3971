/* SPDX-License-Identifier: MIT */
/*
 * tlb.h - the TLB clock.
 *
 * tlb_clock names the present; a full flush on a CPU stamps the CPU with it, and
 * moves it on first if something bears the present stamp.  A frame that loses its
 * last writable mapping is stamped with the clock: a CPU whose stamp is not newer
 * may hold a stale translation of it.
 */
#ifndef CORE_TLB_H
#define CORE_TLB_H

#include "core/frame.h"
#include "core/percpu.h"

struct domain;

extern uint64_t tlb_free_stamp SC_ATOMIC; /* clock when a frame was last freed */

/* Load a guest's or the hypervisor's address space. */
SC_CORE void cr3_load(uint64_t cr3);
SC_INLINE void tlb_flush_local(void)
{
    cr3_load(this_cpu()->cr3);
}
/* Global translations too. */
SC_CORE void tlb_flush_all_local(void);

/*
 * Other CPUs are asked by an interrupt, and waited for.  They answer wherever they are: in a guest, halted, waiting for
 * a lock or for somebody else's flush.  Any lock may be held.  A CPU without a vcpu in the machine holds nobody's
 * address space and is not asked.
 */

/* Do what this CPU was asked. */
SC_CORE void tlb_flush_asked(void);
/* Every CPU that may hold a translation older than stamp flushes. */
SC_CORE void tlb_flush_older_elsewhere(uint64_t stamp);
SC_CORE SC_INLINE void tlb_flush_if_older(uint64_t stamp)
{
    if (this_cpu()->tlb_stamp <= stamp)
        tlb_flush_local();
    if (nr_cpus > 1)
        tlb_flush_older_elsewhere(stamp);
}
/* A slot of an L4 in use has changed: the CPUs that run on a copy of it (core/speculation.h) take a new one. */
void tlb_root_changed(mfn_t l4);
/* The other CPUs that hold an address space of d. */
void tlb_flush_domain_elsewhere(const struct domain *d);
/* The other CPUs that run a vcpu of d whose bit is in mask, counted from vcpu first. */
void tlb_flush_vcpus_elsewhere(const struct domain *d, unsigned first, uint64_t mask);
SC_INLINE void tlb_flush_domain(const struct domain *d)
{
    tlb_flush_local();
    if (nr_cpus > 1)
        tlb_flush_domain_elsewhere(d);
}
SC_CORE SC_INLINE void tlb_note_free(void)
{
    atomic_write64(&tlb_free_stamp, tlb_stamp());
}
SC_INLINE void tlb_flush_before_alloc(void)
{
    tlb_flush_if_older(atomic_read64(&tlb_free_stamp));
}

#endif
