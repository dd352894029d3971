/* SPDX-License-Identifier: MIT */
#include "core/priv.h"
#include "core/fpu.h"
#include "core/log.h"
#include "core/segments.h"
#include "core/speculation.h"
#include "modules/privemul/privemul.h"
#include "ports/hypercall_page.h"

#define MSR_MCG_CAP 0x179
#define MSR_MCG_CTL 0x17b
#define MSR_HYPERCALL_PAGE 0x40000000 /* named by CPUID leaf 0x40000002 */

/* Bases of the running vcpu: kept beside the machine's registers. */
/*@ ensures \result <==> base_register(msr); */
static bool is_base(uint32_t msr)
{
    return msr == MSR_FS_BASE || msr == MSR_GS_BASE || msr == MSR_SHADOW_GS_BASE;
}

/*@ requires base_register(msr);
    ensures \result == base_of(v, msr);
*/
static uint64_t base_get(const struct vcpu *v, uint32_t msr)
{
    if (msr == MSR_FS_BASE)
        return v->fs_base;
    return msr == MSR_GS_BASE ? v->gs_base_kernel : v->gs_base_user;
}

/*@ requires base_register(msr);
    assigns v->fs_base, v->gs_base_kernel, v->gs_base_user;
    ensures set: base_of(v, msr) == value;
    ensures others: \forall integer m; base_register(m) && m != msr ==> base_of(v, m) == \old(base_of(v, m));
*/
static void base_set(struct vcpu *v, uint32_t msr, uint64_t value)
{
    if (msr == MSR_FS_BASE)
        v->fs_base = value;
    else if (msr == MSR_GS_BASE)
        v->gs_base_kernel = value;
    else
        v->gs_base_user = value;
}

/*@ ensures \result <==> canonical_address(a); */
static bool canonical(uint64_t a)
{
    return a < 1UL << 47 || a >= UINT64_MAX - (1UL << 47) + 1;
}

/*@ ensures \result <==> first <= msr <= last; */
static bool between(uint32_t msr, uint32_t first, uint32_t last)
{
    return msr >= first && msr <= last;
}

/* Registers that a guest may read; writing them changes nothing. */
/*@ ensures \result ==> !machine_checks(msr) && !memory_types(msr); */
static bool everybodys(uint32_t msr)
{
    return msr == 0x8b || /* microcode revision */
           msr == 0xce || /* PLATFORM_INFO */
           msr == MSR_MISC_ENABLE || msr == MSR_PAT ||
           between(msr, 0x174, 0x176) ||         /* SYSENTER: unused in 64-bit guests */
           msr == 0xc0010015 ||                  /* HWCR */
           between(msr, 0xc0010140, 0xc0010141); /* OSVW */
}

/* The same for the hardware domain alone. */
/*@ ensures machine_checks(msr) || memory_types(msr) ==> \result; */
static bool hardware_domains(uint32_t msr)
{
    return msr == 0x17 ||                                                          /* IA32_PLATFORM_ID */
           msr == MSR_MTRRCAP || between(msr, 0x200, 0x2ff) ||                     /* memory types, PAT */
           between(msr, MSR_MCG_CAP, MSR_MCG_CTL) || between(msr, 0x400, 0x47f) || /* machine checks */
           msr == 0xc0010010 ||                                                    /* SYSCFG */
           msr == 0xc001001f ||                                                    /* NB_CFG */
           between(msr, 0xc0010055, 0xc0010058) || /* interrupt pending, MMIO configuration */
           between(msr, 0xc0011020, 0xc001102d);   /* LS, IC, DC, DE configuration */
}

/*@ requires \valid_read(v) && \valid_read(v->domain);
    ensures mine: machine_checks(msr) || memory_types(msr) ==> (\result <==> v->domain->privileged);
*/
static bool known(const struct vcpu *v, uint32_t msr)
{
    return everybodys(msr) || (v->domain->privileged && hardware_domains(msr));
}

/* Machine checks are the hardware domain's; another one's unit has no banks and no error. */
/*@ requires \valid_read(v) && \valid_read(v->domain);
    ensures \result <==> !v->domain->privileged && 0x179 <= msr <= 0x17b;
*/
static bool mcg_is_empty(const struct vcpu *v, uint32_t msr)
{
    return !v->domain->privileged && between(msr, MSR_MCG_CAP, MSR_MCG_CTL);
}

