/* SPDX-License-Identifier: MIT */
/* sysctl: what the control domain asks about and does to the machine (Xen public header sysctl.h).  So far its
 * scheduler and its CPUs. */
#define __XEN_TOOLS__ 1
#include "core/guest.h"

#include <xen/sysctl.h>

#include "core/log.h"
#include "ports/sched.h"
#include "xen-compat/cpu_change.h"
#include "xen-compat/hypercalls.h"
#include "xen-compat/raw.h"

_Static_assert(sizeof(struct xen_sysctl) == 136 && offsetof(struct xen_sysctl, u) == 8, "sysctl");

#define RAW_BYTES sizeof(struct xen_sysctl)
#define SCHED_AT(field) (offsetof(struct xen_sysctl, u.scheduler_op) + offsetof(struct xen_sysctl_scheduler_op, field))

static long op_sched_id(gva_t at)
{
    uint32_t id = sched_abi_id();

    return guest_put(gva_add(at, offsetof(struct xen_sysctl, u.sched_id.sched_id)), id);
}

/* A vcpu that is switched to is not kept from being switched from: the rate limit is 0, which means none. */
static long ratelimit_put(uint32_t us)
{
    if (us == 0)
        return 0;
    return us < XEN_SYSCTL_SCHED_RATELIMIT_MIN || us > XEN_SYSCTL_SCHED_RATELIMIT_MAX ? -EINVAL : -EOPNOTSUPP;
}

static long ratelimit_get(gva_t at)
{
    uint32_t us = 0;

    return guest_put(gva_add(at, SCHED_AT(u.sched_credit2.ratelimit_us)), us);
}

/* There is one pool of CPUs, number 0. */
static long op_scheduler(const uint8_t raw[RAW_BYTES], gva_t at)
{
    uint32_t cmd = raw_u32(raw, SCHED_AT(cmd));

    if (cmd != XEN_SYSCTL_SCHEDOP_putinfo && cmd != XEN_SYSCTL_SCHEDOP_getinfo)
        return -EINVAL;
    if (raw_u32(raw, SCHED_AT(cpupool_id)) != 0)
        return -ESRCH;
    if (raw_u32(raw, SCHED_AT(sched_id)) != sched_abi_id())
        return -EINVAL;
    if (sched_abi_id() != SCHED_ABI_CREDIT2)
        return -EOPNOTSUPP;
    return cmd == XEN_SYSCTL_SCHEDOP_putinfo ? ratelimit_put(raw_u32(raw, SCHED_AT(u.sched_credit2.ratelimit_us)))
                                             : ratelimit_get(at);
}

/* What xen-hptool asks. */
static long op_cpu_hotplug(struct vcpu *v, const uint8_t raw[RAW_BYTES])
{
    uint32_t id = raw_u32(raw, offsetof(struct xen_sysctl, u.cpu_hotplug.cpu));

    switch (raw_u32(raw, offsetof(struct xen_sysctl, u.cpu_hotplug.op))) {
    case XEN_SYSCTL_CPU_HOTPLUG_ONLINE: return cpu_change(v, __HYPERVISOR_sysctl, id, true);
    case XEN_SYSCTL_CPU_HOTPLUG_OFFLINE: return cpu_change(v, __HYPERVISOR_sysctl, id, false);
    default: return -EOPNOTSUPP; /* no siblings are told apart */
    }
}

long hc_sysctl(struct vcpu *v, uint64_t arg, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    uint8_t raw[RAW_BYTES];
    uint32_t cmd;

    if (cpu_change_continues(v, __HYPERVISOR_sysctl))
        return cpu_change_continue(v);
    if (guest_get(raw, gva(arg)) != 0)
        return -EFAULT;
    if (raw_u32(raw, offsetof(struct xen_sysctl, interface_version)) != XEN_SYSCTL_INTERFACE_VERSION)
        return -EACCES;
    if (!v->domain->privileged)
        return -EPERM;
    cmd = raw_u32(raw, offsetof(struct xen_sysctl, cmd));
    switch (cmd) {
    case XEN_SYSCTL_sched_id: return op_sched_id(gva(arg));
    case XEN_SYSCTL_cpu_hotplug: return op_cpu_hotplug(v, raw);
    case XEN_SYSCTL_scheduler_op: return op_scheduler(raw, gva(arg));
    default: log_guest(LOG_INFO, "sysctl %u: not implemented", cmd); return -ENOSYS;
    }
}
