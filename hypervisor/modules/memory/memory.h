/* SPDX-License-Identifier: MIT */
/*
 * memory.h - a domain's frames: how it gets and gives them.
 * Takes the domain's page_lock (rank domain).
 */
#ifndef MODULES_MEMORY_H
#define MODULES_MEMORY_H

#include "core/domain.h"

/* 2^order contiguous frames for d below 2^addr_bits (0: anywhere): 0, -ENOMEM (none, or d has its maximum). */
SC_NODISCARD int reserve_take(struct domain *d, unsigned order, unsigned addr_bits, mfn_t *out);
/* d gives a frame back; it is free once its last mapping goes.  -EINVAL: not d's. */
SC_NODISCARD int reserve_give_back(struct domain *d, mfn_t m);
/* Give back every frame of d that nothing refers to: d was never run.  Looks at all of the machine's frames. */
void reserve_give_back_all(struct domain *d);

/* Exchange: frames without any mapping are set aside ... */
SC_NODISCARD int reserve_steal(struct domain *d, mfn_t m);
void reserve_unsteal(struct domain *d, mfn_t m);
/* ... new ones made ready (-ENOMEM: then nothing happened) and taken one after the other ... */
SC_NODISCARD int reserve_exchange_ready(struct domain *d, unsigned order, unsigned addr_bits, uint64_t nr);
mfn_t reserve_exchange_next(struct domain *d, unsigned order);
/* ... and the old ones freed. */
void reserve_free_stolen(mfn_t m);

#endif
