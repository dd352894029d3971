/*
 * Timers and time, when more vcpus than CPUs take turns and move about.
 *
 * Checks: six vcpus set, replace and stop single-shot timers, none is lost and none ends a wait before its time is there; periodic timers tick
 *   and, once stopped, are quiet, though another vcpu sets and stops them at the same time; system time never goes back, neither on a vcpu
 *   nor from one to another that it hands its time to.
 * Run: vcpus=6 smp=2
 */
#include "smp.h"

#define COUNT 6
#define SHOTS 100
#define TICKS 10
#define FIGHTS 10000

static u32 port[COUNT], shots[COUNT], ticked[COUNT];
static volatile u64 backwards[COUNT], across[COUNT], handed_over;
static u64 last_time[COUNT];

// The vcpu's time, compared with its own last one and with what somebody else handed over before.
static u64 look(u32 vcpu)
{
    u64 other = __atomic_load_n(&handed_over, __ATOMIC_SEQ_CST);
    u64 now = time_ns(vcpu);

    backwards[vcpu] += now < last_time[vcpu];
    across[vcpu] += now < other;
    last_time[vcpu] = now;
    __atomic_store_n(&handed_over, now, __ATOMIC_SEQ_CST);
    return now;
}

static long single_shot(u32 vcpu, u64 at)
{
    struct vcpu_set_singleshot_timer timer = { at, 0 };

    if (below(2) == 0)
        return HC(set_timer_op, at);
    return HC(vcpu_op, VCPUOP_set_singleshot_timer, vcpu, &timer);
}

static void stop(u32 vcpu)
{
    if (below(2) == 0)
        HC(set_timer_op, 0);
    else
        HC(vcpu_op, VCPUOP_stop_singleshot_timer, vcpu, NULL);
}

// Blocks for events until the time is there; without its timer it would block for ever.
static void wait_until(u32 vcpu, u64 deadline)
{
    volatile u8 *mask = &shared->vcpu_info[vcpu].evtchn_upcall_mask;

    for (;;) {
        *mask = 1; // block opens it again
        if (look(vcpu) >= deadline)
            break;
        block();
    }
    *mask = 0;
}

static void shoot(u32 vcpu)
{
    u64 deadline;

    if (below(3) == 0) {
        single_shot(vcpu, look(vcpu) + below(2000000));
        if (below(2) == 0)
            yield();
        stop(vcpu);
    }
    if (below(3) == 0)
        single_shot(vcpu, look(vcpu) + 3000000000000UL); // is replaced
    deadline = look(vcpu) + 50000 + below(2000000);
    if (single_shot(vcpu, deadline) != 0)
        fatal("vcpu %u cannot set its timer", vcpu);
    wait_until(vcpu, deadline);
    shots[vcpu]++;
}

static void tick(u32 vcpu)
{
    struct vcpu_set_periodic_timer period = { 2000000 };
    u32 before = event_count[port[vcpu]];

    stop(vcpu);
    if (HC(vcpu_op, VCPUOP_set_periodic_timer, vcpu, &period) != 0)
        fatal("vcpu %u cannot set its period", vcpu);
    smp_wait(&event_count[port[vcpu]], before + TICKS, "ticks");
    ticked[vcpu] = event_count[port[vcpu]] - before;
    HC(vcpu_op, VCPUOP_stop_periodic_timer, vcpu, NULL);
}

// All set and stop each other's periods.
static void fight(u32 vcpu)
{
    struct vcpu_set_periodic_timer period = { 1000000 };

    for (u32 i = 0; i < FIGHTS; i++) {
        u32 whose = (u32)below(COUNT);

        HC(vcpu_op, below(2) == 0 ? VCPUOP_set_periodic_timer : VCPUOP_stop_periodic_timer, whose, &period);
        look(vcpu);
        if (i % 16 == 0)
            yield();
    }
}

static void work(u32 vcpu)
{
    HC(vcpu_op, VCPUOP_stop_periodic_timer, vcpu, NULL);
    shared->vcpu_info[vcpu].evtchn_upcall_mask = 0;
    smp_barrier(COUNT);
    while (shots[vcpu] < SHOTS)
        shoot(vcpu);
    tick(vcpu);
    smp_barrier(COUNT);
    fight(vcpu);
    smp_barrier(COUNT);
    if (vcpu == 0)
        for (u32 whose = 0; whose < COUNT; whose++)
            HC(vcpu_op, VCPUOP_stop_periodic_timer, whose, NULL);
    smp_barrier(COUNT);
    for (u64 until = time_ns(vcpu) + 20000000; look(vcpu) < until;) // what was under way arrives
        yield();
    u32 quiet = event_count[port[vcpu]];
    for (u64 until = time_ns(vcpu) + 30000000; look(vcpu) < until;)
        yield();
    if (event_count[port[vcpu]] != quiet)
        fatal("vcpu %u: %u ticks after all periods were stopped", vcpu, event_count[port[vcpu]] - quiet);
    smp_barrier(COUNT);
}

void test_main(void)
{
    for (u32 vcpu = 0; vcpu < COUNT; vcpu++)
        port[vcpu] = bind_virq(VIRQ_TIMER, vcpu);
    smp_start(COUNT, work);
    work(0);
    smp_join(COUNT);
    check("stopped_periods_are_quiet", true);
    for (u32 vcpu = 0; vcpu < COUNT; vcpu++) {
        check_eq("shots", (long)shots[vcpu], SHOTS);
        check_range("ticks", ticked[vcpu], TICKS, 100000);
        check_eq("time_back", (long)backwards[vcpu], 0);
        check_eq("time_back_across_vcpus", (long)across[vcpu], 0);
    }
}
