/* SPDX-License-Identifier: MIT */
/* platform_op: what the hardware domain asks about and does to the machine (Xen public header platform.h). */
#include "core/guest.h"

#include <xen/platform.h>

#include "core/devices.h"
#include "core/hvmap.h"
#include "core/log.h"
#include "core/priv.h"
#include "core/wallclock.h"
#include "xen-compat/cpu_change.h"
#include "xen-compat/hypercalls.h"
#include "xen-compat/raw.h"

_Static_assert(sizeof(struct xen_platform_op) == 136 && offsetof(struct xen_platform_op, u) == 8, "platform_op");

#define NS_PER_S 1000000000UL
#define ACPI_SLEEP_ENABLE 0x2000 /* ACPI 6.3, 4.8.3.2.1: SLP_EN */
#define ACPI_S5 5
#define MSR_MTRR_PHYSBASE0 0x200
#define MTRR_VALID 0x800UL

/* The argument struct's bytes; most operations read a few fields and write them back where they are. */
struct op {
    gva_t u; /* where the operation's own struct is */
    uint8_t raw[128];
};

/* ---- time ---- */

SC_NODISCARD static int settime(uint64_t secs, uint64_t nsecs, uint64_t system_time)
{
    if (secs > UINT64_MAX / NS_PER_S - 8)
        return -EINVAL;
    wallclock_set(secs * NS_PER_S + nsecs - system_time);
    return 0;
}

static long op_settime64(const struct op *o)
{
    if (raw_u32(o->raw, offsetof(struct xenpf_settime64, mbz)) != 0)
        return -EINVAL;
    return settime(raw_u64(o->raw, offsetof(struct xenpf_settime64, secs)),
                   raw_u32(o->raw, offsetof(struct xenpf_settime64, nsecs)),
                   raw_u64(o->raw, offsetof(struct xenpf_settime64, system_time)));
}

static long op_settime32(const struct op *o)
{
    return settime(raw_u32(o->raw, offsetof(struct xenpf_settime32, secs)),
                   raw_u32(o->raw, offsetof(struct xenpf_settime32, nsecs)),
                   raw_u64(o->raw, offsetof(struct xenpf_settime32, system_time)));
}

/* ---- firmware ---- */

/* The BIOS's shift flags are a byte of its data area (what INT 16h function 2 returns). */
static long kbd_shift_flags(const struct op *o)
{
    const uint8_t *bda SC_COUNT(PAGE_SIZE) = hvmap_firmware(0, PAGE_SIZE);
    uint8_t flags;

    flags = bda[0x417];
    return guest_put(gva_add(o->u, offsetof(struct xenpf_firmware_info, u.kbd_shift_flags)), flags);
}

/* No BIOS is called at boot, so there are no disk tables and no EDID; EFI boot is not told apart. */
static long op_firmware_info(const struct op *o)
{
    switch (raw_u32(o->raw, offsetof(struct xenpf_firmware_info, type))) {
    case XEN_FW_DISK_INFO:
    case XEN_FW_DISK_MBR_SIGNATURE:
    case XEN_FW_VBEDDC_INFO: return -ESRCH;
    case XEN_FW_EFI_INFO: return -ENOSYS;
    case XEN_FW_KBD_SHIFT_FLAGS:
        return raw_u32(o->raw, offsetof(struct xenpf_firmware_info, index)) != 0 ? -ESRCH : kbd_shift_flags(o);
    default: return -EINVAL;
    }
}

/* The domain has prepared a sleep state by its AML; only power off can be entered and not left. */
static long op_sleep(const struct op *o)
{
    uint16_t a = raw_u16(o->raw, offsetof(struct xenpf_enter_acpi_sleep, val_a));
    uint16_t b = raw_u16(o->raw, offsetof(struct xenpf_enter_acpi_sleep, val_b));
    uint32_t state = raw_u32(o->raw, offsetof(struct xenpf_enter_acpi_sleep, sleep_state));

    if (raw_u32(o->raw, offsetof(struct xenpf_enter_acpi_sleep, flags)) != 0)
        return -EINVAL;
    if (state != ACPI_S5)
        return -EOPNOTSUPP;
    log_err("Entering ACPI S%u state.", state);
    return acpi_sleep(a | ACPI_SLEEP_ENABLE, b | ACPI_SLEEP_ENABLE);
}

