/* SPDX-License-Identifier: MIT */
/* Facts and choices (Intel SDM vol. 4, IA32_ARCH_CAPABILITIES; AMD 111006-B, "Indirect branch control extension"). */
#include "core/speculation.h"

#include "arch/cpu.h"
#include "arch/features.h"
#include "core/alternatives.h"
#include "core/cmdline.h"
#include "core/log.h"

#define CAPS_RDCL_NO 0x1U
#define CAPS_IBRS_ALL 0x2U
#define CAPS_RSBA 0x4U
#define CAPS_SKIP_L1DFL 0x8U
#define CAPS_SSB_NO 0x10U
#define CAPS_MDS_NO 0x20U
#define CAPS_TAA_NO 0x100U
/* What a guest needs to choose its own mitigations. */
#define CAPS_GUEST (CAPS_RDCL_NO | CAPS_IBRS_ALL | CAPS_RSBA | CAPS_SSB_NO | CAPS_MDS_NO | CAPS_TAA_NO)

bool xpti_used SC_BOOT, pcid_used SC_BOOT;
uint64_t cr3_noflush SC_BOOT;  /* CR3's bit 63 if there are PCIDs: keep translations; read by arch/entry.S */
uint32_t spec_ctrl_hv SC_BOOT; /* IA32_SPEC_CTRL in the hypervisor; read by arch/entry.S */

/* Of the CPU. */
static bool amd SC_BOOT, has_ibrs SC_BOOT, has_ibpb SC_BOOT, has_stibp SC_BOOT, has_ssbd SC_BOOT, has_l1d SC_BOOT,
    has_md_clear SC_BOOT, has_caps SC_BOOT, has_pcid SC_BOOT;
static uint64_t caps SC_BOOT;
/* Chosen. */
static bool use_spec_ctrl SC_BOOT, use_ibpb SC_BOOT, use_verw SC_BOOT, use_rsb SC_BOOT;

static bool chosen(uint8_t option, bool otherwise)
{
    return option == OPT_UNSAID ? otherwise : option == OPT_YES;
}

static void read_vendor(void)
{
    uint32_t a, b, c, d;

    cpuid(0, 0, &a, &b, &c, &d);
    amd = b == 0x68747541 || b == 0x6f677948; /* AuthenticAMD, HygonGenuine */
}

static void read_features(void)
{
    uint32_t a, b, c, d;

    cpuid(1, 0, &a, &b, &c, &d);
    has_pcid = (c >> 17 & 1) != 0;
    cpuid(0, 0, &a, &b, &c, &d);
    if (a >= 7) {
        cpuid(7, 0, &a, &b, &c, &d);
        has_ibrs = (d >> 26 & 1) != 0;
        has_ibpb = has_ibrs;
        has_stibp = (d >> 27 & 1) != 0;
        has_l1d = (d >> 28 & 1) != 0;
        has_caps = (d >> 29 & 1) != 0;
        has_ssbd = (d >> 31 & 1) != 0;
        has_md_clear = (d >> 10 & 1) != 0;
    }
    cpuid(0x80000000, 0, &a, &b, &c, &d);
    if (a >= 0x80000008) {
        cpuid(0x80000008, 0, &a, &b, &c, &d);
        has_ibpb |= (b >> 12 & 1) != 0;
        has_ibrs |= (b >> 14 & 1) != 0;
        has_stibp |= (b >> 15 & 1) != 0;
        has_ssbd |= (b >> 24 & 1) != 0;
    }
    if (has_caps)
        caps = rdmsr(MSR_ARCH_CAPABILITIES);
}

static void choose(void)
{
    bool meltdown = !amd && (caps & CAPS_RDCL_NO) == 0;

    opt_xpti_dom0 = chosen(opt_xpti_dom0, meltdown) ? OPT_YES : OPT_NO;
    opt_xpti_domu = chosen(opt_xpti_domu, meltdown) ? OPT_YES : OPT_NO;
    xpti_used = opt_xpti_dom0 == OPT_YES || opt_xpti_domu == OPT_YES;
    pcid_used = xpti_used && has_pcid && chosen(opt_pcid, true);
    cr3_noflush = pcid_used ? CR3_NOFLUSH : 0;
    use_spec_ctrl = has_ibrs && chosen(opt_msr_sc, true);
    if (use_spec_ctrl)
        spec_ctrl_hv =
            (chosen(opt_ibrs, true) ? SPEC_CTRL_IBRS : 0) | (has_ssbd && opt_ssbd == OPT_YES ? SPEC_CTRL_SSBD : 0);
    use_ibpb = has_ibpb && chosen(opt_ibpb, true);
    use_verw = has_md_clear && chosen(opt_md_clear, (caps & CAPS_MDS_NO) == 0);
    /* With SMEP the hypervisor does not speculate into a guest's pages, where all its entries lead; without IBRS
     * indirect branches are open, and returns alone are not paid for. */
    use_rsb = chosen(opt_rsb, has_ibrs && !smep_wanted());
}

