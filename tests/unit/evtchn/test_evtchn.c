/* SPDX-License-Identifier: MIT */
/*
 * Unit tests of modules/evtchn through xen-compat/event_channel_op.c: every
 * operation with good and with bad input, in both ABIs.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/mock/mock.h"

#include "modules/evtchn/evtchn_private.h"
#include "xen-compat/hypercalls.h"

static struct domain *dom0, *domu; /* 3 vcpus, privileged; 2 vcpus */
static void *scratch;              /* guest memory */

static struct domain *domain_with_events(domid_t id, uint32_t nr_vcpus, bool privileged)
{
    struct domain *d = mock_domain(id, nr_vcpus, privileged);

    assert_int_equal(evtchn_domain_init(d), 0);
    for (uint32_t i = 0; i < nr_vcpus; i++)
        assert_int_equal(evtchn_vcpu_init(d->vcpu[i]), 0);
    return d;
}

static int setup(void **state)
{
    if (mock_setup(state) != 0)
        return -1;
    dom0 = domain_with_events(0, 3, true);
    domu = domain_with_events(7, 2, false);
    scratch = mock_guest_alloc(64);
    return 0;
}

static int teardown(void **state)
{
    for (struct domain *d = domain_list; d != NULL; d = d->next) {
        evtchn_domain_destroy(d);
        evtchn_domain_free(d);
    }
    return mock_teardown(state);
}

/* The hypercall with a struct as its argument, which is copied in and out. */
static long op_bytes(struct vcpu *v, uint32_t cmd, void *arg, size_t nr_bytes)
{
    long rc;

    memcpy(scratch, arg, nr_bytes);
    rc = hc_event_channel_op(v, cmd, mock_gva(scratch), 0, 0, 0);
    memcpy(arg, scratch, nr_bytes);
    return rc;
}
#define OP(v, cmd, arg) op_bytes((v), EVTCHNOP_##cmd, &(arg), sizeof(arg))

static long alloc_unbound(struct vcpu *v, domid_t dom, domid_t remote, uint32_t *port)
{
    struct evtchn_alloc_unbound a = { .dom = dom, .remote_dom = remote };
    long rc = OP(v, alloc_unbound, a);

    *port = a.port;
    return rc;
}
static long bind_interdomain(struct vcpu *v, domid_t dom, uint32_t rport, uint32_t *port)
{
    struct evtchn_bind_interdomain a = { .remote_dom = dom, .remote_port = rport };
    long rc = OP(v, bind_interdomain, a);

    *port = a.local_port;
    return rc;
}
static long bind_virq(struct vcpu *v, uint32_t virq, uint32_t vcpu, uint32_t *port)
{
    struct evtchn_bind_virq a = { .virq = virq, .vcpu = vcpu };
    long rc = OP(v, bind_virq, a);

    *port = a.port;
    return rc;
}
static long bind_ipi(struct vcpu *v, uint32_t vcpu, uint32_t *port)
{
    struct evtchn_bind_ipi a = { .vcpu = vcpu };
    long rc = OP(v, bind_ipi, a);

    *port = a.port;
    return rc;
}
static long bind_pirq(struct vcpu *v, uint32_t pirq, uint32_t *port)
{
    struct evtchn_bind_pirq a = { .pirq = pirq };
    long rc = OP(v, bind_pirq, a);

    *port = a.port;
    return rc;
}
static long bind_vcpu(struct vcpu *v, uint32_t port, uint32_t vcpu)
{
    struct evtchn_bind_vcpu a = { .port = port, .vcpu = vcpu };

    return OP(v, bind_vcpu, a);
}
static long close_port(struct vcpu *v, uint32_t port)
{
    struct evtchn_close a = { port };

    return OP(v, close, a);
}
static long send_port(struct vcpu *v, uint32_t port)
{
    struct evtchn_send a = { port };

    return OP(v, send, a);
}
static long unmask(struct vcpu *v, uint32_t port)
{
    struct evtchn_unmask a = { port };

    return OP(v, unmask, a);
}
static long set_priority(struct vcpu *v, uint32_t port, uint32_t priority)
{
    struct evtchn_set_priority a = { port, priority };

    return OP(v, set_priority, a);
}
static long reset(struct vcpu *v, domid_t dom)
{
    struct evtchn_reset a = { dom };

    return OP(v, reset, a);
}
static struct evtchn_status status_of(struct vcpu *v, domid_t dom, uint32_t port)
{
    struct evtchn_status a = { .dom = dom, .port = port };

    assert_int_equal(OP(v, status, a), 0);
    return a;
}
static long status_rc(struct vcpu *v, domid_t dom, uint32_t port)
{
    struct evtchn_status a = { .dom = dom, .port = port };

    return OP(v, status, a);
}

static void mask_2l(struct domain *d, uint32_t port, bool masked)
{
    if (masked)
        d->shared->evtchn_mask[port / 64] |= 1UL << port % 64;
    else
        d->shared->evtchn_mask[port / 64] &= ~(1UL << port % 64);
}
static bool pending_2l(struct domain *d, uint32_t port)
{
    return d->shared->evtchn_pending[port / 64] >> port % 64 & 1;
}
/* What a guest's upcall handler does first. */
static void ack_2l(struct vcpu *v, uint32_t port)
{
    v->info->evtchn_upcall_pending = 0;
    v->info->evtchn_pending_sel = 0;
    v->domain->shared->evtchn_pending[port / 64] &= ~(1UL << port % 64);
}

/* A connected pair of ports between dom0 and domu, nothing pending. */
static void connect(uint32_t *port0, uint32_t *portu)
{
    assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, portu), 0);
    assert_int_equal(bind_interdomain(dom0->vcpu[0], domu->id, *portu, port0), 0);
}

