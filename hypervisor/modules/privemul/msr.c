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
static bool base_msr(struct vcpu *v, uint32_t msr, uint64_t **where)
{
    switch (msr) {
    case MSR_FS_BASE: *where = &v->fs_base; return true;
    case MSR_GS_BASE: *where = &v->gs_base_kernel; return true;
    case MSR_SHADOW_GS_BASE: *where = &v->gs_base_user; return true;
    default: return false;
    }
}

struct msr_range {
    uint32_t first, last;
    bool hardware_domain_only;
};

/* Registers that a guest may read; writing them changes nothing. */
static const struct msr_range known_msrs[] = {
    { 0x17, 0x17, true },  /* IA32_PLATFORM_ID */
    { 0x8b, 0x8b, false }, /* microcode revision */
    { 0xce, 0xce, false }, /* PLATFORM_INFO */
    { MSR_MTRRCAP, MSR_MTRRCAP, true },
    { 0x174, 0x176, false }, /* SYSENTER: unused in 64-bit guests */
    { 0x179, 0x17b, true },  /* MCG_CAP, STATUS, CTL */
    { MSR_MISC_ENABLE, MSR_MISC_ENABLE, false },
    { 0x200, 0x2ff, true }, /* MTRRs, PAT */
    { MSR_PAT, MSR_PAT, false },
    { 0x400, 0x47f, true },            /* machine-check banks */
    { 0xc0010010, 0xc0010010, true },  /* SYSCFG */
    { 0xc0010015, 0xc0010015, false }, /* HWCR */
    { 0xc001001f, 0xc001001f, true },  /* NB_CFG */
    { 0xc0010055, 0xc0010058, true },  /* interrupt pending, MMIO configuration */
    { 0xc0010140, 0xc0010141, false }, /* OSVW */
    { 0xc0011020, 0xc001102d, true },  /* LS, IC, DC, DE configuration */
};

static bool known(const struct vcpu *v, uint32_t msr)
{
    for (unsigned i = 0; i < ARRAY_SIZE(known_msrs); i++) {
        const struct msr_range *r = &known_msrs[i];

        if (msr >= r->first && msr <= r->last && (v->domain->privileged || !r->hardware_domain_only))
            return true;
    }
    return false;
}

/* Machine checks are the hardware domain's; another one's unit has no banks and no error. */
static bool mcg_is_empty(const struct vcpu *v, uint32_t msr)
{
    return !v->domain->privileged && msr >= MSR_MCG_CAP && msr <= MSR_MCG_CTL;
}

/* The speculation controls: which of them there are, CPUID says. */
static bool speculation_read(const struct vcpu *v, uint32_t msr, uint64_t *value)
{
    switch (msr) {
    case MSR_SPEC_CTRL: *value = v->spec_ctrl; return speculation_guest_bits() != 0;
    case MSR_ARCH_CAPABILITIES: *value = speculation_guest_caps(); return *value != 0;
    default: return false;
    }
}

static bool speculation_write(struct vcpu *v, uint32_t msr, uint64_t value)
{
    switch (msr) {
    case MSR_SPEC_CTRL:
        if (speculation_guest_bits() == 0 || (value & ~(uint64_t)speculation_guest_bits()) != 0)
            return false;
        speculation_guest_set(v, (uint32_t)value);
        return true;
    case MSR_PRED_CMD:
        if (!speculation_guest_ibpb() || (value & ~PRED_CMD_IBPB) != 0)
            return false;
        if (value != 0)
            speculation_guest_barrier();
        return true;
    default: return false;
    }
}

bool msr_read(struct vcpu *v, uint32_t msr, uint64_t *value)
{
    uint64_t *base;

    if (base_msr(v, msr, &base)) {
        segments_read_bases(v);
        *value = *base;
        return true;
    }
    switch (msr) {
    case MSR_EFER: *value = priv_rdmsr(MSR_EFER) & (EFER_SCE | EFER_LME | EFER_LMA | EFER_NX); return true;
    case MSR_APIC_BASE:
        *value = priv_rdmsr(msr) & ~0x400UL; /* x2APIC is not the guest's */
        return true;
    case MSR_SPEC_CTRL:
    case MSR_ARCH_CAPABILITIES: return speculation_read(v, msr, value);
    default: break;
    }
    if (mcg_is_empty(v, msr)) {
        *value = 0;
        return true;
    }
    if (known(v, msr) && rdmsr_safe(msr, value) == 0)
        return true;
    log_guest(LOG_DEBUG, "RDMSR %x: no such register for this guest", msr);
    return false;
}

static bool canonical(uint64_t a)
{
    return (uint64_t)((int64_t)(a << 16) >> 16) == a;
}

bool msr_write(struct vcpu *v, uint32_t msr, uint64_t value)
{
    uint64_t *base, old;

    if (base_msr(v, msr, &base)) {
        if (!canonical(value))
            return false;
        *base = value;
        priv_wrmsr(msr, value);
        return true;
    }
    switch (msr) {
    case MSR_EFER: return value == (priv_rdmsr(MSR_EFER) & (EFER_SCE | EFER_LME | EFER_LMA | EFER_NX));
    case MSR_STAR:
    case MSR_LSTAR:
    case MSR_CSTAR:
    case MSR_SFMASK: return true; /* what a kernel sets for itself on the bare machine */
    case MSR_HYPERCALL_PAGE: return hypercall_page_at(v, value);
    case MSR_SPEC_CTRL:
    case MSR_PRED_CMD: return speculation_write(v, msr, value);
    default: break;
    }
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
