/*
 * Six hot operations on every vcpu at once, each on objects of the vcpu's own: what make bench-scale measures.
 *
 * Checks: xen_version, an event to itself (FIFO), set_timer_op, mmu_update of one entry, a grant mapped and unmapped,
 *   and yield succeed on all vcpus at once.
 * Expect: nothing here looks at the cost; the marks around the operations are NOPs to a CPU (tools/bench/scale).
 * Run: vcpus=4 smp=4
 */
#include "grant.h"

#define MAX_VCPUS 64
#define LINE __attribute__((aligned(64)))

// The displacements of tools/bench/scale/plugin.c.
#define MARK(word) __asm__ volatile("nopl %c0(%%rax)" : : "i"(0x5ca1e000 | (word)) : "memory")
#define MARK_BEGIN 0x000
#define MARK_END 0x100
#define MARK_REPORT 0x200

#define SETTLE_NS 200000000UL // by then every vcpu has found a CPU of its own

// The frames that an operation's references are to have others between them and the next vcpu's: so no two vcpus
// mean the same line of the hypervisor's table of frames.
struct own {
    u8 stack[4 * PAGE_SIZE];
    u64 table[512];
    u8 data[PAGE_SIZE];
    u8 granted[PAGE_SIZE];
    struct evtchn_fifo_control_block control;
    u8 pad[512 - sizeof(struct evtchn_fifo_control_block)];
    struct vcpu_info info LINE;
    u32 port, ref;
    u32 errors[6]; // of each operation
    u64 deadline_ns, *at;
} PAGE;

static struct own owns[MAX_VCPUS] PAGE;
static volatile u32 array[1024] PAGE;
static volatile u32 arrived LINE, started LINE;
static u32 vcpus, ops, self;

static void barrier(u32 round)
{
    __atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
    while (arrived < round * vcpus)
        __asm__ volatile("pause" : : : "memory");
}

// ---- the operations

static long op_null(struct own *me, u32 i)
{
    (void)me, (void)i;
    return HC(xen_version, XENVER_version, NULL) > 0 ? 0 : -1;
}

// What the upcall would do: the queue's only port out of it.
static void event_consume(struct own *me)
{
    __atomic_exchange_n(&me->control.ready, 0, __ATOMIC_SEQ_CST);
    __atomic_and_fetch(&array[me->port],
                       ~(1u << EVTCHN_FIFO_LINKED | 1u << EVTCHN_FIFO_PENDING | EVTCHN_FIFO_LINK_MASK),
                       __ATOMIC_SEQ_CST);
    me->info.evtchn_upcall_pending = 0;
}

static long op_event(struct own *me, u32 i)
{
    long ret = evtchn_send(me->port);

    (void)i;
    if ((array[me->port] >> EVTCHN_FIFO_LINKED & 1) == 0 || me->info.evtchn_upcall_pending == 0)
        return -1;
    event_consume(me);
    return ret;
}

static long op_timer(struct own *me, u32 i)
{
    return HC(set_timer_op, me->deadline_ns + i);
}

static long op_mmu_update(struct own *me, u32 i)
{
    return mmu_update1(maddr_of(&me->table[0]), mfn_of(me->data) << 12 | (i % 2 != 0 ? RW_PTE : RO_PTE));
}

static long op_grant(struct own *me, u32 i)
{
    (void)i;
    u32 handle;
    long ret = grant_map(me->ref, (u8 *)me->at + PAGE_SIZE, GNTMAP_host_map, self, &handle);

    return ret != 0 ? ret : grant_unmap(handle, (u8 *)me->at + PAGE_SIZE);
}

static long op_yield(struct own *me, u32 i)
{
    (void)me, (void)i;
    return yield();
}

static const struct {
    const char *name;
    long (*call)(struct own *me, u32 i);
} operation[] = {
    { "xen_version", op_null },      { "event_send", op_event },      { "set_timer", op_timer },
    { "mmu_update", op_mmu_update }, { "grant_map_unmap", op_grant }, { "yield", op_yield },
};

static void repeat(struct own *me, u32 n)
{
    for (u32 i = 0; i < ops; i++)
        me->errors[n] += operation[n].call(me, i) != 0;
}

// Twice: the first time does not count, and leaves everything where it is in use.
#define MEASURE(n)          \
    repeat(me, n);          \
    barrier(2 * (n) + 1);   \
    MARK(MARK_BEGIN | (n)); \
    repeat(me, n);          \
    MARK(MARK_END | (n));   \
    barrier(2 * (n) + 2)

static void measure(struct own *me)
{
    MEASURE(0);
    MEASURE(1);
    MEASURE(2);
    MEASURE(3);
    MEASURE(4);
    MEASURE(5);
}

// ---- a vcpu and what is its own

