/* SPDX-License-Identifier: MIT */
/*
 * Port sched: which vcpu runs next on a CPU.
 *
 * Every function may be called on any CPU with interrupts off; an
 * implementation takes at most locks of rank RANK_SCHED.  Two modules come with the hypervisor, of which the command
 * line chooses one (sched=).
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

/* What a scheduler provides; one module at a time does (sched=, and later whoever is loaded). */

/* A vcpu joins or leaves the scheduler's care. */
SC_NODISCARD int sched_vcpu_init(struct vcpu *v);
void sched_vcpu_destroy(struct vcpu *v);
/* v became runnable (or may have). */
void sched_wake(struct vcpu *v);
/* v is no longer runnable. */
void sched_sleep(struct vcpu *v);
/* The running vcpu gives way to its equals. */
void sched_yield(struct vcpu *v);
/* The vcpu to run on this CPU from now, perhaps prev or the idle vcpu;
 * slice_ns: after how long at most to ask again, 0 for no limit.  Never null. */
struct vcpu *sched_pick(struct cpu *cpu, struct vcpu *prev, uint64_t now, uint64_t *slice_ns);
/* A CPU goes out of service: prev, which is not the idle vcpu, waits in the queue. */
void sched_quit(struct cpu *cpu, struct vcpu *prev, uint64_t now);
/* Then, when it holds nobody's registers: who waits there goes to the CPUs that are in service. */
void sched_drain(struct cpu *cpu);
/* A new domain, before its vcpus: the default weight, no cap. */
void sched_domain_init(struct domain *d);
/* 0, or -EOPNOTSUPP: no such thing as a weight here. */
SC_NODISCARD int sched_domain_get(const struct domain *d, struct sched_params *p);
/* 0; -EINVAL: a cap above 100 times its vcpus; -EOPNOTSUPP as above. */
SC_NODISCARD int sched_domain_set(struct domain *d, const struct sched_params *p);
SC_STRING const char *sched_name(void);
/* What xen/domctl.h calls it: SCHED_ABI_*. */
uint32_t sched_abi_id(void);

/*
 * Hand-over, while no CPU runs a guest or anything of the hypervisor's but this: who serves lets go, who comes takes
 * every vcpu of every domain as it finds it (runnable or not, running or not: cpu->current).  0, or an error: then the
 * old one goes on.
 */
void sched_export_state(void);
SC_NODISCARD int sched_import_state(void);

/* For the implementations; sched_queue.h has what those with a queue of each CPU do alike. */

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
/* Somebody was queued there, woken: the CPU is told, and if it is busy one that has nothing to do. */
SC_INLINE void sched_tell_woken(struct cpu *cpu, const struct vcpu *v)
{
    cpu_pend(cpu, SOFTIRQ_SCHEDULE);
    if (nr_cpus > 1 && !sched_cpu_is_idle(cpu))
        sched_tell_idle(sched_where(v));
}
/* May an idle CPU take v from another's queue, whose lock is held?  Not while a CPU holds its registers, nor while one
 * that v likes better is idle too. */
SC_INLINE bool sched_may_take(const struct vcpu *v, uint32_t cpu)
{
    struct sched_where w = sched_where(v);

    if (atomic_read8(&v->on_cpu) != 0 || !sched_may_run_on(w.may, cpu))
        return false;
    return sched_may_run_on(w.likes, cpu) || sched_find_idle(w.likes) >= MAX_CPUS;
}
/* A CPU that v, which wakes, likes better than where it ran last, cpu: an idle one, or any; MAX_CPUS: none. */
SC_INLINE uint32_t sched_find_better(const struct vcpu *v, uint32_t cpu)
{
    uint64_t likes = sched_where(v).likes;
    uint32_t i;

    if (sched_may_run_on(likes, cpu) || likes == 0)
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
           !v->domain->shut_down && !v->domain->stopped;
}
/* An event has become pending for v: wake it if it is blocked, or make its CPU look. */
void vcpu_kick(struct vcpu *v);
/* End a SCHEDOP_poll or SCHEDOP_block of v. */
void vcpu_unblock(struct vcpu *v);

#endif
