/* SPDX-License-Identifier: MIT */
/* State in records and out of them: the same comes out; a record in which one value cannot be is refused. */
#include "tests/unit/evtchn/evtchn_test.h"

#include <stdlib.h>

#define RECORDS_MAX 40

static struct evtchn_record records[RECORDS_MAX];
static unsigned nr_records;

/* What the core keeps while it converts. */
static struct evtchn_domain *before;
static struct evtchn_vcpu *queues_before[3];

static void export_all(struct domain *d)
{
    struct record_at at = { 0, 0 };
    enum record got;

    memset(records, 0, sizeof(records));
    nr_records = 0;
    do {
        assert_true(nr_records < RECORDS_MAX);
        got = evtchn_export(d, &at, &records[nr_records]);
        records[nr_records].domain = d;
        if (got == RECORD_FULL)
            nr_records++;
    } while (got != RECORD_END);
}

static void hide(struct domain *d)
{
    before = d->evtchn;
    d->evtchn = NULL;
    for (uint32_t i = 0; i < d->max_vcpus; i++) {
        queues_before[i] = d->vcpu[i]->evtchn;
        d->vcpu[i]->evtchn = NULL;
    }
}

/* The memory of what is there goes, and none of what it refers to. */
static void forget(struct domain *d)
{
    struct evtchn_domain *ed = d->evtchn;

    if (ed != NULL && ed->fifo != NULL) {
        free(ed->fifo);
        mock_pool_live--;
    }
    evtchn_domain_free(d);
}

static void show(struct domain *d)
{
    forget(d);
    d->evtchn = before;
    for (uint32_t i = 0; i < d->max_vcpus; i++)
        d->vcpu[i]->evtchn = queues_before[i];
}

static int import_all(struct domain *d)
{
    int rc = 0;

    hide(d);
    for (unsigned i = 0; i < nr_records && rc == 0; i++)
        rc = evtchn_import(&records[i]);
    return rc;
}

/* In again; the old memory goes. */
static void convert(struct domain *d)
{
    struct evtchn_domain *ed;
    struct evtchn_vcpu *queues[3];

    export_all(d);
    assert_int_equal(import_all(d), 0);
    ed = d->evtchn;
    for (uint32_t i = 0; i < d->max_vcpus; i++)
        queues[i] = d->vcpu[i]->evtchn;
    assert_ptr_not_equal(ed, before);
    d->evtchn = before;
    for (uint32_t i = 0; i < d->max_vcpus; i++)
        d->vcpu[i]->evtchn = queues_before[i];
    forget(d);
    d->evtchn = ed;
    for (uint32_t i = 0; i < d->max_vcpus; i++)
        d->vcpu[i]->evtchn = queues[i];
}

/* One value of the record is otherwise: refused, and what was there is there. */
#define REFUSES(d, i, field, value)                   \
    do {                                              \
        export_all(d);                                \
        records[i].field = (value);                   \
        assert_int_equal(import_all(d), -EINVAL);     \
        show(d);                                      \
    } while (0)

enum { DOMAIN, PORTS }; /* the records; then a vcpu each */

/* domu's ports of every kind; dom0's for an interrupt. */
static uint32_t port0, portu, unbound, ipi, timer, closed;
static void ports_make(void)
{
    connect_pair(&port0, &portu);
    assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, &unbound), 0);
    assert_int_equal(bind_ipi(domu->vcpu[0], 1, &ipi), 0);
    assert_int_equal(bind_virq(domu->vcpu[0], VIRQ_TIMER, 1, &timer), 0);
    assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, &closed), 0);
    assert_int_equal(close_port(domu->vcpu[0], closed), 0);
    assert_int_equal(bind_vcpu(domu->vcpu[0], portu, 1), 0);
}

static void test_same_comes_out(void **state)
{
    struct evtchn_status was[8], is;
    uint32_t again, pirq;

    ports_make();
    assert_int_equal(bind_pirq(dom0->vcpu[0], 20, &pirq), 0);
    evtchn_set_max_port(domu, 500);
    for (uint32_t port = 0; port < 8; port++)
        was[port] = status_of(domu->vcpu[0], DOMID_SELF, port);
    convert(domu);
    convert(dom0);
    for (uint32_t port = 0; port < 8; port++) {
        is = status_of(domu->vcpu[0], DOMID_SELF, port);
        assert_memory_equal(&is, &was[port], sizeof(is));
    }
    is = status_of(dom0->vcpu[0], DOMID_SELF, pirq);
    assert_int_equal(is.status, EVTCHNSTAT_pirq);
    assert_int_equal(is.u.pirq, 20);
    assert_int_equal(bind_pirq(dom0->vcpu[0], 20, &again), -EEXIST);
    /* Events go on, both ways. */
    ack_2l(domu->vcpu[1], portu);
    assert_int_equal(send_port(dom0->vcpu[0], port0), 0);
    assert_true(pending_2l(domu, portu));
    assert_ptr_equal(mock_last_kicked, domu->vcpu[1]);
    evtchn_send_pirq(dom0, 20);
    assert_true(pending_2l(dom0, pirq));
    assert_int_equal(alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, &again), 0);
    assert_int_equal(again, closed);
    assert_int_equal(close_port(domu->vcpu[0], portu), 0);
    assert_int_equal(status_of(dom0->vcpu[0], DOMID_SELF, port0).status, EVTCHNSTAT_unbound);
    for (uint32_t i = 0; i < 600; i++)
        (void)alloc_unbound(domu->vcpu[0], DOMID_SELF, 0, &again);
    assert_int_equal(status_rc(domu->vcpu[0], DOMID_SELF, 500), 0);
    assert_int_equal(status_of(domu->vcpu[0], DOMID_SELF, 501).status, EVTCHNSTAT_closed);
    convert(domu); /* several chunks */
    assert_int_equal(status_of(domu->vcpu[0], DOMID_SELF, 500).status, EVTCHNSTAT_unbound);
}