static void test_unknown_and_fault(void **state)
{
    for (uint32_t cmd = 0; cmd < 14; cmd++)
        assert_int_equal(hc_event_channel_op(dom0->vcpu[0], cmd, MOCK_BAD_GVA, 0, 0, 0), -EFAULT);
    assert_int_equal(hc_event_channel_op(dom0->vcpu[0], 14, MOCK_BAD_GVA, 0, 0, 0), -ENOSYS);
    assert_int_equal(hc_event_channel_op(dom0->vcpu[0], 999, MOCK_BAD_GVA, 0, 0, 0), -ENOSYS);
}

static void test_alloc_unbound(void **state)
{
    struct evtchn_status s;
    uint32_t port;

    assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, &port), 0);
    assert_int_equal(port, 1); /* 0 is reserved; the lowest comes first */
    s = status_of(domu->vcpu[0], DOMID_SELF, port);
    assert_int_equal(s.status, EVTCHNSTAT_unbound);
    assert_int_equal(s.u.unbound.dom, 0);
    assert_int_equal(s.vcpu, 0);
    assert_int_equal(alloc_unbound(domu->vcpu[0], domu->id, DOMID_SELF, &port), 0);
    assert_int_equal(port, 2);
    s = status_of(domu->vcpu[0], DOMID_SELF, port);
    assert_int_equal(s.u.unbound.dom, domu->id);
    /* For another domain: only with privilege; DOMID_SELF as remote is the caller. */
    assert_int_equal(alloc_unbound(domu->vcpu[0], 0, DOMID_SELF, &port), -EPERM);
    assert_int_equal(alloc_unbound(dom0->vcpu[0], 99, DOMID_SELF, &port), -ESRCH);
    assert_int_equal(alloc_unbound(dom0->vcpu[0], domu->id, DOMID_SELF, &port), 0);
    assert_int_equal(port, 3);
    assert_int_equal(status_of(dom0->vcpu[0], domu->id, 3).u.unbound.dom, 0);
    domu->dying = true;
    assert_int_equal(alloc_unbound(dom0->vcpu[0], domu->id, DOMID_SELF, &port), -EINVAL);
}

static void test_alloc_limits(void **state)
{
    uint32_t port;

    for (uint32_t i = 1; i <= 1023; i++) {
        assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, &port), 0);
        assert_int_equal(port, i);
    }
    assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, &port), -ENOSPC);
    assert_int_equal(close_port(domu->vcpu[0], 700), 0);
    assert_int_equal(close_port(domu->vcpu[0], 130), 0);
    assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, &port), 0);
    assert_int_equal(port, 130);
    assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, &port), 0);
    assert_int_equal(port, 700);
    assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, &port), -ENOSPC);
    evtchn_set_max_port(domu, 1024);
    assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, &port), 0);
    assert_int_equal(port, 1024);
    assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, &port), -ENOSPC);
    /* The 2-level ABI ends at 4096 for the privileged, too. */
    for (uint32_t i = 1; i < 4096; i++)
        assert_int_equal(alloc_unbound(dom0->vcpu[0], DOMID_SELF, 0, &port), 0);
    assert_int_equal(alloc_unbound(dom0->vcpu[0], DOMID_SELF, 0, &port), -ENOSPC);
    assert_int_equal(send_port(dom0->vcpu[0], 4095), 0);
    assert_int_equal(send_port(dom0->vcpu[0], 4096), -EINVAL);
}

static void test_alloc_nomem(void **state)
{
    uint32_t port, i;

    for (i = 1; i < 64; i++)
        assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, &port), 0);
    mock_pool_fail_in = 1;
    assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, &port), -ENOMEM);
    assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, &port), 0);
    assert_int_equal(port, 64);
}

static void test_init_nomem(void **state)
{
    struct domain *d = mock_domain(9, 1, false);

    for (int i = 1; i <= 2; i++) {
        mock_pool_fail_in = i;
        assert_int_equal(evtchn_domain_init(d), -ENOMEM);
        assert_null(d->evtchn);
    }
    assert_int_equal(evtchn_domain_init(d), 0);
    mock_pool_fail_in = 1;
    assert_int_equal(evtchn_vcpu_init(d->vcpu[0]), -ENOMEM);
}

static void test_bind_interdomain(void **state)
{
    uint32_t p0, pu, x;
    struct evtchn_status s;

    assert_int_equal(bind_interdomain(dom0->vcpu[0], 99, 1, &x), -ESRCH);
    assert_int_equal(bind_interdomain(dom0->vcpu[0], domu->id, 1, &x), -EINVAL);      /* closed */
    assert_int_equal(bind_interdomain(dom0->vcpu[0], domu->id, 0, &x), -EINVAL);      /* reserved */
    assert_int_equal(bind_interdomain(dom0->vcpu[0], domu->id, 1U << 31, &x), -EINVAL);
    connect(&p0, &pu);
    /* The binder finds its end pending, as the other may have sent before. */
    assert_true(pending_2l(dom0, p0));
    assert_int_equal(dom0->vcpu[0]->info->evtchn_upcall_pending, 1);
    assert_int_equal(mock_kicks, 1);
    assert_false(pending_2l(domu, pu));
    s = status_of(dom0->vcpu[0], DOMID_SELF, p0);
    assert_int_equal(s.status, EVTCHNSTAT_interdomain);
    assert_int_equal(s.u.interdomain.dom, domu->id);
    assert_int_equal(s.u.interdomain.port, pu);
    s = status_of(dom0->vcpu[0], domu->id, pu);
    assert_int_equal(s.u.interdomain.dom, 0);
    assert_int_equal(s.u.interdomain.port, p0);
    /* Bound already; unbound but for another domain. */
    assert_int_equal(bind_interdomain(dom0->vcpu[0], domu->id, pu, &x), -EINVAL);
    assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 5, &pu), 0);
    assert_int_equal(bind_interdomain(dom0->vcpu[0], domu->id, pu, &x), -EINVAL);
}

