/*
 * Grants between domains: mapped, copied, refused.
 *
 * Checks: the first domain maps a page of domain 1 and both see each other's writes; read-only grants; the mark of access of another's page
 *   stays; references not given, given to another,
 *   out of range; a page that the granter does not own; copies both ways, refused where not granted; the granter cannot use a granted page as a
 *   page table; the mapping outlives the granter, an end of the grant under it does not, and the granter's foreign frame cannot be mapped plainly.
 * Domain: memory=16M
 */
#include "grant.h"
#include "peer.h"

enum { WRITABLE = 8, READ_ONLY, FOR_ANOTHER, NOT_OWNED, NOT_GIVEN, ANSWER };

static volatile u64 data[512] PAGE, answer[512] PAGE, window[512] PAGE, window2[512] PAGE;

static long copy(u32 ref, domid_t domain, bool to_grant)
{
    struct gnttab_copy op = { .len = 64, .flags = to_grant ? GNTCOPY_dest_gref : GNTCOPY_source_gref };

    op.source.domid = to_grant ? DOMID_SELF : domain;
    op.dest.domid = to_grant ? domain : DOMID_SELF;
    if (to_grant) {
        op.source.u.gmfn = mfn_of((void *)data);
        op.dest.u.ref = ref;
    } else {
        op.source.u.ref = ref;
        op.dest.u.gmfn = mfn_of((void *)data);
    }
    long ret = grant_op(GNTTABOP_copy, &op, 1);

    return ret != 0 ? -1000 + ret : op.status;
}

static void give(u32 ref, volatile void *page, u16 flags)
{
    grant_give(ref, mfn_of((void *)page), flags);
}

static void granter(void)
{
    grant_setup();
    data[0] = 1111;
    give(WRITABLE, data, 0);
    give(READ_ONLY, data, GTF_readonly);
    give(FOR_ANOTHER, data, 0);
    grant(FOR_ANOTHER)->domid = 2;
    grant_give(NOT_OWNED, 0x100, 0);
    give(ANSWER, answer, 0);
    u32 port = peer_offer(0);

    peer_wait(port, 0); // the first domain has it mapped for writing
    check_eq("sees_the_write", (long)data[1], 2222);
    data[2] = 3333;
    check("busy", (grant(WRITABLE)->flags & (GTF_reading | GTF_writing)) == (GTF_reading | GTF_writing));
    unmap((void *)data);
    check("no_page_table_while_mapped", mmuext(MMUEXT_PIN_L1_TABLE, mfn_of((void *)data), 0) < 0);
    map_rw((void *)data);
    evtchn_send(port);
    peer_wait(port, 1);
    check_eq("not_busy", grant(WRITABLE)->flags & (GTF_reading | GTF_writing), 0);
    check_eq("copied_to_us", (long)answer[0], 4444);
    evtchn_send(port);
    peer_wait(port, 2);
}

static void refusals(void)
{
    u32 handle;
    const u32 ok = GNTMAP_host_map;

    check_eq("read_only_for_writing", grant_map(READ_ONLY, (void *)window2, ok, 1, &handle), GNTST_general_error);
    check_eq("for_another", grant_map(FOR_ANOTHER, (void *)window2, ok, 1, &handle), GNTST_general_error);
    check_eq("not_given", grant_map(NOT_GIVEN, (void *)window2, ok, 1, &handle), GNTST_general_error);
    check("not_owned", grant_map(NOT_OWNED, (void *)window2, ok, 1, &handle) < 0);
    check_eq("far_ref", grant_map(1 << 20, (void *)window2, ok, 1, &handle), GNTST_bad_gntref);
    check_eq("wrong_domain", grant_map(WRITABLE, (void *)window2, ok, 7, &handle), GNTST_bad_domain);
    check_eq("copy_to_read_only", copy(READ_ONLY, 1, true), GNTST_general_error);
    check_eq("copy_not_given", copy(NOT_GIVEN, 1, false), GNTST_general_error);
    check_eq("copy_for_another", copy(FOR_ANOTHER, 1, false), GNTST_general_error);
    check_eq("nothing_mapped", (long)try_read(window2), 14);
}

void test_main(void)
{
    if (!first_domain()) {
        granter();
        return;
    }
    u32 port = peer_bind(1), handle, second;

    unmap((void *)window);
    unmap((void *)window2);
    check_eq("map", grant_map(WRITABLE, (void *)window, GNTMAP_host_map, 1, &handle), GNTST_okay);
    check_eq("reads", (long)window[0], 1111);
    check("accessed", (*entry_of((void *)window, 1) & PTE_A) != 0);
    // What says that a CPU may have a translation stays with another's page, not with one's own.
    check_eq("to_unmark", mmu_update1(entry_maddr((void *)window, 1), *entry_of((void *)window, 1) & ~(u64)PTE_A), 0);
    check("still_marked", (*entry_of((void *)window, 1) & PTE_A) != 0);
    data[0] = 0;
    check_eq("to_unmark_own", mmu_update1(entry_maddr((void *)data, 1), *entry_of((void *)data, 1) & ~(u64)PTE_A), 0);
    check("unmarked", (*entry_of((void *)data, 1) & PTE_A) == 0);
    mmuext(MMUEXT_TLB_FLUSH_ALL, 0, 0);
    window[1] = 2222;
    evtchn_send(port);
    peer_wait(port, 0);
    check_eq("sees_the_write", (long)window[2], 3333);
    check_eq("map_read_only", grant_map(READ_ONLY, (void *)window2, GNTMAP_host_map | GNTMAP_readonly, 1, &second), GNTST_okay);
    check_eq("read_only_faults", (long)try_write(&window2[0], 1), 14);
    check_eq("unmap_read_only", grant_unmap(second, (void *)window2), GNTST_okay);
    refusals();
    check_eq("unmap", grant_unmap(handle, (void *)window), GNTST_okay);
    check_eq("unmapped", (long)try_read(window), 14);
    check_eq("copy_from", copy(READ_ONLY, 1, false), GNTST_okay);
    check_eq("copied_from", (long)data[2], 3333);
    data[0] = 4444;
    check_eq("copy_to", copy(ANSWER, 1, true), GNTST_okay);
    check_eq("map_again", grant_map(WRITABLE, (void *)window, GNTMAP_host_map, 1, &handle), GNTST_okay);
    check_eq("unmap_again", grant_unmap(handle, (void *)window), GNTST_okay);
    evtchn_send(port);
    peer_wait(port, 1);
    check_eq("map_to_outlive", grant_map(WRITABLE, (void *)window, GNTMAP_host_map, 1, &handle), GNTST_okay);
    peer_finish(port);
    check_eq("outlives_granter", (long)window[2], 3333);
    check_eq("unmap_of_dead", grant_unmap(handle, (void *)window), GNTST_okay);
}
