/* SPDX-License-Identifier: MIT */
/* domctl: what the control domain does to a domain (Xen public header domctl.h).  So far its weight and cap. */
#define __XEN_TOOLS__ 1
#include "core/guest.h"

#include <xen/domctl.h>

#include "core/log.h"
#include "ports/sched.h"
#include "xen-compat/hypercalls.h"
#include "xen-compat/raw.h"

_Static_assert(sizeof(struct xen_domctl) == 144 && offsetof(struct xen_domctl, u) == 16, "domctl");
_Static_assert(SCHED_ABI_CREDIT2 == XEN_SCHEDULER_CREDIT2, "the scheduler's number");

#define RAW_BYTES sizeof(struct xen_domctl)
#define SCHED_AT(field) (offsetof(struct xen_domctl, u.scheduler_op) + offsetof(struct xen_domctl_scheduler_op, field))

static long scheduler_put(struct domain *d, const uint8_t raw[RAW_BYTES])
{
    struct sched_params p = {
        .weight = raw_u16(raw, SCHED_AT(u.credit2.weight)),
        .cap = raw_u16(raw, SCHED_AT(u.credit2.cap)),
    };

    return sched_domain_set(d, &p);
}

static long scheduler_get(const struct domain *d, gva_t at)
{
    struct sched_params p;
    int rc = sched_domain_get(d, &p);

    if (rc == 0)
        rc = guest_put(gva_add(at, SCHED_AT(u.credit2.weight)), p.weight);
    if (rc == 0)
        rc = guest_put(gva_add(at, SCHED_AT(u.credit2.cap)), p.cap);
    return rc;
}

/* Nothing is kept of a single vcpu. */
static long op_scheduler(struct domain *d, const uint8_t raw[RAW_BYTES], gva_t at)
{
    if (raw_u32(raw, SCHED_AT(sched_id)) != sched_abi_id())
        return -EINVAL;
    switch (raw_u32(raw, SCHED_AT(cmd))) {
    case XEN_DOMCTL_SCHEDOP_putinfo: return scheduler_put(d, raw);
    case XEN_DOMCTL_SCHEDOP_getinfo: return scheduler_get(d, at);
    default: return -EINVAL;
    }
}

long hc_domctl(struct vcpu *v, uint64_t arg, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    uint8_t raw[RAW_BYTES];
    struct domain *d;
    uint32_t cmd;

    if (guest_get(raw, gva(arg)) != 0)
        return -EFAULT;
    if (raw_u32(raw, offsetof(struct xen_domctl, interface_version)) != XEN_DOMCTL_INTERFACE_VERSION)
        return -EACCES;
    cmd = raw_u32(raw, offsetof(struct xen_domctl, cmd));
    d = domain_find(NULL, raw_u16(raw, offsetof(struct xen_domctl, domain)));
    if (d == NULL && cmd != XEN_DOMCTL_createdomain)
        return -ESRCH;
    if (!v->domain->privileged)
        return -EPERM;
    if (cmd == XEN_DOMCTL_scheduler_op && d != NULL)
        return op_scheduler(d, raw, gva(arg));
    log_guest(LOG_INFO, "domctl %u: not implemented", cmd);
    return -ENOSYS;
}
