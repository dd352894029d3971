/* SPDX-License-Identifier: MIT */
/* Closing, status and reset; what a domain leaves when it ends. */
#include "tests/unit/evtchn/evtchn_test.h"

static void test_close(void **state)
{
    uint32_t p0, pu;

    assert_int_equal(close_port(domu->vcpu[0], 0), -EINVAL);
    assert_int_equal(close_port(domu->vcpu[0], 5), -EINVAL);
    assert_int_equal(close_port(domu->vcpu[0], 64), -EINVAL);
    assert_int_equal(close_port(domu->vcpu[0], UINT32_MAX), -EINVAL);
    connect_pair(&p0, &pu);
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

static void test_reset(void **state)
{
    uint32_t p0, pu, x;

    connect_pair(&p0, &pu);
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
    uint32_t p0, pu, offered, other;

    connect_pair(&p0, &pu);
    assert_int_equal(evtchn_alloc_unbound(domu, dom0->id, &offered), 0);
    domu->dying = true;
    assert_int_equal(evtchn_bind_interdomain(dom0, domu->id, offered, &other), -EINVAL);
    assert_int_equal(evtchn_alloc_unbound(domu, dom0->id, &other), -EINVAL);
    evtchn_domain_destroy(domu);
    assert_int_equal(status_of(dom0->vcpu[0], DOMID_SELF, p0).status, EVTCHNSTAT_unbound);
    assert_int_equal(send_port(dom0->vcpu[0], p0), 0);
    evtchn_domain_free(domu);
    assert_null(domu->evtchn);
    assert_int_equal(send_port(dom0->vcpu[0], p0), 0);
}

int run_close_tests(void)
{
    const struct CMUnitTest tests[] = {
        T(close), T(status), T(reset), T(reset_continues), T(destroy),
    };

    return cmocka_run_group_tests_name("close", tests, NULL, NULL);
}
