/*
 * grant_table_op copy with version 2 of the table: pages, parts of pages, transitive grants.
 *
 * Checks: a copy keeps to the part that is granted, to the byte, at either end and at both; parts that are nonsense; read-only grants;
 *   transitive grants that lead to the domain itself, to itself, to no domain (those that lead somewhere: domu-grants-v2); no marks stay.
 *   Transfer: only what cannot be had is refused in the same way. cache_flush of own frames, of nobody's, and with bad arguments.
 * Xen differs: transfer_no_frame, transfer_own: SafeHype has no transfer and refuses the call as Xen with gnttab=no-transfer does
 */
#include "grant.h"

enum { WHOLE = 10, PART, ANOTHER, TRANSITIVE };

static u8 from[PAGE_SIZE] PAGE, to[PAGE_SIZE] PAGE;

static long part(u32 start, u32 length, u32 offset, u32 count)
{
    grant2_part(PART, 0, mfn_of(from), start, length, 0);
    return grant_copy_from(0, PART, offset, count, to);
}

static void check_part(void)
{
    memset(to, 0xee, sizeof(to));
    check_eq("part", part(100, 50, 100, 50), GNTST_okay);
    check_eq("part_same", memcmp(from + 100, to, 50), 0);
    check_eq("part_exact", to[50], 0xee);
    check_eq("part_before", part(100, 50, 99, 1), GNTST_general_error);
    check_eq("part_after", part(100, 50, 150, 1), GNTST_general_error);
    check_eq("part_too_long", part(100, 50, 100, 51), GNTST_general_error);
    check_eq("part_over_the_end", part(100, 50, 149, 2), GNTST_general_error);
    check_eq("part_nothing_at_end", part(100, 50, 150, 0), GNTST_okay);
    check_eq("part_nothing_past_end", part(100, 50, 151, 0), GNTST_general_error);
    check_eq("part_nothing_before", part(100, 50, 0, 0), GNTST_general_error);
    check_eq("part_page_end_first", part(100, 50, 4095, 2), GNTST_bad_copy_arg);
    check_eq("part_of_no_length", part(7, 0, 7, 0), GNTST_okay);
    check_eq("part_of_no_length_wanted", part(7, 0, 7, 1), GNTST_general_error);
    check_eq("part_past_page", part(4090, 100, 4090, 6), GNTST_okay);
    check_eq("part_past_page_wanted", part(4090, 100, 4090, 7), GNTST_bad_copy_arg);
    check_eq("part_huge", part(0, 65535, 0, 4096), GNTST_okay);
    check_eq("part_nowhere", part(65535, 65535, 0, 1), GNTST_general_error);
    check_eq("part_all", part(0, 4096, 0, 4096), GNTST_okay);
    check_eq("part_all_same", memcmp(from, to, 4096), 0);
    check_eq("part_marks", grant2_status(PART), 0);
}

static void check_into_part(void)
{
    grant2_part(PART, 0, mfn_of(to), 200, 10, 0);
    memset(to, 0xee, sizeof(to));
    check_eq("into_part", grant_copy_to(from, 0, PART, 203, 7), GNTST_okay);
    check_eq("into_part_same", memcmp(from, to + 203, 7), 0);
    check("into_part_exact", to[202] == 0xee && to[210] == 0xee);
    check_eq("into_part_over_the_end", grant_copy_to(from, 0, PART, 203, 8), GNTST_general_error);
    check_eq("into_part_before", grant_copy_to(from, 0, PART, 199, 2), GNTST_general_error);
    check_eq("into_part_kept", to[210], 0xee);
    grant2(PART)->hdr.flags |= GTF_readonly;
    check_eq("into_read_only_part", grant_copy_to(from, 0, PART, 203, 7), GNTST_general_error);
    check_eq("from_read_only_part", grant_copy_from(0, PART, 203, 7, from), GNTST_okay);
}

// Both ends are parts of one page, and then one grant.
static void check_both(void)
{
    struct gnttab_copy copy = { .len = 20, .flags = GNTCOPY_source_gref | GNTCOPY_dest_gref };

    grant2_part(PART, 0, mfn_of(from), 100, 50, GTF_readonly);
    grant2_part(ANOTHER, 0, mfn_of(from), 300, 20, 0);
    copy.source.u.ref = PART;
    copy.source.offset = 130;
    copy.dest.u.ref = ANOTHER;
    copy.dest.offset = 300;
    check_eq("both", (grant_op(GNTTABOP_copy, &copy, 1), copy.status), GNTST_okay);
    check_eq("both_same", memcmp(from + 130, from + 300, 20), 0);
    copy.source.offset = 131;
    check_eq("both_source_bad", (grant_op(GNTTABOP_copy, &copy, 1), copy.status), GNTST_general_error);
    copy.source.offset = 130;
    copy.dest.offset = 301;
    check_eq("both_dest_bad", (grant_op(GNTTABOP_copy, &copy, 1), copy.status), GNTST_general_error);
    copy.dest.offset = 110;
    copy.dest.u.ref = PART;
    check_eq("one_read_only", (grant_op(GNTTABOP_copy, &copy, 1), copy.status), GNTST_general_error);
    grant2(PART)->hdr.flags = GTF_permit_access | GTF_sub_page;
    check_eq("one", (grant_op(GNTTABOP_copy, &copy, 1), copy.status), GNTST_okay);
    check_eq("one_same", memcmp(from + 130, from + 110, 20), 0);
    check_eq("both_marks", grant2_status(PART) | grant2_status(ANOTHER), 0);
}

