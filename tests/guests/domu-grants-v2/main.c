/*
 * Version 2 grants between three domains: pages, parts, and transitive ones.
 *
 * Checks: the first domain maps and copies what domain 1 grants, and domain 1 sees the marks come and go; a part is copied to the byte; domain 1's
 *   transitive grants let the first domain copy what domain 2 (or the first domain itself) grants to domain 1, read-only if either says so, and
 *   only one step far: not given, given to another, no such grant, two steps, a circle; caches are flushed for a frame that is mapped, and not
 *   afterwards; the version cannot be changed while another domain maps, and a mapping outlives the granter.
 * Domain: memory=16M
 * Domain: memory=16M args=third=1
 */
#include "grant.h"
#include "peer.h"

#define BUSY (GTF_reading | GTF_writing)
enum { OF_FIRST = 20 };                                         // the first domain's, to domain 1
enum { GIVEN = 8, GIVEN_READ_ONLY, GIVEN_TO_FIRST, STEP, ROUND, GIVEN_PART }; // domain 2's, to domain 1
enum { WHOLE = 8, PART, VIA, VIA_READ_ONLY, VIA_TO_READ_ONLY, VIA_TO_PART, VIA_NOT_GIVEN, VIA_NO_GRANT, VIA_FAR, VIA_STEP, VIA_ROUND, VIA_BACK,
       VIA_NOBODY, LAST };                                      // domain 1's, to the first domain

static volatile u64 data[512] PAGE, window[512] PAGE;
static u8 to[PAGE_SIZE] PAGE;

static void third(void)
{
    grant2_setup();
    for (u32 i = 0; i < 512; i++)
        data[i] = 2000 + i;
    u64 frame = mfn_of((void *)data);

    grant2_give(GIVEN, 1, frame, 0);
    grant2_give(GIVEN_READ_ONLY, 1, frame, GTF_readonly);
    grant2_give(GIVEN_TO_FIRST, 0, frame, 0);
    grant2_transitive(STEP, 1, 0, OF_FIRST, 0);
    grant2_transitive(ROUND, 1, 1, VIA_ROUND, 0);
    grant2_part(GIVEN_PART, 1, frame, 64, 64, 0);
    u32 port = peer_offer(0);

    peer_wait(port, 0);
    check_eq("third_was_written", (long)data[1], 4444);
    check_eq("third_was_written_exactly", (long)data[2], 2002);
    u32 marks = 0;

    for (u32 ref = 0; ref < 64; ref++)
        marks |= grant2_status(ref);
    check_eq("third_no_marks", marks, 0);
    evtchn_send(port);
    peer_wait(port, 1);
}

static void give_all(void)
{
    u64 frame = mfn_of((void *)data);

    grant2_give(WHOLE, 0, frame, 0);
    grant2_part(PART, 0, frame, 80, 16, 0);
    grant2_transitive(VIA, 0, 2, GIVEN, 0);
    grant2_transitive(VIA_READ_ONLY, 0, 2, GIVEN, GTF_readonly);
    grant2_transitive(VIA_TO_READ_ONLY, 0, 2, GIVEN_READ_ONLY, 0);
    grant2_transitive(VIA_TO_PART, 0, 2, GIVEN_PART, 0);
    grant2_transitive(VIA_NOT_GIVEN, 0, 2, GIVEN_TO_FIRST, 0);
    grant2_transitive(VIA_NO_GRANT, 0, 2, 100, 0);
    grant2_transitive(VIA_FAR, 0, 2, 1 << 20, 0);
    grant2_transitive(VIA_STEP, 0, 2, STEP, 0);
    grant2_transitive(VIA_ROUND, 0, 2, ROUND, 0);
    grant2_transitive(VIA_BACK, 0, 0, OF_FIRST, 0);
    grant2_transitive(VIA_NOBODY, 0, 77, GIVEN, 0);
}

static void middle(void)
{
    grant2_setup();
    data[0] = 1111;
    data[10] = 1010;
    give_all();
    u32 port = peer_offer(0);

    peer_wait(port, 0); // the first domain has it mapped for writing
    check_eq("sees_the_write", (long)data[1], 2222);
    check_eq("busy", grant2_status(WHOLE), BUSY);
    check_eq("flags_are_our_own", grant2(WHOLE)->hdr.flags, GTF_permit_access);
    check_eq("version_stays_in_use", grant_set_version(1), -XEN_EBUSY);
    check_eq("swap_in_use", grant_swap(WHOLE, LAST), GNTST_eagain);
    evtchn_send(port);
    peer_wait(port, 1);
    u32 marks = 0;

    for (u32 ref = 0; ref < 64; ref++)
        marks |= grant2_status(ref);
    check_eq("no_marks", marks, 0);
    check_eq("part_was_written", (long)data[11], 5555);
    check_eq("part_was_written_exactly", (long)data[12], 0);
    evtchn_send(port);
    peer_wait(port, 2);
}

static void mapped(u32 port)
{
    struct gnttab_map_grant_ref op = { .host_addr = (u64)window, .flags = GNTMAP_host_map, .ref = WHOLE, .dom = 1 };
    struct gnttab_cache_flush flush = { .length = 64, .op = GNTTAB_CACHE_CLEAN };

    check_eq("map", grant_op(GNTTABOP_map_grant_ref, &op, 1), 0);
    check_eq("map_status", op.status, GNTST_okay);
    check_eq("reads", (long)window[0], 1111);
    window[1] = 2222;
    flush.a.dev_bus_addr = op.dev_bus_addr;
    check_eq("flush_mapped", grant_op(GNTTABOP_cache_flush, &flush, 1), 0);
    evtchn_send(port);
    peer_wait(port, 0);
    check_eq("unmap", grant_unmap(op.handle, (void *)window), GNTST_okay);
    check_eq("flush_unmapped", grant_op(GNTTABOP_cache_flush, &flush, 1), -XEN_EINVAL);
}

