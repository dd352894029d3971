/* SPDX-License-Identifier: MIT */
/* Both schedulers in one program: the port is whichever the simulation chose. */
#include "sim.h"

#define TWO(type, name, parameters, arguments)                                                                  \
    type sched_fair_##name parameters;                                                                          \
    type sched_rr_##name parameters;                                                                            \
    type sched_##name parameters                                                                                \
    {                                                                                                           \
        return opt_sched == SCHEDULER_RR ? sched_rr_##name arguments : sched_fair_##name arguments;             \
    }

TWO(int, vcpu_init, (struct vcpu *v), (v))
TWO(void, vcpu_destroy, (struct vcpu *v), (v))
TWO(void, wake, (struct vcpu *v), (v))
TWO(void, sleep, (struct vcpu *v), (v))
TWO(struct vcpu *, pick, (struct cpu *cpu, struct vcpu *prev, uint64_t now, uint64_t *slice_ns), (cpu, prev, now, slice_ns))
TWO(void, quit, (struct cpu *cpu, struct vcpu *prev, uint64_t now), (cpu, prev, now))
TWO(void, drain, (struct cpu *cpu), (cpu))
TWO(void, domain_init, (struct domain *d), (d))
TWO(int, domain_get, (const struct domain *d, struct sched_params *p), (d, p))
TWO(int, domain_set, (struct domain *d, const struct sched_params *p), (d, p))
TWO(int, import_state, (void), ())
TWO(void, export_state, (void), ())

void sched_fair_yield(struct vcpu *v);
void sched_rr_yield(struct vcpu *v);
void sched_yield(struct vcpu *v) /* a macro: libc has one too */
{
    if (opt_sched == SCHEDULER_RR)
        sched_rr_yield(v);
    else
        sched_fair_yield(v);
}
