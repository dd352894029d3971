/* SPDX-License-Identifier: MIT */
#include "boot/smp.h"

#include "arch/acpi.h"
#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/enter.h"
#include "arch/features.h"
#include "core/boot_info.h"
#include "core/atomic.h"
#include "core/cmdline.h"
#include "core/fpu.h"
#include "core/fuel.h"
#include "core/hvmap.h"
#include "core/log.h"
#include "core/numa.h"
#include "core/rcu.h"
#include "core/schedule.h"
#include "core/segments.h"
#include "core/speculation.h"
#include "core/text.h"
#include "core/time.h"
#include "core/tlb.h"

#define LOW_RAM_END 0xa0000UL
#define ANSWER_NS 1000000000UL /* a CPU that has not come by then does not */

/* Read by arch code, where a CPU has no stack yet: one is started at a time. */
uint64_t ap_stack SC_BOOT;
uint64_t ap_cr3 SC_BOOT;
uint64_t ap_text SC_BOOT;
static uint8_t released SC_ATOMIC;

static void wait_ns(uint64_t ns)
{
    uint64_t end = now_ns() + ns;

    while (now_ns() < end)
        cpu_pause();
}

static bool page_in_ram(uint64_t page)
{
    for (uint32_t i = 0; i < boot_info.nr_e820 && i < E820_MAX; i++) {
        const struct e820_entry *e = &boot_info.e820[i];

        if (e->type == E820_RAM && page >= e->addr && e->size >= PAGE_SIZE && page - e->addr <= e->size - PAGE_SIZE)
            return true;
    }
    return false;
}

static bool page_in_module(uint64_t page)
{
    for (uint32_t i = 0; i < boot_info.nr_modules && i < MAX_BOOT_MODULES; i++) {
        const struct boot_module *m = &boot_info.modules[i];

        if (m->start < page + PAGE_SIZE && m->end > page)
            return true;
    }
    return false;
}

/* The last page below 640 KiB that is RAM and nobody's: the allocator has none of them; 0: there is none. */
static uint64_t low_page(void)
{
    for (uint64_t page = LOW_RAM_END - PAGE_SIZE; page != 0; page -= PAGE_SIZE) {
        if (page_in_ram(page) && !page_in_module(page))
            return page;
    }
    return 0;
}

/* The code that the CPUs start with, into the page. */
static void trampoline_fill(uint64_t page)
{
    SC_UNSAFE("DEV-80: trampoline.S is less than a page, its two words lie in it, and the page is nobody's")
    {
        extern const uint8_t trampoline_start[], trampoline_end[], trampoline_cr3[], trampoline_entry[];
        extern uint64_t boot_pml4[];
        extern void ap_start(void);
        uint8_t *to = frame_bytes(mfn(page >> PAGE_SHIFT));

        memcpy(to, trampoline_start, (size_t)(trampoline_end - trampoline_start));
        *(uint64_t *)(void *)&to[trampoline_cr3 - trampoline_start] = (uint64_t)boot_pml4 - WINDOW_BASE;
        *(uint64_t *)(void *)&to[trampoline_entry - trampoline_start] = (uint64_t)ap_start;
    }
}

/* INIT, and two start-up interrupts (SDM 8.4.4.1: 10 ms and 200 us apart). */
static bool cpu_start(struct cpu *cpu, uint64_t page)
{
    uint64_t end;

    ap_stack = cpu_top_address(cpu);
    ap_text = text_delta(cpu->node);
    apic_send_init(cpu->apic_id);
    wait_ns(10000000);
    for (unsigned i = 0; i < 2 && atomic_read8(&cpu->state) == CPU_ABSENT; i++) {
        apic_send_startup(cpu->apic_id, (uint8_t)(page >> PAGE_SHIFT));
        wait_ns(200000);
    }
    end = now_ns() + ANSWER_NS;
    while (atomic_read8(&cpu->state) == CPU_ABSENT) {
        if (now_ns() > end)
            return false;
        cpu_pause();
    }
    return true;
}