/* The speculation controls: which of them there are, CPUID says. */
/*@ requires \separated(value, v);
    ensures read: msr == 0x48 && \result ==> *value == v->spec_ctrl;
*/
static bool speculation_read(const struct vcpu *v, uint32_t msr, uint64_t *value)
{
    bool there;

    if (msr == MSR_SPEC_CTRL) {
        *value = v->spec_ctrl;
        there = speculation_guest_bits() != 0;
    } else {
        *value = speculation_guest_caps();
        there = *value != 0;
    }
    return there;
}

/*@ assigns v->spec_ctrl;
    ensures refused: !\result ==> v->spec_ctrl == \old(v->spec_ctrl);
    ensures set: \result && msr == 0x48 ==> v->spec_ctrl == value;
    ensures other: msr != 0x48 ==> v->spec_ctrl == \old(v->spec_ctrl);
*/
static bool speculation_write(struct vcpu *v, uint32_t msr, uint64_t value)
{
    uint32_t bits = speculation_guest_bits();

    if (msr == MSR_SPEC_CTRL) {
        if (bits == 0 || value > UINT32_MAX || ((uint32_t)value & ~bits) != 0)
            return false;
        speculation_guest_set(v, (uint32_t)value);
    } else {
        if (!speculation_guest_ibpb() || (value & ~PRED_CMD_IBPB) != 0)
            return false;
        if (value != 0)
            speculation_guest_barrier();
    }
    return true;
}

/*@ ensures (\result & (uint64_t)~EFER_SHOWN) == 0; */
static uint64_t efer(void)
{
    return priv_rdmsr(MSR_EFER) & EFER_SHOWN;
}

bool msr_read(struct vcpu *v, uint32_t msr, uint64_t *value)
{
    if (is_base(msr)) {
        segments_read_bases(v);
        *value = base_get(v, msr);
        return true;
    }
    if (msr == MSR_EFER) {
        *value = efer();
        return true;
    }
    if (msr == MSR_APIC_BASE) {
        *value = priv_rdmsr(msr) & ~0x400UL; /* x2APIC is not the guest's */
        return true;
    }
    if (msr == MSR_SPEC_CTRL || msr == MSR_ARCH_CAPABILITIES)
        return speculation_read(v, msr, value);
    if (mcg_is_empty(v, msr)) {
        *value = 0;
        return true;
    }
    if (known(v, msr) && rdmsr_safe(msr, value) == 0)
        return true;
    log_guest(LOG_DEBUG, "RDMSR %x: no such register for this guest", msr);
    return false;
}

/* What a kernel sets for itself on the bare machine. */
/*@ ensures \result <==> 0xc0000081 <= msr <= 0xc0000084; */
static bool is_entry(uint32_t msr)
{
    return between(msr, MSR_STAR, MSR_SFMASK);
}

bool msr_write(struct vcpu *v, uint32_t msr, uint64_t value)
{
    uint64_t old;

    if (is_base(msr)) {
        if (!canonical(value))
            return false;
        base_set(v, msr, value);
        priv_wrmsr(msr, value);
        return true;
    }
    if (msr == MSR_EFER)
        return value == efer();
    if (is_entry(msr))
        return true;
    if (msr == MSR_HYPERCALL_PAGE)
        return hypercall_page_at(v, value);
    if (msr == MSR_SPEC_CTRL || msr == MSR_PRED_CMD)
        return speculation_write(v, msr, value);
    if (mcg_is_empty(v, msr))
        return true;
    if (known(v, msr) && rdmsr_safe(msr, &old) == 0) {
        if (old != value)
            log_guest(LOG_DEBUG, "WRMSR %x: %lx over %lx left out", msr, value, old);
        return true;
    }
    return false;
}

bool xcr0_write(struct vcpu *v, uint32_t reg, uint64_t value)
{
    if (reg != 0 || (value & ~fpu_xcr0()) != 0 || (value & 1) == 0 || (value & 6) == 4)
        return false;
    v->xcr0 = value; /* the machine keeps every component on: a guest that uses fewer loses nothing */
    return true;
}