/* ---- CPUs ---- */

static uint32_t acpi_id_of(uint32_t apic_id)
{
    const struct acpi_info *acpi = acpi_get();

    for (uint32_t i = 0; i < acpi->nr_cpus && i < ACPI_MAX_CPUS; i++) {
        if (acpi->cpus[i].apic_id == apic_id)
            return acpi->cpus[i].acpi_id;
    }
    return apic_id;
}

static long op_cpuinfo(const struct op *o)
{
    struct xenpf_pcpuinfo i = { .xen_cpuid = raw_u32(o->raw, offsetof(struct xenpf_pcpuinfo, xen_cpuid)) };

    i.max_present = nr_cpus - 1;
    if (i.xen_cpuid >= nr_cpus) {
        i.flags = XEN_PCPU_FLAGS_INVALID;
    } else {
        i.flags = cpu_in_service(i.xen_cpuid) ? XEN_PCPU_FLAGS_ONLINE : 0;
        i.apic_id = cpus[i.xen_cpuid % MAX_CPUS].apic_id;
        i.acpi_id = acpi_id_of(i.apic_id);
    }
    return guest_put(o->u, i);
}

/* All CPUs are alike: this one answers. */
static long op_cpu_version(const struct op *o)
{
    struct xenpf_pcpu_version p = { .xen_cpuid = raw_u32(o->raw, offsetof(struct xenpf_pcpu_version, xen_cpuid)) };
    uint32_t unused, sig, text[3];

    p.max_present = nr_cpus - 1;
    if (p.xen_cpuid < nr_cpus) {
        cpuid(0, 0, &unused, &text[0], &text[2], &text[1]);
        cpuid(1, 0, &sig, &unused, &unused, &unused);
        for (unsigned i = 0; i < sizeof(p.vendor_id); i++)
            p.vendor_id[i] = (char)(text[i / 4] >> (i % 4 * 8));
        p.family = (sig >> 8 & 15) + ((sig >> 8 & 15) == 15 ? sig >> 20 & 0xff : 0);
        p.model = (sig >> 4 & 15) | ((sig >> 8 & 15) == 6 || (sig >> 8 & 15) == 15 ? (sig >> 16 & 15) << 4 : 0);
        p.stepping = sig & 15;
    }
    return guest_put(o->u, p);
}

/* What is so already is no error here, other than in sysctl cpu_hotplug. */
static long op_cpu_online(struct vcpu *v, const struct op *o)
{
    uint32_t id = raw_u32(o->raw, offsetof(struct xenpf_cpu_ol, cpuid));

    if (id >= nr_cpus)
        return -EINVAL;
    if (cpu_in_service(id))
        return 0;
    return cpu_change(v, __HYPERVISOR_platform_op, id, true);
}

static long op_cpu_offline(struct vcpu *v, const struct op *o)
{
    uint32_t id = raw_u32(o->raw, offsetof(struct xenpf_cpu_ol, cpuid));

    if (id == 0)
        return -EOPNOTSUPP;
    if (id >= nr_cpus)
        return -EINVAL;
    if (!cpu_in_service(id))
        return 0;
    return cpu_change(v, __HYPERVISOR_platform_op, id, false);
}

/* The hypervisor drives no C or P states: what the domain uploads is taken and not used.  _PDC: no
 * native (FFH) P or C states, no software coordination of them (ACPI 6.3, 8.4.1). */
#define PDC_CLEARED 0x361U

static long pdc_bits(const struct op *o)
{
    uint64_t at = raw_u64(o->raw, offsetof(struct xenpf_set_processor_pminfo, u.pdc));
    uint32_t pdc[3]; /* revision, count, bits */

    if (guest_get(pdc, gva(at)) != 0)
        return -EFAULT;
    if (pdc[1] == 0)
        return -EINVAL;
    pdc[2] &= ~PDC_CLEARED;
    return guest_put(gva(at), pdc);
}

static long op_pminfo(const struct op *o)
{
    switch (raw_u32(o->raw, offsetof(struct xenpf_set_processor_pminfo, type))) {
    case XEN_PM_CX:
    case XEN_PM_PX: return 0;
    case XEN_PM_TX: return -ENOSYS;
    case XEN_PM_PDC: return pdc_bits(o);
    default: return -EINVAL;
    }
}