static void test_bind_interdomain_self(void **state)
{
    struct vcpu *v = domu->vcpu[0];
    uint32_t a, b;

    assert_int_equal(alloc_unbound(v, DOMID_SELF, DOMID_SELF, &a), 0);
    assert_int_equal(bind_interdomain(v, DOMID_SELF, a, &b), 0);
    assert_int_not_equal(a, b);
    ack_2l(v, b);
    assert_int_equal(send_port(v, b), 0);
    assert_true(pending_2l(domu, a));
    assert_int_equal(send_port(v, a), 0);
    assert_true(pending_2l(domu, b));
    assert_int_equal(close_port(v, a), 0);
    assert_int_equal(status_of(v, DOMID_SELF, a).status, EVTCHNSTAT_closed);
    assert_int_equal(status_of(v, DOMID_SELF, b).status, EVTCHNSTAT_unbound);
    assert_int_equal(status_of(v, DOMID_SELF, b).u.unbound.dom, domu->id);
}

static void test_send_interdomain(void **state)
{
    uint32_t p0, pu;

    connect(&p0, &pu);
    mock_kicks = 0;
    assert_int_equal(send_port(dom0->vcpu[1], p0), 0);
    assert_true(pending_2l(domu, pu));
    assert_int_equal(domu->vcpu[0]->info->evtchn_upcall_pending, 1);
    assert_int_equal(domu->vcpu[0]->info->evtchn_pending_sel, 1UL << pu / 64);
    assert_int_equal(mock_kicks, 1);
    assert_ptr_equal(mock_last_kicked, domu->vcpu[0]);
    /* Pending already: nothing more. */
    assert_int_equal(send_port(dom0->vcpu[1], p0), 0);
    assert_int_equal(mock_kicks, 1);
    /* Upcall pending already: no further kick for another event. */
    domu->shared->evtchn_pending[0] = 0;
    domu->vcpu[0]->info->evtchn_pending_sel = 0;
    assert_int_equal(send_port(dom0->vcpu[1], p0), 0);
    assert_int_equal(domu->vcpu[0]->info->evtchn_pending_sel, 1);
    assert_int_equal(mock_kicks, 1);
}

static void test_send_errors(void **state)
{
    struct vcpu *v = domu->vcpu[0];
    uint32_t port;

    assert_int_equal(send_port(v, 0), -EINVAL);
    assert_int_equal(send_port(v, 1), -EINVAL);
    assert_int_equal(send_port(v, 64), -EINVAL);
    assert_int_equal(send_port(v, 4096), -EINVAL);
    assert_int_equal(send_port(v, 16384), -EINVAL);
    assert_int_equal(send_port(v, 131072), -EINVAL);
    assert_int_equal(send_port(v, UINT32_MAX), -EINVAL);
    assert_int_equal(alloc_unbound(v, DOMID_SELF, 0, &port), 0);
    assert_int_equal(send_port(v, port), 0); /* dropped */
    assert_int_equal(bind_virq(v, VIRQ_TIMER, 0, &port), 0);
    assert_int_equal(send_port(v, port), -EINVAL);
    assert_int_equal(bind_pirq(dom0->vcpu[0], 9, &port), 0);
    assert_int_equal(send_port(dom0->vcpu[0], port), -EINVAL);
}

static void test_mask_unmask(void **state)
{
    struct vcpu *v = domu->vcpu[1];
    uint32_t port;

    assert_int_equal(bind_ipi(domu->vcpu[0], 1, &port), 0);
    mask_2l(domu, port, true);
    assert_int_equal(send_port(domu->vcpu[0], port), 0);
    assert_true(pending_2l(domu, port));
    assert_int_equal(v->info->evtchn_upcall_pending, 0);
    assert_int_equal(mock_kicks, 0);
    assert_int_equal(unmask(domu->vcpu[0], port), 0);
    assert_int_equal(v->info->evtchn_upcall_pending, 1);
    assert_int_equal(v->info->evtchn_pending_sel, 1UL << port / 64);
    assert_int_equal(mock_kicks, 1);
    assert_int_equal(domu->shared->evtchn_mask[port / 64] >> port % 64 & 1, 0);
    /* Not masked, or not pending: nothing. */
    ack_2l(v, port);
    assert_int_equal(unmask(v, port), 0);
    mask_2l(domu, port, true);
    assert_int_equal(unmask(v, port), 0);
    assert_int_equal(mock_kicks, 1);
    /* A closed port is left alone; one that does not exist is an error. */
    mask_2l(domu, 50, true);
    assert_int_equal(unmask(v, 50), 0);
    assert_int_equal(domu->shared->evtchn_mask[0] >> 50 & 1, 1);
    assert_int_equal(unmask(v, 0), 0);
    assert_int_equal(unmask(v, 64), -EINVAL);
    assert_int_equal(unmask(v, UINT32_MAX), -EINVAL);
}

static void test_bind_virq(void **state)
{
    struct vcpu *v = domu->vcpu[0];
    uint32_t port, other, x;
    struct evtchn_status s;

    assert_int_equal(bind_virq(v, VIRQ_TIMER, 1, &port), 0);
    assert_int_equal(domu->vcpu[1]->virq_port[VIRQ_TIMER], port);
    s = status_of(v, DOMID_SELF, port);
    assert_int_equal(s.status, EVTCHNSTAT_virq);
    assert_int_equal(s.vcpu, 1);
    assert_int_equal(s.u.virq, VIRQ_TIMER);
    assert_int_equal(bind_virq(v, VIRQ_TIMER, 1, &x), -EEXIST);
    assert_int_equal(bind_virq(v, VIRQ_TIMER, 0, &other), 0);
    assert_int_equal(bind_virq(v, NR_VIRQS, 0, &x), -EINVAL);
    assert_int_equal(bind_virq(v, UINT32_MAX, 0, &x), -EINVAL);
    assert_int_equal(bind_virq(v, VIRQ_DOM_EXC, 1, &x), -EINVAL);
    assert_int_equal(bind_virq(v, VIRQ_DEBUG, 2, &x), -ENOENT);
    assert_int_equal(bind_virq(v, VIRQ_DEBUG, UINT32_MAX, &x), -ENOENT);
    evtchn_send_virq(domu->vcpu[1], VIRQ_TIMER);
    assert_true(pending_2l(domu, port));
    assert_false(pending_2l(domu, other));
    assert_ptr_equal(mock_last_kicked, domu->vcpu[1]);
    evtchn_send_virq(domu->vcpu[1], VIRQ_DEBUG); /* unbound */
    evtchn_send_virq(domu->vcpu[1], NR_VIRQS);
    assert_int_equal(mock_kicks, 1);
    assert_int_equal(close_port(v, port), 0);
    assert_int_equal(domu->vcpu[1]->virq_port[VIRQ_TIMER], 0);
    assert_int_equal(domu->vcpu[0]->virq_port[VIRQ_TIMER], other);
    assert_false(pending_2l(domu, port));
}

