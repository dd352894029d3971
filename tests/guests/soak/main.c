/*
 * Four domains of eight vcpus work on four CPUs: events, grants, address spaces, timers and clocks.
 *
 * Checks: eight tokens go around the four domains, one for each vcpu number: an event, and a page that the next domain maps or copies by grant. Each
 *   vcpu that has the token builds an address space, runs on it, and takes it apart; its single-shot timers go on all the while. For seconds= seconds.
 *   Every event sent is received once, every timer that was set rings, no vcpu waits for ever, what the pages say is right, and the wall clocks that
 *   the domains put into a token agree within 10 ms. At the end no grant is in use; all further domains shut down, are destroyed, and are gone (tests/boot
 *   compares how much memory is in use then with a machine that never had them).
 * Domain: memory=16M vcpus=8 args=me=1
 * Domain: memory=16M vcpus=8 args=me=2
 * Domain: memory=16M vcpus=8 args=me=3
 * Run: vcpus=8 smp=4 timeout=150 args=seconds=10
 */
#include "ctl.h"
#include "alarm.h"
#include "grant.h"
#include "peer.h"

#define COUNT 8
#define DOMAINS 4
#define FIRST_REF 8
#define WORD_REF (FIRST_REF + COUNT)
#define AGREE_NS 10000000UL // how far the clocks may be apart
#define STUCK_NS 40000000000UL
#define SECOND 1000000000UL
#define WORDS 400

struct token {
    u64 lap, last;          // last: this is its last lap
    u64 wall[DOMAINS];      // when it left each domain, in this lap; the first domain's in the lap before
    u64 words[WORDS], hash; // of what was random in the domain that sent it
};

// A page, so that nothing else is granted with it. In its last word is the port that its vcpu offers to the next domain.
union page {
    struct token token;
    u64 words[512];
};
#define PORT_WORD 511

static union page out[COUNT] PAGE, in[COUNT] PAGE;
static u64 tables[COUNT][4][512] PAGE, data[COUNT][512] PAGE;
static u32 in_port[COUNT], out_port[COUNT];
static volatile u32 laps_done[COUNT], spaces[COUNT];
static u32 me;
static u64 ends_at;

static domid_t after(u32 domain) { return (domid_t)((domain + 1) % DOMAINS); }
static domid_t before(u32 domain) { return (domid_t)((domain + DOMAINS - 1) % DOMAINS); }

static u64 wall_ns(u32 vcpu)
{
    for (;;) {
        u32 version = __atomic_load_n(&shared->wc_version, __ATOMIC_ACQUIRE);
        u64 wall = shared->wc_sec * SECOND + shared->wc_nsec + time_ns(vcpu);

        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        if ((version & 1) == 0 && version == shared->wc_version)
            return wall;
    }
}

static void await(u32 vcpu, u32 port, u32 least, const char *what)
{
    alarm_await(vcpu, port, least, STUCK_NS, what);
}

// ---- what a token holds
static u64 hash_of(const volatile struct token *t)
{
    u64 hash = t->lap * 31 + t->last;

    for (u32 i = 0; i < DOMAINS; i++)
        hash = (hash ^ t->wall[i]) * 0x100000001b3UL;
    for (u32 i = 0; i < WORDS; i++)
        hash = (hash ^ t->words[i]) * 0x100000001b3UL;
    return hash;
}

static bool in_order(u64 earlier, u64 later)
{
    return earlier <= later + AGREE_NS;
}

// A lap's times, from the first domain on, must not go back; what a domain wrote lies between its neighbours'.
static void check_token(u32 vcpu, const struct token *t, u64 lap)
{
    if (t->lap != lap || t->hash != hash_of(t))
        fatal("domain %u vcpu %u: token of lap %lu, not %lu, or damaged", me, vcpu, t->lap, lap);
    for (u32 d = 1; d <= before(me); d++)
        if (!in_order(t->wall[d - 1], t->wall[d]))
            fatal("domain %u vcpu %u: domain %u's clock is %lu ns behind", me, vcpu, d, t->wall[d - 1] - t->wall[d]);
    if (!in_order(t->wall[before(me)], wall_ns(vcpu)))
        fatal("domain %u vcpu %u: clock is %lu ns behind", me, vcpu, t->wall[before(me)] - wall_ns(vcpu));
}

