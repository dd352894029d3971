/* SPDX-License-Identifier: MIT */
/* Allocating and binding ports: interdomain, VIRQ, IPI, PIRQ; moving them to another vcpu. */
#include "tests/unit/evtchn/evtchn_test.h"

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
    connect_pair(&p0, &pu);
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

    connect_pair(&p0, &pu);
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

int run_bind_tests(void)
{
    const struct CMUnitTest tests[] = {
        T(unknown_and_fault), T(alloc_unbound), T(alloc_limits), T(alloc_nomem), T(init_nomem),
        T(bind_interdomain), T(bind_interdomain_self), T(bind_virq), T(global_virq), T(bind_ipi),
        T(bind_vcpu), T(bind_pirq),
    };

    return cmocka_run_group_tests_name("bind", tests, NULL, NULL);
}
