/* SPDX-License-Identifier: MIT */
/*
 * Port sched: which vcpu runs next on a CPU.
 *
 * Every function may be called on any CPU with interrupts off; an
 * implementation takes at most locks of rank RANK_SCHED.  There are two, of
 * which the command line chooses one (sched=): a branch at each call, no table.
 */
#ifndef PORTS_SCHED_H
#define PORTS_SCHED_H

#include "core/atomic.h"
#include "core/cmdline.h"
#include "core/domain.h"
#include "core/percpu.h"

/* How a domain's vcpus are served. */
struct sched_params {
    uint16_t weight; /* of each of its vcpus; 0 to leave as it is */
    uint16_t cap;    /* percent of one CPU, for all its vcpus together; 0: none */
};

#define SCHED_WEIGHT_DEFAULT 256
/* What sched_abi_id says: Xen's credit2 (XEN_SCHEDULER_CREDIT2 of xen/domctl.h), or none of Xen's. */
#define SCHED_ABI_CREDIT2 6
#define SCHED_ABI_NONE 0

/* The implementations, modules/sched_fair and modules/sched_rr. */
SC_NODISCARD int sched_fair_vcpu_init(struct vcpu *v);
void sched_fair_vcpu_destroy(struct vcpu *v);
void sched_fair_wake(struct vcpu *v);
void sched_fair_sleep(struct vcpu *v);
void sched_fair_yield(struct vcpu *v);
struct vcpu *sched_fair_pick(struct cpu *cpu, struct vcpu *prev, uint64_t now, uint64_t *slice_ns);
void sched_fair_quit(struct cpu *cpu, struct vcpu *prev, uint64_t now);
void sched_fair_drain(struct cpu *cpu);
void sched_fair_domain_init(struct domain *d);
SC_NODISCARD int sched_fair_domain_get(const struct domain *d, struct sched_params *p);
SC_NODISCARD int sched_fair_domain_set(struct domain *d, const struct sched_params *p);
SC_STRING const char *sched_fair_name(void);

SC_NODISCARD int sched_rr_vcpu_init(struct vcpu *v);
void sched_rr_vcpu_destroy(struct vcpu *v);
void sched_rr_wake(struct vcpu *v);
void sched_rr_sleep(struct vcpu *v);
void sched_rr_yield(struct vcpu *v);
struct vcpu *sched_rr_pick(struct cpu *cpu, struct vcpu *prev, uint64_t now, uint64_t *slice_ns);
void sched_rr_quit(struct cpu *cpu, struct vcpu *prev, uint64_t now);
void sched_rr_drain(struct cpu *cpu);
void sched_rr_domain_init(struct domain *d);
SC_NODISCARD int sched_rr_domain_get(const struct domain *d, struct sched_params *p);
SC_NODISCARD int sched_rr_domain_set(struct domain *d, const struct sched_params *p);
SC_STRING const char *sched_rr_name(void);

/* A vcpu joins or leaves the scheduler's care. */
SC_NODISCARD SC_INLINE int sched_vcpu_init(struct vcpu *v)
{
    return opt_sched == SCHEDULER_RR ? sched_rr_vcpu_init(v) : sched_fair_vcpu_init(v);
}
SC_INLINE void sched_vcpu_destroy(struct vcpu *v)
{
    if (opt_sched == SCHEDULER_RR)
        sched_rr_vcpu_destroy(v);
    else
        sched_fair_vcpu_destroy(v);
}
/* v became runnable (or may have). */
SC_INLINE void sched_wake(struct vcpu *v)
{
    if (opt_sched == SCHEDULER_RR)
        sched_rr_wake(v);
    else
        sched_fair_wake(v);
}
/* v is no longer runnable. */
SC_INLINE void sched_sleep(struct vcpu *v)
{
    if (opt_sched == SCHEDULER_RR)
        sched_rr_sleep(v);
    else
        sched_fair_sleep(v);
}
/* The running vcpu gives way to its equals. */
SC_INLINE void sched_yield(struct vcpu *v)
{
    if (opt_sched == SCHEDULER_RR)
        sched_rr_yield(v);
    else
        sched_fair_yield(v);
}
/* The vcpu to run on this CPU from now, perhaps prev or the idle vcpu;
 * slice_ns: after how long at most to ask again, 0 for no limit.  Never null. */