static void check_transitive(void)
{
    static const domid_t nowhere[] = { 1234, DOMID_SELF, DOMID_IO, DOMID_XEN, DOMID_INVALID };

    for (u32 i = 0; i < ARRAY_SIZE(nowhere); i++) {
        grant2_transitive(TRANSITIVE, 0, nowhere[i], WHOLE, 0);
        check_eq("transitive_nowhere", grant_copy_from(0, TRANSITIVE, 0, 16, to), GNTST_general_error);
    }
    grant2_transitive(TRANSITIVE, 0, 0, WHOLE, 0);
    check_eq("transitive_own", grant_copy_from(0, TRANSITIVE, 0, 16, to), GNTST_general_error);
    grant2_transitive(TRANSITIVE, 0, 0, TRANSITIVE, 0);
    check_eq("transitive_itself", grant_copy_from(0, TRANSITIVE, 0, 16, to), GNTST_general_error);
    grant2_transitive(TRANSITIVE, 7, 1, 1, 0);
    check_eq("transitive_of_another", grant_copy_from(0, TRANSITIVE, 0, 16, to), GNTST_general_error);
    check_eq("transitive_marks", grant2_status(TRANSITIVE), 0);
}

static long transfer(u64 mfn)
{
    struct gnttab_transfer op = { .mfn = mfn, .domid = 0, .ref = WHOLE, .status = 77 };
    long ret = grant_op(GNTTABOP_transfer, &op, 1);

    return ret != 0 ? ret : op.status;
}

static long flush(u64 address, u32 offset, u32 length, u32 op)
{
    struct gnttab_cache_flush flush = { .a.dev_bus_addr = address, .offset = (u16)offset, .length = (u16)length, .op = op };

    return grant_op(GNTTABOP_cache_flush, &flush, 1);
}

static void check_others(void)
{
    check_differs("transfer_no_frame", transfer(~0UL), -XEN_EOPNOTSUPP, GNTST_bad_page);
    check_differs("transfer_own", transfer(mfn_of(from)), -XEN_EOPNOTSUPP, GNTST_bad_page);
    check_eq("transfer_pointer", grant_op(GNTTABOP_transfer, (void *)HYPERVISOR_PRIVATE, 1), -XEN_EFAULT);
    check_eq("transfer_count", grant_op(GNTTABOP_transfer, from, 0xffffffff), -XEN_EINVAL);
    check_eq("flush_clean", flush(maddr_of(from), 0, 64, GNTTAB_CACHE_CLEAN), 0);
    check_eq("flush_both", flush(maddr_of(from), 0, 4096, GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL), 0);
    check_eq("flush_invalidate", flush(maddr_of(from), 0, 64, GNTTAB_CACHE_INVAL), -XEN_EOPNOTSUPP);
    check_eq("flush_grant", flush(WHOLE, 0, 64, GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_SOURCE_GREF), -XEN_EINVAL);
    check_eq("flush_grant_nothing", flush(WHOLE, 0, 0, GNTTAB_CACHE_SOURCE_GREF), -XEN_EINVAL);
    check_eq("flush_unknown", flush(maddr_of(from), 0, 64, 4), -XEN_EINVAL);
    check_eq("flush_offset", flush(maddr_of(from), 4096, 0, 1), -XEN_EINVAL);
    check_eq("flush_crosses", flush(maddr_of(from), 1, 4096, 1), -XEN_EINVAL);
    check_eq("flush_nothing", flush(~0UL, 0, 0, 1), 0);
    check_eq("flush_no_op", flush(~0UL, 0, 1, 0), 0);
    check_eq("flush_frame_of_machine", flush(4096, 0, 64, 1), -XEN_EPERM);
    check_eq("flush_no_frame", flush(~0UL, 0, 64, 1), -XEN_EINVAL);
    check_eq("flush_shared_info", flush(si->shared_info, 0, 64, 1), 0);
    check_eq("dump_table", grant_op(GNTTABOP_dump_table, from, 1), -XEN_ENOSYS);
}

void test_main(void)
{
    grant2_setup();
    for (u32 i = 0; i < PAGE_SIZE; i++)
        from[i] = (u8)(i * 7 + i / 256);
    grant2_give(WHOLE, 0, mfn_of(from), GTF_readonly);
    check_eq("whole", grant_copy_from(0, WHOLE, 0, 4096, to), GNTST_okay);
    check_eq("whole_same", memcmp(from, to, 4096), 0);
    check_eq("whole_crosses", grant_copy_from(0, WHOLE, 1, 4096, to), GNTST_bad_copy_arg);
    check_eq("into_read_only", grant_copy_to(to, 0, WHOLE, 0, 1), GNTST_general_error);
    check_eq("past_the_table", grant_copy_from(0, 256, 0, 1, to), GNTST_bad_gntref);
    check_eq("of_stranger", grant_copy_from(1234, WHOLE, 0, 1, to), GNTST_bad_domain);
    check_part();
    check_into_part();
    check_both();
    check_transitive();
    check_others();
}