static void test_bad_values(void **state)
{
    ports_make();
    REFUSES(domu, DOMAIN, max_port, EVTCHN_FIFO_NR_CHANNELS);
    REFUSES(domu, DOMAIN, nr_pages, 1);
    REFUSES(domu, DOMAIN, pirq_port[3], EVTCHN_FIFO_NR_CHANNELS);
    REFUSES(domu, DOMAIN, at.kind, EVTCHN_RECORD_VCPU + 1);
    REFUSES(domu, PORTS, at.number, 1);
    REFUSES(domu, PORTS, port[0].state, 0xfd); /* no such state */
    REFUSES(domu, PORTS, port[unbound].state, EVTCHN_RECORD_RESERVED);
    REFUSES(domu, PORTS, port[unbound].vcpu, 2);
    REFUSES(domu, PORTS, port[unbound].vcpu, UINT16_MAX);
    REFUSES(domu, PORTS, port[unbound].last_vcpu, 2);
    REFUSES(domu, PORTS, port[unbound].priority, EVTCHN_FIFO_MAX_QUEUES);
    REFUSES(domu, PORTS, port[unbound].last_priority, EVTCHN_FIFO_MAX_QUEUES);
    REFUSES(domu, PORTS, port[unbound].saved, 2);
    REFUSES(domu, PORTS, port[unbound].remote, dom0);
    REFUSES(domu, PORTS, port[portu].remote, NULL);
    REFUSES(domu, PORTS, port[portu].remote, domu);
    REFUSES(domu, PORTS, port[portu].dom, 3);
    REFUSES(domu, PORTS, port[portu].number, EVTCHN_FIFO_NR_CHANNELS);
    REFUSES(domu, PORTS, port[timer].number, VIRQ_DEBUG);
    REFUSES(domu, PORTS, port[timer].number, NR_VIRQS);
    REFUSES(domu, PORTS, port[timer].vcpu, 0);
    REFUSES(domu, PORTS, port[ipi].state, EVTCHNSTAT_pirq);
    REFUSES(domu, PORTS, port[closed].number, 5);
    REFUSES(domu, PORTS + 1, at.number, 2);
    REFUSES(domu, PORTS + 2, at.number, 0);
    REFUSES(domu, PORTS + 1, control_at, 1024);
    REFUSES(domu, PORTS + 1, tail[15], EVTCHN_FIFO_NR_CHANNELS);
    convert(domu);
}

static void test_no_memory(void **state)
{
    ports_make();
    for (int i = 1; i <= 4; i++) { /* the table, a chunk, two vcpus' queues */
        export_all(domu);
        mock_pool_fail_in = i;
        assert_int_equal(import_all(domu), -ENOMEM);
        show(domu);
    }
    convert(domu);
}

static void test_fifo_pages_are_held_once(void **state)
{
    mfn_t control = mock_frame(domu), array = mock_frame(domu);
    struct evtchn_init_control init = { .control_gfn = control.v, .vcpu = 0 };
    struct evtchn_expand_array expand = { array.v };
    uint32_t port;

    assert_int_equal(bind_ipi(domu->vcpu[0], 0, &port), 0);
    assert_int_equal(OP(domu->vcpu[0], init_control, init), 0);
    assert_int_equal(OP(domu->vcpu[0], expand_array, expand), 0);
    assert_int_equal(set_priority(domu->vcpu[0], port, 3), 0);
    assert_int_equal(send_port(domu->vcpu[0], port), 0);
    assert_int_equal(mock_refs_rw(control), 1);
    convert(domu);
    assert_int_equal(mock_refs_rw(control), 1);
    assert_int_equal(mock_refs_rw(array), 1);
    assert_true(evtchn_port_pending(domu, port));
    REFUSES(domu, DOMAIN, nr_pages, 2);
    REFUSES(domu, DOMAIN, nr_pages, EVTCHN_RECORD_NR_PAGES + 1);
    REFUSES(domu, DOMAIN, fifo, false);
    assert_int_equal(mock_refs_rw(array), 1);
    assert_int_equal(reset(domu->vcpu[0], DOMID_SELF), 0);
    assert_int_equal(mock_refs_rw(control), 0);
    assert_int_equal(mock_refs_rw(array), 0);
}

int run_state_tests(void)
{
    const struct CMUnitTest tests[] = {
        T(same_comes_out),
        T(bad_values),
        T(no_memory),
        T(fifo_pages_are_held_once),
    };

    return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