static void test_global_virq(void **state)
{
    uint32_t port;

    assert_int_equal(bind_virq(dom0->vcpu[0], VIRQ_DOM_EXC, 0, &port), 0);
    assert_int_equal(bind_vcpu(dom0->vcpu[0], port, 2), 0);
    evtchn_send_global_virq(dom0, VIRQ_DOM_EXC);
    assert_true(pending_2l(dom0, port));
    assert_ptr_equal(mock_last_kicked, dom0->vcpu[2]);
    assert_int_equal(close_port(dom0->vcpu[0], port), 0);
    assert_int_equal(dom0->vcpu[0]->virq_port[VIRQ_DOM_EXC], 0);
    evtchn_send_global_virq(dom0, VIRQ_DOM_EXC);
    assert_int_equal(mock_kicks, 1);
}

static void test_bind_ipi(void **state)
{
    struct vcpu *v = dom0->vcpu[0];
    uint32_t port, x;

    assert_int_equal(bind_ipi(v, 3, &x), -ENOENT);
    assert_int_equal(bind_ipi(v, 2, &port), 0);
    assert_int_equal(status_of(v, DOMID_SELF, port).status, EVTCHNSTAT_ipi);
    assert_int_equal(status_of(v, DOMID_SELF, port).vcpu, 2);
    assert_int_equal(send_port(v, port), 0);
    assert_ptr_equal(mock_last_kicked, dom0->vcpu[2]);
    assert_int_equal(bind_vcpu(v, port, 1), -EINVAL);
}

static void test_bind_vcpu(void **state)
{
    uint32_t p0, pu, port;

    connect(&p0, &pu);
    assert_int_equal(bind_vcpu(dom0->vcpu[0], p0, 3), -ENOENT);
    assert_int_equal(bind_vcpu(dom0->vcpu[0], 0, 1), -EINVAL);
    assert_int_equal(bind_vcpu(dom0->vcpu[0], 60, 1), -EINVAL);
    assert_int_equal(bind_vcpu(dom0->vcpu[0], 1 << 20, 1), -EINVAL);
    assert_int_equal(bind_vcpu(dom0->vcpu[0], p0, 1), 0);
    ack_2l(dom0->vcpu[0], p0);
    assert_int_equal(send_port(domu->vcpu[0], pu), 0);
    assert_ptr_equal(mock_last_kicked, dom0->vcpu[1]);
    assert_int_equal(bind_virq(dom0->vcpu[0], VIRQ_TIMER, 0, &port), 0);
    assert_int_equal(bind_vcpu(dom0->vcpu[0], port, 1), -EINVAL);
    assert_int_equal(bind_pirq(dom0->vcpu[0], 3, &port), 0);
    assert_int_equal(bind_vcpu(dom0->vcpu[0], port, 2), 0);
    evtchn_send_pirq(dom0, 3);
    assert_ptr_equal(mock_last_kicked, dom0->vcpu[2]);
    /* A port used anew starts at vcpu 0. */
    assert_int_equal(close_port(dom0->vcpu[0], p0), 0);
    assert_int_equal(alloc_unbound(dom0->vcpu[0], DOMID_SELF, 7, &port), 0);
    assert_int_equal(port, p0);
    assert_int_equal(status_of(dom0->vcpu[0], DOMID_SELF, p0).vcpu, 0);
}

static void test_bind_pirq(void **state)
{
    struct vcpu *v = dom0->vcpu[0];
    uint32_t port, x;

    assert_int_equal(bind_pirq(domu->vcpu[0], 4, &x), -EPERM);
    assert_int_equal(bind_pirq(v, NR_PIRQS, &x), -EINVAL);
    assert_int_equal(bind_pirq(v, 4, &port), 0);
    assert_true(mock_pirq_bound[4]);
    assert_int_equal(status_of(v, DOMID_SELF, port).status, EVTCHNSTAT_pirq);
    assert_int_equal(status_of(v, DOMID_SELF, port).u.pirq, 4);
    assert_int_equal(bind_pirq(v, 4, &x), -EEXIST);
    evtchn_send_pirq(dom0, 4);
    assert_true(pending_2l(dom0, port));
    evtchn_send_pirq(dom0, 5);
    evtchn_send_pirq(dom0, NR_PIRQS);
    assert_int_equal(close_port(v, port), 0);
    assert_false(mock_pirq_bound[4]);
    assert_false(pending_2l(dom0, port));
    mock_pirq_rc = -EBUSY;
    assert_int_equal(bind_pirq(v, 4, &x), -EBUSY);
    assert_int_equal(status_of(v, DOMID_SELF, port).status, EVTCHNSTAT_closed);
    mock_pirq_rc = 0;
    assert_int_equal(bind_pirq(v, 4, &x), 0);
    assert_int_equal(x, port);
}

