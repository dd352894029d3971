/* SPDX-License-Identifier: MIT */
/* Bring-up of the machine, and of the first domain. */
#include "boot/multiboot.h"

#include "arch/acpi.h"
#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/enter.h"
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
#include "core/machine_map.h"
#include "core/percpu.h"
#include "core/domain.h"
#include "ports/pagealloc.h"
#include "xen-compat/pv_boot.h"

struct boot_module boot_modules[MAX_BOOT_MODULES] SC_BOOT;
uint32_t nr_boot_modules SC_BOOT;
static bool modules_freed SC_BOOT;
struct e820_entry e820[E820_MAX] SC_BOOT;
uint32_t nr_e820 SC_BOOT;

/* The boot tables show the first 4 GiB at the direct map; the loader's data is there. */
static const struct multiboot_info *low_info(uint64_t phys)
{
    SC_UNSAFE("DEV-15: multiboot says that the loader's information is at this address, which %ebx brought")
    {
        return (const struct multiboot_info *)(DIRECTMAP_BASE + phys);
    }
}

static const struct multiboot_module *low_module(uint64_t phys)
{
    SC_UNSAFE("DEV-25: multiboot says that mods_count records are at mods_addr; phys is that of one of them")
    {
        return (const struct multiboot_module *)(DIRECTMAP_BASE + phys);
    }
}

static const struct multiboot_mmap *low_mmap(uint64_t phys)
{
    SC_UNSAFE("DEV-26: multiboot says that records of the map are in the mmap_length bytes at mmap_addr")
    {
        return (const struct multiboot_mmap *)(DIRECTMAP_BASE + phys);
    }
}

#define LOW_TEXT_BYTES 1024

/* A text of the loader's; what follows its 0 is any memory. */
SC_COUNT(LOW_TEXT_BYTES) static const char *low_text(uint64_t phys)
{
    SC_UNSAFE("DEV-27: the direct map shows 4 GiB, so that these bytes are there whatever they are")
    {
        return (const char *)(DIRECTMAP_BASE + phys);
    }
}

/* Without its 0, if that comes in time. */
SC_RANGE(0, 1023) static unsigned text_length(const char *s SC_COUNT(LOW_TEXT_BYTES))
{
    unsigned n = 0;

    while (n < LOW_TEXT_BYTES - 1 && s[n] != '\0')
        n++;
    return n;
}

const uint8_t *boot_module_bytes(const struct boot_module *m, uint64_t offset, uint64_t nr)
{
    uint64_t size = m->end - m->start;
    bool known = false;

    for (uint32_t i = 0; i < MAX_BOOT_MODULES; i++)
        known |= m == &boot_modules[i];
    SC_REQUIRE(known && !modules_freed && offset <= size && nr <= size - offset);
    SC_UNSAFE("DEV-73: the loader put the file there, and memory_init left it out of what it hands out")
    {
        return (const uint8_t *)(DIRECTMAP_BASE + m->start + offset);
    }
}

void boot_modules_free(void)
{
    SC_REQUIRE(!modules_freed);
    modules_freed = true;
    for (uint32_t i = 0; i < nr_boot_modules && i < MAX_BOOT_MODULES; i++) {
        uint64_t start = ALIGN_UP(boot_modules[i].start, PAGE_SIZE) >> PAGE_SHIFT;
        uint64_t end = ALIGN_DOWN(boot_modules[i].end, PAGE_SIZE) >> PAGE_SHIFT;

        for (uint64_t m = start; m < end; m++)
            frame_state_set(mfn(m), FS_NOBODYS);
        if (start < end)
            pagealloc_add(mfn(start), end - start);
    }
}

/* The loader's strings and lists are copied before memory is handed out. */
static void modules_read(const struct multiboot_info *mbi)
{
    for (uint32_t i = 0; i < mbi->mods_count && i < MAX_BOOT_MODULES; i++) {
        const struct multiboot_module *m = low_module(mbi->mods_addr + i * sizeof(*m));
        struct boot_module *to = &boot_modules[i];
        const char *s = low_text(m->string);

        to->start = m->start;
        to->end = m->end;
        for (unsigned k = 0; m->string != 0 && k < LOW_TEXT_BYTES - 1 && s[k] != '\0'; k++)
            to->cmdline[k] = s[k];
        nr_boot_modules = i + 1;
    }
}

static void mmap_read(const struct multiboot_info *mbi)
{
    uint32_t at = 0;

    while (at < mbi->mmap_length && nr_e820 < E820_MAX) {
        const struct multiboot_mmap *m = low_mmap(mbi->mmap_addr + at);

        e820[nr_e820++] = (struct e820_entry){ m->addr, m->len, m->type };
        at += m->size + 4;
    }
}

/* ---- memory ---- */

#define MAX_RAM 32
static struct ram_range ram[MAX_RAM] SC_BOOT;
static unsigned nr_ram SC_BOOT;

