/* SPDX-License-Identifier: MIT */
/*
 * Port pagealloc: free frames.
 *
 * Takes a lock of rank RANK_PAGEALLOC.  A frame that comes out has owner
 * DOMID_NONE and no references; what is in it is undefined.
 */
#ifndef PORTS_PAGEALLOC_H
#define PORTS_PAGEALLOC_H

#include "core/addr.h"

#define PAGEALLOC_MAX_ORDER 18

/*
 * 2^order contiguous aligned frames below 2^addr_bits (0: anywhere), of one node: that of these nodes (bit a node)
 * which has most free frames, if it has such, then of another, the nearer ones first.  0 or -ENOMEM.
 */
#define PAGEALLOC_HERE 0 /* nodes: those of what this CPU does (core/numa.h) */
SC_NODISCARD int pagealloc_get(unsigned order, unsigned addr_bits, uint32_t nodes, mfn_t *out);
/* Back, what is the caller's: of a node's, at a multiple of 2^order; the module fails if some of it is free or
 * somebody's. */
void pagealloc_put(mfn_t m, unsigned order SC_RANGE(0, PAGEALLOC_MAX_ORDER));
/* Hand over a range at boot. */
void pagealloc_add(mfn_t start, uint64_t nr_frames);
uint64_t pagealloc_nr_free(void);
uint64_t pagealloc_nr_total(void);
/* Of one node. */
uint64_t pagealloc_nr_free_on(uint32_t node);
uint64_t pagealloc_nr_total_on(uint32_t node);

#endif
