/*
 * Modules that fail lose what they serve to who had it, while guests work.
 *
 * Checks: four vcpus send each other events around a ring and run timers; a hook that traps under an event's hypercall, a scheduler that traps
 *   on the way out of one or of an interrupt, and one that does not come to an end, are each found out, listed as faulty with the reason, and replaced by
 *   what served before, so are event channels that trap when an event is sent or a timer rings; no event and no timer is lost but the one they trapped over; then they are unloaded. A scheduler that traps while it
 *   takes the port, refuses it, or traps while it gives it back: the first two are refused and change nothing, the third has failed. One whose structures
 *   have another layout takes the port ten times and gives it back. There are as many modules as before.
 * Expect: one line "check failed: module trap_hook, rule SC-07" and the like for each.
 * Run: vcpus=4 smp=4 timeout=120 icount=1
 */
#include "module.h"
#include "smp.h"

MODULE_FILE(hook, "../test-modules/trap_hook.sho");
MODULE_FILE(pick, "../test-modules/trap_sched.sho");
MODULE_FILE(spin, "../test-modules/spin_sched.sho");
MODULE_FILE(events, "../test-modules/trap_send.sho");
MODULE_FILE(virqs, "../test-modules/trap_virq.sho");
MODULE_FILE(import, "../test-modules/trap_import.sho");
MODULE_FILE(refuse, "../test-modules/refuse_import.sho");
MODULE_FILE(export, "../test-modules/trap_export.sho");
MODULE_FILE(layout, "../test-modules/other_layout.sho");
struct sh_module_op module_op;

#define COUNT 4
#define FIRST 1 // vcpus FIRST to COUNT - 1 work
static u32 ring_port[COUNT], timer_port[COUNT], loop_port;
static volatile u32 laps[COUNT], timers_set[COUNT], failed_sends, lost_timers, lost[COUNT];

static void mask(u32 vcpu, u8 how)
{
    shared->vcpu_info[vcpu].evtchn_upcall_mask = how;
    __asm__ volatile("" : : : "memory");
    if (how == 0 && shared->vcpu_info[vcpu].evtchn_upcall_pending != 0)
        HC(xen_version, XENVER_version, NULL);
}

static void send(u32 port)
{
    while (evtchn_send(port) != 0) // a hook failed over it
        add32(&failed_sends, 1);
}

static void work(u32 vcpu)
{
    mask(vcpu, 0);
    u64 due = 0;

    for (u32 lap = 1;; lap++) {
        mask(vcpu, 1);
        while (event_count[ring_port[vcpu]] < lap) {
            bool late = due != 0 && time_ns(vcpu) > due + 100000000; // event channels failed over it

            if (late)
                add32(&lost_timers, 1);
            if (late || event_count[timer_port[vcpu]] + lost[vcpu] == timers_set[vcpu]) {
                lost[vcpu] += late;
                timers_set[vcpu]++;
                due = time_ns(vcpu) + 100000 + below(1000000);
                HC(set_timer_op, due);
            }
            block();
            mask(vcpu, 1);
        }
        mask(vcpu, 0);
        laps[vcpu] = lap;
        send(ring_port[vcpu + 1 == COUNT ? FIRST : vcpu + 1]);
    }
}

// An end of a pair whose other end is ours too: what a hook sees.
static void loop_open(void)
{
    struct evtchn_alloc_unbound alloc = { DOMID_SELF, DOMID_SELF, 0 };
    struct evtchn_bind_interdomain bind = { DOMID_SELF, 0, 0 };

    if (evtchn_op(EVTCHNOP_alloc_unbound, &alloc) != 0)
        fatal("alloc_unbound");
    bind.remote_port = alloc.port;
    if (evtchn_op(EVTCHNOP_bind_interdomain, &bind) != 0)
        fatal("bind_interdomain");
    loop_port = bind.local_port;
}

static void goes_on(void)
{
    u32 lap = laps[FIRST], timers = timers_set[FIRST];

    smp_wait(&laps[FIRST], lap + 10, "laps of the ring");
    smp_wait(&timers_set[FIRST], timers + 2, "timers");
}

// It serves for a while, fails, and serves no more.
static void fails(const char *name, const u8 *from, const u8 *end)
{
    u64 until;
    u32 state;

    check_eq(name, module_load(name, from, end), 0);
    until = time_ns(0) + 20000000000UL;
    while ((state = module_state(name)) == SH_MODULE_APPLIED && time_ns(0) < until)
        send(loop_port), relax(); // which lets other CPUs go on where instructions are counted
    check_eq("is_faulty", state, SH_MODULE_FAULTY);
    check_range("failures", module_op.info.failures, 1, 8);
    check_eq("why", strncmp(module_op.info.text, "rule SC-", 8), 0);
    say("TEST %s %s: %s\n", test_name, name, module_op.info.text);
    goes_on();
    check_eq("unload", module_unload(name), 0);
    goes_on();
}

static void is_refused(const char *name, const u8 *from, const u8 *end)
{
    u32 before = modules_count();

    check_eq(name, module_load(name, from, end), -121); // EREMOTEIO
    check_eq("nothing_changed", modules_count(), before);
    check_eq("scheduler", module_state("sched_fair"), SH_MODULE_BOOT);
    goes_on();
}

static void layouts(void)
{
    u32 bad = 0;

    for (u32 i = 0; i < 10; i++) {
        bad += module_load("layout", layout, layout_end) != 0;
        goes_on();
        bad += module_unload("layout") != 0;
        goes_on();
    }
    check_eq("other_layouts", bad, 0);
}

// It traps when it is to give its state away: the call fails, and so has it.
static void gives_back(void)
{
    u64 until = time_ns(0) + 20000000000UL;

    check_eq("export", module_load("export", export, export_end), 0);
    goes_on();
    check_eq("export_unload", module_unload("export"), -121);
    while (module_state("export") == SH_MODULE_APPLIED && time_ns(0) < until)
        yield();
    check_eq("export_is_faulty", module_state("export"), SH_MODULE_FAULTY);
    goes_on();
    check_eq("faulty_unload", module_unload("export"), 0);
    goes_on();
}

void test_main(void)
{
    u32 count = modules_count();

    for (u32 vcpu = FIRST; vcpu < COUNT; vcpu++) {
        ring_port[vcpu] = bind_ipi(vcpu);
        timer_port[vcpu] = bind_virq(VIRQ_TIMER, vcpu);
    }
    loop_open();
    smp_start(COUNT, work);
    send(ring_port[FIRST]);
    goes_on();
    fails("hook", hook, hook_end);
    check_range("failed_sends", failed_sends, 1, 8);
    fails("events", events, events_end);
    check_range("failed_sends", failed_sends, 2, 16);
    check_eq("lost_timers", lost_timers, 0);
    fails("virqs", virqs, virqs_end);
    check_range("lost_timers", lost_timers, 0, 8);
    fails("pick", pick, pick_end);
    fails("spin", spin, spin_end);
    is_refused("import", import, import_end);
    is_refused("refuse", refuse, refuse_end);
    layouts();
    gives_back();
    check_eq("modules_as_before", modules_count(), count);
    say("TEST %s %u laps\n", test_name, laps[FIRST]);
}
