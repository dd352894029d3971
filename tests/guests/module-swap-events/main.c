/*
 * Event channels change places with a version of other structures, and back, while four vcpus work.
 *
 * Checks: swaps= times (10) event channels whose structures have other fields, in another order, are loaded and unloaded by vcpu 0, while vcpus 1 to 3
 *   send each other events around a ring, each blocked between, and run single-shot timers, and vcpu 1 also polls a port; after each swap every
 *   port is what it was, by its status: closed, unbound, interdomain, IPI, VIRQ of a vcpu and of the domain, physical interrupt, moved to another
 *   vcpu, and as many are free; what was pending and masked is so; no event is lost, none comes twice. A version that refuses a record, one that traps over
 *   one, one that does not come to an end over one, and a swap that is given 1 ns, leave everything as it was. The same with the FIFO ABI: what is linked in
 *   queues of several priorities, masked, or waits for an array page, comes once, in its order. No frame is lost. How long CPUs waited is said.
 * Expect: lines "check failed: module evtchn" for the versions that trap.
 * Run: vcpus=4 smp=4 timeout=150 icount=1 args=swaps=10
 */
#include "ctl.h" // first: it says that this is a tool
#include "alarm.h"
#include "module.h"

#define EREMOTEIO 121
#define ETIME 62

MODULE_FILE(other, "../test-modules/other_evtchn.sho");
MODULE_FILE(refuse, "../test-modules/refuse_evtchn.sho");
MODULE_FILE(trap, "../test-modules/trap_evtchn.sho");
MODULE_FILE(spin, "../test-modules/spin_evtchn.sho");
struct sh_module_op module_op;

#define COUNT 4
#define FIRST 1 // vcpus FIRST to COUNT - 1 work
#define PATIENCE_NS 30000000000UL
#define PORTS 200 // looked at
static u32 ring_port[COUNT], pair_port, sent_to_pair, masked_port, poll_port;
static volatile u32 laps[COUNT], sent[COUNT], stop, last_lap, done, polls, polls_ended;
static struct evtchn_status before[PORTS], now[PORTS];
static u64 worst_ns;

// ---- what works meanwhile

static void next(u32 vcpu)
{
    u32 to = vcpu + 1 == COUNT ? FIRST : vcpu + 1;

    add32(&sent[to], 1);
    evtchn_send(ring_port[to]);
}

// Until somebody sends to it; the ring waits so long.
static void poll(void)
{
    evtchn_port_t port = poll_port;
    struct sched_poll how = { .nr_ports = 1, .timeout = 0 };

    set_xen_guest_handle(how.ports, &port);
    add32(&polls, 1);
    while (!event_pending(poll_port)) // its timer ends it too
        if (HC(sched_op, SCHEDOP_poll, &how) != 0)
            fatal("poll");
    event_clear(poll_port);
    add32(&polls_ended, 1);
}

static void work(u32 vcpu)
{
    upcalls_mask(vcpu, false);
    for (u32 lap = 1;; lap++) {
        alarm_await(vcpu, ring_port[vcpu], lap, PATIENCE_NS, "its lap");
        laps[vcpu] = lap;
        if (vcpu == FIRST && stop != 0)
            last_lap = lap;
        if (last_lap != 0)
            break;
        if (vcpu == FIRST && lap % 4 == 0)
            poll();
        next(vcpu);
    }
    if (vcpu + 1 < COUNT)
        next(vcpu); // the others have their last lap
    while (event_count[alarm_port[vcpu]] != alarms_set[vcpu]) {
        yield();
        relax(); // an emulator that counts instructions gives the next CPU its turn
    }
    add32(&done, 1);
    for (;;)
        block();
}

static void poll_end(void)
{
    if (polls > polls_ended && !event_pending(poll_port) && evtchn_send(pair_port) != 0)
        fatal("send");
}

// So many laps more.
static void go_on(u32 more)
{
    u32 until = laps[FIRST] + more;
    u64 end = time_ns(0) + PATIENCE_NS;

    while (laps[FIRST] < until) {
        poll_end();
        if (time_ns(0) > end)
            fatal("the ring stands at %u, %u polls, %u ended", laps[FIRST], polls, polls_ended);
        yield();
        relax();
    }
}

// ---- every kind of port

static void pair(u32 *one, u32 *other_end)
{
    struct evtchn_alloc_unbound alloc = { DOMID_SELF, DOMID_SELF, 0 };
    struct evtchn_bind_interdomain bind = { DOMID_SELF, 0, 0 };

    if (evtchn_op(EVTCHNOP_alloc_unbound, &alloc) != 0)
        fatal("alloc_unbound");
    bind.remote_port = alloc.port;
    if (evtchn_op(EVTCHNOP_bind_interdomain, &bind) != 0)
        fatal("bind_interdomain");
    *one = alloc.port;
    *other_end = bind.local_port;
}

