/*
 * Schedulers take turns while four vcpus work.
 *
 * Checks: swaps= times a scheduler of another kind is loaded and unloaded by vcpu 0, while vcpus 1 to 3 send each other events around a ring, each
 *   blocked between, and run single-shot timers; every event that was sent came, every timer that was set rang, no vcpu stands still; then
 *   event channels and grant tables change places with themselves too. There are as many modules as before. How long CPUs waited is said.
 * Run: vcpus=4 smp=4 timeout=150 icount=1 args=swaps=40
 */
#include "alarm.h"
#include "module.h"

MODULE_FILE(rr, "sched_rr.sho");
MODULE_FILE(events, "evtchn.sho");
struct sh_module_op module_op;

#define COUNT 4
#define FIRST 1 // vcpus FIRST to COUNT - 1 work
#define PATIENCE_NS 30000000000UL
static u32 ring_port[COUNT];
static volatile u32 laps[COUNT], stop, done;

static u32 next_of(u32 vcpu)
{
    return vcpu + 1 == COUNT ? FIRST : vcpu + 1;
}

static void work(u32 vcpu)
{
    upcalls_mask(vcpu, false);
    for (u32 lap = 1;; lap++) {
        alarm_await(vcpu, ring_port[vcpu], lap, PATIENCE_NS, "its lap");
        laps[vcpu] = lap;
        if (stop != 0 && vcpu == FIRST)
            break;
        evtchn_send(ring_port[next_of(vcpu)]);
        if (stop != 0)
            break;
    }
    if (vcpu == FIRST) // the others have their last lap, or get it now
        evtchn_send(ring_port[next_of(vcpu)]);
    while (event_count[alarm_port[vcpu]] != alarms_set[vcpu]) {
        yield();
        relax(); // an emulator that counts instructions gives the next CPU its turn
    }
    add32(&done, 1);
    for (;;)
        block();
}

static void begin(void)
{
    for (u32 vcpu = FIRST; vcpu < COUNT; vcpu++) {
        ring_port[vcpu] = bind_ipi(vcpu);
        alarm_port[vcpu] = bind_virq(VIRQ_TIMER, vcpu);
    }
    smp_start(COUNT, work);
    evtchn_send(ring_port[FIRST]);
}

static void swaps(u32 count, const char *name, const u8 *from, const u8 *end)
{
    u64 worst = 0;
    u32 bad = 0;

    for (u32 i = 0; i < count; i++) {
        u32 before = laps[FIRST];

        bad += module_load(name, from, end) != 0;
        bad += module_state(name) != SH_MODULE_APPLIED;
        worst = module_op.info.swap_ns > worst ? module_op.info.swap_ns : worst;
        smp_wait(&laps[FIRST], before + 2, "a lap under the new one");
        bad += module_unload(name) != 0;
        smp_wait(&laps[FIRST], laps[FIRST] + 2, "a lap under the old one");
    }
    check_eq(name, bad, 0);
    say("TEST %s %s: %u swaps, CPUs waited %lu ns at most\n", test_name, name, 2 * count, worst);
}

void test_main(void)
{
    u32 count = modules_count(), lost = 0;

    begin();
    swaps((u32)argument("swaps", 40) / 2, "other", rr, rr_end);
    swaps(5, "events2", events, events_end);
    stop = 1;
    evtchn_send(ring_port[FIRST]);
    for (u32 vcpu = FIRST; vcpu < COUNT; vcpu++)
        evtchn_send(ring_port[vcpu]);
    smp_wait(&done, COUNT - FIRST, "the others to end");
    for (u32 vcpu = FIRST; vcpu < COUNT; vcpu++) {
        lost += event_count[alarm_port[vcpu]] != alarms_set[vcpu];
        say("TEST %s vcpu %u: %u laps, %u timers\n", test_name, vcpu, laps[vcpu], alarms_set[vcpu]);
    }
    check_eq("timers_lost", lost, 0);
    check_range("laps", laps[FIRST], 40, ~0u);
    check_eq("modules_as_before", modules_count(), count);
}