void speculation_init(void)
{
    read_vendor();
    read_features();
    choose();
    if (xpti_used || use_spec_ctrl || use_rsb || use_verw)
        alternatives_apply(ALT_GUARD);
    if (xpti_used)
        alternatives_apply(ALT_XPTI);
    if (use_spec_ctrl)
        alternatives_apply(ALT_SPEC_CTRL);
    if (use_rsb)
        alternatives_apply(ALT_RSB);
    if (use_verw)
        alternatives_apply(ALT_VERW);
}

void speculation_report(void)
{
    log_info("Speculative mitigation facilities:");
    log_info("  Hardware hints:%s%s%s%s%s%s%s", (caps & CAPS_RDCL_NO) != 0 ? " RDCL_NO" : "",
             (caps & CAPS_IBRS_ALL) != 0 ? " IBRS_ALL" : "", (caps & CAPS_RSBA) != 0 ? " RSBA" : "",
             (caps & CAPS_SKIP_L1DFL) != 0 ? " SKIP_L1DFL" : "", (caps & CAPS_SSB_NO) != 0 ? " SSB_NO" : "",
             (caps & CAPS_MDS_NO) != 0 ? " MDS_NO" : "", (caps & CAPS_TAA_NO) != 0 ? " TAA_NO" : "");
    log_info("  Hardware features:%s%s%s%s%s%s", has_ibpb ? " IBPB" : "", has_ibrs ? " IBRS" : "",
             has_stibp ? " STIBP" : "", has_ssbd ? " SSBD" : "", has_l1d ? " L1D_FLUSH" : "",
             has_md_clear ? " MD_CLEAR" : "");
    log_info("  Settings: BTI-Thunk none, SPEC_CTRL: %s, Other:%s%s%s",
             !use_spec_ctrl                         ? "No"
             : spec_ctrl_hv == 0                    ? "IBRS- SSBD-"
             : (spec_ctrl_hv & SPEC_CTRL_IBRS) == 0 ? "IBRS- SSBD+"
             : spec_ctrl_hv == SPEC_CTRL_IBRS       ? "IBRS+ SSBD-"
                                                    : "IBRS+ SSBD+",
             use_ibpb ? " IBPB-ctxt" : "", use_rsb ? " RSB" : "", use_verw ? " VERW" : "");
    log_info("  XPTI (64-bit PV only): Dom0 %s, DomU %s (with%s PCID)",
             opt_xpti_dom0 == OPT_YES ? "enabled" : "disabled", opt_xpti_domu == OPT_YES ? "enabled" : "disabled",
             pcid_used ? "" : "out");
}

void speculation_init_cpu(void)
{
    if (use_spec_ctrl)
        wrmsr(MSR_SPEC_CTRL, spec_ctrl_hv);
}

bool xpti_wanted(bool privileged)
{
    return (privileged ? opt_xpti_dom0 : opt_xpti_domu) == OPT_YES;
}

void speculation_switch(struct cpu *cpu, struct vcpu *next)
{
    cpu_top()->guest_cr3 = next->domain->xpti ? cpu->root_cr3 : 0;
    cpu_top()->spec_ctrl = next->spec_ctrl;
    if (use_ibpb && cpu->last_guest != next)
        wrmsr(MSR_PRED_CMD, PRED_CMD_IBPB);
    cpu->last_guest = next;
}

uint32_t speculation_guest_bits(void)
{
    if (!use_spec_ctrl)
        return 0;
    return SPEC_CTRL_IBRS | (has_stibp ? SPEC_CTRL_STIBP : 0) | (has_ssbd ? SPEC_CTRL_SSBD : 0);
}

bool speculation_guest_ibpb(void)
{
    return has_ibpb;
}

bool speculation_guest_md_clear(void)
{
    return has_md_clear;
}

uint64_t speculation_guest_caps(void)
{
    return has_caps ? caps & CAPS_GUEST : 0;
}

void speculation_guest_set(struct vcpu *v, uint32_t bits)
{
    SC_REQUIRE(v == current_vcpu() && (bits & ~speculation_guest_bits()) == 0);
    v->spec_ctrl = bits;
    cpu_top()->spec_ctrl = bits;
}

void speculation_guest_barrier(void)
{
    SC_REQUIRE(has_ibpb);
    wrmsr(MSR_PRED_CMD, PRED_CMD_IBPB);
}
