/* SPDX-License-Identifier: MIT */
/* What a PV guest may know of the CPU (Xen public header arch-x86/cpuid.h; Intel SDM CPUID). */
#include <xen/arch-x86/cpuid.h>

#include "core/priv.h"
#include "core/bits.h"
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
#define AVX_1C (BIT(26) | BIT(27) | BIT(28)) /* XSAVE, OSXSAVE, AVX */
/* Leaf 7: SMEP, SMAP, INVPCID, PKU, LA57, UMIP, CET, ... */
#define FSGSBASE_7B BIT(0) /* shown where CR4 may have it */
#define HIDE_7B (BIT(1) | BIT(7) | BIT(10) | BIT(20) | BIT(25))
#define SHOW_7C (BIT(1) | BIT(6) | BIT(8) | BIT(9) | BIT(10) | BIT(11) | BIT(12) | BIT(14))
/* AVX-512 parts and fast short REP MOV; for the speculation controls see speculation_7d */
#define SHOW_7D (BIT(2) | BIT(3) | BIT(4) | BIT(8))
#define SPECULATION_7D (BIT(10) | BIT(26) | BIT(27) | BIT(29) | BIT(31))
/* CLZERO, XSAVEERPTR, WBNOINVD, IBPB */
#define SHOW_88B (BIT(0) | BIT(2) | BIT(9) | BIT(12))
#define HIDE_81D (BIT(3) | BIT(12) | BIT(13) | BIT(17) | BIT(26) | BIT(27))
#define HIDE_81C (BIT(2) | BIT(3) | BIT(9) | BIT(10) | BIT(12) | BIT(13) | BIT(24) | BIT(28))

/*@ predicate nothing(struct guest_regs *r) = r->rax == 0 && r->rbx == 0 && r->rcx == 0 && r->rdx == 0; */
/*@ predicate empty(struct leaf *l) = l->a == 0 && l->b == 0 && l->c == 0 && l->d == 0; */

/*@ ensures empty(l); */
static void leaf_clear(struct leaf *l)
{
    l->a = 0;
    l->b = 0;
    l->c = 0;
    l->d = 0;
}

/* Controls that a guest has where the CPU has them; AMD's names for them (leaf 0x80000008) are hidden. */
static uint32_t speculation_7d(void)
{
    uint32_t bits = speculation_guest_bits();

    return ((bits & SPEC_CTRL_IBRS) != 0 ? BIT(26) : 0) | ((bits & SPEC_CTRL_STIBP) != 0 ? BIT(27) : 0) |
           ((bits & SPEC_CTRL_SSBD) != 0 ? BIT(31) : 0) | (speculation_guest_md_clear() ? BIT(10) : 0) |
           (speculation_guest_caps() != 0 ? BIT(29) : 0);
}

/* What must not be shown is taken out last, whatever was put in before. */
/*@ ensures hidden: (l->c & HIDE_1C) == 0 && (l->d & HIDE_1D) == 0;
    ensures hypervisor: (l->c & BIT(31)) != 0;
    ensures unsaved: xcr0 == 0 ==> (l->c & AVX_1C) == 0;
    ensures rest: l->a == \old(l->a) && l->b == \old(l->b);
*/
static void features_1(uint64_t xcr0, struct leaf *l)
{
    l->c |= BIT(31); /* a hypervisor is present */
    if (xcr0 == 0)
        l->c &= ~AVX_1C;
    else if ((priv_read_cr4() & CR4_OSXSAVE) != 0)
        l->c |= BIT(27);
    l->c &= ~HIDE_1C;
    l->d |= BIT(9); /* APIC, as the ABI has it for the first domain */
    l->d &= ~HIDE_1D;
}