static void ram_find(void)
{
    for (uint32_t i = 0; i < nr_e820 && nr_ram < MAX_RAM; i++) {
        if (e820[i].type == E820_RAM && e820[i].addr < DIRECTMAP_SIZE)
            ram[nr_ram++] = (struct ram_range){ e820[i].addr, min_u64(e820[i].addr + e820[i].size, DIRECTMAP_SIZE) };
    }
    if (nr_ram == 0)
        panic("the loader gave no memory map");
}

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
    unsigned nr = 0;

    ram_find();
    busy[nr++] = (struct ram_range){ 0, 0x100000 };
    busy[nr++] = (struct ram_range){ LOAD_PHYS, image.data_end - WINDOW_BASE };
    for (uint32_t i = 0; i < nr_boot_modules; i++)
        busy[nr++] = (struct ram_range){ ALIGN_DOWN(boot_modules[i].start, PAGE_SIZE), boot_modules[i].end };
    for (unsigned i = 0; i < nr_ram; i++)
        free_around(ram[i].start, ram[i].end, busy, nr);
    hvmap_init(ram, nr_ram);
}

/* ---- the CPU's features ---- */

static bool cpu_has_7b(unsigned bit)
{
    uint32_t a, b, c, d;

    cpuid(0, 0, &a, &b, &c, &d);
    if (a < 7)
        return false;
    cpuid(7, 0, &a, &b, &c, &d);
    return (b >> bit & 1) != 0;
}

static bool cpu_has_7c(unsigned bit)
{
    uint32_t a, b, c, d;

    cpuid(0, 0, &a, &b, &c, &d);
    if (a < 7)
        return false;
    cpuid(7, 0, &a, &b, &c, &d);
    return (c >> bit & 1) != 0;
}

static unsigned cpu_address_bits(void)
{
    uint32_t a, b, c, d;

    cpuid(0x80000000, 0, &a, &b, &c, &d);
    if (a < 0x80000008)
        return 36;
    cpuid(0x80000008, 0, &a, &b, &c, &d);
    return a & 0xff;
}

/*
 * QEMU's TCG makes a supervisor access of the stack reads of an IRET in ring 3, so under
 * SMAP a PV kernel's own IRET faults.  Silicon does not.
 */
static bool smap_breaks_guests(void)
{
    uint32_t a, b, c, d;

    cpuid(0x40000000, 0, &a, &b, &c, &d);
    return b == 0x54474354 && c == 0x43544743 && d == 0x47435447; /* "TCGTCGTCGTCG" */
}

static bool smap_wanted(void)
{
    return opt_smap && cpu_has_7b(20) && (opt_smap_given || !smap_breaks_guests());
}

static void features_init(struct cpu *cpu)
{
    uint64_t cr4 = read_cr4() | CR4_PGE | CR4_DE | CR4_MCE;

    if (opt_smep && cpu_has_7b(7))
        cr4 |= CR4_SMEP;
    if (smap_wanted())
        cr4 |= CR4_SMAP;
    else if (opt_smap && cpu_has_7b(20))
        log_warn("SMAP left off: under QEMU's TCG a PV kernel's own IRET faults with it (smap=1 turns it on)");
    if (cpu_has_7c(2))
        cr4 |= CR4_UMIP;
    write_cr4(cr4);
    cpu->hv_cr4 = (uint32_t)read_cr4();
    log_info("CPU: SMEP %u, SMAP %u, UMIP %u", (cr4 & CR4_SMEP) != 0, (cr4 & CR4_SMAP) != 0, (cr4 & CR4_UMIP) != 0);
}

_Noreturn void boot_main(uint32_t mbi_phys, uint32_t magic)
{
    const struct multiboot_info *mbi = low_info(mbi_phys);
    struct cpu *cpu = &cpus[0];

    cpu_top()->cpu = cpu;
    *fuel_word() = INT64_MAX; /* boot is one entry, of modules and core alike */
    cpu->timerq.armed_ns = UINT64_MAX;
    wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NX);
    if ((mbi->flags & MBI_CMDLINE) != 0) {
        const char *line = low_text(mbi->cmdline);

        cmdline_parse(line, text_length(line));
    }
    serial_init();
    log_err("SafeHype " SAFEHYPE_VERSION ", Xen PV ABI 4.17, built with " __VERSION__);
    cmdline_report();
    if (magic != MULTIBOOT_MAGIC || (mbi->flags & MBI_MMAP) == 0)
        panic("not started by a multiboot1 loader with a memory map");
    if ((mbi->flags & MBI_MODS) != 0)
        modules_read(mbi);
    mmap_read(mbi);
    io_max_mfn = 1UL << (cpu_address_bits() - PAGE_SHIFT);
    if (smap_wanted())
        alternatives_apply_smap();
    memory_init();
    cpu->idle = vcpu_create_idle(cpu);
    cpu->current = cpu->idle;
    cpu_setup_tables(cpu);
    stack_continue(cpu_top_of(cpu));
}

void boot_on_stack(void)
{
    struct cpu *cpu = this_cpu();

    *fuel_word() = INT64_MAX;
    cpu_setup_syscall(cpu);
    features_init(cpu);
    fpu_init_cpu();
    hvmap_boot_alloc_finish();
    log_info("RAM: %lu MiB in %lu frames, %lu free", max_mfn >> 8, pagealloc_nr_total(), pagealloc_nr_free());
    acpi_init();
    apic_init(acpi_lapic_address());
    cpu->apic_id = apic_id();
    time_init();
    rtc_init();
    ioapic_init();
    hvmap_seal();
    pv_boot_domains();
    serial_enable_input_irq();
    guest_enter(guest_regs());
}
