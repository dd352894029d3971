/* SPDX-License-Identifier: MIT */
/* mca and xenpmu_op (Xen public headers arch-x86/xen-mca.h, pmu.h). */
#include "core/guest.h"

#include <xen/xen.h>
#include <xen/arch-x86/xen-mca.h>

#include "core/percpu.h"
#include "core/priv.h"
#include "xen-compat/hypercalls.h"
#include "xen-compat/raw.h"

#define CPUID1_EDX_MCA (1U << 14)

_Static_assert(offsetof(struct xen_mc, u) == 8, "xen_mc");

/* "GenuineIntel" and so on: the order of the registers is EBX, EDX, ECX. */
static void vendor_text(char *to SC_COUNT(12))
{
    uint32_t a, r[3];

    cpuid(0, 0, &a, &r[0], &r[2], &r[1]);
    for (unsigned i = 0; i < 12; i++)
        to[i] = (char)(r[i / 4] >> (i % 4 * 8));
}

/* Family, model, stepping as CPUID leaf 1 composes them (Intel SDM vol. 2, CPUID). */
static void model_fill(struct mcinfo_logical_cpu *c, uint32_t signature)
{
    uint32_t family = signature >> 8 & 15, model = signature >> 4 & 15;

    if (family == 6 || family == 15)
        model |= (signature >> 16 & 15) << 4;
    if (family == 15)
        family += signature >> 20 & 0xff;
    c->mc_family = family;
    c->mc_model = model;
    c->mc_step = signature & 15;
}

/* The processor's name, 48 characters (CPUID leaves 0x80000002-4). */
static void brand_text(char *to SC_COUNT(48))
{
    uint32_t r[4];

    for (unsigned i = 0; i < 48; i++) {
        if (i % 16 == 0)
            cpuid(0x80000002 + i / 16, 0, &r[0], &r[1], &r[2], &r[3]);
        to[i] = (char)(r[i / 4 % 4] >> (i % 4 * 8));
    }
}

/* This CPU's entry: cores and threads are not told apart, each is a package. */
static void cpu_fill(struct mcinfo_logical_cpu *c, const struct cpu *cpu)
{
    uint32_t leaf, a, b, cx, d, unused;
    uint64_t capabilities;

    cpuid(0, 0, &leaf, &a, &b, &cx);
    cpuid(1, 0, &a, &b, &cx, &d);
    *c = (struct mcinfo_logical_cpu){ .mc_cpunr = cpu->id,
                                      .mc_chipid = cpu->apic_id,
                                      .mc_apicid = cpu->apic_id,
                                      .mc_ncores = 1,
                                      .mc_ncores_active = 1,
                                      .mc_nthreads = 1,
                                      .mc_cpuid_level = (int32_t)leaf };
    model_fill(c, a);
    vendor_text(c->mc_vendorid);
    c->mc_vendor = c->mc_vendorid[0] == 'G'   ? 1
                   : c->mc_vendorid[0] == 'A' ? 2
                                              : 0; /* Xen's numbers for Intel and AMD */
    brand_text(c->mc_brandid);
    c->mc_cpu_caps[MC_CAPS_STD_EDX] = d;
    c->mc_cpu_caps[MC_CAPS_STD_ECX] = cx;
    cpuid(0x80000001, 0, &unused, &b, &c->mc_cpu_caps[MC_CAPS_AMD_ECX], &c->mc_cpu_caps[MC_CAPS_AMD_EDX]);
    c->mc_cache_alignment = 64;
    if ((d & CPUID1_EDX_MCA) != 0 && rdmsr_safe(0x179, &capabilities) == 0) { /* MCG_CAP */
        c->mc_nmsrvals = 1;
        c->mc_msrvalues[0] = (xen_mcinfo_msr_t){ .reg = 0x179, .value = capabilities };
    }
}

/* How many CPUs, and, when the caller has room, what they are. */
static long op_physcpuinfo(gva_t arg)
{
    uint8_t raw[sizeof(struct xen_mc_physcpuinfo)];
    gva_t at = gva_add(arg, offsetof(struct xen_mc, u.mc_physcpuinfo));
    uint32_t room, nr = nr_cpus;
    uint64_t out;

    if (guest_get(raw, at) != 0)
        return -EFAULT;
    room = raw_u32(raw, offsetof(struct xen_mc_physcpuinfo, ncpus));
    out = raw_u64(raw, offsetof(struct xen_mc_physcpuinfo, info));
    if (out != 0) {
        nr = (uint32_t)min_u64(room, nr_cpus);
        for (uint32_t i = 0; i < nr; i++) {
            struct mcinfo_logical_cpu c;

            cpu_fill(&c, &cpus[i % MAX_CPUS]);
            if (guest_put(guest_elem(gva(out), i, sizeof(c)), c) != 0)
                return -EFAULT;
        }
    }
    return guest_put(at, nr);
}

/* No machine check is ever recorded: a fatal one stops the machine, others stay in the banks. */
static long op_fetch(gva_t arg)
{
    gva_t at = gva_add(arg, offsetof(struct xen_mc, u.mc_fetch));
    uint8_t raw[sizeof(struct xen_mc_fetch)];
    uint32_t flags;

    if (guest_get(raw, at) != 0)
        return -EFAULT;
    switch (raw_u32(raw, offsetof(struct xen_mc_fetch, flags))) {
    case XEN_MC_NONURGENT:
    case XEN_MC_URGENT:
        if (raw_u64(raw, offsetof(struct xen_mc_fetch, data)) == 0)
            return -EINVAL;
        flags = XEN_MC_NODATA;
        return guest_put(at, flags);
    case XEN_MC_NONURGENT | XEN_MC_ACK:
    case XEN_MC_URGENT | XEN_MC_ACK: return 0;
    default: return -EINVAL;
    }
}

long hc_mca(struct vcpu *v, uint64_t arg, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    uint32_t head[2]; /* cmd, interface_version */

    if (!v->domain->privileged)
        return -EPERM;
    if (guest_get(head, gva(arg)) != 0)
        return -EFAULT;
    if (head[1] != XEN_MCA_INTERFACE_VERSION)
        return -EACCES;
    switch (head[0]) {
    case XEN_MC_fetch: return op_fetch(gva(arg));
    case XEN_MC_physcpuinfo: return op_physcpuinfo(gva(arg));
    default: return -EINVAL; /* notifydomain, and injection, which wants a debug build in Xen too */
    }
}

/* As Xen without vpmu=. */
long hc_xenpmu_op(struct vcpu *v, uint64_t cmd, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{
    return -EOPNOTSUPP;
}
