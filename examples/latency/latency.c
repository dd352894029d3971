/* SPDX-License-Identifier: MIT */
/*
 * How long hypercalls take, as histograms by number: each CPU counts in pages of its own, and who reads adds them up.
 * Bucket i has what took less than 2^(i + 8) ns, and not less than the one before; the last has all that is longer.
 */
#include "core/atomic.h"
#include "core/domain.h"
#include "core/guest.h"
#include "core/percpu.h"
#include "core/pool.h"
#include "core/timerq.h"
#include "ports/hooks.h"

#define NR_CALLS 56 /* a CPU's counts fit into one page */
#define NR_BUCKETS 16
#define FIRST_SHIFT 8

enum latency_op {
    LATENCY_READ = 0,  /* arg: where, of NR_BUCKETS words; a3: of which hypercall. 0, -EINVAL, -EFAULT */
    LATENCY_CLEAR = 1, /* 0 */
};

/* Written by its own CPU only, but for LATENCY_CLEAR. */
struct cpu_latency {
    uint32_t counts[NR_CALLS][NR_BUCKETS] SC_ATOMIC __attribute__((aligned(4096)));
    const struct vcpu *caller SC_SLOT; /* of the call that runs; compared only */
    uint64_t since_ns SC_ATOMIC;
};

SC_PERCPU(struct cpu_latency, latencies);

void hook_hypercall_enter(struct vcpu *v, uint32_t nr)
{
    struct cpu_latency *l = sc_this_cpu(latencies);

    slot_publish(l->caller, v);
    atomic_write64(&l->since_ns, now_ns());
}

static uint32_t bucket_of(uint64_t ns)
{
    uint32_t bits = 64 - (uint32_t)__builtin_clzl(ns | 1);

    if (bits <= FIRST_SHIFT)
        return 0;
    return bits - FIRST_SHIFT < NR_BUCKETS ? bits - FIRST_SHIFT : NR_BUCKETS - 1;
}

void hook_hypercall_exit(struct vcpu *v, uint32_t nr)
{
    struct cpu_latency *l = sc_this_cpu(latencies);
    uint64_t since = atomic_read64(&l->since_ns), now = now_ns();
    uint32_t *count;

    if (slot_read(l->caller) != v)
        return; /* it began elsewhere, or before this module was there */
    slot_publish(l->caller, NULL);
    count = &l->counts[nr % NR_CALLS][bucket_of(now > since ? now - since : 0)];
    if (atomic_read32(count) != UINT32_MAX)
        atomic_write32(count, atomic_read32(count) + 1);
}

static int latency_read(gva_t to, uint32_t nr)
{
    uint64_t sums[NR_BUCKETS] = { 0 };

    for (uint32_t cpu = 0; cpu < MAX_CPUS; cpu++) {
        for (uint32_t i = 0; i < NR_BUCKETS; i++)
            sums[i] += atomic_read32(&latencies[cpu].counts[nr % NR_CALLS][i]);
    }
    return guest_put(to, sums);
}

static void latency_clear(void)
{
    for (uint32_t cpu = 0; cpu < MAX_CPUS; cpu++) {
        for (uint32_t nr = 0; nr < NR_CALLS; nr++) {
            for (uint32_t i = 0; i < NR_BUCKETS; i++)
                atomic_write32(&latencies[cpu].counts[nr][i], 0);
        }
    }
}

long hook_extension(struct vcpu *v, uint64_t op, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{
    if (!v->domain->privileged)
        return -EPERM;
    switch (op) {
    case LATENCY_READ: return a3 < NR_CALLS ? latency_read(gva(arg), (uint32_t)a3) : -EINVAL;
    case LATENCY_CLEAR: latency_clear(); return 0;
    default: return -ENOSYS;
    }
}
