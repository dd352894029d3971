/* SPDX-License-Identifier: MIT */
/*
 * cpu.h - privileged instructions, one wrapper each (source: Intel SDM vol. 2,
 * the instruction's own page; AMD APM vol. 3).
 */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include "core/base.h"

#define CR0_PE 0x1UL
#define CR0_MP 0x2UL
#define CR0_EM 0x4UL
#define CR0_TS 0x8UL
#define CR0_ET 0x10UL
#define CR0_NE 0x20UL
#define CR0_WP 0x10000UL
#define CR0_AM 0x40000UL
#define CR0_PG 0x80000000UL

#define CR4_TSD 0x4UL
#define CR4_DE 0x8UL
#define CR4_PAE 0x20UL
#define CR4_MCE 0x40UL
#define CR4_PGE 0x80UL
#define CR4_OSFXSR 0x200UL
#define CR4_OSXMMEXCPT 0x400UL
#define CR4_UMIP 0x800UL
#define CR4_FSGSBASE 0x10000UL
#define CR4_PCIDE 0x20000UL
#define CR4_OSXSAVE 0x40000UL
#define CR4_SMEP 0x100000UL
#define CR4_SMAP 0x200000UL

#define MSR_APIC_BASE 0x1b
#define MSR_SPEC_CTRL 0x48
#define MSR_PRED_CMD 0x49
#define MSR_ARCH_CAPABILITIES 0x10a
#define MSR_MTRRCAP 0xfe
#define MSR_SYSENTER_CS 0x174
#define MSR_MISC_ENABLE 0x1a0
#define MSR_PAT 0x277
#define MSR_TSC_DEADLINE 0x6e0
#define MSR_X2APIC_BASE 0x800
#define MSR_EFER 0xc0000080
#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_CSTAR 0xc0000083
#define MSR_SFMASK 0xc0000084
#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101
#define MSR_SHADOW_GS_BASE 0xc0000102

#define PRED_CMD_IBPB 1UL

#define EFER_SCE 0x1UL
#define EFER_LME 0x100UL
#define EFER_LMA 0x400UL
#define EFER_NX 0x800UL

SC_CORE SC_INLINE uint64_t read_cr0(void)
{
    uint64_t v;
    __asm__ volatile("movq %%cr0, %0" : "=r"(v));
    return v;
}
SC_CORE SC_INLINE void write_cr0(uint64_t v)
{
    __asm__ volatile("movq %0, %%cr0" : : "r"(v) : "memory");
}
SC_CORE SC_INLINE uint64_t read_cr2(void)
{
    uint64_t v;
    __asm__ volatile("movq %%cr2, %0" : "=r"(v));
    return v;
}
SC_CORE SC_INLINE void write_cr2(uint64_t v)
{
    __asm__ volatile("movq %0, %%cr2" : : "r"(v));
}
SC_CORE SC_INLINE uint64_t read_cr3(void)
{
    uint64_t v;
    __asm__ volatile("movq %%cr3, %0" : "=r"(v));
    return v;
}
SC_CORE SC_INLINE void write_cr3(uint64_t v)
{
    __asm__ volatile("movq %0, %%cr3" : : "r"(v) : "memory");
}
SC_CORE SC_INLINE uint64_t read_cr4(void)
{
    uint64_t v;
    __asm__ volatile("movq %%cr4, %0" : "=r"(v));
    return v;
}
SC_CORE SC_INLINE void write_cr4(uint64_t v)
{
    __asm__ volatile("movq %0, %%cr4" : : "r"(v) : "memory");
}
SC_CORE SC_INLINE void clts(void)
{
    __asm__ volatile("clts" : : : "memory");
}
SC_CORE SC_INLINE void invlpg(uint64_t va)
{
    __asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}
SC_CORE SC_INLINE void wbinvd(void)
{
    __asm__ volatile("wbinvd" : : : "memory");
}
SC_CORE SC_INLINE void swapgs(void)
{
    __asm__ volatile("swapgs" : : : "memory");
}
SC_CORE SC_INLINE void raise_int3(void)
{
    __asm__ volatile("int3");
}
/* Every store is seen and every load done before what comes next. */
SC_CORE SC_INLINE void mfence_lfence(void)
{
    __asm__ volatile("mfence; lfence" : : : "memory");
}
SC_INLINE void cpu_pause(void)
{
    __asm__ volatile("pause");
}
SC_CORE SC_INLINE void cpu_halt_forever(void)
{
    __asm__ volatile("1: cli; hlt; jmp 1b");
}
/* Sleep with interrupts off, until an NMI. */
SC_CORE SC_INLINE void cpu_halt_masked(void)
{
    __asm__ volatile("hlt" : : : "memory");
}
/* Take what interrupts are waiting; the handlers only set pending bits. */
SC_CORE SC_INLINE void irq_window(void)
{
    __asm__ volatile("sti; nop; cli" : : : "memory");
}
/* Sleep until an interrupt; returns with interrupts off. */
SC_CORE SC_INLINE void safe_halt(void)
{
    __asm__ volatile("sti; hlt; cli" : : : "memory");
}

SC_CORE SC_INLINE uint64_t rdmsr(uint32_t msr)
{
    uint32_t lo, hi;

    __asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
    return lo | (uint64_t)hi << 32;
}
SC_CORE SC_INLINE void wrmsr(uint32_t msr, uint64_t v)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)) : "memory");
}
SC_INLINE uint64_t rdtsc(void)
{
    uint32_t lo, hi;

    __asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
    return lo | (uint64_t)hi << 32;
}
SC_INLINE void cpuid(uint32_t leaf, uint32_t sub, uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
    __asm__ volatile("cpuid" : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d) : "0"(leaf), "2"(sub));
}

