/* SPDX-License-Identifier: MIT */
/*
 * event_channel_op.c - HYPERVISOR_event_channel_op: decode, call, encode.
 *
 * Source: Xen public header event_channel.h.  The argument structs are one to
 * three 8-byte words; each word is loaded once and taken apart here.
 */
#include "xen-compat/hypercalls.h"

#include "core/guest.h"
#include "modules/evtchn/evtchn.h"

#include <xen/event_channel.h>

_Static_assert(sizeof(struct evtchn_send) == 4 && sizeof(struct evtchn_close) == 4 && sizeof(struct evtchn_unmask) == 4,
               "one port");
_Static_assert(sizeof(struct evtchn_alloc_unbound) == 8 && offsetof(struct evtchn_alloc_unbound, remote_dom) == 2 &&
                   offsetof(struct evtchn_alloc_unbound, port) == 4,
               "alloc_unbound");
_Static_assert(sizeof(struct evtchn_bind_interdomain) == 12 &&
                   offsetof(struct evtchn_bind_interdomain, remote_port) == 4 &&
                   offsetof(struct evtchn_bind_interdomain, local_port) == 8,
               "bind_interdomain");
_Static_assert(sizeof(struct evtchn_bind_virq) == 12 && offsetof(struct evtchn_bind_virq, vcpu) == 4 &&
                   offsetof(struct evtchn_bind_virq, port) == 8,
               "bind_virq");
_Static_assert(sizeof(struct evtchn_bind_pirq) == 12 && offsetof(struct evtchn_bind_pirq, flags) == 4 &&
                   offsetof(struct evtchn_bind_pirq, port) == 8,
               "bind_pirq");
_Static_assert(sizeof(struct evtchn_bind_ipi) == 8 && offsetof(struct evtchn_bind_ipi, port) == 4, "bind_ipi");
_Static_assert(sizeof(struct evtchn_bind_vcpu) == 8 && offsetof(struct evtchn_bind_vcpu, vcpu) == 4, "bind_vcpu");
_Static_assert(sizeof(struct evtchn_set_priority) == 8 && offsetof(struct evtchn_set_priority, priority) == 4,
               "set_priority");
_Static_assert(sizeof(struct evtchn_status) == 24 && offsetof(struct evtchn_status, port) == 4 &&
                   offsetof(struct evtchn_status, status) == 8 && offsetof(struct evtchn_status, vcpu) == 12 &&
                   offsetof(struct evtchn_status, u.interdomain.dom) == 16 &&
                   offsetof(struct evtchn_status, u.interdomain.port) == 20,
               "status");
_Static_assert(sizeof(struct evtchn_init_control) == 24 && offsetof(struct evtchn_init_control, offset) == 8 &&
                   offsetof(struct evtchn_init_control, vcpu) == 12 &&
                   offsetof(struct evtchn_init_control, link_bits) == 16,
               "init_control");
_Static_assert(sizeof(struct evtchn_expand_array) == 8 && sizeof(struct evtchn_reset) == 2, "expand_array, reset");

#define CONT_VERSION 1 /* of the record of EVTCHNOP_reset: word 0 the next chunk, word 1 the domain */

SC_INLINE uint32_t low32(uint64_t w)
{
    return (uint32_t)w;
}
SC_INLINE uint32_t high32(uint64_t w)
{
    return (uint32_t)(w >> 32);
}

/* The domain of a DOMID field, for a caller that needs control over it. */
SC_NODISCARD static int target_domain(struct vcpu *v, domid_t id, struct domain **out)
{
    struct domain *d = v->domain;

    *out = d;
    if (id == DOMID_SELF || id == d->id)
        return 0;
    *out = domain_find(d, id);
    if (*out == NULL)
        return -ESRCH;
    return d->privileged ? 0 : -EPERM;
}

/* Third word of bind_*: the new port. */
SC_NODISCARD static int put_port(uint64_t arg, uint32_t port)
{
    return guest_write(gva_add(gva(arg), 8), &port, sizeof(port));
}

static long op_alloc_unbound(struct vcpu *v, uint64_t arg)
{
    struct domain *d;
    domid_t remote;
    uint32_t port;
    uint64_t w;
    int rc;

    if (guest_read_u64(&w, gva(arg)) != 0)
        return -EFAULT;
    rc = target_domain(v, (domid_t)w, &d);
    if (rc != 0)
        return rc;
    remote = (domid_t)(w >> 16);
    rc = evtchn_alloc_unbound(d, remote == DOMID_SELF ? v->domain->id : remote, &port);
    return rc != 0 ? rc : guest_write_u64(gva(arg), low32(w) | (uint64_t)port << 32);
}

static long op_bind_interdomain(struct vcpu *v, uint64_t arg)
{
    uint32_t port;
    uint64_t w;
    int rc;

    if (guest_read_u64(&w, gva(arg)) != 0)
        return -EFAULT;
    rc = evtchn_bind_interdomain(v->domain, (domid_t)w, high32(w), &port);
    return rc != 0 ? rc : put_port(arg, port);
}

static long op_bind_virq(struct vcpu *v, uint64_t arg)
{
    uint32_t port;
    uint64_t w;
    int rc;

    if (guest_read_u64(&w, gva(arg)) != 0)
        return -EFAULT;
    rc = evtchn_bind_virq(v->domain, low32(w), high32(w), &port);
    return rc != 0 ? rc : put_port(arg, port);
}