static void test_close(void **state)
{
    uint32_t p0, pu;

    assert_int_equal(close_port(domu->vcpu[0], 0), -EINVAL);
    assert_int_equal(close_port(domu->vcpu[0], 5), -EINVAL);
    assert_int_equal(close_port(domu->vcpu[0], 64), -EINVAL);
    assert_int_equal(close_port(domu->vcpu[0], UINT32_MAX), -EINVAL);
    connect(&p0, &pu);
    assert_int_equal(close_port(dom0->vcpu[0], p0), 0);
    assert_false(pending_2l(dom0, p0));
    assert_int_equal(close_port(dom0->vcpu[0], p0), -EINVAL);
    assert_int_equal(send_port(dom0->vcpu[0], p0), -EINVAL);
    /* The other end waits for a new connection from the same domain. */
    assert_int_equal(status_of(domu->vcpu[0], DOMID_SELF, pu).status, EVTCHNSTAT_unbound);
    assert_int_equal(status_of(domu->vcpu[0], DOMID_SELF, pu).u.unbound.dom, 0);
    assert_int_equal(send_port(domu->vcpu[0], pu), 0);
    assert_int_equal(bind_interdomain(dom0->vcpu[0], domu->id, pu, &p0), 0);
    assert_int_equal(close_port(domu->vcpu[0], pu), 0);
    assert_int_equal(status_of(dom0->vcpu[0], DOMID_SELF, p0).status, EVTCHNSTAT_unbound);
}

static void test_status(void **state)
{
    uint32_t port;

    assert_int_equal(status_rc(domu->vcpu[0], 0, 1), -EPERM);
    assert_int_equal(status_rc(domu->vcpu[0], 99, 1), -ESRCH);
    assert_int_equal(status_rc(domu->vcpu[0], DOMID_SELF, 64), -EINVAL);
    assert_int_equal(status_of(domu->vcpu[0], DOMID_SELF, 0).status, EVTCHNSTAT_closed);
    assert_int_equal(status_of(domu->vcpu[0], domu->id, 63).status, EVTCHNSTAT_closed);
    assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, &port), 0);
    assert_int_equal(status_of(dom0->vcpu[0], domu->id, port).status, EVTCHNSTAT_unbound);
}

static void test_pollers(void **state)
{
    uint32_t p1, p2;
    struct vcpu *v = domu->vcpu[1];

    assert_int_equal(bind_ipi(v, 0, &p1), 0);
    assert_int_equal(bind_ipi(v, 0, &p2), 0);
    mask_2l(domu, p1, true);
    mask_2l(domu, p2, true);
    v->block = VCPU_POLLING;
    v->poll_port = p2;
    domu->nr_polling = 1;
    assert_int_equal(send_port(domu->vcpu[0], p1), 0);
    assert_int_equal(mock_unblocks, 0);
    assert_int_equal(send_port(domu->vcpu[0], p2), 0);
    assert_int_equal(mock_unblocks, 1);
    assert_int_equal(domu->nr_polling, 0);
    assert_true(evtchn_port_pending(domu, p2));
    assert_false(evtchn_port_pending(domu, 63));
    assert_false(evtchn_port_pending(domu, UINT32_MAX));
    /* Several ports: any. */
    ack_2l(domu->vcpu[0], p1);
    v->block = VCPU_POLLING;
    v->poll_port = 0;
    domu->nr_polling = 1;
    assert_int_equal(send_port(domu->vcpu[0], p1), 0);
    assert_int_equal(mock_unblocks, 2);
    assert_true(evtchn_port_ok(domu, 4095));
    assert_false(evtchn_port_ok(domu, 4096));
}

static void test_reset(void **state)
{
    uint32_t p0, pu, x;

    connect(&p0, &pu);
    assert_int_equal(bind_virq(domu->vcpu[0], VIRQ_TIMER, 0, &x), 0);
    assert_int_equal(reset(domu->vcpu[0], 99), -ESRCH);
    assert_int_equal(reset(domu->vcpu[0], 0), -EPERM);
    assert_int_equal(reset(dom0->vcpu[0], domu->id), -EINVAL); /* not paused */
    assert_int_equal(reset(domu->vcpu[0], DOMID_SELF), 0);
    assert_int_equal(status_of(domu->vcpu[0], DOMID_SELF, pu).status, EVTCHNSTAT_closed);
    assert_int_equal(status_of(dom0->vcpu[0], DOMID_SELF, p0).status, EVTCHNSTAT_unbound);
    assert_int_equal(domu->vcpu[0]->virq_port[VIRQ_TIMER], 0);
    assert_int_equal(bind_virq(domu->vcpu[0], VIRQ_TIMER, 0, &x), 0);
    assert_int_equal(x, 1);
    domu->paused = true;
    assert_int_equal(reset(dom0->vcpu[0], domu->id), 0);
    assert_int_equal(domu->vcpu[0]->virq_port[VIRQ_TIMER], 0);
}

static void test_reset_continues(void **state)
{
    struct vcpu *v = domu->vcpu[0];
    struct evtchn_reset *a = mock_guest_alloc(sizeof(*a));
    unsigned calls = 1;
    uint32_t port;
    long rc;

    for (uint32_t i = 1; i <= 300; i++)
        assert_int_equal(alloc_unbound(v, DOMID_SELF, 0, &port), 0);
    a->dom = DOMID_SELF;
    mock_preempt_in = 1;
    while ((rc = hc_event_channel_op(v, EVTCHNOP_reset, mock_gva(a), 0, 0, 0)) == HC_CONTINUE) {
        assert_true(v->cont.active);
        a->dom = 0; /* the guest cannot turn it to another domain meanwhile */
        mock_preempt_in = 1;
        assert_true(calls++ < 10);
    }
    assert_int_equal(rc, 0);
    assert_int_equal(calls, 6);
    assert_false(v->cont.active);
    for (uint32_t i = 1; i <= 300; i++)
        assert_int_equal(status_of(v, DOMID_SELF, i).status, EVTCHNSTAT_closed);
}

static void test_destroy(void **state)
{
    uint32_t p0, pu;

    connect(&p0, &pu);
    domu->dying = true;
    evtchn_domain_destroy(domu);
    assert_int_equal(status_of(dom0->vcpu[0], DOMID_SELF, p0).status, EVTCHNSTAT_unbound);
    assert_int_equal(send_port(dom0->vcpu[0], p0), 0);
    evtchn_domain_free(domu);
    assert_null(domu->evtchn);
    assert_int_equal(send_port(dom0->vcpu[0], p0), 0);
}