/*@ ensures hidden: (l->b & HIDE_7B) == 0 && (l->c & ~SHOW_7C) == 0 && (l->d & ~(SHOW_7D | SPECULATION_7D)) == 0;
    ensures first: sub != 0 ==> (l->b & FSGSBASE_7B) == 0 && (l->d & SPECULATION_7D) == 0;
    ensures rest: l->a == \old(l->a);
*/
static void features_7(uint32_t sub, struct leaf *l)
{
    if (sub == 0 && fsgsbase_offered())
        l->b |= FSGSBASE_7B;
    else
        l->b &= ~FSGSBASE_7B;
    l->b &= ~HIDE_7B;
    l->c &= SHOW_7C;
    l->d &= SHOW_7D;
    if (sub == 0)
        l->d |= speculation_7d();
    l->d &= SHOW_7D | SPECULATION_7D;
}

/* Leaf 0xd: the state components that the hypervisor saves, and no supervisor ones. */
/*@ ensures unsaved: xcr0 == 0 || sub >= 64 || (sub >= 2 && (xcr0 >> sub & 1) == 0) ==> empty(l);
    ensures all: sub == 0 && xcr0 != 0 ==> l->a == (uint32_t)xcr0 &&
      l->d == (uint32_t)(xcr0 / 0x100000000) && l->c == l->b;
    ensures no_supervisor: sub == 1 ==> l->a < 8 && l->b == 0 && l->c == 0 && l->d == 0;
*/
static void features_xstate(uint64_t xcr0, uint32_t sub, struct leaf *l)
{
    if (xcr0 == 0 || (sub >= 2 && (sub >= 64 || (xcr0 >> sub & 1) == 0))) {
        leaf_clear(l);
    } else if (sub == 0) {
        l->a = (uint32_t)xcr0;
        l->c = l->b; /* the machine runs with all of them: what is enabled is what there is */
        l->d = (uint32_t)(xcr0 / 0x100000000);
    } else if (sub == 1) {
        l->a %= 8; /* XSAVEOPT, XSAVEC, XGETBV(1); no XSAVES */
        l->b = l->c = l->d = 0;
    }
}

/* A function of its own: where pointers are, the verifier would want to be told that none leads to max_mfn. */
static uint64_t frames(void)
{
    return max_mfn;
}

/*@ ensures head: index == 0 ==> l->a == 0x40000000 + XEN_CPUID_MAX_NUM_LEAVES &&
      l->b == XEN_CPUID_SIGNATURE_EBX && l->c == XEN_CPUID_SIGNATURE_ECX && l->d == XEN_CPUID_SIGNATURE_EDX;
    ensures version: index == 1 ==> l->a == 0x40011 && l->b == 0 && l->c == 0 && l->d == 0;
    ensures pages: index == 2 ==> l->a == 1;
    ensures memory: index == 5 && nr_frames != 0 ==> l->b >= PAGE_SHIFT &&
      nr_frames - 1 < (1 << (l->b - PAGE_SHIFT)) && l->a == 0 && l->c == 0 && l->d == 0;
    ensures none_such: index == 4 || index > 5 || (index == 3 && sub != 0 && sub != 2) ==> empty(l);
*/
static void xen_leaves(uint32_t index, uint32_t sub, uint64_t nr_frames, const struct vcpu *v, struct leaf *l)
{
    leaf_clear(l);
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
        l->b = PAGE_SHIFT + bit_width(nr_frames - 1); /* of machine addresses: RAM there is */
        break;
    default: break;
    }
    (void)v;
}

