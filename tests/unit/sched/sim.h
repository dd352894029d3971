/* SPDX-License-Identifier: MIT */
/*
 * sim.h - a machine in which only the scheduler is real: CPUs, vcpus that compute or sleep, and time that jumps from
 * event to event.
 *
 * After every event it is checked that no vcpu runs on two CPUs, that every runnable vcpu is in the scheduler's care, and
 * that no CPU idles for more than a slice while a vcpu waits that it may run.
 */
#ifndef SIM_H
#define SIM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ports/sched.h"
#include "ports/sched_list.h"

#define MS 1000000UL
#define SECOND (1000 * MS)
#define SIM_MAX 64
#define SIM_CAP_PERIOD_NS (50 * MS) /* sched_fair's */

/* A vcpu of the simulation, and what it does. */
struct sim_vcpu {
    struct domain *domain;
    struct vcpu *vcpu;
    uint64_t burst_ns;       /* it runs so long and blocks; 0: it computes for ever */
    uint64_t sleep_ns;       /* and is woken so much later */
    uint64_t left_ns;        /* of its burst */
    uint64_t wake_at;        /* while blocked */
    uint64_t woken_at;       /* waits since then to run for the first time */
    bool waits;
    uint64_t stranded_at;    /* it waits since then while a CPU idles */
    uint64_t ran_ns, worst_wait_ns;
};

extern struct sim_vcpu sim[SIM_MAX];
extern unsigned nr_sim;
extern uint64_t sim_now, sim_decisions;

/* An empty machine with so many CPUs under that scheduler; time goes on from before. */
void sim_start(enum sched_choice choice, unsigned nr);
/* The other scheduler takes over. */
void sim_swap(enum sched_choice choice);
/* Everything leaves it. */
void sim_end(void);
/* A domain of its own with so many vcpus that compute, all woken; the first of them. */
struct sim_vcpu *sim_domain(unsigned nr_vcpus, uint16_t weight, uint16_t cap);
/* Its vcpu runs for burst_ns, blocks for sleep_ns, and so on. */
struct sim_vcpu *sim_sleeper(uint16_t weight, uint64_t burst_ns, uint64_t sleep_ns);
void sim_run(uint64_t ns);
/* Let each CPU with work look at it, and check the invariants. */
void sim_settle(void);
/* A CPU goes out of service, between two turns; and comes back. */
void sim_cpu_off(unsigned nr);
void sim_cpu_on(unsigned nr);
void sim_wake(struct sim_vcpu *s);
void sim_block(struct sim_vcpu *s);
/* What was measured up to now is forgotten. */
void sim_measure(void);
/* What the vcpus of s's domain ran. */
uint64_t sim_domain_ran(const struct sim_vcpu *s);
/* From this CPU's vcpu, as its hypercall. */
void sim_yield(unsigned cpu);

#endif
