/* SPDX-License-Identifier: MIT */
/* domctl: what the control domain does to a domain (Xen public header domctl.h).  So far: its end, pauses, what there
 * is to know of it, its weight and cap. */
#define __XEN_TOOLS__ 1
#include "core/guest.h"

#include <xen/domctl.h>

#include "core/log.h"
#include "ports/sched.h"
#include "core/cont.h"
#include "xen-compat/domain_info.h"
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

/* ---- calls that wait: cmd, the domain, how far (domain_pause) ---- */

static long wait_more(struct continuation *cont, uint32_t cmd, domid_t id, uint64_t grace)
{
    cont->active = true;
    cont->op = __HYPERVISOR_domctl;
    cont->version = 1;
    cont->word[0] = cmd;
    cont->word[1] = id;
    cont->word[2] = grace;
    if (!preempt_needed())
        softirq_raise(SOFTIRQ_CONTINUE); /* the exit path comes back only when something is pending */
    return HC_CONTINUE;
}

/* Somebody else may have been faster: a domain that is gone is destroyed, and stands still. */
static long continued(struct vcpu *v)
{
    struct continuation *cont = &v->cont;
    uint32_t cmd = (uint32_t)cont->word[0];
    uint64_t grace = cont->word[2];
    struct domain *d = domain_find(NULL, (domid_t)cont->word[1]);
    int rc = 0;

    cont->active = false;
    if (d != NULL)
        rc = cmd == XEN_DOMCTL_destroydomain ? domain_destroy(d) : domain_pause(d, &grace);
    return rc == -EAGAIN && d != NULL ? wait_more(cont, cmd, d->id, grace) : rc;
}

static long not_there(uint32_t cmd)
{
    log_guest(LOG_INFO, "domctl %u: not implemented", cmd);
    return -ENOSYS;
}

static long op_on_domain(struct vcpu *v, struct domain *d, uint32_t cmd, const uint8_t raw[RAW_BYTES], gva_t at)
{
    switch (cmd) {
    case XEN_DOMCTL_destroydomain:
    case XEN_DOMCTL_pausedomain: return wait_more(&v->cont, cmd, d->id, 0);
    case XEN_DOMCTL_unpausedomain: return domain_unpause(d);
    case XEN_DOMCTL_scheduler_op: return op_scheduler(d, raw, at);
    default: return not_there(cmd);
    }
}

/* Of the domain with that id, or the next one. */
static long op_info(domid_t id, gva_t at)
{
    struct domain *d = id < DOMID_FIRST_RESERVED ? domain_from(id) : NULL;

    if (d == NULL)
        return id < DOMID_FIRST_RESERVED ? -ESRCH : -EINVAL;
    if (domain_info_put(d, gva_add(at, offsetof(struct xen_domctl, u))) != 0)
        return -EFAULT;
    return guest_put(gva_add(at, offsetof(struct xen_domctl, domain)), d->id);
}

static long begun(struct vcpu *v, gva_t at)
{
    uint8_t raw[RAW_BYTES];
    struct domain *d;
    uint32_t cmd;
    domid_t id;

    if (guest_get(raw, at) != 0)
        return -EFAULT;
    if (raw_u32(raw, offsetof(struct xen_domctl, interface_version)) != XEN_DOMCTL_INTERFACE_VERSION)
        return -EACCES;
    cmd = raw_u32(raw, offsetof(struct xen_domctl, cmd));
    id = raw_u16(raw, offsetof(struct xen_domctl, domain));
    d = domain_find(NULL, id);
    if (d == NULL && cmd != XEN_DOMCTL_createdomain && cmd != XEN_DOMCTL_getdomaininfo)
        return -ESRCH;
    if (!v->domain->privileged)
        return -EPERM;
    if (cmd == XEN_DOMCTL_getdomaininfo)
        return op_info(id, at);
    return d != NULL ? op_on_domain(v, d, cmd, raw, at) : not_there(cmd);
}

long hc_domctl(struct vcpu *v, uint64_t arg, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    return v->cont.active && v->cont.op == __HYPERVISOR_domctl ? continued(v) : begun(v, gva(arg));
}
