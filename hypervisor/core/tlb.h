/* SPDX-License-Identifier: MIT */
/*
 * tlb.h - the TLB clock.
 *
 * tlb_clock names the present; a full flush on a CPU moves it on and stamps the
 * CPU.  A frame that loses its last writable mapping is stamped with the clock:
 * a CPU whose stamp is not newer may hold a stale translation of it.
 */
#ifndef CORE_TLB_H
#define CORE_TLB_H

#include "core/frame.h"
#include "core/percpu.h"

extern uint64_t tlb_free_stamp SC_ATOMIC; /* clock when a frame was last freed */

SC_CORE SC_INLINE void tlb_stamp_cpu(void)
{
    this_cpu()->tlb_stamp = atomic_add64(&tlb_clock, 1) + 1;
}
/* Load a guest's or the hypervisor's address space. */
SC_CORE void cr3_load(uint64_t cr3);
SC_INLINE void tlb_flush_local(void)
{
    cr3_load(this_cpu()->cr3);
}
/* Global translations too. */
SC_CORE void tlb_flush_all_local(void);
/* Every CPU that may hold a translation older than stamp flushes (one CPU: this one). */
SC_CORE SC_INLINE void tlb_flush_if_older(uint64_t stamp)
{
    if (this_cpu()->tlb_stamp <= stamp)
        tlb_flush_local();
}
SC_CORE SC_INLINE void tlb_note_free(void)
{
    atomic_write64(&tlb_free_stamp, tlb_now());
}
SC_INLINE void tlb_flush_before_alloc(void)
{
    tlb_flush_if_older(atomic_read64(&tlb_free_stamp));
}

#endif
