/* SPDX-License-Identifier: MIT */
/* What happens between the end of an entry and the return to a guest. */
#include "arch/cpu.h"
#include "arch/serial.h"
#include "core/cont.h"
#include "core/cpus.h"
#include "core/fuel.h"
#include "core/log.h"
#include "core/module_swap.h"
#include "core/rcu.h"
#include "core/schedule.h"
#include "core/trap.h"
#include "dispatch/hypercall.h"
#include "ports/console.h"
#include "ports/physdev.h"

static uint32_t pending_take(struct cpu *cpu)
{
    return __atomic_exchange_n(&cpu->pending, 0, __ATOMIC_SEQ_CST);
}

static void irqs_forward(struct cpu *cpu)
{
    for (unsigned w = 0; w < ARRAY_SIZE(cpu->irq_pending); w++) {
        uint64_t bits;

        /* One by one: if a module fails over one, the others are still there. */
        while ((bits = cpu->irq_pending[w]) != 0) {
            unsigned b = (unsigned)__builtin_ctzl(bits);

            cpu->irq_pending[w] = bits & (bits - 1);
            physdev_irq(w * 64 + b);
        }
    }
}

static void softirqs_run(struct cpu *cpu)
{
    uint32_t work;

    while ((work = pending_take(cpu)) != 0) {
        cpu->working = true;
        *fuel_word() = ENTRY_FUEL;
        if ((work & 1U << SOFTIRQ_SWAP) != 0)
            swap_run();
        if ((work & 1U << SOFTIRQ_RCU) != 0)
            rcu_look();
        if ((work & 1U << SOFTIRQ_TIMER) != 0)
            timerq_run();
        if ((work & 1U << SOFTIRQ_IRQ) != 0)
            irqs_forward(cpu);
        if ((work & 1U << SOFTIRQ_SERIAL) != 0)
            serial_poll_input();
        if ((work & 1U << SOFTIRQ_CONSOLE) != 0)
            console_rings_drain();
        if ((work & 1U << SOFTIRQ_DOMAINS) != 0)
            domains_reap();
        if ((work & 1U << SOFTIRQ_SCHEDULE) != 0)
            schedule();
        cpu->working = false;
    }
}

void exit_work(struct guest_regs *regs)
{
    struct cpu *cpu = this_cpu();
    struct vcpu *v;

    for (;;) {
        *fuel_word() = ENTRY_FUEL;
        softirqs_run(cpu);
        v = cpu->current;
        if (v == cpu->idle) {
            if (unlikely(atomic_read8(&cpu->state) != CPU_ONLINE))
                cpu_leave_look();
            else
                safe_halt();
            continue;
        }
        if (v->nmi_pending)
            pv_deliver_nmi(v, regs);
        if (!v->cont.active)
            return;
        *fuel_word() = ENTRY_FUEL;
        hypercall_resume(v, regs);
        if (cpu->pending == 0)
            return;
    }
}

bool preempt_needed(void)
{
    irq_window();
    if (*fuel_word() < FUEL_LOW)
        softirq_raise(SOFTIRQ_CONTINUE);
    return this_cpu()->pending != 0;
}
