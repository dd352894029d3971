/* SPDX-License-Identifier: MIT */
#include "core/segments.h"

#include "arch/cpu.h"
#include "arch/features.h"
#include "core/tlb.h"
#include "core/hvmap.h"
#include "core/image.h"
#include "core/log.h"
#include "core/schedule.h"
#include "core/speculation.h"
#include "core/text.h"

#define IST_MC 1
#define IST_NMI 2
#define IST_DF 3

struct tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7];
    uint64_t reserved2;
    uint16_t reserved3, io_map;
} __attribute__((packed));

struct idt_gate {
    uint16_t offset_low, selector;
    uint8_t ist, type;
    uint16_t offset_mid;
    uint32_t offset_high, reserved;
};

/* A CPU's reserved page of every GDT it loads (selectors 0xe000 on), and its TSS. */
struct cpu_tables {
    uint64_t gdt[PAGE_SIZE / 8];
    struct tss tss;
} __attribute__((aligned(4096)));

static struct cpu_tables *cpu_tables[MAX_CPUS] SC_BOOT;
static uint64_t cpu_tables_va[MAX_CPUS] SC_BOOT;
static uint64_t cpu_cstar_at SC_BOOT; /* in the entry code of SYSCALL */
static struct idt_gate idt[256] SC_BOOT __attribute__((section(".ro_after_init"), aligned(4096)));
static uint64_t idt_of[MAX_NODES] SC_BOOT; /* of nodes with code of their own; 0: that one */

/* Where arch/entry.S has the stub of a vector. */
static uint64_t entry_stub(unsigned vector)
{
    SC_UNSAFE("DEV-43: the assembler fills one offset for each of the 256 vectors")
    {
        extern const uint8_t entry_stubs[];
        extern const int32_t entry_stub_offsets[256];

        return (uint64_t)&entry_stubs[entry_stub_offsets[vector & 255]];
    }
}

/* Into the code that lies so far above the linked one. */
static void idt_fill(struct idt_gate gates[256], uint64_t delta)
{
    for (unsigned i = 0; i < 256; i++) {
        uint64_t at = entry_stub(i) + delta;
        /* Guests may use INT3 and INTO directly. */
        bool user = i == TRAP_BP || i == TRAP_OF;

        gates[i] = (struct idt_gate){
            .offset_low = (uint16_t)at,
            .offset_mid = (uint16_t)(at >> 16),
            .offset_high = (uint32_t)(at >> 32),
            .selector = SEL_HV_CS,
            .ist = i == TRAP_MC    ? IST_MC
                   : i == TRAP_NMI ? IST_NMI
                   : i == TRAP_DF  ? IST_DF
                                   : 0,
            .type = user ? 0xee : 0x8e,
        };
    }
}

/* A node's own, in its memory, read-only from the beginning. */
static void idt_make(uint32_t node)
{
    mfn_t m;

    if (text_delta(node) == 0 || idt_of[node % MAX_NODES] != 0)
        return;
    m = hvmap_alloc_frame();
    SC_UNSAFE("DEV-105: a fresh frame becomes an IDT: 256 gates of 16 bytes")
    {
        idt_fill((struct idt_gate *)(void *)frame_bytes(m), text_delta(node));
    }
    hvmap_protect_direct(m);
    idt_of[node % MAX_NODES] = DIRECTMAP_BASE + (m.v << PAGE_SHIFT);
}

/* The one that a CPU uses. */
static uint64_t idt_va(const struct cpu *cpu)
{
    uint64_t own = idt_of[cpu->node % MAX_NODES];

    SC_UNSAFE("DEV-113: its address, for LIDT and for page tables; it fills a page")
    {
        return own != 0 ? own : (uint64_t)idt;
    }
}

static void gdt_init(uint64_t gdt[PAGE_SIZE / 8], uint64_t tss_base)
{
    gdt[1] = 0x00af9b000000ffff; /* e008 hypervisor code */
    gdt[2] = 0x00cf93000000ffff; /* e010 hypervisor data */
    gdt[3] = 0x00cfbb000000ffff; /* e019 ring 1 code, as the ABI has it */
    gdt[4] = 0x00cffb000000ffff; /* e023 FLAT_RING3_CS32 */
    gdt[5] = 0x00cff3000000ffff; /* e02b FLAT_RING3_DS32, SS64 */
    gdt[6] = 0x00affb000000ffff; /* e033 FLAT_RING3_CS64 */
    gdt[8] = (sizeof(struct tss) - 1) | (tss_base & 0xffffff) << 16 | 0x89UL << 40 | (tss_base >> 24 & 0xff) << 56;
    gdt[9] = tss_base >> 32;
}

