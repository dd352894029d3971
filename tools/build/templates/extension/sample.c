/* SPDX-License-Identifier: MIT */
/* How often each hypercall is made; made by make new-module as a place to begin. */
#include "core/atomic.h"
#include "ports/hooks.h"

#define SAMPLE_CALLS 64

/* Operations of hook_extension: shctl call OP ... */
enum sample_op {
    SAMPLE_COUNT, /* arg: a hypercall's number; how often it was made, -EINVAL */
    SAMPLE_CLEAR, /* 0; -EPERM: the caller is not the hardware domain */
};

static uint64_t counts[SAMPLE_CALLS] SC_ATOMIC;

/*@ assigns counts[0 .. SAMPLE_CALLS - 1]; */
void hook_hypercall_enter(struct vcpu *v, uint32_t nr)
{
    uint64_t *count = &counts[nr % SAMPLE_CALLS];

    if (nr < SAMPLE_CALLS)
        (void)atomic_add64(count, 1);
}

/*@ assigns counts[0 .. SAMPLE_CALLS - 1];
    ensures all: \forall integer n; 0 <= n < SAMPLE_CALLS ==> counts[n] == 0;
*/
static void sample_clear(void)
{
    /*@ loop invariant 0 <= i <= SAMPLE_CALLS;
        loop invariant \forall integer n; 0 <= n < i ==> counts[n] == 0;
        loop assigns i, counts[0 .. SAMPLE_CALLS - 1];
        loop variant SAMPLE_CALLS - i;
    */
    for (unsigned i = 0; i < SAMPLE_CALLS; i++)
        atomic_write64(&counts[i], 0);
}

/*@ predicate kept{A, B} = \forall integer n; 0 <= n < SAMPLE_CALLS ==> \at(counts[n], A) == \at(counts[n], B); */
/*@ requires \valid_read(v) && \valid_read(v->domain);
    assigns counts[0 .. SAMPLE_CALLS - 1];
    ensures only_the_first_clears: !\old(v->domain->privileged) ==> kept{Old, Here};
    ensures no_such_call: op == SAMPLE_COUNT && arg >= SAMPLE_CALLS ==> \result == -EINVAL;
*/
long hook_extension(struct vcpu *v, uint64_t op, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{
    uint64_t *count = &counts[arg % SAMPLE_CALLS];

    if (op == SAMPLE_COUNT)
        return arg < SAMPLE_CALLS ? (long)(atomic_read64(count) & INT64_MAX) : -EINVAL;
    if (op == SAMPLE_CLEAR) {
        if (!v->domain->privileged)
            return -EPERM;
        sample_clear();
        return 0;
    }
    return -ENOSYS;
}