/* FIFO. */

#define PENDING (1U << EVTCHN_FIFO_PENDING)
#define MASKED (1U << EVTCHN_FIFO_MASKED)
#define LINKED (1U << EVTCHN_FIFO_LINKED)
#define BUSY (1U << EVTCHN_FIFO_BUSY)

static long init_control_at(struct vcpu *v, uint32_t vcpu, mfn_t m, uint32_t offset, uint8_t *bits)
{
    struct evtchn_init_control a = { .control_gfn = m.v, .offset = offset, .vcpu = vcpu };
    long rc = OP(v, init_control, a);

    *bits = a.link_bits;
    return rc;
}
static struct evtchn_fifo_control_block *init_control(struct domain *d, uint32_t vcpu, uint32_t offset)
{
    mfn_t m = mock_frame(d);
    uint8_t bits;

    assert_int_equal(init_control_at(d->vcpu[0], vcpu, m, offset, &bits), 0);
    assert_int_equal(bits, EVTCHN_FIFO_LINK_BITS);
    return (struct evtchn_fifo_control_block *)&frame_words(m)[offset / 8];
}
static long expand_array(struct domain *d, uint64_t frame)
{
    struct evtchn_expand_array a = { frame };

    return OP(d->vcpu[0], expand_array, a);
}
static uint32_t *array_page(struct domain *d)
{
    mfn_t m = mock_frame(d);

    assert_int_equal(expand_array(d, m.v), 0);
    return frame_u32(m);
}

/* What a guest does with the head of a queue: takes the port out.  0 when the queue is empty. */
static uint32_t take(struct evtchn_fifo_control_block *cb, uint32_t *words, unsigned q)
{
    static uint32_t head[16];
    uint32_t port, w;

    if (cb->ready >> q & 1) {
        cb->ready &= ~(1U << q);
        if (head[q] == 0)
            head[q] = cb->head[q];
    }
    port = head[q];
    if (port == 0)
        return 0;
    w = words[port];
    words[port] &= ~(LINKED | EVTCHN_FIFO_LINK_MASK | PENDING);
    head[q] = w & EVTCHN_FIFO_LINK_MASK;
    return port;
}

static void test_fifo_init_control(void **state)
{
    mfn_t m = mock_frame(domu), foreign = mock_frame(dom0);
    uint8_t bits;

    assert_int_equal(expand_array(domu, m.v), -EOPNOTSUPP);
    assert_int_equal(init_control_at(domu->vcpu[0], 2, m, 0, &bits), -ENOENT);
    assert_int_equal(init_control_at(domu->vcpu[0], 0, m, 4, &bits), -EINVAL);
    assert_int_equal(init_control_at(domu->vcpu[0], 0, m, 4096 - 64, &bits), -EINVAL);
    assert_int_equal(init_control_at(domu->vcpu[0], 0, m, UINT32_MAX - 7, &bits), -EINVAL);
    assert_int_equal(init_control_at(domu->vcpu[0], 0, foreign, 0, &bits), -EINVAL);
    assert_int_equal(init_control_at(domu->vcpu[0], 0, mfn(1UL << 40), 0, &bits), -EINVAL);
    assert_null(domu->evtchn->fifo);
    mock_pool_fail_in = 1;
    assert_int_equal(init_control_at(domu->vcpu[0], 0, m, 0, &bits), -ENOMEM);
    assert_int_equal(mock_refs_rw(m), 0);
    assert_int_equal(init_control_at(domu->vcpu[0], 0, m, 4096 - 72, &bits), 0);
    assert_int_equal(mock_refs_rw(m), 1);
    assert_non_null(domu->evtchn->fifo);
    assert_int_equal(init_control_at(domu->vcpu[0], 0, m, 0, &bits), -EINVAL); /* there already */
    assert_int_equal(init_control_at(domu->vcpu[0], 1, m, 0, &bits), 0);
    assert_int_equal(mock_refs_rw(m), 2);
    assert_int_equal(expand_array(domu, foreign.v), -EINVAL);
    assert_int_equal(expand_array(domu, UINT64_MAX), -EINVAL);
    assert_true(evtchn_port_ok(domu, 131071));
    assert_false(evtchn_port_ok(domu, 131072));
    assert_int_equal(reset(domu->vcpu[0], DOMID_SELF), 0);
    assert_int_equal(mock_refs_rw(m), 0);
    assert_null(domu->evtchn->fifo);
}

static void test_fifo_array_full(void **state)
{
    mfn_t m = mock_frame(dom0);

    init_control(dom0, 0, 0);
    for (int i = 0; i < 128; i++)
        assert_int_equal(expand_array(dom0, m.v), 0);
    assert_int_equal(expand_array(dom0, m.v), -ENOSPC);
    assert_int_equal(mock_refs_rw(m), 128);
}

