/*
 * Events between vcpus that run at once, in both event-channel ABIs.
 *
 * Checks: four vcpus send inter-processor and interdomain events to themselves and each other, all to all and around in a ring, the receivers
 *   blocked, polling or spinning; single-shot timers meanwhile; each send and each timer is counted by its receiver, no vcpu gets stuck.
 * Run: vcpus=4 smp=4
 */
#include "smp.h"

#define COUNT 4
#define PORTS 128
#define ROUNDS 24 // of all to all
#define LAPS 30
#define SHOTS 30

static u32 to_port[COUNT][COUNT], ring_port[COUNT], ring_end[COUNT], timer_port[COUNT], spare_port;
static volatile u32 got[PORTS], sent[PORTS];
enum { SPIN, BLOCK, POLL, WAYS };

// ---- the FIFO ABI
static struct {
    struct evtchn_fifo_control_block block;
} PAGE control_page[COUNT];
static volatile u32 words[1024] PAGE;

static void count_event(u32 port)
{
    if (port < PORTS)
        add32(&got[port], 1);
}

// Takes the first port off a queue of the vcpu; returns whether another is linked to it. The head is the hypervisor's to write: it
// may have put the next port there already, once this one is not linked any more.
static bool queue_take(struct evtchn_fifo_control_block *block, u32 queue, u32 *heads)
{
    u32 port = heads[queue] != 0 ? heads[queue] : __atomic_load_n(&block->head[queue], __ATOMIC_SEQ_CST);
    u32 old, linked = 1u << EVTCHN_FIFO_LINKED, pending = 1u << EVTCHN_FIFO_PENDING;

    if (port == 0)
        return false;
    old = __atomic_load_n(&words[port], __ATOMIC_SEQ_CST);
    while (!__atomic_compare_exchange_n(&words[port], &old, old & ~(linked | EVTCHN_FIFO_LINK_MASK), false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST))
        continue;
    heads[queue] = old & EVTCHN_FIFO_LINK_MASK;
    if ((__atomic_fetch_and(&words[port], ~pending, __ATOMIC_SEQ_CST) & pending) != 0)
        count_event(port);
    return heads[queue] != 0;
}

static void fifo_upcall(u32 vcpu)
{
    struct evtchn_fifo_control_block *block = &control_page[vcpu].block;
    u32 heads[EVTCHN_FIFO_MAX_QUEUES] = { 0 };

    __atomic_exchange_n(&shared->vcpu_info[vcpu].evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST);
    for (u32 ready; (ready = __atomic_exchange_n(&block->ready, 0, __ATOMIC_SEQ_CST)) != 0;)
        for (; ready != 0; ready &= ready - 1)
            while (queue_take(block, (u32)__builtin_ctz(ready), heads))
                continue;
}

static void fifo_begin(void)
{
    struct evtchn_expand_array expand = { mfn_of((void *)words) };

    upcall_hook = fifo_upcall;
    for (u32 vcpu = 0; vcpu < COUNT; vcpu++) {
        struct evtchn_init_control init = { mfn_of(&control_page[vcpu]), 0, vcpu, 0, { 0 } };

        check_eq("init_control", evtchn_op(EVTCHNOP_init_control, &init), 0);
    }
    check_eq("expand_array", evtchn_op(EVTCHNOP_expand_array, &expand), 0);
}

// ---- ports
static u32 open_ipi(u32 vcpu)
{
    struct evtchn_bind_ipi bind = { vcpu, 0 };
    long ret = evtchn_op(EVTCHNOP_bind_ipi, &bind);

    if (ret != 0 || bind.port >= PORTS)
        fatal("bind_ipi: %ld, port %u", ret, bind.port);
    event_owner[bind.port] = (u8)vcpu;
    event_unmask(bind.port);
    return bind.port;
}

static void open_timer(u32 vcpu)
{
    struct evtchn_bind_virq bind = { VIRQ_TIMER, vcpu, 0 };
    long ret = evtchn_op(EVTCHNOP_bind_virq, &bind);

    if (ret != 0 || bind.port >= PORTS)
        fatal("bind_virq: %ld, port %u", ret, bind.port);
    timer_port[vcpu] = bind.port;
    event_owner[bind.port] = (u8)vcpu;
    event_unmask(bind.port);
}

// A pair of ends: what is sent into ring_end comes out of ring_port, on the vcpu.
static void open_ring(u32 vcpu)
{
    struct evtchn_alloc_unbound alloc = { DOMID_SELF, DOMID_SELF, 0 };
    struct evtchn_bind_interdomain bind = { DOMID_SELF, 0, 0 };
    struct evtchn_bind_vcpu move;

    if (evtchn_op(EVTCHNOP_alloc_unbound, &alloc) != 0)
        fatal("alloc_unbound");
    bind.remote_port = alloc.port;
    if (evtchn_op(EVTCHNOP_bind_interdomain, &bind) != 0 || alloc.port >= PORTS)
        fatal("bind_interdomain");
    move.port = alloc.port;
    move.vcpu = vcpu;
    if (evtchn_op(EVTCHNOP_bind_vcpu, &move) != 0)
        fatal("bind_vcpu");
    ring_port[vcpu] = alloc.port;
    ring_end[vcpu] = bind.local_port;
    event_owner[alloc.port] = (u8)vcpu;
    event_unmask(alloc.port);
    event_unmask(bind.local_port);
    sent[bind.local_port] = 1; // a binding begins with an event of its own
}

