/*
 * 2-level event delivery: masks, edges, upcalls.
 *
 * Checks: a send sets pending, selector and upcall flag, an upcall comes at once when not masked, a masked port pends and comes when unmasked
 *   by hypercall, a masked vcpu gets it on unmasking, two sends make one edge, the words and bits of far ports, an upcall interrupts a
 *   loop without hypercalls (timer), no upcall nests while masked by the entry.
 */
#include "guest.h"

static volatile u32 depth, deepest, sent;

static void nested(u32 vcpu, u32 port)
{
    (void)vcpu;
    depth++;
    deepest = depth > deepest ? depth : deepest;
    if (sent++ == 0)
        evtchn_send(port);
    depth--;
}

void test_main(void)
{
    u32 port = bind_ipi(0), other = bind_ipi(0), count, far = 0;

    HC(vcpu_op, VCPUOP_stop_periodic_timer, 0, NULL);
    events_disable();
    check_eq("send_masked", evtchn_send(port), 0);
    check("pending_bit", event_pending(port));
    check_eq("selector_bit", (long)(shared->vcpu_info[0].evtchn_pending_sel >> (port / 64) & 1), 1);
    check_eq("upcall_pending", shared->vcpu_info[0].evtchn_upcall_pending, 1);
    check_eq("no_upcall_yet", (long)event_count[port], 0);
    check_eq("send_twice", evtchn_send(port), 0);
    events_enable();
    check_eq("one_edge", (long)event_count[port], 1);
    check_eq("upcall_cleared", shared->vcpu_info[0].evtchn_upcall_pending, 0);
    check_eq("send_unmasked", evtchn_send(port), 0);
    check_eq("upcall_at_once", (long)event_count[port], 2);

    shared->evtchn_mask[port / 64] |= 1UL << (port % 64);
    check_eq("send_port_masked", evtchn_send(port), 0);
    check_eq("port_masked_no_upcall", (long)event_count[port], 2);
    check("port_masked_pends", event_pending(port));
    check_eq("other_port_not_held_up", (evtchn_send(other), (long)event_count[other]), 1);
    event_unmask(port);
    check_eq("unmask_delivers", (long)event_count[port], 3);
    check("unmask_clears_mask", !event_masked(port));
    event_unmask(port);
    check_eq("unmask_not_pending", (long)event_count[port], 3);
    struct evtchn_unmask bad = { 0xffffffff };
    check_eq("unmask_far", evtchn_op(EVTCHNOP_unmask, &bad), -XEN_EINVAL);

    // A timer must break into a loop that makes no hypercall.
    u32 timer = bind_virq(VIRQ_TIMER, 0);
    u64 until = now_ns() + 2000000000UL;
    count = event_count[timer];
    HC(set_timer_op, now_ns() + 10000000);
    while (event_count[timer] == count && now_ns() < until)
        continue;
    check("breaks_into_loop", event_count[timer] > count);

    event_hook = nested;
    evtchn_send(port);
    event_hook = NULL;
    check_eq("no_nesting", (long)deepest, 1);
    check("sent_in_handler_comes_later", event_count[port] >= 5);

    // Far ports lie in other words.
    for (u32 i = 0; i < 200; i++)
        far = bind_ipi(0);
    check("far_port_in_other_word", far / 64 != port / 64);
    evtchn_send(far);
    check_eq("far_port_delivered", (long)event_count[far], 1);
    evtchn_close(far);
    check_eq("pending_cleared_by_close", event_pending(far), 0);
}
