/* SPDX-License-Identifier: MIT */
/*
 * percpu.h - what belongs to one CPU.
 *
 * Each CPU's primary stack is in an aligned area of STACK_AREA bytes; the trap
 * frame of an entry from a guest is at its top, followed by struct cpu_top.
 * So this CPU's data is found from the stack pointer alone (docs/decisions/0007).
 *
 * A module declares per-CPU state with SC_PERCPU(type, name) (core/pool.h) and reaches its own
 * CPU's with sc_this_cpu(name).
 */
#ifndef CORE_PERCPU_H
#define CORE_PERCPU_H

#include "arch/stack.h"
#include "core/atomic.h"
#include "core/layout.h"
#include "core/pool.h"
#include "core/regs.h"
#include "core/timerq.h"
#include "core/gate.h"

struct vcpu;

/* Bits of cpu->pending: work to do before returning to a guest. */
enum softirq {
    SOFTIRQ_TIMER = 0, /* timer queue has expired entries */
    SOFTIRQ_SCHEDULE,  /* pick another vcpu */
    SOFTIRQ_IRQ,       /* device interrupts to forward: cpu->irq_pending */
    SOFTIRQ_SERIAL,    /* console input */
    SOFTIRQ_CONSOLE,   /* console rings to empty: domain->hv_event */
    SOFTIRQ_RCU,       /* somebody waits for this CPU to look: core/rcu.h */
    SOFTIRQ_SWAP,      /* modules change places: core/module_swap.h */
    SOFTIRQ_DOMAINS,   /* a domain has ended and given back all: domains_reap */
    SOFTIRQ_CONTINUE,  /* no work: an entry with little fuel left goes on as a new one */
    NR_SOFTIRQS,
};

enum cpu_state {
    CPU_ABSENT = 0,
    CPU_ONLINE,
    CPU_LEAVING,   /* goes out of service: runs no vcpu more */
    CPU_MOVED,     /* its interrupts go elsewhere */
    CPU_PARKED,    /* halted until an NMI */
    CPU_RETURNING, /* is to go on */
};

struct cpu {
    uint32_t id SC_CORE;
    uint32_t apic_id SC_CORE;
    uint32_t node SC_CORE;
    uint32_t alloc_nodes;     /* bit a node: whom it makes something for (core/numa.h); 0: itself */
    uint32_t pending SC_CORE; /* softirq bits; set by handlers, cleared on exit */
    struct vcpu *current SC_CORE;
    struct vcpu *idle SC_CORE;
    struct vcpu *fpu_owner SC_NULLABLE SC_CORE; /* whose FPU state the registers hold */
    struct vcpu *last_ctx SC_NULLABLE SC_CORE;  /* slot: whose segments, GDT, LDT and debug state are loaded */
    uint64_t cr3 SC_CORE;                       /* atomic: what CR3 holds in the hypervisor */
    uint64_t tlb_stamp SC_CORE;                 /* atomic: TLB clock when this CPU's last full flush began */
    uint64_t irq_pending[4] SC_CORE;            /* by vector: device interrupts taken, not yet forwarded */
    struct timerq timerq SC_CORE;
    struct timer slice SC_CORE; /* the end of the running vcpu's turn */
    struct gate_log gate SC_CORE;
    spinlock_t *reading SC_NULLABLE SC_CORE;           /* slot: what it has by read_lock */
    const struct vcpu *last_guest SC_NULLABLE SC_CORE; /* the last that ran here; compared only */
    uint64_t root_cr3 SC_CORE;                         /* the root table of guests under XPTI; 0: there is none */
    bool fsgsbase SC_CORE;                             /* CR4.FSGSBASE is on, for the guest */
    bool nmi_seen SC_CORE;
    bool working SC_CORE;         /* it does what was pending, on the way out */
    uint8_t hooked SC_CORE;       /* atomic: a module looks on at hypercalls (ports/hooks.h) */
    uint8_t state SC_CORE;        /* atomic: enum cpu_state */
    uint64_t leave_grace SC_CORE; /* the grace period that it waits for to go out of service */
    /* Atomic: flushes of its TLB that others asked for, and those done (core/tlb.h). */
    uint64_t flush_wanted SC_CORE;
    uint64_t flush_done SC_CORE;
} __attribute__((aligned(4096))); /* pages of its own, so that they can be its node's */

