/* SPDX-License-Identifier: MIT */
/*
 * sample.h - sums that guests keep in the hypervisor: a few slots, into which any domain adds.
 * Each function takes sample's lock, the last in the order but for the hardware's: call them with any other held.
 */
#ifndef MODULES_SAMPLE_H
#define MODULES_SAMPLE_H

#include "core/domain.h"

#define SAMPLE_SLOTS 8
#define SAMPLE_TOTAL_MAX ((uint64_t)INT64_MAX) /* so that a sum and an error number fit into one result */

/* Operations of hc_sample. */
enum sample_op {
    SAMPLE_ADD,   /* slot, amount: 0, -EINVAL, -EOVERFLOW */
    SAMPLE_GET,   /* slot: its sum, -EINVAL */
    SAMPLE_CLEAR, /* 0; -EPERM: the caller is not the hardware domain */
};

/* amount more in the slot: 0; -EINVAL: no such slot; -EOVERFLOW: all sums together would exceed SAMPLE_TOTAL_MAX. */
SC_NODISCARD int sample_add(uint64_t slot, uint64_t amount);
/* The slot's sum: 0 or -EINVAL. */
SC_NODISCARD int sample_get(uint64_t slot, uint64_t *sum);
/* Every slot is 0 again; the total that was. */
uint64_t sample_clear(void);

/* A hypercall's handler (xen-compat/hypercalls.h: hypercall_fn). -ENOSYS: no such operation. */
long hc_sample(struct vcpu *v, uint64_t op, uint64_t slot, uint64_t amount, uint64_t a4, uint64_t a5);

#endif
