/* SPDX-License-Identifier: MIT */
#include "core/fpu.h"

#include "arch/cpu.h"
#include "core/log.h"

#define XCR0_SUPPORTED 0xe7UL /* x87, SSE, AVX, AVX-512 */

struct fpu_state {
    uint8_t area[PAGE_SIZE];
};

static uint64_t xcr0 SC_BOOT; /* 0: FXSAVE only */
static uint8_t worker_area[PAGE_SIZE] SC_BOOT __attribute__((aligned(16)));

uint64_t fpu_xcr0(void)
{
    return xcr0;
}

static void ts_set(void)
{
    write_cr0(read_cr0() | CR0_TS);
}

void fpu_init_cpu(void)
{
    uint32_t a, b, c, d;

    write_cr0((read_cr0() & ~CR0_EM) | CR0_MP | CR0_NE);
    write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT);
    cpuid(1, 0, &a, &b, &c, &d);
    if ((c & (1U << 26)) != 0) {
        write_cr4(read_cr4() | CR4_OSXSAVE);
        cpuid(0xd, 0, &a, &b, &c, &d);
        xcr0 = a & XCR0_SUPPORTED;
        xsetbv(0, xcr0);
        cpuid(0xd, 0, &a, &b, &c, &d);
        BUG_ON(b > PAGE_SIZE);
    }
    ts_set();
}

int fpu_vcpu_init(struct vcpu *v)
{
    mfn_t m;

    if (frame_alloc_hv(&m) != 0)
        return -ENOMEM;
    SC_UNSAFE("DEV-06: a fresh frame becomes this vcpu's save area")
    {
        v->fpu = (struct fpu_state *)(void *)frame_bytes(m);
    }
    v->fpu_frame = m;
    v->fpu->area[0] = 0x7f; /* FCW 0x037f */
    v->fpu->area[1] = 0x03;
    v->fpu->area[24] = 0x80; /* MXCSR 0x1f80 */
    v->fpu->area[25] = 0x1f;
    if (xcr0 != 0)
        v->fpu->area[512] = 3; /* XSTATE_BV: x87 and SSE hold what stands above */
    v->xcr0 = xcr0;
    return 0;
}

/* Libraries are built for the baseline: x87 and SSE. */
void fpu_worker_save(void)
{
    fxsave(worker_area);
}

void fpu_worker_load(void)
{
    fxrstor(worker_area);
}

void fpu_save(struct vcpu *v)
{
    struct cpu *cpu = this_cpu();

    if (cpu->fpu_owner != v)
        return;
    clts();
    if (xcr0 != 0)
        xsave(v->fpu->area, UINT64_MAX);
    else
        fxsave(v->fpu->area);
    cpu->fpu_owner = NULL;
    ts_set();
}

void fpu_load(struct vcpu *v)
{
    struct cpu *cpu = this_cpu();

    if (cpu->fpu_owner != v) {
        struct vcpu *owner = cpu->fpu_owner;

        if (owner != NULL)
            fpu_save(owner);
        clts();
        if (xcr0 != 0)
            xrstor(v->fpu->area, UINT64_MAX);
        else
            fxrstor(v->fpu->area);
        cpu->fpu_owner = v;
    } else {
        clts();
    }
}

void fpu_switch(struct vcpu *next)
{
    /*
     * With XSAVE the state goes along at once: a lazy switch leaks it to speculation
     * (CVE-2018-3665), and QEMU's TCG runs AVX instructions although CR0.TS is set.
     */
    if (xcr0 != 0)
        fpu_load(next);
    if (this_cpu()->fpu_owner == next && (next->cr0_guest & CR0_TS) == 0)
        clts();
    else
        ts_set();
}

void fpu_guest_ts(struct vcpu *v, bool set)
{
    if (set) {
        v->cr0_guest |= CR0_TS;
        ts_set();
        return;
    }
    v->cr0_guest &= ~CR0_TS;
    if (this_cpu()->fpu_owner == v)
        clts();
}
