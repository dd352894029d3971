/* SPDX-License-Identifier: MIT */
/*
 * hvmap.h - the hypervisor's own mappings.  W^X: no page is writable and
 * executable through any mapping (text is read-only in the direct map too).
 */
#ifndef CORE_HVMAP_H
#define CORE_HVMAP_H

#include "core/frame.h"
#include "core/pte_word.h"

#define HVMAP_RX (PTE_P | PTE_A | PTE_G)
#define HVMAP_R (PTE_P | PTE_A | PTE_G | PTE_NX)
#define HVMAP_RW (PTE_P | PTE_W | PTE_A | PTE_D | PTE_NX)
#define HVMAP_DEVICE (PTE_P | PTE_W | PTE_A | PTE_D | PTE_NX | PTE_PCD | PTE_PWT)

struct cpu;
struct domain;

struct ram_range {
    uint64_t start, end; /* machine addresses */
};
/* Boot: build the final tables and load them; each node's frame table, M2P and direct map in its own memory. */
SC_CORE void hvmap_init(const struct ram_range *ram SC_COUNT(nr_ram), unsigned nr_ram);
/* Boot: frames taken before the page allocator exists; zeroed. */
SC_CORE void hvmap_boot_alloc_add(uint64_t start, uint64_t end);
/* Of the nodes of what this CPU does (core/numa.h). */
SC_CORE mfn_t hvmap_alloc_frame(void);
SC_CORE mfn_t hvmap_alloc_frame_pair(void);
/* Boot: hand what is left to the page allocator. */
SC_CORE void hvmap_boot_alloc_finish(void);

/* Map one page at va in the hypervisor's slots (shared by every address space). */
SC_CORE void hvmap_page(uint64_t va, mfn_t m, uint64_t flags);
/* Show a page of ours, mapped by 4 KiB, in another root table too. */
SC_CORE void hvmap_show(mfn_t root, uint64_t va, uint64_t flags);
/* Make the direct map's view of m read-only. */
SC_CORE void hvmap_protect_direct(mfn_t m);
/* Map device registers or firmware tables; never unmapped. */
SC_CORE SC_COUNT(nr_bytes) volatile uint8_t *hvmap_device(uint64_t maddr, uint64_t nr_bytes);
SC_COUNT(nr_bytes) const uint8_t *hvmap_firmware(uint64_t maddr, uint64_t nr_bytes);
/* How far up hvmap_firmware can look: little, before hvmap_init. */
SC_CORE uint64_t hvmap_firmware_reach(void);
/* Boot: what belongs to this CPU, which does not run yet, goes to its node. */
SC_CORE void hvmap_percpu(const struct cpu *cpu);
/* Read-only after boot: the tables set up at boot become read-only. */
SC_CORE void hvmap_seal(void);
/* Machine address behind a direct-map address. */
SC_CORE uint64_t hvmap_direct_maddr(uint64_t va);
/* First frame of the n-th 2 MiB of the M2P; false: there is no such piece. */
bool hvmap_m2p_piece(unsigned n, mfn_t *out);
/* Write the hypervisor's slots 256-271 into a guest's L4, d's; not an L4: the module fails (SC_REQUIRE). */
void hvmap_fill_l4(mfn_t l4, const struct domain *d);
/* Walk the hypervisor's tables: the entry for va, or 0.  For dumps. */
SC_CORE uint64_t hvmap_lookup(uint64_t va);

#endif
