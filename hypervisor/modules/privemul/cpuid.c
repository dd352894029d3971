/* SPDX-License-Identifier: MIT */
/* What a PV guest may know of the CPU (Xen public header arch-x86/cpuid.h; Intel SDM CPUID). */
#include <xen/arch-x86/cpuid.h>

#include "core/priv.h"
#include "core/fpu.h"
#include "core/frame.h"
#include "core/segments.h"
#include "core/speculation.h"
#include "core/time.h"
#include "modules/privemul/privemul.h"

struct leaf {
    uint32_t a, b, c, d;
};

#define BIT(n) (1U << (n))

/* Leaf 1 features that a PV kernel cannot have. */
#define HIDE_1C (BIT(2) | BIT(3) | BIT(5) | BIT(6) | BIT(7) | BIT(8) | BIT(15) | BIT(17) | BIT(18) | BIT(21) | BIT(24))
#define HIDE_1D (BIT(1) | BIT(3) | BIT(11) | BIT(12) | BIT(13) | BIT(17) | BIT(18) | BIT(21) | BIT(22) | BIT(29))
/* Leaf 7: SMEP, SMAP, FSGSBASE (shown where CR4 may have it), INVPCID, PKU, LA57, UMIP, CET, ... */
#define HIDE_7B (BIT(0) | BIT(1) | BIT(7) | BIT(10) | BIT(20) | BIT(25))
#define SHOW_7C (BIT(1) | BIT(6) | BIT(8) | BIT(9) | BIT(10) | BIT(11) | BIT(12) | BIT(14))
/* AVX-512 parts and fast short REP MOV; for the speculation controls see speculation_7d */
#define SHOW_7D (BIT(2) | BIT(3) | BIT(4) | BIT(8))
/* CLZERO, XSAVEERPTR, WBNOINVD, IBPB */
#define SHOW_88B (BIT(0) | BIT(2) | BIT(9) | BIT(12))
#define HIDE_81D (BIT(3) | BIT(12) | BIT(13) | BIT(17) | BIT(26) | BIT(27))
#define HIDE_81C (BIT(2) | BIT(3) | BIT(9) | BIT(10) | BIT(12) | BIT(13) | BIT(24) | BIT(28))

/* Controls that a guest has where the CPU has them; AMD's names for them (leaf 0x80000008) are hidden. */
static uint32_t speculation_7d(void)
{
    uint32_t bits = speculation_guest_bits();

    return ((bits & SPEC_CTRL_IBRS) != 0 ? BIT(26) : 0) | ((bits & SPEC_CTRL_STIBP) != 0 ? BIT(27) : 0) |
           ((bits & SPEC_CTRL_SSBD) != 0 ? BIT(31) : 0) | (speculation_guest_md_clear() ? BIT(10) : 0) |
           (speculation_guest_caps() != 0 ? BIT(29) : 0);
}

static void features_1(struct leaf *l)
{
    l->c &= ~HIDE_1C;
    l->c |= BIT(31); /* a hypervisor is present */
    if (fpu_xcr0() == 0)
        l->c &= ~(BIT(26) | BIT(27) | BIT(28));
    else if ((priv_read_cr4() & CR4_OSXSAVE) != 0)
        l->c |= BIT(27);
    l->d &= ~HIDE_1D;
    l->d |= BIT(9); /* APIC, as the ABI has it for the first domain */
}

/* Leaf 0xd: the state components that the hypervisor saves, and no supervisor ones. */
static void features_xstate(uint32_t sub, struct leaf *l)
{
    uint64_t xcr0 = fpu_xcr0();

    if (xcr0 == 0 || (sub >= 2 && (sub >= 64 || (xcr0 >> sub & 1) == 0))) {
        *l = (struct leaf){ 0, 0, 0, 0 };
    } else if (sub == 0) {
        l->a = (uint32_t)xcr0;
        l->c = l->b; /* the machine runs with all of them: what is enabled is what there is */
        l->d = (uint32_t)(xcr0 >> 32);
    } else if (sub == 1) {
        *l = (struct leaf){ l->a & 7, 0, 0, 0 }; /* XSAVEOPT, XSAVEC, XGETBV(1); no XSAVES */
    }
}

static void xen_leaves(uint32_t index, uint32_t sub, const struct vcpu *v, struct leaf *l)
{
    *l = (struct leaf){ 0, 0, 0, 0 };
    switch (index) {
    case 0:
        l->a = 0x40000000 + XEN_CPUID_MAX_NUM_LEAVES;
        l->b = XEN_CPUID_SIGNATURE_EBX;
        l->c = XEN_CPUID_SIGNATURE_ECX;
        l->d = XEN_CPUID_SIGNATURE_EDX;
        break;
    case 1: l->a = 4U << 16 | 17; break;
    case 2:
        l->a = 1; /* hypercall pages */
        l->b = 0x40000000;
        l->c = XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD;
        break;
    case 3:
        if (sub == 0) {
            l->b = 0; /* TSC mode: default */
            l->c = (uint32_t)(tsc_hz() / 1000);
        } else if (sub == 2) {
            l->a = (uint32_t)(tsc_hz() / 1000);
        }
        break;
    case 5:
        l->b = 64 + PAGE_SHIFT - (uint32_t)__builtin_clzl(max_mfn - 1); /* of machine addresses: RAM there is */
        break;
    default: break;
    }
    (void)v;
}

void cpuid_guest(struct vcpu *v, struct guest_regs *regs)
{
    uint32_t index = (uint32_t)regs->rax, sub = (uint32_t)regs->rcx;
    struct leaf l;

    if ((index & 0xffffff00U) == 0x40000000U) {
        xen_leaves(index & 0xff, sub, v, &l);
    } else {
        cpuid(index, sub, &l.a, &l.b, &l.c, &l.d);
        switch (index) {
        case 1: features_1(&l); break;
        case 5: l = (struct leaf){ 0, 0, 0, 0 }; break; /* MONITOR */
        case 7:
            l.b &= ~HIDE_7B;
            if (sub == 0 && fsgsbase_offered())
                l.b |= BIT(0);
            l.c &= SHOW_7C;
            l.d &= SHOW_7D;
            if (sub == 0)
                l.d |= speculation_7d();
            break;
        case 0xa: l = (struct leaf){ 0, 0, 0, 0 }; break; /* PMU */
        case 0xd: features_xstate(sub, &l); break;
        case 0x80000001:
            l.d &= ~HIDE_81D;
            l.c &= ~HIDE_81C;
            break;
        case 0x80000008: l.b &= SHOW_88B; break;
        default: break;
        }
    }
    regs->rax = l.a;
    regs->rbx = l.b;
    regs->rcx = l.c;
    regs->rdx = l.d;
}