static void test_fifo_send(void **state)
{
    struct evtchn_fifo_control_block *cb = init_control(domu, 0, 128);
    uint32_t *words = array_page(domu), port[4];
    struct vcpu *v = domu->vcpu[0];

    for (int i = 0; i < 4; i++)
        assert_int_equal(bind_ipi(v, 0, &port[i]), 0);
    assert_int_equal(send_port(v, port[0]), 0);
    assert_int_equal(words[port[0]], PENDING | LINKED);
    assert_int_equal(cb->ready, 1U << 7);
    assert_int_equal(cb->head[7], port[0]);
    assert_int_equal(v->info->evtchn_upcall_pending, 1);
    assert_int_equal(mock_kicks, 1);
    assert_int_equal(send_port(v, port[0]), 0); /* again: nothing */
    assert_int_equal(cb->head[7], port[0]);
    words[port[0]] |= 0x1fff; /* what the guest leaves in LINK does not matter */
    assert_int_equal(send_port(v, port[1]), 0);
    assert_int_equal(send_port(v, port[2]), 0);
    assert_int_equal(words[port[0]] & EVTCHN_FIFO_LINK_MASK, port[1]);
    assert_int_equal(words[port[1]] & EVTCHN_FIFO_LINK_MASK, port[2]);
    assert_int_equal(mock_kicks, 1);
    v->info->evtchn_upcall_pending = 0;
    assert_int_equal(take(cb, words, 7), port[0]);
    assert_int_equal(take(cb, words, 7), port[1]);
    /* While the guest is in the middle, an event goes to the end. */
    assert_int_equal(send_port(v, port[0]), 0);
    assert_int_equal(mock_kicks, 1);
    assert_int_equal(take(cb, words, 7), port[2]);
    assert_int_equal(take(cb, words, 7), port[0]);
    assert_int_equal(take(cb, words, 7), 0);
    /* The tail was taken: the next event starts the queue anew. */
    assert_int_equal(send_port(v, port[3]), 0);
    assert_int_equal(cb->head[7], port[3]);
    assert_int_equal(cb->ready, 1U << 7);
    assert_int_equal(mock_kicks, 2);
    assert_int_equal(take(cb, words, 7), port[3]);
    assert_int_equal(send_port(v, port[3]), 0); /* the tail itself, alone */
    assert_int_equal(take(cb, words, 7), port[3]);
    assert_int_equal(take(cb, words, 7), 0);
}

static void test_fifo_mask(void **state)
{
    struct evtchn_fifo_control_block *cb = init_control(domu, 0, 0);
    uint32_t *words = array_page(domu), port;
    struct vcpu *v = domu->vcpu[0];

    assert_int_equal(bind_ipi(v, 0, &port), 0);
    words[port] = MASKED;
    domu->nr_polling = 1;
    domu->vcpu[1]->block = VCPU_POLLING;
    domu->vcpu[1]->poll_port = port;
    assert_int_equal(send_port(v, port), 0);
    assert_int_equal(words[port], MASKED | PENDING);
    assert_int_equal(mock_kicks, 0);
    assert_int_equal(mock_unblocks, 1);
    assert_true(evtchn_port_pending(domu, port));
    assert_false(evtchn_port_pending(domu, port + 1));
    assert_false(evtchn_port_pending(domu, 5000));
    assert_int_equal(unmask(v, port), 0);
    assert_int_equal(words[port], PENDING | LINKED);
    assert_int_equal(mock_kicks, 1);
    assert_int_equal(take(cb, words, 7), port);
    words[port] |= MASKED;
    assert_int_equal(unmask(v, port), 0);
    assert_int_equal(words[port], 0);
    assert_int_equal(mock_kicks, 1);
}

static void test_fifo_priority(void **state)
{
    struct evtchn_fifo_control_block *cb = init_control(domu, 0, 0);
    uint32_t *words = array_page(domu), a, b, c;
    struct vcpu *v = domu->vcpu[0];

    assert_int_equal(set_priority(dom0->vcpu[0], 1, 0), -ENOSYS); /* 2-level */
    assert_int_equal(bind_ipi(v, 0, &a), 0);
    assert_int_equal(bind_ipi(v, 0, &b), 0);
    assert_int_equal(bind_ipi(v, 0, &c), 0);
    assert_int_equal(set_priority(v, a, 16), -EINVAL);
    assert_int_equal(set_priority(v, 64, 1), -EINVAL);
    assert_int_equal(set_priority(v, a, 0), 0);
    assert_int_equal(send_port(v, a), 0);
    assert_int_equal(send_port(v, b), 0);
    assert_int_equal(cb->ready, 1U << 7 | 1U);
    assert_int_equal(cb->head[0], a);
    assert_int_equal(cb->head[7], b);
    assert_int_equal(take(cb, words, 0), a);
    assert_int_equal(take(cb, words, 7), b);
    /* b is the tail of queue 7.  Move it to 15: queue 7 must not be continued through it. */
    assert_int_equal(set_priority(v, b, 15), 0);
    assert_int_equal(send_port(v, b), 0);
    assert_int_equal(send_port(v, c), 0);
    assert_int_equal(cb->head[7], c);
    assert_int_equal(words[b] & EVTCHN_FIFO_LINK_MASK, 0);
    assert_int_equal(take(cb, words, 15), b);
    assert_int_equal(take(cb, words, 15), 0);
    assert_int_equal(take(cb, words, 7), c);
    assert_int_equal(take(cb, words, 7), 0);
}

static void test_fifo_move_vcpu(void **state)
{
    struct evtchn_fifo_control_block *cb0 = init_control(dom0, 0, 0), *cb1 = init_control(dom0, 1, 0);
    uint32_t *words = array_page(dom0), p0, pu, other;

    connect(&p0, &pu);
    assert_int_equal(bind_ipi(dom0->vcpu[0], 0, &other), 0);
    assert_int_equal(cb0->head[7], p0);
    assert_int_equal(take(cb0, words, 7), p0);
    assert_int_equal(bind_vcpu(dom0->vcpu[0], p0, 1), 0);
    assert_int_equal(send_port(domu->vcpu[0], pu), 0);
    assert_int_equal(cb1->head[7], p0);
    assert_ptr_equal(mock_last_kicked, dom0->vcpu[1]);
    assert_int_equal(send_port(dom0->vcpu[2], other), 0);
    assert_int_equal(cb0->head[7], other);
    assert_int_equal(words[p0] & EVTCHN_FIFO_LINK_MASK, 0);
    assert_int_equal(take(cb0, words, 7), other);
    /* To a vcpu whose control block is missing: pending, but not queued. */
    words[p0] = 0;
    assert_int_equal(bind_vcpu(dom0->vcpu[0], p0, 2), 0);
    assert_int_equal(send_port(domu->vcpu[0], pu), 0);
    assert_int_equal(words[p0], PENDING);
}