/* Everything of a CPU that is made before it runs, in memory of its node. */
static bool cpu_make(struct cpu *cpu)
{
    hvmap_percpu(cpu);
    cpu->timerq.armed_ns = UINT64_MAX;
    cpu->idle = vcpu_create_idle(cpu);
    if (cpu->idle == NULL)
        return false;
    cpu->current = cpu->idle;
    cpu_make_tables(cpu);
    return true;
}

static bool cpu_prepare(struct cpu *cpu, uint32_t id, uint32_t apic)
{
    uint32_t before;
    bool made;

    cpu->id = id;
    cpu->apic_id = apic;
    cpu->node = numa_node_of_apic(apic);
    before = numa_make_for(1U << cpu->node % MAX_NODES);
    made = cpu_make(cpu);
    (void)numa_make_for(before);
    return made;
}

void smp_start(void)
{
    uint64_t page = low_page();
    const struct acpi_info *acpi = acpi_get();
    uint32_t most = opt_maxcpus != 0 && opt_maxcpus < MAX_CPUS ? opt_maxcpus : MAX_CPUS, made = 1;

    atomic_write8(&cpus[0].state, CPU_ONLINE);
    rcu_join();
    if (acpi->nr_cpus <= 1 || most <= 1)
        return;
    if (page == 0) {
        log_err("no memory below 1 MiB to start other CPUs from: one CPU");
        return;
    }
    text_make();
    for (uint32_t i = 0; i < acpi->nr_cpus && i < ACPI_MAX_CPUS && made < most && made < MAX_CPUS; i++) {
        uint32_t apic = acpi->cpus[i].apic_id;

        if (apic > APIC_ID_MAX && !apic_is_x2())
            log_err("the CPU with APIC ID %u is left out: it needs x2APIC mode", apic);
        else if (apic != cpus[0].apic_id && cpu_prepare(&cpus[made], made, apic))
            made++;
    }
    trampoline_fill(page);
    ap_cr3 = mfn_to_maddr(hv_l4).v;
    for (uint32_t i = 1; i < made && i < MAX_CPUS; i++) {
        if (cpu_start(&cpus[i], page)) {
            nr_cpus = i + 1;
            atomic_or64(&cpus_online, 1UL << i);
        } else {
            log_err("CPU %u (APIC ID %u) does not answer: %u CPUs", i, cpus[i].apic_id, nr_cpus);
            break;
        }
    }
    for (uint32_t i = 0; i < nr_cpus && i < MAX_CPUS; i++) {
        if (cpus[i].apic_id > APIC_ID_MAX) {
            log_info("device interrupts go to CPUs with APIC IDs up to %u only: there is no interrupt remapping",
                     APIC_ID_MAX);
            break;
        }
    }
    log_info("%u CPUs of %u", nr_cpus, acpi->nr_cpus);
}

void smp_release(void)
{
    atomic_write8(&released, 1);
    for (uint32_t i = 1; i < nr_cpus && i < MAX_CPUS; i++)
        apic_send(cpus[i].apic_id, VECTOR_LOOK);
}

_Noreturn void ap_main(void)
{
    struct cpu *cpu = this_cpu();

    *fuel_word() = INT64_MAX;
    cpu_load_tables(cpu);
    cpu_setup_syscall(cpu);
    features_init(cpu);
    speculation_init_cpu();
    fpu_init_cpu();
    apic_init_cpu();
    cpu->cr3 = mfn_to_maddr(hv_l4).v;
    atomic_write8(&cpu->state, CPU_ONLINE);
    while (atomic_read8(&released) == 0)
        safe_halt();
    rcu_join();
    tlb_flush_all_local(); /* what changed while the machine started */
    cpu_pend(cpu, SOFTIRQ_SCHEDULE);
    guest_enter(guest_regs());
}
