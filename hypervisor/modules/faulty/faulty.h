/* SPDX-License-Identifier: MIT */
/*
 * faulty.h - a deliberately wrong module, in build/safehype-faulty only: each operation breaks one rule when the
 * guest's numbers are bad, and is right when they are good.  Tests show that a bad one is caught and contained.
 */
#ifndef MODULES_FAULTY_H
#define MODULES_FAULTY_H

#include "core/domain.h"

/* Operations of the test hypercall; x and y are the guest's. */
enum faulty_op {
    FAULTY_INDEX,  /* SC-07: element x of 8 */
    FAULTY_NULL,   /* SC-08: a list of one, x steps along */
    FAULTY_DIVIDE, /* SC-10: x / y */
    FAULTY_SHIFT,  /* SC-10: 1 << x */
    FAULTY_COUNT,  /* SC-07: the sum of the first x of 8 elements, by a callee that trusts its count */
    FAULTY_SIZE,   /* SC-10: the sum of the first x * 4: the product wraps */
    FAULTY_LOOP,   /* SC-17: until x is 0, by steps of y */
    FAULTY_LOCKED, /* SC-07: FAULTY_INDEX with a lock held */
    FAULTY_NESTED, /* SC-17: x times y turns */
};

long hc_faulty(struct vcpu *v, uint64_t op, uint64_t x, uint64_t y, uint64_t a4, uint64_t a5);

#endif
