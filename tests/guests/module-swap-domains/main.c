/*
 * Event channels and grant tables change places with versions of other structures while two domains use each other's, and one ends.
 *
 * Checks: the first domain and domain 1 send each other events, each when the other's came, while the first has a page of domain 1's mapped, swaps=
 *   times (10) each; each event comes once, the mapping stays, new ones are made under either version. Then domain 1 is destroyed while its page is
 *   mapped: it stays with its grant through more swaps, in pieces of its end too, until the mapping ends; then it is gone, and no frame is lost by swaps.
 * Domain: memory=16M ends=destroyed
 * Run: timeout=120 icount=1 args=swaps=10
 */
#include "ctl.h" // first: it says that this is a tool
#include "grant.h"
#include "module.h"
#include "peer.h"

MODULE_FILE(events, "../test-modules/other_evtchn.sho");
MODULE_FILE(grants, "../test-modules/other_gnttab.sho");
struct sh_module_op module_op;

enum { SHARED = 8, OTHER };
static volatile u64 data[512] PAGE, window[512] PAGE, window2[512] PAGE;
static u32 port, sent;
static u64 worst_ns;

static void other_domain(void)
{
    grant_setup();
    grant_give(SHARED, mfn_of((void *)data), 0);
    grant_give(OTHER, mfn_of((void *)data), GTF_readonly);
    port = peer_offer(0);
    for (u32 i = 0;; i++) {
        while (event_count[port] <= i)
            sleep_ns(1000000);
        data[1] = event_count[port];
        evtchn_send(port);
    }
}

// An event there, and one back.
static u32 exchange(void)
{
    u32 bad;

    sent++;
    bad = evtchn_send(port) != 0;
    peer_wait(port, sent - 1);
    return bad + (event_count[port] != sent) + (window[1] != sent);
}

static u32 map_more(void)
{
    u32 handle, bad = grant_map(OTHER, (void *)window2, GNTMAP_host_map | GNTMAP_readonly, 1, &handle) != GNTST_okay;

    bad += try_read(&window2[1]) != NO_TRAP || try_value != window[1];
    return bad + (grant_unmap(handle, (void *)window2) != GNTST_okay);
}

static u32 load(const char *name, const u8 *from, const u8 *end)
{
    u32 bad = module_load(name, from, end) != 0;

    bad += module_state(name) != SH_MODULE_APPLIED;
    worst_ns = module_op.info.swap_ns > worst_ns ? module_op.info.swap_ns : worst_ns;
    return bad;
}

static u32 there_and_back(u32 (*meanwhile)(void))
{
    u32 bad = load("events", events, events_end);

    bad += meanwhile();
    bad += load("grants", grants, grants_end);
    bad += meanwhile();
    bad += module_unload("events") != 0;
    bad += meanwhile();
    bad += module_unload("grants") != 0;
    return bad + meanwhile();
}

static u32 use(void)
{
    return exchange() + map_more();
}

static u32 look(void)
{
    domain_info_t info;

    return (window[1] != sent) + !ctl_there(1, &info);
}

// Destroyed a piece at a time: the last says 0.
static u32 end_it(void)
{
    static bool ended;

    for (u32 i = 0; i < 3 && !ended; i++)
        ended = ctl_domain(XEN_DOMCTL_destroydomain, 1) == 0;
    return look();
}

void test_main(void)
{
    u32 count = (u32)argument("swaps", 10), modules = modules_count(), handle, bad = 0;
    u64 frames;

    if (!first_domain()) {
        other_domain();
        return;
    }
    port = peer_bind(1);
    unmap((void *)window);
    unmap((void *)window2);
    check_eq("map", grant_map(SHARED, (void *)window, GNTMAP_host_map, 1, &handle), GNTST_okay);
    check_eq("exchange", exchange(), 0);
    check_eq("first", there_and_back(use), 0);
    frames = ctl_free_pages();
    for (u32 i = 1; i < count; i++)
        bad += there_and_back(use);
    check_eq("swaps", bad, 0);
    check_eq("frames_as_before", ctl_free_pages(), frames);
    bad = 0;
    for (u32 i = 0; i < count; i++)
        bad += there_and_back(end_it);
    check_eq("swaps_beside_an_end", bad, 0);
    check_eq("unmap_of_dead", grant_unmap(handle, (void *)window), GNTST_okay);
    check_eq("swap_while_it_goes", load("events", events, events_end), 0);
    ctl_wait_gone(1);
    check_eq("unload", module_unload("events"), 0);
    check_eq("modules_as_before", modules_count(), modules);
    say("TEST %s %u swaps, CPUs waited %lu ns at most\n", test_name, 8 * count + 2, worst_ns);
}
