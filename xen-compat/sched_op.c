/* SPDX-License-Identifier: MIT */
/* sched_op (Xen public header sched.h). */
#include "core/atomic.h"
#include "core/guest.h"

#include <xen/sched.h>

#include "core/log.h"
#include "core/trap.h"
#include "ports/evtchn.h"
#include "ports/sched.h"
#include "xen-compat/hypercalls.h"
#include "xen-compat/raw.h"

static long op_block(struct vcpu *v)
{
    shared_write8(&v->info->evtchn_upcall_mask, 0);
    if (shared_read8(&v->info->evtchn_upcall_pending) != 0)
        return 0;
    (void)atomic_xchg8(&v->block, VCPU_BLOCKED);
    /* Who made it pending before the exchange did not see v blocked. */
    if (shared_read8(&v->info->evtchn_upcall_pending) != 0)
        vcpu_unblock(v);
    else
        sched_sleep(v);
    return 0;
}

#define POLL_PORTS_MAX 128

/* Is one of the ports pending already?  1 yes, 0 no, -EFAULT, -EINVAL. */
static int poll_look(struct vcpu *v, uint64_t ports, uint32_t nr, uint32_t *only)
{
    uint32_t port = 0;

    for (uint32_t i = 0; i < nr; i++) {
        if (guest_get(port, guest_elem(gva(ports), i, sizeof(port))) != 0)
            return -EFAULT;
        if (!evtchn_port_ok(v->domain, port))
            return -EINVAL;
        if (evtchn_port_pending(v->domain, port))
            return 1;
    }
    *only = nr == 1 ? port : 0;
    return 0;
}

static long op_poll(struct vcpu *v, gva_t arg)
{
    uint8_t raw[sizeof(struct sched_poll)];
    uint32_t nr, only = 0;
    uint64_t timeout;
    int rc;

    if (guest_get(raw, arg) != 0)
        return -EFAULT;
    nr = raw_u32(raw, offsetof(struct sched_poll, nr_ports));
    timeout = raw_u64(raw, offsetof(struct sched_poll, timeout));
    if (nr > POLL_PORTS_MAX)
        return -EINVAL;
    /* Events that wait for delivery end a poll too. */
    if (shared_read8(&v->info->evtchn_upcall_pending) != 0 && shared_read8(&v->info->evtchn_upcall_mask) == 0)
        return 0;
    v->poll_port = 0;
    atomic_add32(&v->domain->nr_polling, 1);
    (void)atomic_xchg8(&v->block, VCPU_POLLING); /* from here on an event ends it */
    rc = poll_look(v, raw_u64(raw, offsetof(struct sched_poll, ports)), nr, &only);
    if (rc != 0) {
        vcpu_unblock(v);
        return rc < 0 ? rc : 0;
    }
    v->poll_port = only;
    if (timeout != 0)
        timer_set(&v->poll, timeout);
    if (shared_read8(&v->info->evtchn_upcall_pending) != 0 && shared_read8(&v->info->evtchn_upcall_mask) == 0)
        vcpu_unblock(v);
    else
        sched_sleep(v);
    return 0;
}

static long op_shutdown(struct vcpu *v, gva_t arg)
{
    struct sched_shutdown s;

    if (guest_get(s, arg) != 0)
        return -EFAULT;
    if (s.reason == SHUTDOWN_crash) {
        log_err("Domain %u (vcpu#%u) reports its own crash", v->domain->id, v->id);
        dump_guest(v, guest_regs());
    }
    domain_shutdown(v->domain, (uint8_t)s.reason);
    return 0;
}

static long op_shutdown_code(struct vcpu *v, gva_t arg)
{
    struct sched_shutdown s;

    if (guest_get(s, arg) != 0)
        return -EFAULT;
    v->domain->shutdown_code = (uint8_t)s.reason;
    return 0;
}

static long op_remote_shutdown(struct vcpu *v, gva_t arg)
{
    struct sched_remote_shutdown r;
    struct domain *d;

    if (guest_get(r, arg) != 0)
        return -EFAULT;
    d = domain_find(v->domain, r.domain_id);
    if (d == NULL || r.domain_id == DOMID_SELF)
        return -ESRCH;
    if (!v->domain->privileged)
        return -EPERM;
    domain_shutdown(d, (uint8_t)r.reason);
    return 0;
}

/* ---- watchdogs: a domain that does not kick one in time is shut down ---- */

static long op_watchdog(struct vcpu *v, gva_t arg)
{
    struct domain *d = v->domain;
    struct sched_watchdog w;
    uint32_t i;

    if (guest_get(w, arg) != 0)
        return -EFAULT;
    if (w.id > NR_WATCHDOGS)
        return -EINVAL;
    if (w.id == 0) {
        if (w.timeout == 0)
            return -EINVAL;
        for (i = 0; i < NR_WATCHDOGS && timer_active(&d->watchdog[i]); i++)
            ;
        if (i == NR_WATCHDOGS)
            return -ENOSPC;
    } else {
        i = w.id - 1;
        if (!timer_active(&d->watchdog[i]))
            return -EINVAL;
    }
    if (w.timeout == 0)
        timer_stop(&d->watchdog[i]);
    else
        timer_set(&d->watchdog[i], now_ns() + (uint64_t)w.timeout * 1000000000UL);
    return w.id == 0 ? (long)i + 1 : 0;
}

/* The older call: the argument is the value itself. */
long hc_sched_op_compat(struct vcpu *v, uint64_t cmd, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{
    switch ((int)cmd) {
    case SCHEDOP_yield: sched_yield(v); return 0;
    case SCHEDOP_block: return op_block(v);
    case SCHEDOP_shutdown: domain_shutdown(v->domain, (uint8_t)arg); return 0;
    default: return -ENOSYS;
    }
}

long hc_sched_op(struct vcpu *v, uint64_t cmd, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{
    gva_t at = gva(arg);

    switch ((int)cmd) {
    case SCHEDOP_yield: sched_yield(v); return 0;
    case SCHEDOP_block: return op_block(v);
    case SCHEDOP_shutdown: return op_shutdown(v, at);
    case SCHEDOP_shutdown_code: return op_shutdown_code(v, at);
    case SCHEDOP_watchdog: return op_watchdog(v, at);
    case SCHEDOP_poll: return op_poll(v, at);
    case SCHEDOP_remote_shutdown: return op_remote_shutdown(v, at);
    default: return -ENOSYS;
    }
}
