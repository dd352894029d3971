/*
 * grant_table_op copy.
 *
 * Checks: frame to frame, grant to frame and back, offsets and lengths, copies that would cross a page, read-only grants as destination, page
 *   tables as destination, bad references and domains, batches with one bad.
 */
#include "grant.h"

static u8 from[PAGE_SIZE] PAGE, to[PAGE_SIZE] PAGE;
static struct gnttab_copy copies[3];

static struct gnttab_copy frames(u32 from_offset, u32 to_offset, u32 length)
{
    struct gnttab_copy copy;

    memset(&copy, 0, sizeof(copy));
    copy.source.u.gmfn = mfn_of(from);
    copy.source.domid = DOMID_SELF;
    copy.source.offset = (u16)from_offset;
    copy.dest.u.gmfn = mfn_of(to);
    copy.dest.domid = DOMID_SELF;
    copy.dest.offset = (u16)to_offset;
    copy.len = (u16)length;
    return copy;
}

static long run(struct gnttab_copy copy)
{
    long ret = grant_op(GNTTABOP_copy, &copy, 1);

    return ret != 0 ? -1000 + ret : copy.status;
}

void test_main(void)
{
    struct gnttab_copy copy;

    grant_setup();
    for (u32 i = 0; i < PAGE_SIZE; i++)
        from[i] = (u8)(i * 7), to[i] = 0xee;
    check_eq("page", run(frames(0, 0, 4096)), GNTST_okay);
    check_eq("page_same", memcmp(from, to, 4096), 0);
    memset(to, 0xee, sizeof(to));
    check_eq("part", run(frames(100, 200, 300)), GNTST_okay);
    check_eq("part_same", memcmp(from + 100, to + 200, 300), 0);
    check("part_exact", to[199] == 0xee && to[500] == 0xee);
    check_eq("empty", run(frames(0, 0, 0)), GNTST_okay);
    check_eq("source_crosses", run(frames(4000, 0, 97)), GNTST_bad_copy_arg);
    check_eq("dest_crosses", run(frames(0, 4000, 97)), GNTST_bad_copy_arg);
    check_eq("length_max", run(frames(0, 0, 65535)), GNTST_bad_copy_arg);
    check_eq("offset_max", run(frames(65535, 65535, 1)), GNTST_bad_copy_arg);

    grant_give(8, mfn_of(from), GTF_readonly);
    copy = frames(0, 0, 64);
    copy.source.u.ref = 8;
    copy.source.domid = 0;
    copy.flags = GNTCOPY_source_gref;
    check_eq("from_grant", run(copy), GNTST_okay);
    check_eq("from_grant_same", memcmp(from, to, 64), 0);
    copy = frames(0, 0, 64);
    copy.dest.u.ref = 8;
    copy.dest.domid = 0;
    copy.flags = GNTCOPY_dest_gref;
    check("to_read_only_grant", run(copy) < 0);
    grant_give(9, mfn_of(to), 0);
    copy.dest.u.ref = 9;
    check_eq("to_grant", run(copy), GNTST_okay);
    check_eq("not_busy_after", grant(9)->flags & (GTF_reading | GTF_writing), 0);
    copy.dest.u.ref = 100000;
    check("to_bad_ref", run(copy) < 0);
    copy.dest.domid = 1234;
    check("to_stranger", run(copy) < 0);
    copy = frames(0, 0, 64);
    copy.dest.u.gmfn = mfn_of((void *)si->pt_base);
    check("to_page_table", run(copy) < 0);
    copy.dest.u.gmfn = 1;
    check("to_frame_of_machine", run(copy) < 0);
    copy.dest.u.gmfn = ~0UL;
    check("to_nobodys_frame", run(copy) < 0);
    copy = frames(0, 0, 64);
    copy.source.u.gmfn = 1;
    check("from_frame_of_machine", run(copy) < 0);
    copy = frames(0, 0, 64);
    copy.source.domid = 1234;
    check("from_frame_of_stranger", run(copy) < 0);
    for (u32 i = 0; i < 3; i++)
        copies[i] = frames(i * 8, i * 8, 8);
    copies[1].len = 5000;
    check_eq("batch", grant_op(GNTTABOP_copy, copies, 3), 0);
    check("batch_statuses", copies[0].status == 0 && copies[1].status == GNTST_bad_copy_arg && copies[2].status == 0);
    check_eq("page_table_whole", (long)(*entry_of(to, 4) & PTE_P), 1);
}