static void ports_make(void)
{
    struct evtchn_alloc_unbound unbound = { DOMID_SELF, 7, 0 }, hole = unbound;
    struct evtchn_bind_pirq pirq = { .pirq = 8 };
    struct evtchn_bind_vcpu moved = { .vcpu = 2 };
    struct physdev_map_pirq map_pirq = { .domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_GSI, .index = 8, .pirq = 8 };
    u32 end;

    pair(&poll_port, &pair_port);
    __atomic_or_fetch(&((u64 *)shared->evtchn_mask)[poll_port / 64], 1UL << (poll_port % 64), __ATOMIC_SEQ_CST); // polled, not delivered
    event_clear(poll_port);
    event_clear(pair_port);
    for (u32 vcpu = FIRST; vcpu < COUNT; vcpu++) {
        ring_port[vcpu] = bind_ipi(vcpu);
        alarm_port[vcpu] = bind_virq(VIRQ_TIMER, vcpu);
    }
    check_eq("unbound", evtchn_op(EVTCHNOP_alloc_unbound, &unbound), 0);
    check_eq("hole", evtchn_op(EVTCHNOP_alloc_unbound, &hole), 0);
    pair(&end, &moved.port);
    event_clear(end);
    event_clear(moved.port);
    check_eq("moved", evtchn_op(EVTCHNOP_bind_vcpu, &moved), 0);
    bind_virq(VIRQ_DOM_EXC, 0);
    HC(physdev_op, PHYSDEVOP_map_pirq, &map_pirq);
    check_eq("pirq", evtchn_op(EVTCHNOP_bind_pirq, &pirq), 0);
    pair(&masked_port, &end);
    event_clear(end);
    sent_to_pair = end;
    while (unbound.port < PORTS / 2) // three chunks of the table
        if (evtchn_op(EVTCHNOP_alloc_unbound, &unbound) != 0)
            fatal("alloc_unbound of port %u", unbound.port + 1);
    check_eq("hole_closed", evtchn_close(hole.port), 0);
    __atomic_or_fetch(&((u64 *)shared->evtchn_mask)[masked_port / 64], 1UL << (masked_port % 64), __ATOMIC_SEQ_CST);
    event_clear(masked_port);
    event_count[masked_port] = 0;
    check_eq("send_masked", evtchn_send(sent_to_pair), 0);
}

static void ports_look(struct evtchn_status *all)
{
    memset(all, 0, sizeof(before));
    for (u32 port = 0; port < PORTS; port++) {
        all[port].dom = DOMID_SELF;
        all[port].port = port;
        if (evtchn_op(EVTCHNOP_status, &all[port]) != 0)
            all[port].status = 99; // behind the table's end
    }
}

// As before, by value: how many are not.
static u32 ports_changed(void)
{
    u32 changed = 0;

    ports_look(now);
    for (u32 port = 0; port < PORTS; port++) {
        bool same = before[port].status == now[port].status && before[port].vcpu == now[port].vcpu;

        if (same && now[port].status == EVTCHNSTAT_interdomain)
            same = before[port].u.interdomain.dom == now[port].u.interdomain.dom && before[port].u.interdomain.port == now[port].u.interdomain.port;
        else if (same)
            same = memcmp(&before[port].u, &now[port].u, sizeof(u32)) == 0;
        changed += !same;
        if (!same)
            say("TEST %s port %u: status %u, was %u\n", test_name, port, now[port].status, before[port].status);
    }
    return changed + !event_pending(masked_port) + !event_masked(masked_port) + (event_count[masked_port] != 0);
}

// ---- the swaps

static u32 there_and_back(void (*meanwhile)(void))
{
    u32 bad = module_load("other", other, other_end) != 0;

    bad += module_state("other") != SH_MODULE_APPLIED;
    worst_ns = module_op.info.swap_ns > worst_ns ? module_op.info.swap_ns : worst_ns;
    meanwhile();
    bad += module_unload("other") != 0;
    meanwhile();
    return bad;
}

static u32 changed;
static void look(void)
{
    go_on(3);
    changed += ports_changed();
}

static void is_refused(const char *name, const u8 *from, const u8 *end)
{
    u32 count = modules_count();

    check_eq(name, module_load(name, from, end), -EREMOTEIO);
    check_eq("modules_as_before", modules_count(), count);
    check_eq("ports_as_before", ports_changed(), 0);
    go_on(3);
}