SC_CORE SC_INLINE uint8_t inb(uint16_t port)
{
    uint8_t v;
    __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}
SC_CORE SC_INLINE uint16_t inw(uint16_t port)
{
    uint16_t v;
    __asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}
SC_CORE SC_INLINE uint32_t inl(uint16_t port)
{
    uint32_t v;
    __asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}
SC_CORE SC_INLINE void outb(uint8_t v, uint16_t port)
{
    __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}
SC_CORE SC_INLINE void outw(uint16_t v, uint16_t port)
{
    __asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port));
}
SC_CORE SC_INLINE void outl(uint32_t v, uint16_t port)
{
    __asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port));
}

/* Device registers in memory. */
SC_CORE SC_INLINE uint32_t mmio_read32(volatile uint32_t *p)
{
    return *p;
}
SC_CORE SC_INLINE void mmio_write32(volatile uint32_t *p, uint32_t v)
{
    *p = v;
}

SC_CORE SC_INLINE void lgdt(uint64_t base, uint16_t limit)
{
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) d = { limit, base };

    __asm__ volatile("lgdt %0" : : "m"(d));
}
SC_CORE SC_INLINE void lidt(uint64_t base, uint16_t limit)
{
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) d = { limit, base };

    __asm__ volatile("lidt %0" : : "m"(d));
}
SC_CORE SC_INLINE void ltr(uint16_t sel)
{
    __asm__ volatile("ltr %0" : : "r"(sel));
}
SC_CORE SC_INLINE void lldt(uint16_t sel)
{
    __asm__ volatile("lldt %0" : : "r"(sel));
}

SC_CORE SC_INLINE uint16_t read_ds(void)
{
    uint16_t v;
    __asm__ volatile("movw %%ds, %0" : "=r"(v));
    return v;
}
SC_CORE SC_INLINE uint16_t read_es(void)
{
    uint16_t v;
    __asm__ volatile("movw %%es, %0" : "=r"(v));
    return v;
}
SC_CORE SC_INLINE uint16_t read_fs(void)
{
    uint16_t v;
    __asm__ volatile("movw %%fs, %0" : "=r"(v));
    return v;
}
SC_CORE SC_INLINE uint16_t read_gs(void)
{
    uint16_t v;
    __asm__ volatile("movw %%gs, %0" : "=r"(v));
    return v;
}

SC_CORE SC_INLINE void write_dr0(uint64_t v)
{
    __asm__ volatile("movq %0, %%dr0" : : "r"(v));
}
SC_CORE SC_INLINE void write_dr1(uint64_t v)
{
    __asm__ volatile("movq %0, %%dr1" : : "r"(v));
}
SC_CORE SC_INLINE void write_dr2(uint64_t v)
{
    __asm__ volatile("movq %0, %%dr2" : : "r"(v));
}
SC_CORE SC_INLINE void write_dr3(uint64_t v)
{
    __asm__ volatile("movq %0, %%dr3" : : "r"(v));
}
SC_CORE SC_INLINE void write_dr6(uint64_t v)
{
    __asm__ volatile("movq %0, %%dr6" : : "r"(v));
}
SC_CORE SC_INLINE void write_dr7(uint64_t v)
{
    __asm__ volatile("movq %0, %%dr7" : : "r"(v));
}
SC_CORE SC_INLINE uint64_t read_dr6(void)
{
    uint64_t v;
    __asm__ volatile("movq %%dr6, %0" : "=r"(v));
    return v;
}

SC_CORE SC_INLINE void fxsave(uint8_t area[PAGE_SIZE])
{
    __asm__ volatile("fxsaveq (%0)" : : "r"(area) : "memory");
}
SC_CORE SC_INLINE void fxrstor(const uint8_t area[PAGE_SIZE])
{
    __asm__ volatile("fxrstorq (%0)" : : "r"(area) : "memory");
}
SC_CORE SC_INLINE void xsave(uint8_t area[PAGE_SIZE], uint64_t mask)
{
    __asm__ volatile("xsaveq (%0)" : : "r"(area), "a"((uint32_t)mask), "d"((uint32_t)(mask >> 32)) : "memory");
}
SC_CORE SC_INLINE void xrstor(const uint8_t area[PAGE_SIZE], uint64_t mask)
{
    __asm__ volatile("xrstorq (%0)" : : "r"(area), "a"((uint32_t)mask), "d"((uint32_t)(mask >> 32)) : "memory");
}
SC_CORE SC_INLINE void xsetbv(uint32_t reg, uint64_t v)
{
    __asm__ volatile("xsetbv" : : "c"(reg), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)));
}

/* In arch/gate.S: load a segment register; a fault loads null instead and returns -1. */
SC_CORE int load_segment_ds(uint16_t sel);
SC_CORE int load_segment_es(uint16_t sel);
SC_CORE int load_segment_fs(uint16_t sel);
SC_CORE int load_segment_gs(uint16_t sel); /* the active GS */
int load_segment_gs_user(uint16_t sel);    /* the inactive GS, between two SWAPGS */
/* rdmsr/wrmsr that answer -1 where the CPU raises #GP. */
int rdmsr_safe(uint32_t msr, uint64_t *value);
SC_CORE int wrmsr_safe(uint32_t msr, uint64_t value);

/* Nothing that was fetched before is executed (Intel SDM 3A, 9.3: CPUID serializes). */
SC_CORE SC_INLINE void cpu_serialize(void)
{
    uint32_t a, b, c, d;

    cpuid(0, 0, &a, &b, &c, &d);
}
SC_CORE SC_INLINE void cpu_relax(void)
{
    __asm__ volatile("pause");
}

#endif