static long op_bind_pirq(struct vcpu *v, uint64_t arg)
{
    uint32_t port;
    uint64_t w;
    int rc;

    if (guest_read_u64(&w, gva(arg)) != 0)
        return -EFAULT;
    rc = evtchn_bind_pirq(v->domain, low32(w), (high32(w) & BIND_PIRQ__WILL_SHARE) != 0, &port);
    return rc != 0 ? rc : put_port(arg, port);
}

static long op_bind_ipi(struct vcpu *v, uint64_t arg)
{
    uint32_t port;
    uint64_t w;
    int rc;

    if (guest_read_u64(&w, gva(arg)) != 0)
        return -EFAULT;
    rc = evtchn_bind_ipi(v->domain, low32(w), &port);
    return rc != 0 ? rc : guest_write_u64(gva(arg), low32(w) | (uint64_t)port << 32);
}

static long op_status(struct vcpu *v, uint64_t arg)
{
    struct evtchn_status_reply r;
    struct domain *d;
    uint64_t w, u;
    int rc;

    if (guest_read_u64(&w, gva(arg)) != 0)
        return -EFAULT;
    rc = target_domain(v, (domid_t)w, &d);
    if (rc == 0)
        rc = evtchn_status(d, high32(w), &r);
    if (rc != 0)
        return rc;
    if (guest_write_u64(gva_add(gva(arg), 8), r.status | (uint64_t)r.vcpu << 32) != 0)
        return -EFAULT;
    switch (r.status) {
    case EVTCHNSTAT_unbound:
    case EVTCHNSTAT_interdomain: u = r.dom | (uint64_t)r.number << 32; break;
    case EVTCHNSTAT_pirq:
    case EVTCHNSTAT_virq: u = r.number; break;
    default: return 0;
    }
    return guest_write_u64(gva_add(gva(arg), 16), u);
}

/* May take long: the ports are closed a chunk at a time. */
static long op_reset(struct vcpu *v, uint64_t arg)
{
    struct continuation *cont = &v->cont;
    struct domain *d;
    uint32_t chunk = 0;
    domid_t id;
    int rc;

    if (cont->active && cont->op == __HYPERVISOR_event_channel_op) {
        cont->active = false;
        chunk = (uint32_t)cont->word[0];
        id = (domid_t)cont->word[1];
    } else if (guest_read(&id, gva(arg), sizeof(id)) != 0) {
        return -EFAULT;
    }
    rc = target_domain(v, id, &d);
    if (rc != 0)
        return rc;
    if (d != v->domain && !d->paused)
        return -EINVAL;
    while (evtchn_reset_step(d, &chunk)) {
        if (!preempt_needed())
            continue;
        cont->active = true;
        cont->op = __HYPERVISOR_event_channel_op;
        cont->version = CONT_VERSION;
        cont->word[0] = chunk;
        cont->word[1] = id;
        return HC_CONTINUE;
    }
    evtchn_reset_finish(d);
    return 0;
}

static long op_init_control(struct vcpu *v, uint64_t arg)
{
    uint64_t frame, w;
    int rc;

    if (guest_read_u64(&frame, gva(arg)) != 0 || guest_read_u64(&w, gva_add(gva(arg), 8)) != 0)
        return -EFAULT;
    rc = evtchn_fifo_init_control(v->domain, gfn(frame), low32(w), high32(w));
    return rc != 0 ? rc : guest_write_u64(gva_add(gva(arg), 16), EVTCHN_FIFO_LINK_BITS);
}

/* The operations whose argument is no more than one port. */
static long op_on_port(struct vcpu *v, uint32_t cmd, uint64_t arg)
{
    uint32_t port;

    if (guest_read_u32(&port, gva(arg)) != 0)
        return -EFAULT;
    return cmd == EVTCHNOP_close ? evtchn_close(v->domain, port) : evtchn_unmask(v->domain, port);
}

/* The operations whose argument is one word, and that only answer 0 or an error. */
static long op_on_word(struct vcpu *v, uint32_t cmd, uint64_t arg)
{
    uint64_t w;

    if (guest_read_u64(&w, gva(arg)) != 0)
        return -EFAULT;
    switch (cmd) {
    case EVTCHNOP_bind_vcpu: return evtchn_bind_vcpu(v->domain, low32(w), high32(w));
    case EVTCHNOP_set_priority: return evtchn_set_priority(v->domain, low32(w), high32(w));
    default: return evtchn_fifo_expand_array(v->domain, gfn(w));
    }
}

long hc_event_channel_op(struct vcpu *v, uint64_t cmd, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{
    if (likely((uint32_t)cmd == EVTCHNOP_send)) {
        uint32_t port;

        return likely(guest_read_u32(&port, gva(arg)) == 0) ? evtchn_send(v, port) : -EFAULT;
    }
    switch ((uint32_t)cmd) {
    case EVTCHNOP_close:
    case EVTCHNOP_unmask: return op_on_port(v, (uint32_t)cmd, arg);
    case EVTCHNOP_alloc_unbound: return op_alloc_unbound(v, arg);
    case EVTCHNOP_status: return op_status(v, arg);
    case EVTCHNOP_bind_interdomain: return op_bind_interdomain(v, arg);
    case EVTCHNOP_bind_virq: return op_bind_virq(v, arg);
    case EVTCHNOP_bind_ipi: return op_bind_ipi(v, arg);
    case EVTCHNOP_bind_pirq: return op_bind_pirq(v, arg);
    case EVTCHNOP_bind_vcpu:
    case EVTCHNOP_set_priority:
    case EVTCHNOP_expand_array: return op_on_word(v, (uint32_t)cmd, arg);
    case EVTCHNOP_reset: return op_reset(v, arg);
    case EVTCHNOP_init_control: return op_init_control(v, arg);
    default: return -ENOSYS;
    }
}
