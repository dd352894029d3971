/*
 * Event channels between vcpus.
 *
 * Checks: inter-processor events in both directions while the other blocks or spins, a port moved with bind_vcpu, ten thousand ping-pongs
 *   without a loss.
 * Run: vcpus=2
 */
#include "guest.h"

static u32 to_1, to_0, moved;
static volatile u32 started, spin, moved_on[2], pongs;

static void on_event(u32 vcpu, u32 port)
{
    if (port == to_1) {
        evtchn_send(to_0);
    } else if (port == to_0) {
        pongs++;
    } else if (port == moved) {
        moved_on[vcpu & 1]++;
    }
}

static void secondary(u32 vcpu)
{
    started = 1;
    shared->vcpu_info[vcpu].evtchn_upcall_mask = 0;
    for (;;) {
        if (spin != 0)
            __asm__ volatile("pause");
        else
            block();
    }
}

static bool ping(void)
{
    u32 before = pongs;
    u64 until = now_ns() + 1000000000UL;

    evtchn_send(to_1);
    while (pongs == before && now_ns() < until) {
        if (spin != 0) {
            yield();
            continue;
        }
        events_disable(); // block opens the mask again, so that no event falls between the question and the sleep
        if (pongs == before)
            block();
        events_enable();
    }
    return pongs != before;
}

void test_main(void)
{
    u32 lost = 0;

    to_1 = bind_ipi(1);
    to_0 = bind_ipi(0);
    moved = bind_virq(VIRQ_CONSOLE, 0);
    bind_virq(VIRQ_TIMER, 0); // so that a block ends
    event_hook = on_event;
    events_enable();
    check_eq("start", vcpu_start(1, secondary), 0);
    while (started == 0)
        yield();
    for (u32 i = 0; i < 10000 && lost < 3; i++)
        lost += !ping();
    check_eq("blocked_ping_pong", (long)lost, 0);
    check("blocked_count", pongs >= 10000);
    spin = 1;
    evtchn_send(to_1);
    for (u32 i = 0; i < 20 && lost < 3; i++)
        lost += !ping();
    check_eq("spinning_ping_pong", (long)lost, 0);
    spin = 0;
    struct evtchn_bind_vcpu bind = { moved, 1 };
    check_eq("bind_vcpu", evtchn_op(EVTCHNOP_bind_vcpu, &bind), 0);
    // The console's interrupt cannot be raised from here; an interdomain port can.
    struct evtchn_alloc_unbound alloc = { DOMID_SELF, DOMID_SELF, 0 };
    evtchn_op(EVTCHNOP_alloc_unbound, &alloc);
    struct evtchn_bind_interdomain inter = { DOMID_SELF, alloc.port, 0 };
    evtchn_op(EVTCHNOP_bind_interdomain, &inter);
    moved = alloc.port;
    bind.port = moved;
    event_unmask(moved);
    event_unmask(inter.local_port);
    moved_on[0] = moved_on[1] = 0;
    evtchn_send(inter.local_port);
    for (u32 i = 0; i < 1000 && moved_on[0] == 0; i++)
        yield();
    check("delivered_to_vcpu_0", moved_on[0] == 1 && moved_on[1] == 0);
    event_owner[moved] = 1;
    check_eq("move", evtchn_op(EVTCHNOP_bind_vcpu, &bind), 0);
    evtchn_send(inter.local_port);
    for (u32 i = 0; i < 100000 && moved_on[1] == 0; i++)
        yield();
    check("delivered_to_vcpu_1", moved_on[0] == 1 && moved_on[1] == 1);
}
