/* SPDX-License-Identifier: MIT */
/* Interrupts: acknowledge, remember, leave.  The work is done on the way to a guest. */
#include "arch/apic.h"
#include "arch/ioapic.h"
#include "core/percpu.h"
#include "core/tlb.h"
#include "core/trap.h"

void irq_handle(uint32_t vector)
{
    struct cpu *cpu = this_cpu();

    switch (vector) {
    case VECTOR_TIMER: cpu_pend(cpu, SOFTIRQ_TIMER); break;
    case VECTOR_LOOK: break; /* the way out looks */
    case VECTOR_FLUSH: tlb_flush_asked(); break;
    case VECTOR_SERIAL: cpu_pend(cpu, SOFTIRQ_SERIAL); break;
    case VECTOR_SPURIOUS: return; /* no EOI: Intel SDM vol. 3, 11.9 */
    default:
        ioapic_ack(vector);
        cpu->irq_pending[(vector >> 6) & 3] |= 1UL << (vector & 63);
        cpu_pend(cpu, SOFTIRQ_IRQ);
        break;
    }
    apic_eoi();
}

void cpu_look(const struct cpu *cpu)
{
    apic_send(cpu->apic_id, VECTOR_LOOK);
}
