/* SPDX-License-Identifier: MIT */
/* The FIFO ABI: control blocks, the event array, queues and their priorities, and guests that do not keep to it. */
#include "tests/unit/evtchn/evtchn_test.h"

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

    connect_pair(&p0, &pu);
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

int run_fifo_tests(void)
{
    const struct CMUnitTest tests[] = {
        T(fifo_init_control), T(fifo_array_full), T(fifo_send), T(fifo_mask), T(fifo_priority),
        T(fifo_move_vcpu), T(fifo_late_page), T(fifo_busy_port), T(fifo_many_ports), T(fifo_hostile),
        T(fifo_reset_to_2l),
    };

    return cmocka_run_group_tests_name("fifo", tests, NULL, NULL);
}
