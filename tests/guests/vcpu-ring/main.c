/*
 * Four vcpus hand a token around.
 *
 * Checks: each vcpu sends an inter-processor event to the next when it gets one, 100 rounds, none lost and each vcpu as often; while every vcpu
 *   also takes a periodic timer of its own; all of them go down at the end.
 * Run: vcpus=4 smp=2
 */
#include "guest.h"

#define ROUNDS 100
static u32 port_of[4];
static volatile u32 got[4], up, ending, ticks[4];
static u32 timer_of[4];

static void on_event(u32 vcpu, u32 port)
{
    if (port == timer_of[vcpu]) {
        ticks[vcpu]++;
    } else if (port == port_of[vcpu]) {
        got[vcpu]++;
        if (vcpu != 0)
            evtchn_send(port_of[(vcpu + 1) % 4]);
    }
}

static void secondary(u32 vcpu)
{
    struct vcpu_set_periodic_timer period = { 5000000 };

    HC(vcpu_op, VCPUOP_set_periodic_timer, vcpu, &period);
    __atomic_add_fetch(&up, 1, __ATOMIC_SEQ_CST);
    shared->vcpu_info[vcpu].evtchn_upcall_mask = 0;
    while (ending == 0)
        block();
    HC(vcpu_op, VCPUOP_down, vcpu, NULL);
}

void test_main(void)
{
    u64 until = now_ns() + 5000000000UL;

    event_hook = on_event;
    for (u32 vcpu = 0; vcpu < 4; vcpu++) {
        port_of[vcpu] = bind_ipi(vcpu);
        timer_of[vcpu] = bind_virq(VIRQ_TIMER, vcpu);
    }
    for (u32 vcpu = 1; vcpu < 4; vcpu++)
        check_eq("start", vcpu_start(vcpu, secondary), 0);
    while (up < 3 && now_ns() < until)
        yield();
    check_eq("all_up", (long)up, 3);
    events_enable();
    for (u32 round = 0; round < ROUNDS; round++) {
        u32 before = got[0];

        evtchn_send(port_of[1]);
        until = now_ns() + 2000000000UL;
        while (got[0] == before && now_ns() < until) {
            events_disable(); // block opens the mask again, so that no event falls between the question and the sleep
            if (got[0] == before)
                block();
            events_enable();
        }
        if (got[0] == before)
            break;
    }
    for (u32 vcpu = 0; vcpu < 4; vcpu++)
        check_eq("rounds", (long)got[vcpu], ROUNDS);
    until = now_ns() + 100000000;
    while (now_ns() < until)
        yield();
    for (u32 vcpu = 1; vcpu < 4; vcpu++)
        check("own_timer", ticks[vcpu] > 3);
    ending = 1;
    for (u32 vcpu = 1; vcpu < 4; vcpu++) {
        until = now_ns() + 2000000000UL;
        evtchn_send(port_of[vcpu]);
        while (HC(vcpu_op, VCPUOP_is_up, vcpu, NULL) == 1 && now_ns() < until)
            yield();
        check_eq("down", HC(vcpu_op, VCPUOP_is_up, vcpu, NULL), 0);
    }
}