static void take(u32 vcpu, u64 lap, struct token *t)
{
    u32 handle;
    long status;

    if (lap % 2 == 0) {
        status = grant_map(FIRST_REF + vcpu, &in[vcpu], GNTMAP_host_map | GNTMAP_readonly, before(me), &handle);
        if (status != GNTST_okay)
            fatal("vcpu %u: map: %ld", vcpu, status);
        *t = in[vcpu].token;
        status = grant_unmap(handle, &in[vcpu]);
    } else {
        status = grant_copy_from(before(me), FIRST_REF + vcpu, 0, sizeof(*t), &data[vcpu]);
        memcpy(t, data[vcpu], sizeof(*t));
    }
    if (status != GNTST_okay)
        fatal("vcpu %u: unmap or copy: %ld", vcpu, status);
}

static void give(u32 vcpu, struct token *t)
{
    for (u32 i = 0; i < WORDS; i++)
        t->words[i] = smp_random();
    t->wall[me] = wall_ns(vcpu);
    t->hash = hash_of(t);
    out[vcpu].token = *t;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (evtchn_send(out_port[vcpu]) != 0)
        fatal("vcpu %u: send", vcpu);
}

// ---- a new address space: four tables, pinned, run on, given up. All other slots are as in the domain's own.
static void build_space(u32 vcpu)
{
    u64 (*table)[512] = tables[vcpu];
    const u64 *base = (const u64 *)si->pt_base;

    for (u32 i = 0; i < 4; i++)
        memset(table[i], 0, PAGE_SIZE);
    table[3][0] = mfn_of(table[2]) << 12 | TABLE_PTE;
    table[2][vcpu] = mfn_of(table[1]) << 12 | TABLE_PTE;
    table[1][1] = mfn_of(table[0]) << 12 | TABLE_PTE;
    table[0][2] = mfn_of(data[vcpu]) << 12 | RW_PTE;
    for (u32 slot = 1; slot < 512; slot++)
        table[3][slot] = slot >= 256 && slot < 272 ? 0 : base[slot];
    for (u32 i = 0; i < 4; i++)
        map_ro(table[i]);
}

static void use_space(u32 vcpu)
{
    volatile u64 *there = (volatile u64 *)(((u64)vcpu << 30) + (1UL << 21) + (2UL << 12));
    u64 word = smp_random();

    build_space(vcpu);
    if (mmuext(MMUEXT_PIN_L4_TABLE, mfn_of(tables[vcpu][3]), 0) != 0 || mmuext(MMUEXT_NEW_BASEPTR, mfn_of(tables[vcpu][3]), 0) != 0)
        fatal("vcpu %u: an address space is refused", vcpu);
    there[7] = word;
    if (data[vcpu][7] != word)
        fatal("vcpu %u: %lx is not what was written there", vcpu, data[vcpu][7]);
    if (mmuext(MMUEXT_NEW_BASEPTR, mfn_of((void *)si->pt_base), 0) != 0 || mmuext(MMUEXT_UNPIN_TABLE, mfn_of(tables[vcpu][3]), 0) != 0)
        fatal("vcpu %u: an address space stays", vcpu);
    for (u32 i = 0; i < 4; i++)
        map_rw(tables[vcpu][i]);
    spaces[vcpu]++;
}

// ---- a vcpu's life
static void work(u32 vcpu)
{
    static struct token tokens[COUNT];
    struct token *t = &tokens[vcpu];
    u64 lap = 1;

    await(vcpu, out_port[vcpu], 1, "the next domain");
    if (me == 0) {
        t->lap = 1;
        give(vcpu, t);
    }
    for (;; lap++) {
        await(vcpu, in_port[vcpu], (u32)lap, "a token");
        take(vcpu, lap, t);
        check_token(vcpu, t, lap);
        laps_done[vcpu] = (u32)lap;
        if (t->last != 0)
            evtchn_send(in_port[vcpu]); // the page is read: the domain before may end
        use_space(vcpu);
        if (me == 0) {
            if (t->last != 0)
                break;
            t->lap = lap + 1;
            t->last = time_ns(vcpu) >= ends_at;
        }
        give(vcpu, t);
        if (me != 0 && t->last != 0)
            break;
    }
    await(vcpu, out_port[vcpu], 2, "the last token's receipt");
    await(vcpu, alarm_port[vcpu], alarms_set[vcpu], "the last timer");
}

// ---- before and after
static void move(u32 port, u32 vcpu)
{
    struct evtchn_bind_vcpu to = { port, vcpu };

    __atomic_or_fetch(&shared->evtchn_mask[port / 64], 1UL << (port % 64), __ATOMIC_SEQ_CST);
    event_owner[port] = (u8)vcpu;
    if (evtchn_op(EVTCHNOP_bind_vcpu, &to) != 0)
        fatal("bind_vcpu");
    event_unmask(port);
}