SC_INLINE struct vcpu *sched_pick(struct cpu *cpu, struct vcpu *prev, uint64_t now, uint64_t *slice_ns)
{
    return opt_sched == SCHEDULER_RR ? sched_rr_pick(cpu, prev, now, slice_ns)
                                     : sched_fair_pick(cpu, prev, now, slice_ns);
}
/* The same on a CPU that goes out of service: always the idle vcpu; prev waits in the queue. */
SC_INLINE struct vcpu *sched_quit(struct cpu *cpu, struct vcpu *prev, uint64_t now, uint64_t *slice_ns)
{
    if (prev != cpu->idle && opt_sched == SCHEDULER_RR)
        sched_rr_quit(cpu, prev, now);
    else if (prev != cpu->idle)
        sched_fair_quit(cpu, prev, now);
    *slice_ns = 0;
    return cpu->idle;
}
/* Then, when it holds nobody's registers: who waits there goes to the CPUs that are in service. */
SC_INLINE void sched_drain(struct cpu *cpu)
{
    if (opt_sched == SCHEDULER_RR)
        sched_rr_drain(cpu);
    else
        sched_fair_drain(cpu);
}
/* A new domain, before its vcpus: the default weight, no cap. */
SC_INLINE void sched_domain_init(struct domain *d)
{
    if (opt_sched == SCHEDULER_RR)
        sched_rr_domain_init(d);
    else
        sched_fair_domain_init(d);
}
/* 0, or -EOPNOTSUPP: no such thing as a weight here. */
SC_NODISCARD SC_INLINE int sched_domain_get(const struct domain *d, struct sched_params *p)
{
    return opt_sched == SCHEDULER_RR ? sched_rr_domain_get(d, p) : sched_fair_domain_get(d, p);
}
/* 0; -EINVAL: a cap above 100 times its vcpus; -EOPNOTSUPP as above. */
SC_NODISCARD SC_INLINE int sched_domain_set(struct domain *d, const struct sched_params *p)
{
    return opt_sched == SCHEDULER_RR ? sched_rr_domain_set(d, p) : sched_fair_domain_set(d, p);
}
SC_STRING SC_INLINE const char *sched_name(void)
{
    return opt_sched == SCHEDULER_RR ? sched_rr_name() : sched_fair_name();
}
SC_INLINE uint32_t sched_abi_id(void)
{
    return opt_sched == SCHEDULER_RR ? SCHED_ABI_NONE : SCHED_ABI_CREDIT2;
}

/* For the implementations. */

/* Is the CPU in an affinity (bit a CPU)? */
SC_INLINE bool sched_may_run_on(uint64_t affinity, uint32_t cpu)
{
    return (affinity >> (cpu & 63) & 1) != 0;
}
SC_INLINE bool sched_cpu_is_idle(const struct cpu *cpu)
{
    return slot_read(cpu->current) == cpu->idle;
}
/* Where a vcpu may run, of the CPUs in service, and where of that it likes to. */
struct sched_where {
    uint64_t may, likes; /* bit a CPU */
};
SC_INLINE struct sched_where sched_where(const struct vcpu *v)
{
    uint64_t may = v->sched.affinity & atomic_read64(&cpus_online), likes = may & v->sched.likes;

    return (struct sched_where){ may, likes != 0 ? likes : may };
}
/* One of these CPUs that has nothing to do; MAX_CPUS: none.  No lock is needed. */
SC_INLINE uint32_t sched_find_idle(uint64_t among)
{
    among &= atomic_read64(&cpus_online);
    for (uint32_t i = 0; i < nr_cpus && i < MAX_CPUS; i++) {
        if (sched_may_run_on(among, i) && sched_cpu_is_idle(&cpus[i]))
            return i;
    }
    return MAX_CPUS;
}
/* Somebody waits on a busy CPU: tell one that has nothing to do, which it likes if there is such. */
SC_INLINE void sched_tell_idle(struct sched_where w)
{
    uint32_t i = sched_find_idle(w.likes);

    if (i >= MAX_CPUS)
        i = sched_find_idle(w.may & ~w.likes);
    if (i < MAX_CPUS)
        cpu_pend(&cpus[i], SOFTIRQ_SCHEDULE);
}
/* May an idle CPU take v from another's queue?  Not while one that v likes better is idle too, which is told. */
SC_INLINE bool sched_may_take(const struct vcpu *v, uint32_t cpu)
{
    struct sched_where w = sched_where(v);

    if (!sched_may_run_on(w.may, cpu))
        return false;
    return sched_may_run_on(w.likes, cpu) || sched_find_idle(w.likes) >= MAX_CPUS;
}
/* A CPU that v, which wakes, likes better than where it ran last: an idle one, or any; MAX_CPUS: none. */
SC_INLINE uint32_t sched_find_better(const struct vcpu *v)
{
    uint64_t likes = sched_where(v).likes;
    uint32_t i;

    if (sched_may_run_on(likes, atomic_read32(&v->cpu)) || likes == 0)
        return MAX_CPUS;
    i = sched_find_idle(likes);
    return i < MAX_CPUS ? i : (uint32_t)__builtin_ctzl(likes) % MAX_CPUS;
}

/* Where a vcpu may go whose CPU is not in service (bit a CPU); if none of its affinity is, anywhere, as in Xen. */
SC_INLINE uint64_t sched_new_homes(struct vcpu *v)
{
    uint64_t online = atomic_read64(&cpus_online);

    if ((v->sched.affinity & online) == 0)
        v->sched.affinity = UINT64_MAX;
    return v->sched.affinity & online;
}

/* Core side (core/schedule.c). */

/* Ready to run? */
SC_INLINE bool vcpu_runnable(const struct vcpu *v)
{
    return v->online && atomic_read8(&v->block) == VCPU_RUNNABLE && !v->paused && !v->domain->paused &&
           !v->domain->shut_down && !v->domain->dying;
}
/* An event has become pending for v: wake it if it is blocked, or make its CPU look. */
void vcpu_kick(struct vcpu *v);
/* End a SCHEDOP_poll or SCHEDOP_block of v. */
void vcpu_unblock(struct vcpu *v);

#endif
