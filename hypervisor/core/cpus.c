/* SPDX-License-Identifier: MIT */
#include "core/cpus.h"

#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/ioapic.h"
#include "core/atomic.h"
#include "core/domain.h"
#include "core/log.h"
#include "core/rcu.h"
#include "core/time.h"
#include "core/tlb.h"
#include "ports/evtchn.h"
#include "ports/physdev.h"
#include "ports/sched.h"

#include <xen/xen.h>

#define ANSWER_NS 1000000000UL
#define NMI_NS 1000000UL /* one may come just before the CPU halts: again after so long */

static uint32_t changing SC_ATOMIC;                   /* the CPU that goes or comes; 0: none does */
static uint64_t asked_ns SC_ATOMIC, nmi_ns SC_ATOMIC; /* by who changes it: when it began, when the last NMI went */

/* The CPU in this state, for its only change at a time. */
SC_NODISCARD static int change_begin(uint32_t id, enum cpu_state from)
{
    if (id == 0 || id >= nr_cpus || id >= MAX_CPUS)
        return -EINVAL;
    if (atomic_cmpxchg32(&changing, 0, id) != 0)
        return -EBUSY;
    if (atomic_read8(&cpus[id].state) != from) {
        atomic_write32(&changing, 0);
        return -EINVAL;
    }
    atomic_write64(&asked_ns, now_ns());
    atomic_write64(&nmi_ns, 0);
    return 0;
}

static void change_end(const char *what SC_STRING, uint32_t id)
{
    log_info("CPU %u %s", id, what);
    atomic_write32(&changing, 0);
    if (hardware_domain != NULL)
        evtchn_send_global_virq(hardware_domain, VIRQ_PCPU_STATE);
}

/* ---- out of service: on the CPU of who asked ---- */

static void leave_begin(struct cpu *cpu)
{
    atomic_write8(&cpu->state, CPU_LEAVING);
    atomic_and64(&cpus_online, ~(1UL << cpu->id));
    cpu_pend(cpu, SOFTIRQ_SCHEDULE);
}

/* Its device interrupts come here from now on. */
static void irqs_move(struct cpu *cpu)
{
    ioapic_move(cpu->apic_id, this_cpu()->apic_id);
    physdev_msi_move(cpu->apic_id);
    atomic_write8(&cpu->state, CPU_MOVED);
    cpu_look(cpu);
}

int cpu_offline(uint32_t id, uint64_t *step)
{
    struct cpu *cpu = &cpus[id % MAX_CPUS];
    int rc;

    if (*step == 0) {
        rc = change_begin(id, CPU_ONLINE);
        if (rc != 0)
            return rc;
        leave_begin(cpu);
        *step = 1;
    }
    if (cpu == this_cpu())
        return -EAGAIN; /* the vcpu goes on elsewhere */
    if (atomic_read8(&cpu->state) == CPU_LEAVING)
        irqs_move(cpu);
    if (atomic_read8(&cpu->state) != CPU_PARKED)
        return -EAGAIN;
    timerq_adopt(cpu);
    change_end("is out of service", id);
    return 0;
}

int cpu_online(uint32_t id, uint64_t *step)
{
    struct cpu *cpu = &cpus[id % MAX_CPUS];
    uint64_t now = now_ns();
    int rc;

    if (*step == 0) {
        rc = change_begin(id, CPU_PARKED);
        if (rc != 0)
            return rc;
        atomic_write8(&cpu->state, CPU_RETURNING);
        *step = 1;
    }
    if (atomic_read8(&cpu->state) == CPU_ONLINE) {
        change_end("is back", id);
        return 0;
    }
    if (now > atomic_read64(&asked_ns) + ANSWER_NS) {
        log_err("CPU %u does not come back", id);
        atomic_write32(&changing, 0);
        return -EIO;
    }
    if (now > atomic_read64(&nmi_ns) + NMI_NS) {
        atomic_write64(&nmi_ns, now);
        apic_send_nmi(cpu->apic_id);
    }
    return -EAGAIN;
}

/* ---- on the CPU itself, idle ---- */

static void come_back(struct cpu *cpu)
{
    tlb_flush_all_local(); /* what changed meanwhile */
    rcu_join();
    atomic_or64(&cpus_online, 1UL << cpu->id);
    atomic_write8(&cpu->state, CPU_ONLINE);
    softirq_raise(SOFTIRQ_TIMER);
    softirq_raise(SOFTIRQ_SCHEDULE);
}

/* Interrupts are off: only an NMI ends the HLT. */
static void park(struct cpu *cpu)
{
    apic_timer_set(UINT64_MAX);
    atomic_write8(&cpu->state, CPU_PARKED);
    while (atomic_read8(&cpu->state) != CPU_RETURNING)
        cpu_halt_masked();
    come_back(cpu);
}

void cpu_leave_look(void)
{
    struct cpu *cpu = this_cpu();

    sched_drain(cpu);
    irq_window();
    if (atomic_read8(&cpu->state) != CPU_MOVED || !rcu_wait(&cpu->leave_grace))
        return;
    /* Nobody is left that took it for one in service.  What came meanwhile is done before. */
    if (cpu->pending != 0 || !rcu_leave())
        return;
    cpu->leave_grace = 0;
    park(cpu);
}
