/* SPDX-License-Identifier: MIT */
/* Bring-up of the machine, and of the first domain. */
#include "boot/loader.h"
#include "boot/smp.h"

#include "arch/acpi.h"
#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/enter.h"
#include "arch/features.h"
#include "core/fpu.h"
#include "core/fuel.h"
#include "arch/ioapic.h"
#include "arch/rtc.h"
#include "core/segments.h"
#include "arch/serial.h"
#include "core/time.h"
#include "core/alternatives.h"
#include "core/cmdline.h"
#include "core/hvmap.h"
#include "core/image.h"
#include "core/log.h"
#include "core/module_link.h"
#include "core/text.h"
#include "core/numa.h"
#include "core/percpu.h"
#include "core/speculation.h"
#include "core/domain.h"
#include "ports/pagealloc.h"
#include "ports/sched.h"
#include "xen-compat/pv_boot.h"

/* ---- what the loader gave ---- */

/* Its name and its words are for people only. */
static void loader_report(void)
{
    const struct boot_info *b = &boot_info;

    if (b->protocol != NULL && b->loader[0] != '\0')
        log_info("booted by %s (%.64s)", b->protocol, b->loader);
    else if (b->protocol != NULL)
        log_info("booted by %s", b->protocol);
    if (b->problem != NULL)
        panic("the boot loader cannot have meant this: %s", b->problem);
    if (b->modules_cut)
        log_warn("the boot loader gave more than %u modules: the rest are left out", MAX_BOOT_MODULES);
    if (b->e820_cut)
        log_warn("the boot loader's memory map has more than %u entries: the rest are left out", E820_MAX);
}

/* ---- memory ---- */

static struct ram_range ram[E820_MAX] SC_BOOT;

/* Give [start, end) to the boot allocator but for what is in use. */
static void free_around(uint64_t start, uint64_t end, const struct ram_range *busy SC_COUNT(nr_busy), unsigned nr_busy)
{
    while (start < end) {
        uint64_t stop = end, next = end;

        for (unsigned i = 0; i < nr_busy; i++) {
            if (busy[i].end <= start || busy[i].start >= stop)
                continue;
            stop = max_u64(busy[i].start, start);
            next = ALIGN_UP(busy[i].end, PAGE_SIZE);
        }
        hvmap_boot_alloc_add(start, stop);
        start = next;
    }
}

static void memory_init(void)
{
    struct ram_range busy[MAX_BOOT_MODULES + 2];
    unsigned nr = 0, nr_ram = loader_ram(&boot_info, ram);

    busy[nr++] = (struct ram_range){ 0, LOW_MEMORY_END };
    busy[nr++] = (struct ram_range){ LOAD_PHYS, image.data_end - WINDOW_BASE };
    for (uint32_t i = 0; i < boot_info.nr_modules && i < MAX_BOOT_MODULES; i++) {
        const struct boot_module *m = &boot_info.modules[i];

        busy[nr++] = (struct ram_range){ ALIGN_DOWN(m->start, PAGE_SIZE), m->end };
    }
    numa_init(ram, nr_ram);
    for (unsigned i = 0; i < nr_ram; i++)
        free_around(ram[i].start, ram[i].end, busy, nr);
    hvmap_init(ram, nr_ram);
}

_Noreturn void boot_main(uint32_t loader_info, uint32_t magic)
{
    const struct boot_text *line = &boot_info.cmdline;
    struct cpu *cpu = &cpus[0];

    cpu_top()->cpu = cpu;
    *fuel_word() = INT64_MAX; /* boot is one entry, of modules and core alike */
    cpu->timerq.armed_ns = UINT64_MAX;
    wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NX);
    loader_read(magic, loader_info, &boot_info);
    loader_check(&boot_info, LOAD_PHYS, image.data_end - WINDOW_BASE);
    if (line->args < BOOT_TEXT_BYTES)
        cmdline_parse(&line->all[line->args], BOOT_TEXT_BYTES - line->args);
    serial_init();
    log_err("SafeHype " SAFEHYPE_VERSION ", Xen PV ABI 4.17, built with " __VERSION__);
    cmdline_report();
    loader_report();
    io_max_mfn = 1UL << (cpu_address_bits() - PAGE_SHIFT);
    if (smap_wanted())
        alternatives_apply(ALT_SMAP);
    speculation_init();
    speculation_report();
    memory_init();
    cpu->idle = vcpu_create_idle(cpu);
    cpu->current = cpu->idle;
    cpu_make_tables(cpu);
    cpu_load_tables(cpu);
    stack_continue(cpu_top_of(cpu));
}

void boot_on_stack(void)
{
    struct cpu *cpu = this_cpu();

    *fuel_word() = INT64_MAX;
    cpu_setup_syscall(cpu);
    features_init(cpu);
    speculation_init_cpu();
    fpu_init_cpu();
    modules_boot();
    hvmap_boot_alloc_finish();
    log_info("RAM: %lu MiB in %lu frames, %lu free", max_mfn >> 8, pagealloc_nr_total(), pagealloc_nr_free());
    acpi_init();
    apic_init(acpi_lapic_address());
    apic_init_cpu();
    cpu->apic_id = apic_id();
    time_init();
    rtc_init();
    ioapic_init();
    smp_start();
    numa_report();
    log_info("Using scheduler: %s", sched_name());
    /* As at a hand-over, of no vcpus: its queues begin. */
    if (sched_import_state() != 0)
        panic("the scheduler does not begin");
    hvmap_seal();
    text_seal();
    pv_boot_domains();
    serial_enable_input_irq();
    smp_release();
    cpu_pend(cpu, SOFTIRQ_SCHEDULE); /* perhaps no vcpu has woken on this one */
    guest_enter(guest_regs());
}
