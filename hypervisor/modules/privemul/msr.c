/* SPDX-License-Identifier: MIT */
#include "arch/cpu.h"
#include "arch/fpu.h"
#include "core/log.h"
#include "modules/privemul/privemul.h"

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

bool msr_read(struct vcpu *v, uint32_t msr, uint64_t *value)
{
    uint64_t *base;

    if (base_msr(v, msr, &base)) {
        *value = (this_cpu()->hv_cr4 & CR4_FSGSBASE) != 0 ? rdmsr(msr) : *base;
        return true;
    }
    switch (msr) {
    case MSR_EFER:
        *value = rdmsr(MSR_EFER) & (EFER_SCE | EFER_LME | EFER_LMA | EFER_NX);
        return true;
    case MSR_PAT:
    case MSR_MISC_ENABLE:
    case MSR_MTRRCAP:
        return rdmsr_safe(msr, value) == 0;
    case MSR_APIC_BASE:
        *value = rdmsr(msr) & ~0x400UL; /* x2APIC is not the guest's */
        return true;
    default:
        break;
    }
    if (v->domain->privileged && rdmsr_safe(msr, value) == 0)
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
        wrmsr(msr, value);
        return true;
    }
    switch (msr) {
    case MSR_EFER:
        return value == (rdmsr(MSR_EFER) & (EFER_SCE | EFER_LME | EFER_LMA | EFER_NX));
    case MSR_PAT:
        return rdmsr_safe(msr, &old) == 0 && old == value;
    default:
        break;
    }
    /* Known registers: the write has no effect; unknown ones fault. */
    if (rdmsr_safe(msr, &old) == 0) {
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