static void open_all(void)
{
    for (u32 port = 0; port < PORTS; port++)
        event_owner[port] = 0, got[port] = sent[port] = 0;
    for (u32 vcpu = 0; vcpu < COUNT; vcpu++) {
        for (u32 from = 0; from < COUNT; from++)
            to_port[from][vcpu] = open_ipi(vcpu);
        open_ring(vcpu);
        open_timer(vcpu);
    }
    spare_port = open_ipi(0);
}

static void close_all(void)
{
    for (u32 port = 1; port < PORTS; port++)
        evtchn_close(port);
}

// ---- sending and waiting
static void send(u32 port, u32 counted_at)
{
    add32(&sent[counted_at], 1);
    if (evtchn_send(port) != 0)
        fatal("send to port %u", port);
}

static void wait_in_poll(u32 vcpu, u32 port)
{
    evtchn_port_t ports[2] = { port, spare_port };
    struct sched_poll poll = { .nr_ports = 1 + (u32)below(2), .timeout = 0 };

    set_xen_guest_handle(poll.ports, ports);
    if (vcpu == 0)
        poll.timeout = time_ns(0) + 1000000000UL; // it tells which others are stuck
    HC(sched_op, SCHEDOP_poll, &poll);
    guest_event(vcpu); // upcalls are masked
}

// Until so many events of a port were counted on this vcpu.
static void wait_events(u32 vcpu, u32 port, u32 least, u32 way)
{
    volatile u8 *mask = &shared->vcpu_info[vcpu].evtchn_upcall_mask;

    while (got[port] < least) {
        if (way == SPIN) {
            relax();
            continue;
        }
        *mask = 1;
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        if (shared->vcpu_info[vcpu].evtchn_upcall_pending != 0)
            guest_event(vcpu);
        if (got[port] < least) {
            if (way == BLOCK)
                block(); // opens the mask again
            else
                wait_in_poll(vcpu, port);
        }
        *mask = 0;
        if (shared->vcpu_info[vcpu].evtchn_upcall_pending != 0)
            HC(xen_version, XENVER_version, NULL);
    }
}

static void all_to_all(u32 me, u32 way)
{
    for (u32 round = 1; round <= ROUNDS; round++) {
        for (u32 to = 0; to < COUNT; to++)
            send(to_port[me][to], to_port[me][to]);
        for (u32 from = 0; from < COUNT; from++)
            wait_events(me, to_port[from][me], round + way * ROUNDS, way);
        // A port holds one event: the next is sent when all have taken this one.
        for (u32 to = 0; to < COUNT; to++)
            smp_wait(&got[to_port[me][to]], round + way * ROUNDS, "an event sent to another");
    }
}

static void ring(u32 me, u32 way)
{
    for (u32 lap = 1; lap <= LAPS; lap++) {
        if (me != 0)
            wait_events(me, ring_port[me], lap + way * LAPS, way);
        send(ring_end[(me + 1) % COUNT], ring_port[(me + 1) % COUNT]);
        if (me == 0)
            wait_events(me, ring_port[0], lap + way * LAPS, way);
    }
}

static void timers(u32 me, u32 way)
{
    for (u32 shot = 1; shot <= SHOTS; shot++) {
        add32(&sent[timer_port[me]], 1);
        HC(set_timer_op, time_ns(me) + below(300000));
        wait_events(me, timer_port[me], shot + way * SHOTS, way);
    }
}

static void work(u32 me)
{
    shared->vcpu_info[me].evtchn_upcall_mask = 0;
    for (u32 way = 0; way < WAYS; way++) {
        smp_barrier(COUNT);
        all_to_all(me, way);
        smp_barrier(COUNT);
        ring(me, way);
        smp_barrier(COUNT);
        timers(me, way);
    }
    smp_barrier(COUNT);
}

static void on_event(u32 vcpu, u32 port)
{
    (void)vcpu;
    count_event(port);
}

static volatile u32 generation;

static void secondary(u32 vcpu)
{
    for (u32 i = 1; i <= 2; i++) {
        smp_wait(&generation, i, "the next ABI");
        work(vcpu);
    }
}

static void run(void)
{
    u32 lost = 0, all = 0;

    open_all();
    add32(&generation, 1);
    work(0);
    for (u32 port = 0; port < PORTS; port++) {
        lost += got[port] != sent[port];
        all += got[port];
    }
    check_eq("ports_that_lost_or_gained", (long)lost, 0);
    check_eq("events", (long)all, COUNT + WAYS * COUNT * (COUNT * ROUNDS + LAPS + SHOTS));
}

void test_main(void)
{
    HC(vcpu_op, VCPUOP_stop_periodic_timer, 0, NULL);
    event_hook = on_event;
    smp_start(COUNT, secondary);
    run();
    events_disable();
    close_all();
    fifo_begin();
    run();
    smp_join(COUNT);
}
