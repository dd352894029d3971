/* SPDX-License-Identifier: MIT */
/* Sending, masking and polling in the 2-level ABI; the hypervisor's own ports. */
#include "tests/unit/evtchn/evtchn_test.h"

static void test_send_interdomain(void **state)
{
    uint32_t p0, pu;

    connect_pair(&p0, &pu);
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

int run_send_tests(void)
{
    const struct CMUnitTest tests[] = {
        T(send_interdomain), T(send_errors), T(mask_unmask), T(pollers), T(hv_port),
    };

    return cmocka_run_group_tests_name("send", tests, NULL, NULL);
}