// As soon as that domain says which.
static u32 offered_port(domid_t domain, u32 ref)
{
    u64 until = now_ns() + STUCK_NS;

    while (now_ns() < until) {
        if (grant_copy_from(domain, ref, PORT_WORD * 8, 8, data[0]) == GNTST_okay && data[0][0] != 0)
            return (u32)data[0][0];
        sleep_ns(1000000);
    }
    fatal("domain %u: no port of domain %u by grant %u", me, domain, ref);
}

static void connect(void)
{
    for (u32 vcpu = 0; vcpu < COUNT; vcpu++) {
        out_port[vcpu] = peer_offer(after(me));
        move(out_port[vcpu], vcpu);
        __atomic_store_n(&out[vcpu].words[PORT_WORD], out_port[vcpu], __ATOMIC_SEQ_CST);
    }
    for (u32 vcpu = 0; vcpu < COUNT; vcpu++) {
        if (bind_interdomain(before(me), offered_port(before(me), FIRST_REF + vcpu), &in_port[vcpu]) != 0)
            fatal("domain %u: bind for vcpu %u", me, vcpu);
        move(in_port[vcpu], vcpu);
        evtchn_send(in_port[vcpu]); // what is sent from now on arrives
    }
}

// Vcpu 0's was the library's until now.
static void take_timers(void)
{
    events_disable();
    alarm_port[0] = timer_port();
    HC(set_timer_op, 0);
    event_clear(alarm_port[0]);
    event_count[alarm_port[0]] = 0;
    for (u32 vcpu = 1; vcpu < COUNT; vcpu++)
        alarm_port[vcpu] = bind_virq(VIRQ_TIMER, vcpu);
}

static void prepare(void)
{
    grant_setup();
    for (u32 vcpu = 0; vcpu < COUNT; vcpu++) {
        unmap(&in[vcpu]);
        grant_give(FIRST_REF + vcpu, mfn_of(&out[vcpu]), GTF_readonly);
        grant(FIRST_REF + vcpu)->domid = after(me);
    }
}

static void check_ends(void)
{
    u32 busy = 0, least = ~0u, wrong = 0;

    for (u32 vcpu = 0; vcpu < COUNT; vcpu++) {
        busy += (grant(FIRST_REF + vcpu)->flags & (GTF_reading | GTF_writing)) != 0;
        least = laps_done[vcpu] < least ? laps_done[vcpu] : least;
        wrong += event_count[in_port[vcpu]] != laps_done[vcpu] || event_count[alarm_port[vcpu]] != alarms_set[vcpu] || spaces[vcpu] != laps_done[vcpu];
        say("TEST %s vcpu %u: %u laps, %u timers\n", test_name, vcpu, laps_done[vcpu], alarms_set[vcpu]);
    }
    check_eq("grants_in_use", busy, 0);
    check_eq("vcpus_that_lost_something", wrong, 0);
    check_range("laps", least, 2, ~0u);
}

// A channel to the first domain, by which it says when a domain may end.
static u32 offer_word(void)
{
    static union page word PAGE;
    u32 port = peer_offer(0);

    grant_give(WORD_REF, mfn_of(&word), GTF_readonly);
    __atomic_store_n(&word.words[PORT_WORD], port, __ATOMIC_SEQ_CST);
    return port;
}

static u32 take_word(domid_t domain)
{
    u32 port;

    if (bind_interdomain(domain, offered_port(domain, WORD_REF), &port) != 0)
        fatal("no channel to domain %u", domain);
    event_unmask(port);
    return port;
}

static void destroy(u32 domain)
{
    domain_info_t info;

    check("has_shut_down", ctl_there(domain, &info) && (info.flags & XEN_DOMINF_shutdown) != 0);
    check_eq("why", info.flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask, SHUTDOWN_poweroff);
    check_eq("destroy", ctl_domain(XEN_DOMCTL_destroydomain, domain), 0);
    ctl_wait_gone(domain);
}

void test_main(void)
{
    u32 word[DOMAINS] = { 0 };

    me = (u32)argument("me", 0);
    prepare();
    if (me != 0)
        word[0] = offer_word();
    connect();
    for (domid_t d = 1; me == 0 && d < DOMAINS; d++)
        word[d] = take_word(d);
    take_timers();
    ends_at = now_ns() + argument("seconds", 10) * SECOND;
    smp_start(COUNT, work);
    work(0);
    smp_join(COUNT);
    check_ends();
    if (me != 0) {
        peer_wait(word[0], 0);
        return;
    }
    for (u32 d = 1; d < DOMAINS; d++)
        peer_finish(word[d]);
    for (u32 d = 1; d < DOMAINS; d++)
        destroy(d);
    domain_info_t list[DOMAINS];

    check_eq("all_are_gone", ctl_list(0, DOMAINS, list), 1);
}