static uint64_t stub_va(const struct cpu *cpu)
{
    return STUB_BASE + (uint64_t)cpu->id * STUB_STRIDE;
}

static uint64_t stack_area(const struct cpu *cpu)
{
    return STACK_BASE + (uint64_t)cpu->id * STACK_AREA;
}

/*
 * Pages of a stack area: 0, 2, 4, 6, 8 guards; 1 #MC, 3 NMI, 5 #DF; 9-15 primary.
 */
static void stacks_map(struct cpu *cpu)
{
    static const unsigned used[] = { 1, 3, 5, 9, 10, 11, 12, 13, 14, 15 };

    for (unsigned i = 0; i < ARRAY_SIZE(used); i++)
        hvmap_page(stack_area(cpu) + used[i] * PAGE_SIZE, hvmap_alloc_frame(), HVMAP_RW);
    /* The stack for libraries has one use: page 0-6 guard, the rest stack. */
    for (unsigned i = 7; i < STACK_AREA / PAGE_SIZE; i++)
        hvmap_page(stack_area(cpu) + MAX_CPUS * STACK_AREA + i * PAGE_SIZE, hvmap_alloc_frame(), HVMAP_RW);
}

/* What arch/entry.S has for copying: the entry code of SYSCALL, and where in it the second entry and the jumps are. */
struct stub {
    uint64_t nr_bytes, cstar_at, lstar_jump_at, cstar_jump_at;
};

static struct stub stub_copy(uint8_t text[PAGE_SIZE])
{
    SC_UNSAFE("DEV-44: the template is code of less than a page, and the other symbols lie in it")
    {
        extern const uint8_t stub_template[], stub_template_cstar[], stub_template_end[];
        extern const uint8_t stub_patch_lstar[], stub_patch_cstar[];
        const struct stub stub = { .nr_bytes = (uint64_t)(stub_template_end - stub_template),
                                   .cstar_at = (uint64_t)(stub_template_cstar - stub_template),
                                   .lstar_jump_at = (uint64_t)(stub_patch_lstar - stub_template),
                                   .cstar_jump_at = (uint64_t)(stub_patch_cstar - stub_template) };

        memcpy(text, stub_template, stub.nr_bytes);
        return stub;
    }
}

/* The operand of the JMP at `at`, which will run at va + at. */
static void stub_patch(uint8_t text[PAGE_SIZE], uint64_t at, uint64_t target, uint64_t va)
{
    uint32_t rel = (uint32_t)(target - (va + at + 4));

    BUG_ON(at > PAGE_SIZE - 4);
    for (unsigned i = 0; i < 4; i++)
        text[at + i] = (uint8_t)(rel >> (8 * i));
}

static void stubs_map(struct cpu *cpu, uint64_t stack_top)
{
    uint64_t va = stub_va(cpu);
    mfn_t text = hvmap_alloc_frame(), data = hvmap_alloc_frame();
    struct stub stub = stub_copy(frame_bytes(text));

    stub_patch(frame_bytes(text), stub.lstar_jump_at, image.syscall_entry + text_delta(cpu->node), va);
    stub_patch(frame_bytes(text), stub.cstar_jump_at, image.syscall32_entry + text_delta(cpu->node), va);
    frame_words(data)[1] = stack_top;
    hvmap_page(va, text, HVMAP_RX);
    hvmap_page(va + PAGE_SIZE, data, HVMAP_RW);
    hvmap_protect_direct(text);
    cpu_cstar_at = stub.cstar_at;
}