/* What lies above the trap frame at the top of the stack; offsets known to assembly. */
struct cpu_top {
    struct guest_regs regs;
    struct cpu *cpu;
    struct vcpu *current;
    /* XPTI (core/speculation.h). */
    uint64_t guest_cr3; /* what a guest runs on: this CPU's root table; 0: on its own */
    uint64_t hv_cr3;    /* what the way in loads; 0 while it is loaded */
    uint8_t root_stale; /* ROOT_FLUSH, ROOT_COPY, or 0: what the way out does to the root table */
    uint8_t worker;     /* this is a worker's stack (core/worker.h), and it runs */
    uint32_t spec_ctrl; /* the guest's IA32_SPEC_CTRL */
    /* Up to here an even number of words: the frame that the CPU pushes at regs.es is aligned to 16. */
    int64_t fuel; /* the last word: core/fuel.h */
};
_Static_assert((sizeof(struct cpu_top) - offsetof(struct cpu_top, regs.es)) % 16 == 0, "the CPU aligns its frame");
_Static_assert(sizeof(struct cpu_top) <= 256, "boot/start.S leaves this much");
_Static_assert(offsetof(struct cpu_top, fuel) == sizeof(struct cpu_top) - sizeof(int64_t), "fuel is the last word");

extern struct cpu cpus[MAX_CPUS];
extern uint32_t nr_cpus;
extern uint64_t cpus_online SC_ATOMIC; /* bit a CPU that is in service */

SC_INLINE bool cpu_in_service(uint32_t id)
{
    return (atomic_read64(&cpus_online) >> (id & 63) & 1) != 0;
}

/* A CPU's cpu_top, where its stack begins. */
SC_CORE SC_INLINE uint64_t cpu_top_address(const struct cpu *cpu)
{
    return STACK_BASE + (uint64_t)(cpu->id + 1) * STACK_AREA - sizeof(struct cpu_top);
}

/* Where this CPU's cpu_top is, which begins with the guest's trap frame. */
SC_CORE SC_INLINE uint64_t cpu_top_va(void)
{
    return stack_area_end() - sizeof(struct cpu_top);
}

SC_CORE SC_INLINE struct cpu_top *cpu_top(void)
{
    SC_UNSAFE("DEV-01: the stack pointer is inside this CPU's STACK_AREA, whose top holds cpu_top")
    {
        return (struct cpu_top *)cpu_top_va();
    }
}

/* A CPU's own top, from anywhere. */
SC_CORE SC_INLINE struct cpu_top *cpu_top_of(const struct cpu *cpu)
{
    SC_UNSAFE("DEV-01: as cpu_top, by the CPU's number")
    {
        return (struct cpu_top *)cpu_top_address(cpu);
    }
}

/* The top of the stack that libraries run on (core/lib_call.h). */
SC_CORE SC_INLINE struct cpu_top *cpu_lib_top_of(const struct cpu *cpu)
{
    SC_UNSAFE("DEV-01: as cpu_top; the library stacks lie behind the CPUs' own")
    {
        return (struct cpu_top *)(STACK_BASE + (uint64_t)(MAX_CPUS + cpu->id + 1) * STACK_AREA -
                                  sizeof(struct cpu_top));
    }
}

SC_INLINE struct cpu *this_cpu(void)
{
    return cpu_top()->cpu;
}
SC_INLINE struct vcpu *current_vcpu(void)
{
    return cpu_top()->current;
}
/* The trap frame of the guest that this CPU runs. */
SC_INLINE struct guest_regs *guest_regs(void)
{
    return &cpu_top()->regs;
}
/* Interrupt another CPU, so that it looks at its pending work and its vcpu's upcall. */
void cpu_look(const struct cpu *cpu);
/* Make a CPU look at its pending work. */
SC_INLINE void cpu_pend(struct cpu *cpu, enum softirq nr)
{
    uint32_t before = __atomic_fetch_or(&cpu->pending, 1U << nr, __ATOMIC_SEQ_CST);

    if (before == 0 && cpu != this_cpu())
        cpu_look(cpu);
}
SC_INLINE void softirq_raise(enum softirq nr)
{
    __atomic_fetch_or(&this_cpu()->pending, 1U << nr, __ATOMIC_SEQ_CST);
}

#define sc_this_cpu(name) (&(name)[this_cpu()->id])

#endif
