/*
 * The FIFO event-channel ABI.
 *
 * Checks: init_control, expand_array, an event sets PENDING and LINKED, is queued at its priority and the ready bit set, queues are
 *   delivered highest priority first and in order of arrival, a masked event is not linked and comes with unmask, a second send does not
 *   queue twice, set_priority of bad values, more than 4096 ports.
 */
#include "guest.h"

static struct evtchn_fifo_control_block control PAGE;
static volatile u32 array[8][1024] PAGE;
static u8 control_page_padding[PAGE_SIZE] PAGE;
static u32 order[64];
static volatile u32 seen, calls;

static volatile u32 *word(u32 port)
{
    return &array[port / 1024][port % 1024];
}

// What a guest's upcall does: takes each ready queue, highest priority (0) first.
static void consume(u32 vcpu)
{
    u32 heads[EVTCHN_FIFO_MAX_QUEUES] = { 0 };

    calls++;
    shared->vcpu_info[vcpu].evtchn_upcall_pending = 0;
    u32 ready = __atomic_exchange_n(&control.ready, 0, __ATOMIC_SEQ_CST);
    while (ready != 0) {
        u32 queue = (u32)__builtin_ctz(ready);
        u32 port = heads[queue] != 0 ? heads[queue] : control.head[queue];
        u32 old = __atomic_load_n(word(port), __ATOMIC_SEQ_CST), new;

        do
            new = old & ~((1u << EVTCHN_FIFO_LINKED) | EVTCHN_FIFO_LINK_MASK);
        while (!__atomic_compare_exchange_n(word(port), &old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
        heads[queue] = old & EVTCHN_FIFO_LINK_MASK;
        control.head[queue] = heads[queue];
        if (heads[queue] == 0)
            ready &= ~(1u << queue);
        if ((new >> EVTCHN_FIFO_MASKED & 1) == 0) {
            __atomic_and_fetch(word(port), ~(1u << EVTCHN_FIFO_PENDING), __ATOMIC_SEQ_CST);
            if (seen < ARRAY_SIZE(order))
                order[seen] = port;
            seen++;
        }
        ready |= __atomic_exchange_n(&control.ready, 0, __ATOMIC_SEQ_CST);
    }
}

static long expand(u64 mfn)
{
    struct evtchn_expand_array expand = { mfn };

    return evtchn_op(EVTCHNOP_expand_array, &expand);
}

static long priority(u32 port, u32 value)
{
    struct evtchn_set_priority set = { port, value };

    return evtchn_op(EVTCHNOP_set_priority, &set);
}

void test_main(void)
{
    struct evtchn_init_control init = { mfn_of(&control), 0, 0, 0, { 0 } };
    u32 ports[6];

    (void)control_page_padding;
    events_disable();
    HC(vcpu_op, VCPUOP_stop_periodic_timer, 0, NULL);
    check_eq("expand_before_init", expand(mfn_of((void *)array[0])) < 0, 1);
    check_eq("init_control", evtchn_op(EVTCHNOP_init_control, &init), 0);
    check_range("link_bits", init.link_bits, EVTCHN_FIFO_LINK_BITS, EVTCHN_FIFO_LINK_BITS);
    check_eq("expand_array", expand(mfn_of((void *)array[0])), 0);
    upcall_hook = consume;
    for (u32 i = 0; i < 6; i++) {
        struct evtchn_bind_ipi bind = { 0, 0 };

        check_eq("bind", evtchn_op(EVTCHNOP_bind_ipi, &bind), 0);
        ports[i] = bind.port;
    }
    check_eq("starts_unmasked_or_masked", (long)(*word(ports[0]) & ~(1u << EVTCHN_FIFO_MASKED)), 0);
    for (u32 i = 0; i < 6; i++)
        *word(ports[i]) &= ~(1u << EVTCHN_FIFO_MASKED);

    check_eq("send", evtchn_send(ports[0]), 0);
    check_eq("pending", (long)(*word(ports[0]) >> EVTCHN_FIFO_PENDING & 1), 1);
    check_eq("linked", (long)(*word(ports[0]) >> EVTCHN_FIFO_LINKED & 1), 1);
    check_eq("ready", (long)control.ready, 1 << EVTCHN_FIFO_PRIORITY_DEFAULT);
    check_eq("head", (long)control.head[EVTCHN_FIFO_PRIORITY_DEFAULT], (long)ports[0]);
    check_eq("upcall_pending", shared->vcpu_info[0].evtchn_upcall_pending, 1);
    evtchn_send(ports[0]);
    evtchn_send(ports[1]);
    check_eq("link", (long)(*word(ports[0]) & EVTCHN_FIFO_LINK_MASK), (long)ports[1]);
    events_enable();
    check_eq("both_delivered", (long)seen, 2);
    check_eq("in_order", order[0] == ports[0] && order[1] == ports[1], 1);
    check_eq("word_cleared", (long)*word(ports[0]), 0);

    events_disable();
    check_eq("set_priority_min", priority(ports[2], EVTCHN_FIFO_PRIORITY_MIN), 0);
    check_eq("set_priority_max", priority(ports[3], EVTCHN_FIFO_PRIORITY_MAX), 0);
    check_eq("set_priority_bad", priority(ports[3], EVTCHN_FIFO_PRIORITY_MIN + 1), -XEN_EINVAL);
    check_eq("set_priority_far_port", priority(0xffffffff, 1), -XEN_EINVAL);
    seen = 0;
    for (u32 i = 0; i < 6; i++)
        evtchn_send(ports[i]);
    events_enable();
    check_eq("all_delivered", (long)seen, 6);
    check_eq("highest_first", (long)order[0], (long)ports[3]);
    check_eq("lowest_last", (long)order[5], (long)ports[2]);
    check("default_in_order", order[1] == ports[0] && order[2] == ports[1] && order[3] == ports[4] && order[4] == ports[5]);

    seen = 0;
    *word(ports[4]) |= 1u << EVTCHN_FIFO_MASKED;
    evtchn_send(ports[4]);
    check_eq("masked_not_delivered", (long)seen, 0);
    check_eq("masked_pending_not_linked", (long)(*word(ports[4]) >> EVTCHN_FIFO_LINKED & 3 & ~2u), (long)(0));
    struct evtchn_unmask unmask = { ports[4] };
    check_eq("unmask", evtchn_op(EVTCHNOP_unmask, &unmask), 0);
    check_eq("unmask_delivers", (long)seen, 1);
    for (u32 i = 0; i < 1000; i++)
        evtchn_send(ports[i % 6]);
    check_eq("thousand", (long)seen, 1001);

    check_eq("expand_second", expand(mfn_of((void *)array[1])), 0);
    u32 last = 0;
    for (u32 i = 0; i < 1500; i++) {
        struct evtchn_bind_ipi bind = { 0, 0 };
        if (evtchn_op(EVTCHNOP_bind_ipi, &bind) != 0)
            break;
        last = bind.port;
    }
    check_range("second_page_used", last, 1024, 2047);
    seen = 0;
    *word(last) &= ~(1u << EVTCHN_FIFO_MASKED);
    evtchn_send(last);
    check_eq("second_page_delivers", (long)seen, 1);
    check_eq("close_pending", evtchn_close(last), 0);
}