/* The root table that guests run on here: beside theirs, what the way in and the way out touch. */
static void root_make(struct cpu *cpu)
{
    static const unsigned stacks[] = { 1, 3, 5, STACK_AREA / PAGE_SIZE - 1 };
    mfn_t root = hvmap_alloc_frame();

    uint64_t copy = text_delta(cpu->node); /* the code that this CPU runs */

    for (uint64_t va = image.text_start; va < image.entry_end; va += PAGE_SIZE)
        hvmap_show(root, va + copy, HVMAP_RX);
    hvmap_show(root, idt_va(cpu), HVMAP_R);
    hvmap_show(root, stub_va(cpu), HVMAP_RX);
    hvmap_show(root, stub_va(cpu) + PAGE_SIZE, HVMAP_RW);
    hvmap_show(root, stub_va(cpu) + STUB_TSS, HVMAP_RW);
    for (unsigned i = 0; i < ARRAY_SIZE(stacks); i++)
        hvmap_show(root, stack_area(cpu) + stacks[i] * PAGE_SIZE, HVMAP_RW);
    cpu->root_cr3 = mfn_to_maddr(root).v | (pcid_used ? PCID_ROOT : 0);
}

void cpu_load_tables(struct cpu *cpu)
{
    segments_load_hv(cpu);
    SC_UNSAFE("DEV-45: the new GDT has the selectors that are loaded; the IDT is an array of 256 gates")
    {
        __asm__ volatile("pushq %0; leaq 1f(%%rip), %%rax; pushq %%rax; lretq; 1:"
                         :
                         : "i"(SEL_HV_CS)
                         : "rax", "memory");
        load_segment_ds(0);
        load_segment_es(0);
        __asm__ volatile("movw %w0, %%ss" : : "r"(0));
        ltr(SEL_TSS);
        lidt(idt_va(cpu), sizeof(idt) - 1);
    }
}

void cpu_make_tables(struct cpu *cpu)
{
    mfn_t m = hvmap_alloc_frame_pair();
    struct cpu_tables *t;
    struct cpu_top *top;
    uint64_t rsp0;

    SC_UNSAFE("DEV-07: two fresh contiguous frames become this CPU's GDT page and TSS")
    {
        t = (struct cpu_tables *)(void *)frame_bytes(m);
        top = (struct cpu_top *)(stack_area(cpu) + STACK_AREA - sizeof(struct cpu_top));
    }
    cpu_tables[cpu->id] = t;
    cpu_tables_va[cpu->id] = DIRECTMAP_BASE + (m.v << PAGE_SHIFT);
    stacks_map(cpu);
    top->cpu = cpu;
    top->current = cpu->current;
    rsp0 = stack_area(cpu) + STACK_AREA - sizeof(struct cpu_top) + offsetof(struct cpu_top, regs.es);
    t->tss.rsp[0] = rsp0;
    t->tss.ist[IST_MC - 1] = stack_area(cpu) + 2 * PAGE_SIZE;
    t->tss.ist[IST_NMI - 1] = stack_area(cpu) + 4 * PAGE_SIZE;
    t->tss.ist[IST_DF - 1] = stack_area(cpu) + 6 * PAGE_SIZE;
    t->tss.io_map = sizeof(struct tss);
    hvmap_page(stub_va(cpu) + STUB_TSS, mfn(m.v + offsetof(struct cpu_tables, tss) / PAGE_SIZE), HVMAP_RW);
    gdt_init(t->gdt, stub_va(cpu) + STUB_TSS);
    stubs_map(cpu, rsp0);
    if (cpu->id == 0)
        idt_fill(idt, 0);
    else
        idt_make(cpu->node);
    if (xpti_used)
        root_make(cpu);
}

void cpu_setup_syscall(struct cpu *cpu)
{
    uint64_t va = stub_va(cpu);

    wrmsr(MSR_STAR, (0xe023UL << 48) | ((uint64_t)SEL_HV_CS << 32));
    wrmsr(MSR_LSTAR, va);
    wrmsr(MSR_CSTAR, va + cpu_cstar_at);
    wrmsr(MSR_SFMASK, RFLAGS_IF | RFLAGS_DF | RFLAGS_TF | RFLAGS_AC | RFLAGS_NT | RFLAGS_RF | RFLAGS_IOPL);
    wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE);
}

uint64_t cpu_gdt_pte(const struct cpu *cpu)
{
    return hvmap_direct_maddr(cpu_tables_va[cpu->id]) | HVMAP_RW;
}

void segments_load_hv(struct cpu *cpu)
{
    lgdt(cpu_tables_va[cpu->id] - 0xe000, 0xefff);
    lldt(0);
}