static u64 word(u32 offset)
{
    u64 value;

    memcpy(&value, to + offset, 8);
    return value;
}

static void copies(void)
{
    u64 *words = (u64 *)to;

    check_eq("whole", grant_copy_from(1, WHOLE, 0, 4096, to), GNTST_okay);
    check_eq("whole_same", (long)word(0), 1111);
    check_eq("part", grant_copy_from(1, PART, 80, 16, to), GNTST_okay);
    check_eq("part_same", (long)word(0), 1010);
    check_eq("part_before", grant_copy_from(1, PART, 79, 1, to), GNTST_general_error);
    check_eq("part_after", grant_copy_from(1, PART, 88, 9, to), GNTST_general_error);
    words[0] = 5555;
    check_eq("into_part", grant_copy_to(to, 1, PART, 88, 8), GNTST_okay);
    check_eq("into_part_too_far", grant_copy_to(to, 1, PART, 89, 8), GNTST_general_error);

    check_eq("via", grant_copy_from(1, VIA, 40, 64, to), GNTST_okay);
    check_eq("via_same", (long)word(0), 2005);
    words[0] = 4444;
    check_eq("into_via", grant_copy_to(to, 1, VIA, 8, 8), GNTST_okay);
    check_eq("into_via_came", (grant_copy_from(1, VIA, 8, 8, to), (long)word(0)), 4444);
    check_eq("via_read_only", grant_copy_from(1, VIA_READ_ONLY, 0, 8, to), GNTST_okay);
    check_eq("into_via_read_only", grant_copy_to(to, 1, VIA_READ_ONLY, 0, 8), GNTST_general_error);
    check_eq("via_to_read_only", grant_copy_from(1, VIA_TO_READ_ONLY, 0, 8, to), GNTST_okay);
    check_eq("into_via_to_read_only", grant_copy_to(to, 1, VIA_TO_READ_ONLY, 0, 8), GNTST_general_error);
    check_eq("via_to_part", grant_copy_from(1, VIA_TO_PART, 64, 64, to), GNTST_okay);
    check_eq("via_to_part_too_far", grant_copy_from(1, VIA_TO_PART, 64, 65, to), GNTST_general_error);
    check_eq("via_crosses", grant_copy_from(1, VIA, 4095, 2, to), GNTST_bad_copy_arg);
}

static void refusals(void)
{
    u32 handle;

    check_eq("map_part", grant_map(PART, (void *)window, GNTMAP_host_map, 1, &handle), GNTST_general_error);
    check_eq("map_via", grant_map(VIA, (void *)window, GNTMAP_host_map | GNTMAP_readonly, 1, &handle), GNTST_general_error);
    check_eq("directly", grant_copy_from(2, GIVEN, 0, 8, to), GNTST_general_error);
    check_eq("via_not_given", grant_copy_from(1, VIA_NOT_GIVEN, 0, 8, to), GNTST_general_error);
    check_eq("via_no_grant", grant_copy_from(1, VIA_NO_GRANT, 0, 8, to), GNTST_general_error);
    check_eq("via_far", grant_copy_from(1, VIA_FAR, 0, 8, to), GNTST_bad_gntref);
    check_eq("via_two_steps", grant_copy_from(1, VIA_STEP, 0, 8, to), GNTST_general_error);
    check_eq("via_round", grant_copy_from(1, VIA_ROUND, 0, 8, to), GNTST_general_error);
    check_eq("via_nobody", grant_copy_from(1, VIA_NOBODY, 0, 8, to), GNTST_general_error);
    check_eq("via_no_more", grant_copy_from(1, LAST, 0, 8, to), GNTST_general_error);
}

// Domain 1 gives back to the first domain what it has of it.
static void back(void)
{
    data[7] = 7777;
    check_eq("via_back", grant_copy_from(1, VIA_BACK, 56, 8, to), GNTST_okay);
    check_eq("via_back_same", (long)word(0), 7777);
    grant(OF_FIRST)->flags = 0;
    check_eq("via_back_no_more", grant_copy_from(1, VIA_BACK, 56, 8, to), GNTST_general_error);
    check_eq("via_back_marks", grant(OF_FIRST)->flags, 0);
}

static void first(void)
{
    u32 handle;

    grant_setup();
    grant_give(OF_FIRST, mfn_of((void *)data), 0);
    grant(OF_FIRST)->domid = 1;
    unmap((void *)window);
    u32 to_third = peer_bind(2), to_middle = peer_bind(1);

    mapped(to_middle);
    copies();
    refusals();
    back();
    evtchn_send(to_third);
    peer_wait(to_third, 0);
    evtchn_send(to_middle);
    peer_wait(to_middle, 1);
    check_eq("map_to_outlive", grant_map(WHOLE, (void *)window, GNTMAP_host_map, 1, &handle), GNTST_okay);
    peer_finish(to_middle);
    check_eq("outlives_granter", (long)window[1], 2222);
    check_eq("unmap_of_dead", grant_unmap(handle, (void *)window), GNTST_okay);
    peer_finish(to_third);
}

void test_main(void)
{
    if (first_domain())
        first();
    else if (argument("third", 0) != 0)
        third();
    else
        middle();
}
