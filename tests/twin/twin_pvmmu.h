/* SPDX-License-Identifier: MIT */
/* twin_pvmmu.h - the page tables' tiny world: its frames, and what is known of it besides. */
#ifndef TESTS_TWIN_PVMMU_H
#define TESTS_TWIN_PVMMU_H

#include "core/domain.h"

enum {
    PERDOM = 1, /* the hypervisor's */
    L4 = 2,
    L3 = 3,
    L2 = 4,
    L1 = 5,
    ANY = 6,
    DATA = 7,
    THEIRS = 8,
    BOOT = 9, /* an empty L4, on which the vcpus begin */
    ZERO = 10,
    SPARE = 11,
    NR_FRAMES = 12,
};
#define US 1
#define THEM 2
#define HV_WORD(i) (0x5afe000000000000UL | (i) << 12 | PTE_P)

extern struct domain *us;
/* What the CPU may have in its TLB of the guest's: bit a frame. */
extern uint32_t cached, cached_writable;
/* References that the other domain's grant gave and that have not been taken back. */
extern uint32_t nr_granted;

/* All that must hold between two operations (twin_pvmmu_holds.c). */
void pvmmu_check(void);
/* Entries of L1s in use that lead to a frame. */
unsigned nr_entries_to(uint64_t frame);

#endif