void segments_read_bases(struct vcpu *v)
{
    if ((v->cr4_guest & CR4_FSGSBASE) == 0)
        return;
    v->fs_base = rdmsr(MSR_FS_BASE);
    v->gs_base_kernel = rdmsr(v->kernel_mode ? MSR_GS_BASE : MSR_SHADOW_GS_BASE);
    v->gs_base_user = rdmsr(v->kernel_mode ? MSR_SHADOW_GS_BASE : MSR_GS_BASE);
}

void segments_save(struct vcpu *v)
{
    v->ds = read_ds();
    v->es = read_es();
    v->fs = read_fs();
    v->gs = read_gs();
    segments_read_bases(v);
    if ((v->debugreg[7] & 0xff) != 0)
        write_dr7(0x400);
}

void segments_load_ldt(struct vcpu *v)
{
    uint64_t base = PERDOM_BASE + (uint64_t)v->id * PERDOM_VCPU_STRIDE + 16 * PAGE_SIZE;
    uint64_t limit = min_u64(v->ldt_entries, LDT_PAGES * 512UL) * 8 - 1;
    uint64_t *gdt = cpu_tables[this_cpu()->id]->gdt;

    if (v->ldt_entries == 0) {
        lldt(0);
        return;
    }
    gdt[10] = (limit & 0xffff) | (base & 0xffffff) << 16 | 0x82UL << 40 | (limit >> 16 & 0xf) << 48 |
              (base >> 24 & 0xff) << 56;
    gdt[11] = base >> 32;
    lldt(SEL_LDT);
}

void segments_load_debug(struct vcpu *v)
{
    write_dr0(v->debugreg[0]);
    write_dr1(v->debugreg[1]);
    write_dr2(v->debugreg[2]);
    write_dr3(v->debugreg[3]);
    write_dr6(v->debugreg[6]);
    write_dr7(v->debugreg[7] | 0x400);
}

/* CR4.FSGSBASE is v's. */
static void cr4_load(const struct vcpu *v)
{
    struct cpu *cpu = this_cpu();
    bool on = (v->cr4_guest & CR4_FSGSBASE) != 0;

    if (cpu->fsgsbase == on)
        return;
    cpu->fsgsbase = on;
    write_cr4(read_cr4() ^ CR4_FSGSBASE);
}

void segments_guest_cr4(struct vcpu *v, uint64_t value)
{
    segments_read_bases(v);
    v->cr4_guest = value & (CR4_TSD | (fsgsbase_offered() ? CR4_FSGSBASE : 0));
    cr4_load(v);
}

static void load_bases(struct vcpu *v)
{
    wrmsr(MSR_FS_BASE, v->fs_base);
    wrmsr(MSR_GS_BASE, v->kernel_mode ? v->gs_base_kernel : v->gs_base_user);
    wrmsr(MSR_SHADOW_GS_BASE, v->kernel_mode ? v->gs_base_user : v->gs_base_kernel);
}

void segments_load(struct vcpu *v, const struct vcpu *prev)
{
    bool had_ldt = prev != NULL && prev->ldt_entries != 0;

    lgdt(PERDOM_BASE + (uint64_t)v->id * PERDOM_VCPU_STRIDE, 15 * PAGE_SIZE - 1);
    if (v->ldt_entries != 0 || had_ldt || prev == NULL)
        segments_load_ldt(v);
    if ((v->ds | v->es | v->fs | v->gs | read_ds() | read_es() | read_fs() | read_gs()) != 0) {
        load_segment_ds(v->ds);
        load_segment_es(v->es);
        load_segment_fs(v->fs);
        load_segment_gs(v->gs);
    }
    load_bases(v);
    cr4_load(v);
    if ((v->debugreg[7] & 0xff) != 0)
        segments_load_debug(v);
}

void toggle_guest_mode(struct vcpu *v)
{
    struct cpu *cpu = this_cpu();
    fref_t pt;

    v->kernel_mode = !v->kernel_mode;
    swapgs();
    pt = v->kernel_mode ? v->kernel_pt : v->user_pt;
    atomic_write64(&cpu->cr3, pt.v & PAGE_MASK);
    write_cr3(pt.v & PAGE_MASK);
    cpu_top()->root_stale = ROOT_COPY;
}
