/*
 * SSE and x87 registers are each vcpu's own, when more vcpus than CPUs take turns and move about.
 *
 * Checks: six vcpus hold different values in xmm0 to xmm15, the x87 stack and the control words, across yields, blocks that a timer ends,
 *   events from the others and turns that run out; each comparison finds them as they were.
 * Run: vcpus=6 smp=2
 */
#include "smp.h"

#define COUNT 6
#define ROUNDS 600

struct state {
    u8 bytes[512];
} __attribute__((aligned(16)));
static struct state want[COUNT], now[COUNT], fresh;
static u32 wrong[COUNT], rounds[COUNT], timer[COUNT], port[COUNT];

static u32 differences(u32 vcpu)
{
    const u8 *a = now[vcpu].bytes, *b = want[vcpu].bytes;

    __asm__ volatile("fxsave %[now]" : [now] "=m"(now[vcpu]));
    return (memcmp(a + 160, b + 160, 256) != 0) + (memcmp(a + 32, b + 32, 10) != 0) + (memcmp(a + 24, b + 24, 4) != 0) +
           (memcmp(a, b, 2) != 0);
}

static void prepare(u32 vcpu)
{
    u8 *bytes = want[vcpu].bytes;

    want[vcpu] = fresh;
    for (u32 i = 0; i < 256; i++)
        bytes[160 + i] = (u8)(i * (2 * vcpu + 3) + 37 * vcpu);
    bytes[24] = 0x80, bytes[25] = (u8)(0x1f | vcpu % 4 << 5); // rounding
    bytes[0] = 0x7f, bytes[1] = (u8)(0x03 | vcpu % 4 << 2);
    __asm__ volatile("fxrstor %[want]" : : [want] "m"(want[vcpu]));
    for (u32 i = 0; i <= vcpu; i++)
        __asm__ volatile("fldpi");
    __asm__ volatile("fxsave %[want]" : [want] "=m"(want[vcpu]));
}

static void between(u32 round)
{
    if (round % 4 == 2)
        evtchn_send(port[below(COUNT)]);
    else
        yield();
}

static void work(u32 vcpu)
{
    struct smp_hold hold = { ROUNDS, 200, differences, between };

    prepare(vcpu);
    shared->vcpu_info[vcpu].evtchn_upcall_mask = 0;
    smp_barrier(COUNT);
    smp_hold(&hold, vcpu, &rounds[vcpu], &wrong[vcpu]);
}

void test_main(void)
{
    __asm__ volatile("fninit; fxsave %[fresh]" : [fresh] "=m"(fresh));
    for (u32 vcpu = 0; vcpu < COUNT; vcpu++) {
        timer[vcpu] = bind_virq(VIRQ_TIMER, vcpu);
        port[vcpu] = bind_ipi(vcpu);
    }
    smp_start(COUNT, work);
    work(0);
    smp_join(COUNT);
    wrong[0] += differences(0);
    for (u32 vcpu = 0; vcpu < COUNT; vcpu++) {
        check_eq("registers_differ", (long)wrong[vcpu], 0);
        check_eq("rounds", (long)rounds[vcpu], ROUNDS);
        check("slept", event_count[timer[vcpu]] > 0);
        check("events_came", event_count[port[vcpu]] > 0);
    }
}
