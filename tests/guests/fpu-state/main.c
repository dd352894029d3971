/*
 * Floating point and SSE state is each vcpu's own and survives events, hypercalls and switches.
 *
 * Checks: two vcpus with different values in xmm0 to xmm15 and the x87 stack, switching for two seconds by yield, events and timers; control words
 *   too; lazily saved state after fpu_taskswitch.
 * Run: vcpus=2
 */
#include "guest.h"

static volatile u32 started, stop, wrong[2], rounds[2];
static u8 state[2][512] __attribute__((aligned(16))), fresh[512] __attribute__((aligned(16)));

static void load(u32 vcpu)
{
    __asm__ volatile("fxrstor %[state]" : : [state] "m"(state[vcpu]));
}

static void compare(u32 vcpu)
{
    static u8 now[2][512] __attribute__((aligned(16)));

    __asm__ volatile("fxsave %[now]" : [now] "=m"(now[vcpu]));
    wrong[vcpu] += memcmp(now[vcpu] + 160, state[vcpu] + 160, 256) != 0;   // xmm
    wrong[vcpu] += memcmp(now[vcpu] + 32, state[vcpu] + 32, 10) != 0;      // st(0)
    wrong[vcpu] += memcmp(now[vcpu] + 24, state[vcpu] + 24, 4) != 0;       // mxcsr
    wrong[vcpu] += memcmp(now[vcpu], state[vcpu], 2) != 0;                 // control word
    rounds[vcpu]++;
}

static void prepare(u32 vcpu)
{
    memcpy(state[vcpu], fresh, 512);
    for (u32 i = 0; i < 256; i++)
        state[vcpu][160 + i] = (u8)(i * (vcpu + 3) + vcpu);
    state[vcpu][24] = 0x80, state[vcpu][25] = vcpu != 0 ? 0x7f : 0x1f; // rounding mode
    state[vcpu][0] = 0x7f, state[vcpu][1] = vcpu != 0 ? 0x0f : 0x03;
    load(vcpu);
    __asm__ volatile("fldpi");
    __asm__ volatile("fxsave %[state]" : [state] "=m"(state[vcpu]));
}

static void secondary(u32 vcpu)
{
    prepare(vcpu);
    started = 1;
    while (stop == 0) {
        compare(vcpu);
        yield();
    }
    for (;;)
        block();
}

void test_main(void)
{
    __asm__ volatile("fninit; fxsave %[fresh]" : [fresh] "=m"(fresh));
    u32 timer = bind_virq(VIRQ_TIMER, 0), port = bind_ipi(0);
    events_enable();
    check_eq("start", vcpu_start(1, secondary), 0);
    while (started == 0)
        yield();
    prepare(0);
    u64 until = now_ns() + 1500000000UL;
    for (u32 i = 0; now_ns() < until; i++) {
        compare(0);
        if (i % 3 == 0)
            evtchn_send(port);
        if (i % 16 == 0)
            HC(set_timer_op, now_ns() + 100000);
        yield();
    }
    stop = 1;
    check_eq("vcpu_0", (long)wrong[0], 0);
    check_eq("vcpu_1", (long)wrong[1], 0);
    check("both_ran", rounds[0] > 50 && rounds[1] > 50);
    check("timer_ran", event_count[timer] > 0);
    HC(fpu_taskswitch, 1);
    yield();
    HC(fpu_taskswitch, 0);
    compare(0);
    check_eq("after_taskswitch", (long)wrong[0], 0);
}
