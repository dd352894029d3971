/* SPDX-License-Identifier: MIT */
/*
 * Unit tests of modules/evtchn through xen-compat/event_channel_op.c: every
 * operation with good and with bad input, in both ABIs. Here: the machine that
 * each test begins with, and the operations.
 */
#include "tests/unit/evtchn/evtchn_test.h"

struct domain *dom0, *domu;
static void *scratch; /* guest memory */

static struct domain *domain_with_events(domid_t id, uint32_t nr_vcpus, bool privileged)
{
    struct domain *d = mock_domain(id, nr_vcpus, privileged);

    assert_int_equal(evtchn_domain_init(d), 0);
    for (uint32_t i = 0; i < nr_vcpus; i++)
        assert_int_equal(evtchn_vcpu_init(d->vcpu[i]), 0);
    return d;
}

int setup(void **state)
{
    if (mock_setup(state) != 0)
        return -1;
    dom0 = domain_with_events(0, 3, true);
    domu = domain_with_events(7, 2, false);
    scratch = mock_guest_alloc(64);
    return 0;
}

int teardown(void **state)
{
    for (struct domain *d = domain_list; d != NULL; d = d->next) {
        evtchn_domain_destroy(d);
        evtchn_domain_free(d);
    }
    return mock_teardown(state);
}

long op_bytes(struct vcpu *v, uint32_t cmd, void *arg, size_t nr_bytes)
{
    long rc;

    memcpy(scratch, arg, nr_bytes);
    rc = hc_event_channel_op(v, cmd, mock_gva(scratch), 0, 0, 0);
    memcpy(arg, scratch, nr_bytes);
    return rc;
}

long alloc_unbound(struct vcpu *v, domid_t dom, domid_t remote, uint32_t *port)
{
    struct evtchn_alloc_unbound a = { .dom = dom, .remote_dom = remote };
    long rc = OP(v, alloc_unbound, a);

    *port = a.port;
    return rc;
}
long bind_interdomain(struct vcpu *v, domid_t dom, uint32_t rport, uint32_t *port)
{
    struct evtchn_bind_interdomain a = { .remote_dom = dom, .remote_port = rport };
    long rc = OP(v, bind_interdomain, a);

    *port = a.local_port;
    return rc;
}
long bind_virq(struct vcpu *v, uint32_t virq, uint32_t vcpu, uint32_t *port)
{
    struct evtchn_bind_virq a = { .virq = virq, .vcpu = vcpu };
    long rc = OP(v, bind_virq, a);

    *port = a.port;
    return rc;
}
long bind_ipi(struct vcpu *v, uint32_t vcpu, uint32_t *port)
{
    struct evtchn_bind_ipi a = { .vcpu = vcpu };
    long rc = OP(v, bind_ipi, a);

    *port = a.port;
    return rc;
}
long bind_pirq(struct vcpu *v, uint32_t pirq, uint32_t *port)
{
    struct evtchn_bind_pirq a = { .pirq = pirq };
    long rc = OP(v, bind_pirq, a);

    *port = a.port;
    return rc;
}
long bind_vcpu(struct vcpu *v, uint32_t port, uint32_t vcpu)
{
    struct evtchn_bind_vcpu a = { .port = port, .vcpu = vcpu };

    return OP(v, bind_vcpu, a);
}
long close_port(struct vcpu *v, uint32_t port)
{
    struct evtchn_close a = { port };

    return OP(v, close, a);
}
long send_port(struct vcpu *v, uint32_t port)
{
    struct evtchn_send a = { port };

    return OP(v, send, a);
}
long unmask(struct vcpu *v, uint32_t port)
{
    struct evtchn_unmask a = { port };

    return OP(v, unmask, a);
}
long set_priority(struct vcpu *v, uint32_t port, uint32_t priority)
{
    struct evtchn_set_priority a = { port, priority };

    return OP(v, set_priority, a);
}
long reset(struct vcpu *v, domid_t dom)
{
    struct evtchn_reset a = { dom };

    return OP(v, reset, a);
}
struct evtchn_status status_of(struct vcpu *v, domid_t dom, uint32_t port)
{
    struct evtchn_status a = { .dom = dom, .port = port };

    assert_int_equal(OP(v, status, a), 0);
    return a;
}
long status_rc(struct vcpu *v, domid_t dom, uint32_t port)
{
    struct evtchn_status a = { .dom = dom, .port = port };

    return OP(v, status, a);
}

void mask_2l(struct domain *d, uint32_t port, bool masked)
{
    if (masked)
        d->shared->evtchn_mask[port / 64] |= 1UL << port % 64;
    else
        d->shared->evtchn_mask[port / 64] &= ~(1UL << port % 64);
}
bool pending_2l(struct domain *d, uint32_t port)
{
    return d->shared->evtchn_pending[port / 64] >> port % 64 & 1;
}
void ack_2l(struct vcpu *v, uint32_t port)
{
    v->info->evtchn_upcall_pending = 0;
    v->info->evtchn_pending_sel = 0;
    v->domain->shared->evtchn_pending[port / 64] &= ~(1UL << port % 64);
}

void connect_pair(uint32_t *port0, uint32_t *portu)
{
    assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, portu), 0);
    assert_int_equal(bind_interdomain(dom0->vcpu[0], domu->id, *portu, port0), 0);
}

int main(void)
{
    if (mock_start(NULL) != 0)
        return 1;
    return run_bind_tests() + run_send_tests() + run_close_tests() + run_fifo_tests() + run_state_tests();
}
