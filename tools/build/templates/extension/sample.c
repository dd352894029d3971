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

void hook_hypercall_enter(struct vcpu *v, uint32_t nr)
{
    if (nr < SAMPLE_CALLS)
        (void)atomic_add64(&counts[nr], 1);
}

static void sample_clear(void)
{
    for (unsigned i = 0; i < SAMPLE_CALLS; i++)
        atomic_write64(&counts[i], 0);
}

long hook_extension(struct vcpu *v, uint64_t op, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{
    switch (op) {
    case SAMPLE_COUNT:
        if (arg >= SAMPLE_CALLS)
            return -EINVAL;
        return (long)(atomic_read64(&counts[arg]) & INT64_MAX);
    case SAMPLE_CLEAR:
        if (!v->domain->privileged)
            return -EPERM;
        sample_clear();
        return 0;
    default: return -ENOSYS;
    }
}