/* No core is ever parked. */
static long op_parking(const struct op *o)
{
    struct xenpf_core_parking p = { .type = raw_u32(o->raw, offsetof(struct xenpf_core_parking, type)) };

    switch (p.type) {
    case XEN_CORE_PARKING_SET:
        return raw_u32(o->raw, offsetof(struct xenpf_core_parking, idle_nums)) == 0 ? 0 : -EOPNOTSUPP;
    case XEN_CORE_PARKING_GET: return guest_put(o->u, p);
    default: return -EINVAL;
    }
}

/* Quirks of chipsets that are not known here. */
static long op_quirk(const struct op *o)
{
    uint32_t id = raw_u32(o->raw, offsetof(struct xenpf_platform_quirk, quirk_id));

    return id >= QUIRK_NOIRQBALANCING && id <= QUIRK_IOAPIC_GOOD_REGSEL ? 0 : -EINVAL;
}

/* A variable-range MTRR (Intel SDM vol. 3, 11.11.2.3): base, size in pages, type; size 0: not in use. */
static long op_read_memtype(const struct op *o)
{
    struct xenpf_read_memtype m = { .reg = raw_u32(o->raw, offsetof(struct xenpf_read_memtype, reg)) };
    uint64_t capabilities, base, mask;

    if (rdmsr_safe(MSR_MTRRCAP, &capabilities) != 0 || m.reg >= (capabilities & 0xff) ||
        rdmsr_safe(MSR_MTRR_PHYSBASE0 + m.reg * 2, &base) != 0 ||
        rdmsr_safe(MSR_MTRR_PHYSBASE0 + m.reg * 2 + 1, &mask) != 0)
        return -EINVAL;
    if ((mask & MTRR_VALID) != 0) {
        mask >>= PAGE_SHIFT;
        m.mfn = base >> PAGE_SHIFT;
        m.nr_mfns = mask & (0 - mask); /* the lowest bit: sizes are powers of two */
        m.type = base & 0xff;
    }
    return guest_put(o->u, m);
}

static long op_dispatch(struct vcpu *v, uint32_t cmd, const struct op *o)
{
    switch (cmd) {
    case XENPF_settime64: return op_settime64(o);
    case XENPF_settime32: return op_settime32(o);
    case XENPF_firmware_info: return op_firmware_info(o);
    case XENPF_enter_acpi_sleep: return op_sleep(o);
    case XENPF_get_cpuinfo: return op_cpuinfo(o);
    case XENPF_get_cpu_version: return op_cpu_version(o);
    case XENPF_cpu_online: return op_cpu_online(v, o);
    case XENPF_cpu_offline: return op_cpu_offline(v, o);
    case XENPF_set_processor_pminfo: return op_pminfo(o);
    case XENPF_core_parking: return op_parking(o);
    case XENPF_platform_quirk: return op_quirk(o);
    case XENPF_read_memtype: return op_read_memtype(o);
    case XENPF_getidletime:
    case XENPF_change_freq: return -ENOSYS; /* only where the domain governs the CPUs' frequency */
    default: log_guest(LOG_INFO, "platform_op %u: not implemented", cmd); return -ENOSYS;
    }
}

long hc_platform_op(struct vcpu *v, uint64_t arg, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    uint8_t raw[sizeof(struct xen_platform_op)];
    struct op o = { .u = gva_add(gva(arg), offsetof(struct xen_platform_op, u)) };

    if (cpu_change_continues(v, __HYPERVISOR_platform_op))
        return cpu_change_continue(v);
    if (guest_get(raw, gva(arg)) != 0)
        return -EFAULT;
    if (raw_u32(raw, offsetof(struct xen_platform_op, interface_version)) != XENPF_INTERFACE_VERSION)
        return -EACCES;
    if (!v->domain->privileged)
        return -EPERM;
    memcpy(o.raw, &raw[offsetof(struct xen_platform_op, u)], sizeof(o.raw));
    return op_dispatch(v, raw_u32(raw, offsetof(struct xen_platform_op, cmd)), &o);
}