static long livepatch(u32 cmd, u32 action, u32 timeout_ns)
{
    static char name[] = "late";
    struct xen_sysctl op = { .cmd = XEN_SYSCTL_livepatch_op, .interface_version = XEN_SYSCTL_INTERFACE_VERSION };
    struct xen_livepatch_name called = { .size = sizeof(name) };

    set_xen_guest_handle(called.name, name);
    op.u.livepatch.cmd = cmd;
    if (cmd == XEN_SYSCTL_LIVEPATCH_UPLOAD) {
        op.u.livepatch.u.upload.name = called;
        op.u.livepatch.u.upload.size = (u64)(other_end - other);
        set_xen_guest_handle(op.u.livepatch.u.upload.payload, (u8 *)other);
    } else {
        op.u.livepatch.u.action.name = called;
        op.u.livepatch.u.action.cmd = action;
        op.u.livepatch.u.action.timeout = timeout_ns;
    }
    return HC(sysctl, &op);
}

// An operation that is given 1 ns.
static void takes_too_long(void)
{
    check_eq("upload", livepatch(XEN_SYSCTL_LIVEPATCH_UPLOAD, 0, 0), 0);
    check_eq("apply_in_1_ns", livepatch(XEN_SYSCTL_LIVEPATCH_ACTION, LIVEPATCH_ACTION_APPLY, 1), -ETIME);
    check_eq("late_is_not_applied", module_state("late"), SH_MODULE_CHECKED);
    check_eq("late_ports", ports_changed(), 0);
    go_on(3);
    check_eq("apply_in_time", livepatch(XEN_SYSCTL_LIVEPATCH_ACTION, LIVEPATCH_ACTION_APPLY, 0), 0);
    check_eq("revert_in_1_ns", livepatch(XEN_SYSCTL_LIVEPATCH_ACTION, LIVEPATCH_ACTION_REVERT, 1), -ETIME);
    check_eq("late_is_applied", module_state("late"), SH_MODULE_APPLIED);
    check_eq("late_ports", ports_changed(), 0);
    go_on(3);
    check_eq("revert", livepatch(XEN_SYSCTL_LIVEPATCH_ACTION, LIVEPATCH_ACTION_REVERT, 0), 0);
    check_eq("unload", livepatch(XEN_SYSCTL_LIVEPATCH_ACTION, LIVEPATCH_ACTION_UNLOAD, 0), 0);
}

static void ring_ends(void)
{
    u32 lost = 0;

    stop = 1;
    while (last_lap == 0) {
        poll_end();
        yield();
        relax();
    }
    smp_wait(&done, COUNT - FIRST, "the others to end");
    for (u32 vcpu = FIRST; vcpu < COUNT; vcpu++) {
        lost += event_count[ring_port[vcpu]] != sent[vcpu] || event_count[alarm_port[vcpu]] != alarms_set[vcpu];
        say("TEST %s vcpu %u: %u laps, %u timers\n", test_name, vcpu, laps[vcpu], alarms_set[vcpu]);
    }
    check_eq("none_lost_and_none_twice", lost, 0);
    check_eq("polls_ended", polls_ended, polls);
    check_range("polls", polls, 1, ~0u);
}

// ---- FIFO

static struct evtchn_fifo_control_block control PAGE;
static volatile u32 array[1024] PAGE;
static u8 control_page_padding[PAGE_SIZE] PAGE;
#define FIFO_PORTS 6
static u32 fifo_port[FIFO_PORTS], order[64];
static volatile u32 seen;

// What a guest's upcall does: takes each ready queue, highest priority (0) first.
static void consume(u32 vcpu)
{
    u32 heads[EVTCHN_FIFO_MAX_QUEUES] = { 0 };

    shared->vcpu_info[vcpu].evtchn_upcall_pending = 0;
    u32 ready = __atomic_exchange_n(&control.ready, 0, __ATOMIC_SEQ_CST);
    while (ready != 0) {
        u32 queue = (u32)__builtin_ctz(ready);
        u32 port = heads[queue] != 0 ? heads[queue] : control.head[queue];
        u32 old = __atomic_fetch_and(&array[port % 1024], ~((1u << EVTCHN_FIFO_LINKED) | EVTCHN_FIFO_LINK_MASK), __ATOMIC_SEQ_CST);

        heads[queue] = old & EVTCHN_FIFO_LINK_MASK;
        control.head[queue] = heads[queue];
        if (heads[queue] == 0)
            ready &= ~(1u << queue);
        if ((old >> EVTCHN_FIFO_MASKED & 1) == 0 && (old >> EVTCHN_FIFO_PENDING & 1) != 0) {
            __atomic_and_fetch(&array[port % 1024], ~(1u << EVTCHN_FIFO_PENDING), __ATOMIC_SEQ_CST);
            if (seen < ARRAY_SIZE(order))
                order[seen] = port;
            seen++;
        }
        ready |= __atomic_exchange_n(&control.ready, 0, __ATOMIC_SEQ_CST);
    }
}

