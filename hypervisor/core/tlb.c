/* SPDX-License-Identifier: MIT */
#include "core/tlb.h"

#include "arch/apic.h"
#include "arch/cpu.h"
#include "core/domain.h"
#include "core/hvmap.h"
#include "core/speculation.h"

/* The stamp is taken first: what is changed while the flush runs is newer, or as old, which counts as newer. */
static uint64_t stamp_begin(void)
{
    uint64_t now = atomic_read64(&tlb_clock);

    if (atomic_read64(&tlb_stamped) < now)
        return now;
    return atomic_add64(&tlb_clock, 1) + 1;
}

void cr3_load(uint64_t cr3)
{
    struct cpu *cpu = this_cpu();
    uint64_t stamp = stamp_begin();

    atomic_write64(&cpu->cr3, cr3);
    write_cr3(cr3);
    cpu_top()->root_stale = ROOT_COPY;
    atomic_write64(&cpu->tlb_stamp, stamp);
}

void tlb_flush_all_local(void)
{
    uint64_t cr4 = read_cr4(), stamp = stamp_begin();

    write_cr4(cr4 ^ CR4_PGE);
    write_cr4(cr4);
    atomic_write64(&this_cpu()->tlb_stamp, stamp);
}

void tlb_flush_asked(void)
{
    struct cpu *cpu = this_cpu();
    uint64_t wanted = atomic_read64(&cpu->flush_wanted), stamp;

    if (wanted == atomic_read64(&cpu->flush_done))
        return;
    stamp = stamp_begin();
    write_cr3(read_cr3()); /* for the time being perhaps not cpu->cr3 */
    cpu_top()->root_stale = ROOT_COPY;
    atomic_write64(&cpu->tlb_stamp, stamp);
    atomic_write64(&cpu->flush_done, wanted);
}

/* Bit a CPU, not this one. */
static void flush_cpus(uint64_t mask)
{
    for (uint64_t left = mask; left != 0; left &= left - 1) {
        struct cpu *cpu = &cpus[(unsigned)__builtin_ctzl(left) % MAX_CPUS];

        (void)atomic_add64(&cpu->flush_wanted, 1);
        apic_send(cpu->apic_id, VECTOR_FLUSH);
    }
    for (uint64_t left = mask; left != 0; left &= left - 1) {
        struct cpu *cpu = &cpus[(unsigned)__builtin_ctzl(left) % MAX_CPUS];
        uint64_t wanted = atomic_read64(&cpu->flush_wanted);

        while (atomic_read64(&cpu->flush_done) < wanted) {
            tlb_flush_asked();
            cpu_pause();
        }
    }
}

void tlb_root_changed(mfn_t l4)
{
    uint64_t mask = 0;

    if (!xpti_used)
        return;
    for (unsigned i = 0; i < nr_cpus && i < MAX_CPUS; i++) {
        if ((atomic_read64(&cpus[i].cr3) & PTE_ADDR) == mfn_to_maddr(l4).v)
            mask |= 1UL << i;
    }
    cpu_top()->root_stale = ROOT_COPY;
    flush_cpus(mask & ~(1UL << this_cpu()->id % MAX_CPUS));
}

void tlb_flush_older_elsewhere(uint64_t stamp)
{
    uint64_t mask = 0;

    for (unsigned i = 0; i < nr_cpus && i < MAX_CPUS; i++) {
        const struct cpu *cpu = &cpus[i];

        if (cpu != this_cpu() && slot_read(cpu->last_ctx) != NULL && atomic_read64(&cpu->tlb_stamp) <= stamp)
            mask |= 1UL << i;
    }
    flush_cpus(mask);
}

void tlb_flush_domain_elsewhere(const struct domain *d)
{
    uint64_t loaded = atomic_read64(&d->loaded_on) & ~(1UL << this_cpu()->id % MAX_CPUS), mask = 0;

    for (; loaded != 0; loaded &= loaded - 1) {
        unsigned i = (unsigned)__builtin_ctzl(loaded) % MAX_CPUS;
        const struct vcpu *v = slot_read(cpus[i].last_ctx);

        if (v != NULL && v->domain == d)
            mask |= 1UL << i;
    }
    flush_cpus(mask);
}

void tlb_flush_vcpus_elsewhere(const struct domain *d, unsigned first, uint64_t mask)
{
    uint64_t wanted = 0;

    for (unsigned i = 0; i < nr_cpus && i < MAX_CPUS; i++) {
        const struct vcpu *v = slot_read(cpus[i].last_ctx);

        if (&cpus[i] != this_cpu() && v != NULL && v->domain == d && v->id >= first && v->id - first < 64 &&
            (mask >> (v->id - first) & 1) != 0)
            wanted |= 1UL << i;
    }
    flush_cpus(wanted);
}