// An L1 of its own, at 2 MB of addresses of its own.
static void table_make(struct own *me, u32 vcpu)
{
    me->at = (u64 *)(VIRT_BASE + (256 + vcpu) * (512 * PAGE_SIZE));
    me->table[0] = mfn_of(me->data) << 12 | RW_PTE;
    map_ro(me->table);
    if (mmu_update1(entry_maddr(me->at, 2), mfn_of(me->table) << 12 | TABLE_PTE) != 0)
        fatal("vcpu %u: no table", vcpu);
}

static void event_make(struct own *me, u32 vcpu)
{
    struct evtchn_init_control init = { mfn_of(&me->control), (u32)((u64)&me->control % PAGE_SIZE), vcpu, 0, { 0 } };
    struct evtchn_expand_array expand = { mfn_of((void *)array) };
    struct evtchn_bind_ipi bind = { vcpu, 0 };

    if (evtchn_op(EVTCHNOP_init_control, &init) != 0 || (vcpu == 0 && evtchn_op(EVTCHNOP_expand_array, &expand) != 0))
        fatal("vcpu %u: no queues", vcpu);
    // A line of words, and of the hypervisor's ports: others are bound in between and left alone.
    do {
        if (evtchn_op(EVTCHNOP_bind_ipi, &bind) != 0)
            fatal("vcpu %u: no port", vcpu);
    } while (bind.port % 16 != 8);
    me->port = bind.port;
    array[me->port] = 0;
}

static void info_make(struct own *me, u32 vcpu)
{
    struct vcpu_register_vcpu_info place = { .mfn = mfn_of(&me->info), .offset = (u32)((u64)&me->info % PAGE_SIZE) };

    me->info.evtchn_upcall_mask = 1;
    if (HC(vcpu_op, VCPUOP_register_vcpu_info, vcpu, &place) != 0)
        fatal("vcpu %u: no vcpu_info", vcpu);
    me->info.evtchn_upcall_pending = 0;
}

static void own_make(u32 vcpu, u64 now)
{
    struct own *me = &owns[vcpu];

    table_make(me, vcpu);
    info_make(me, vcpu);
    event_make(me, vcpu);
    me->deadline_ns = now + 1000000000000UL; // never comes
    me->ref = 8 * vcpu + 1;                  // 8 entries a line
    grant(me->ref)->domid = (domid_t)self;
    grant(me->ref)->frame = (u32)mfn_of(me->granted);
    grant(me->ref)->flags = GTF_permit_access;
    HC(vcpu_op, VCPUOP_stop_periodic_timer, vcpu, NULL);
}

static void secondary(u32 vcpu)
{
    __atomic_add_fetch(&started, 1, __ATOMIC_SEQ_CST);
    measure(&owns[vcpu]);
    for (;;)
        HC(vcpu_op, VCPUOP_down, vcpu, NULL);
}

static void start(u32 vcpu)
{
    static struct vcpu_guest_context context;
    u32 before = started;

    vcpu_context(0, &context); // but for what is the vcpu's own
    context.user_regs.rip = (u64)secondary;
    context.user_regs.rsp = context.kernel_sp = (u64)&owns[vcpu].stack[sizeof(owns[vcpu].stack) - 8];
    context.user_regs.rdi = vcpu;
    if (HC(vcpu_op, VCPUOP_initialise, vcpu, &context) != 0 || HC(vcpu_op, VCPUOP_up, vcpu, NULL) != 0)
        fatal("vcpu %u does not start", vcpu);
    while (started == before)
        yield();
}

void test_main(void)
{
    u64 now = now_ns();

    vcpus = (u32)argument("vcpus", 4);
    ops = (u32)argument("ops", 32);
    self = (u32)argument("domain", 0);
    if (vcpus == 0 || vcpus > MAX_VCPUS || ops == 0)
        fatal("vcpus=%u ops=%u", vcpus, ops);
    grant_setup();
    for (u32 vcpu = 0; vcpu < vcpus; vcpu++)
        own_make(vcpu, now);
    for (u32 vcpu = 1; vcpu < vcpus; vcpu++)
        start(vcpu);
    while (now_ns() < now + SETTLE_NS)
        __asm__ volatile("pause");
    measure(&owns[0]);
    for (u32 n = 0; n < ARRAY_SIZE(operation); n++) {
        u32 errors = 0;

        for (u32 vcpu = 0; vcpu < vcpus; vcpu++)
            errors += owns[vcpu].errors[n];
        say("SCALE %u %s\n", n, operation[n].name);
        check_eq(operation[n].name, errors, 0);
    }
    MARK(MARK_REPORT);
    while (argument("stay", 0) != 0) // for the other domains: the machine ends with the first
        __asm__ volatile("pause");
}