static u32 wrong;
static void fifo_nothing(void)
{
}

// Those with a higher priority first, of one priority in the order in which they were sent; the masked one when it is unmasked.
static void fifo_round(bool between)
{
    static const u32 expected[FIFO_PORTS - 1] = { 3, 0, 4, 5, 2 };
    struct evtchn_unmask unmask = { fifo_port[1] };

    seen = 0;
    array[fifo_port[1]] |= 1u << EVTCHN_FIFO_MASKED;
    for (u32 i = 0; i < FIFO_PORTS; i++) {
        wrong += evtchn_send(fifo_port[i]) != 0;
        if (between && i == 2)
            wrong += there_and_back(fifo_nothing);
    }
    if (between)
        wrong += module_load("other", other, other_end) != 0;
    events_enable();
    wrong += seen != FIFO_PORTS - 1;
    for (u32 i = 0; i < FIFO_PORTS - 1; i++)
        wrong += order[i] != fifo_port[expected[i]];
    wrong += evtchn_op(EVTCHNOP_unmask, &unmask) != 0 || seen != FIFO_PORTS || order[FIFO_PORTS - 1] != fifo_port[1];
    events_disable();
    if (between)
        wrong += module_unload("other") != 0;
}

static void fifo(void)
{
    struct evtchn_init_control init = { mfn_of(&control), 0, 0, 0, { 0 } };
    struct evtchn_expand_array expand = { mfn_of((void *)array) };
    struct evtchn_set_priority low = { 0, EVTCHN_FIFO_PRIORITY_MIN }, high = { 0, EVTCHN_FIFO_PRIORITY_MAX };

    (void)control_page_padding;
    events_disable();
    HC(vcpu_op, VCPUOP_stop_periodic_timer, 0, NULL);
    for (u32 i = 0; i < FIFO_PORTS; i++)
        fifo_port[i] = bind_ipi(0);
    upcall_hook = consume;
    check_eq("init_control", evtchn_op(EVTCHNOP_init_control, &init), 0);
    check_eq("send_without_page", evtchn_send(fifo_port[0]), 0); // saved until the page comes
    check_eq("without_page_and_back", there_and_back(fifo_nothing), 0);
    check_eq("load", module_load("other", other, other_end), 0);
    check_eq("expand_array", evtchn_op(EVTCHNOP_expand_array, &expand), 0);
    check_eq("unload", module_unload("other"), 0);
    seen = 0;
    events_enable();
    events_disable();
    check("saved_one_came", seen >= 1);
    for (u32 i = 0; i < seen && i < ARRAY_SIZE(order); i++)
        wrong += i > 0 && order[i] == order[i - 1];
    low.port = fifo_port[2];
    high.port = fifo_port[3];
    check_eq("low", evtchn_op(EVTCHNOP_set_priority, &low), 0);
    check_eq("high", evtchn_op(EVTCHNOP_set_priority, &high), 0);
    for (u32 i = 0; i < 5; i++) {
        fifo_round(true);
        fifo_round(false);
    }
    check_eq("fifo_wrong", wrong, 0);
}

void test_main(void)
{
    u32 count = modules_count(), swaps = (u32)argument("swaps", 10), bad = 0;
    u64 frames;

    ports_make();
    smp_start(COUNT, work);
    add32(&sent[FIRST], 1);
    evtchn_send(ring_port[FIRST]);
    ports_look(before);
    check_eq("first", there_and_back(look), 0);
    frames = ctl_free_pages();
    for (u32 i = 1; i < swaps; i++)
        bad += there_and_back(look);
    check_eq("swaps", bad, 0);
    check_eq("ports_changed", changed, 0);
    check_eq("frames_as_before", ctl_free_pages(), frames);
    say("TEST %s %u swaps, CPUs waited %lu ns at most\n", test_name, 2 * swaps, worst_ns);
    is_refused("refuse", refuse, refuse_end);
    is_refused("trap", trap, trap_end);
    is_refused("spin", spin, spin_end);
    takes_too_long();
    check_eq("frames_after_refusals", ctl_free_pages(), frames);
    ring_ends();
    events_disable();
    event_unmask(masked_port);
    events_enable();
    check_eq("masked_comes_once", event_count[masked_port], 1);
    fifo();
    check_eq("modules_as_before", modules_count(), count);
}