/* Leaves of the CPU. */
/*@ ensures leaf_1: index == 1 ==> (l->c & HIDE_1C) == 0 && (l->d & HIDE_1D) == 0 && (l->c & BIT(31)) != 0;
    ensures leaf_7: index == 7 ==> (l->b & HIDE_7B) == 0 && (l->c & ~SHOW_7C) == 0 &&
      (l->d & ~(SHOW_7D | SPECULATION_7D)) == 0;
    ensures leaf_7_more: index == 7 && sub != 0 ==> (l->b & FSGSBASE_7B) == 0 && (l->d & SPECULATION_7D) == 0;
    ensures monitor_pmu: index == 5 || index == 0xa ==> empty(l);
    ensures state: index == 0xd && sub >= 64 ==> empty(l);
    ensures no_supervisor: index == 0xd && sub == 1 ==> l->a < 8 && l->b == 0 && l->c == 0 && l->d == 0;
    ensures leaf_81: index == 0x80000001 ==> (l->c & HIDE_81C) == 0 && (l->d & HIDE_81D) == 0;
    ensures leaf_88: index == 0x80000008 ==> (l->b & ~SHOW_88B) == 0;
*/
static void cpu_leaves(uint32_t index, uint32_t sub, struct leaf *l)
{
    cpuid(index, sub, &l->a, &l->b, &l->c, &l->d);
    switch (index) {
    case 1: features_1(fpu_xcr0(), l); break;
    case 7: features_7(sub, l); break;
    case 5: /* MONITOR */
    case 0xa: /* PMU */ leaf_clear(l); break;
    case 0xd: features_xstate(fpu_xcr0(), sub, l); break;
    case 0x80000001:
        l->d &= ~HIDE_81D;
        l->c &= ~HIDE_81C;
        break;
    case 0x80000008: l->b &= SHOW_88B; break;
    default: break;
    }
}

/*@ assigns regs->rax, regs->rbx, regs->rcx, regs->rdx;
    ensures words: regs->rax <= UINT32_MAX && regs->rbx <= UINT32_MAX && regs->rcx <= UINT32_MAX &&
      regs->rdx <= UINT32_MAX;
    ensures leaf_1: (uint32_t)\old(regs->rax) == 1 ==> (regs->rcx & HIDE_1C) == 0 && (regs->rdx & HIDE_1D) == 0 &&
      (regs->rcx & BIT(31)) != 0;
    ensures leaf_7: (uint32_t)\old(regs->rax) == 7 ==> (regs->rbx & HIDE_7B) == 0 && (regs->rcx & ~SHOW_7C) == 0 &&
      (regs->rdx & ~(SHOW_7D | SPECULATION_7D)) == 0;
    ensures leaf_7_more: (uint32_t)\old(regs->rax) == 7 && (uint32_t)\old(regs->rcx) != 0 ==>
      (regs->rbx & FSGSBASE_7B) == 0 && (regs->rdx & SPECULATION_7D) == 0;
    ensures monitor_pmu: (uint32_t)\old(regs->rax) == 5 || (uint32_t)\old(regs->rax) == 0xa ==> nothing(regs);
    ensures state: (uint32_t)\old(regs->rax) == 0xd && (uint32_t)\old(regs->rcx) >= 64 ==> nothing(regs);
    ensures no_supervisor: (uint32_t)\old(regs->rax) == 0xd && (uint32_t)\old(regs->rcx) == 1 ==>
      regs->rax < 8 && regs->rbx == 0 && regs->rcx == 0 && regs->rdx == 0;
    ensures leaf_81: (uint32_t)\old(regs->rax) == 0x80000001 ==> (regs->rcx & HIDE_81C) == 0 &&
      (regs->rdx & HIDE_81D) == 0;
    ensures leaf_88: (uint32_t)\old(regs->rax) == 0x80000008 ==> (regs->rbx & ~SHOW_88B) == 0;
    ensures xen: (uint32_t)\old(regs->rax) == 0x40000000 ==> regs->rbx == XEN_CPUID_SIGNATURE_EBX &&
      regs->rcx == XEN_CPUID_SIGNATURE_ECX && regs->rdx == XEN_CPUID_SIGNATURE_EDX;
    ensures xen_none: 0x40000005 < (uint32_t)\old(regs->rax) < 0x40000100 ==> nothing(regs);
*/
void cpuid_guest(struct vcpu *v, struct guest_regs *regs)
{
    uint32_t index = (uint32_t)regs->rax, sub = (uint32_t)regs->rcx;
    struct leaf l;

    if (index / 0x100 == 0x400000)
        xen_leaves(index % 0x100, sub, frames(), v, &l);
    else
        cpu_leaves(index, sub, &l);
    regs->rax = l.a;
    regs->rbx = l.b;
    regs->rcx = l.c;
    regs->rdx = l.d;
}