static void test_fifo_late_page(void **state)
{
    struct evtchn_fifo_control_block *cb;
    struct vcpu *v = domu->vcpu[0];
    uint32_t port, port2, *words;

    assert_int_equal(bind_ipi(v, 0, &port), 0);
    assert_int_equal(bind_ipi(v, 0, &port2), 0);
    assert_int_equal(send_port(v, port), 0); /* pending in 2-level */
    cb = init_control(domu, 0, 0);
    assert_int_equal(send_port(v, port2), 0); /* no page yet */
    assert_false(evtchn_port_pending(domu, port2));
    words = array_page(domu);
    assert_int_equal(words[port] & PENDING, PENDING);
    assert_int_equal(words[port2] & PENDING, PENDING);
    assert_int_equal(take(cb, words, 7), port);
    assert_int_equal(take(cb, words, 7), port2);
}

static void test_fifo_busy_port(void **state)
{
    uint32_t port, next, *words;
    struct vcpu *v = domu->vcpu[0];
    struct evtchn_fifo_control_block *cb = init_control(domu, 0, 0);

    words = array_page(domu);
    assert_int_equal(bind_ipi(v, 0, &port), 0);
    assert_int_equal(send_port(v, port), 0);
    assert_int_equal(close_port(v, port), 0);
    assert_int_equal(words[port], LINKED); /* not pending, still queued: not to be reused */
    assert_int_equal(bind_ipi(v, 0, &next), 0);
    assert_int_equal(next, port + 1);
    assert_int_equal(take(cb, words, 7), port);
    assert_int_equal(bind_ipi(v, 0, &next), 0);
    assert_int_equal(next, port);
}

static void test_fifo_many_ports(void **state)
{
    uint32_t port = 0;

    init_control(dom0, 0, 0);
    for (uint32_t i = 1; i < 16384 + 200; i++) {
        assert_int_equal(evtchn_alloc_unbound(dom0, 7, &port), 0);
        assert_int_equal(port, i);
    }
    assert_int_equal(status_of(dom0->vcpu[0], DOMID_SELF, port).status, EVTCHNSTAT_unbound);
    assert_int_equal(send_port(dom0->vcpu[0], port), 0);
    assert_int_equal(send_port(dom0->vcpu[0], 17000), -EINVAL);
    assert_int_equal(close_port(dom0->vcpu[0], 16384 + 100), 0);
    assert_int_equal(evtchn_alloc_unbound(dom0, 7, &port), 0);
    assert_int_equal(port, 16384 + 100);
}

/* A guest that does not keep to the ABI must not get further than its own pages. */
static void test_fifo_hostile(void **state)
{
    struct evtchn_fifo_control_block *cb = init_control(domu, 0, 4096 - 72);
    uint32_t *words = array_page(domu), a, b;
    struct vcpu *v = domu->vcpu[0];

    assert_int_equal(bind_ipi(v, 0, &a), 0);
    assert_int_equal(bind_ipi(v, 0, &b), 0);
    for (unsigned i = 0; i < 2000; i++) {
        uint32_t r = i * 2654435761U;

        words[a] = r;
        words[b] = r << 7 | r >> 25;
        memset(cb, (int)(r >> 8), sizeof(*cb));
        assert_int_equal(send_port(v, r & 1 ? a : b), 0);
        assert_int_equal(set_priority(v, a, r >> 9 & 15), 0);
        assert_int_equal(unmask(v, r & 2 ? a : b), 0);
    }
}

static void test_fifo_reset_to_2l(void **state)
{
    uint32_t port;
    struct vcpu *v = domu->vcpu[0];

    init_control(domu, 0, 0);
    array_page(domu);
    assert_int_equal(bind_ipi(v, 0, &port), 0);
    assert_int_equal(reset(v, DOMID_SELF), 0);
    assert_int_equal(bind_ipi(v, 0, &port), 0);
    assert_int_equal(send_port(v, port), 0);
    assert_true(pending_2l(domu, port));
    init_control(domu, 0, 0); /* and there again */
}

/* The hypervisor's own ports: only their domain sees them, and only while they are that. */
static void test_hv_port(void **state)
{
    struct vcpu *v = domu->vcpu[0];
    struct evtchn_status s;
    uint32_t port, other;

    assert_int_equal(evtchn_alloc_hv(domu, &port), 0);
    s = status_of(v, DOMID_SELF, port);
    assert_int_equal(s.status, EVTCHNSTAT_interdomain);
    assert_int_equal(s.u.interdomain.dom, DOMID_XEN);
    assert_int_equal(bind_interdomain(dom0->vcpu[0], domu->id, port, &other), -EINVAL);
    domu->hv_event = 0;
    assert_int_equal(send_port(v, port), 0);
    assert_int_equal(domu->hv_event, 1);
    assert_false(evtchn_port_pending(domu, port));
    evtchn_send_hv(domu, port);
    assert_true(evtchn_port_pending(domu, port));
    assert_int_equal(close_port(v, port), 0);
    domu->hv_event = 0;
    assert_int_equal(send_port(v, port), -EINVAL);
    evtchn_send_hv(domu, port);
    assert_false(evtchn_port_pending(domu, port));
    assert_int_equal(domu->hv_event, 0);
    assert_int_equal(alloc_unbound(v, DOMID_SELF, 0, &other), 0);
    assert_int_equal(other, port);
    evtchn_send_hv(domu, port);
    assert_false(evtchn_port_pending(domu, port));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(unknown_and_fault), T(alloc_unbound), T(alloc_limits), T(alloc_nomem), T(init_nomem),
        T(bind_interdomain), T(bind_interdomain_self), T(send_interdomain), T(send_errors),
        T(mask_unmask), T(bind_virq), T(global_virq), T(bind_ipi), T(bind_vcpu), T(bind_pirq),
        T(close), T(status), T(pollers), T(reset), T(reset_continues), T(destroy),
        T(fifo_init_control), T(fifo_array_full), T(fifo_send), T(fifo_mask), T(fifo_priority),
        T(fifo_move_vcpu), T(fifo_late_page), T(fifo_busy_port), T(fifo_many_ports), T(hv_port),
        T(fifo_hostile), T(fifo_reset_to_2l),
    };

    return cmocka_run_group_tests(tests, mock_start, NULL);
}
