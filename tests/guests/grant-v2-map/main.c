/*
 * grant_table_op map and unmap with version 2 of the table, of grants that the domain gives itself.
 *
 * Checks: the marks of use are in the status array and nowhere else; read-only grants and maps; parts of pages and transitive grants cannot be
 *   mapped; references past the table's 256 a frame; frames that need more than 32 bits, are nobody's or page tables; a grant that changes
 *   while it is in use; swapping entries.
 */
#include "grant.h"

#define BUSY (GTF_reading | GTF_writing)
enum { PAGES = 10, OTHER, PART, TRANSITIVE };

static u64 data[512] PAGE, data2[512] PAGE, window[512] PAGE, window2[512] PAGE;
static const u32 ok = GNTMAP_host_map, read_only = GNTMAP_host_map | GNTMAP_readonly;

static void check_marks(void)
{
    u32 handle, second;

    grant2_give(PAGES, 0, mfn_of(data), 0);
    data[3] = 333;
    check_eq("map", grant_map(PAGES, window, ok, 0, &handle), GNTST_okay);
    check_eq("marks", grant2_status(PAGES), BUSY);
    check_eq("no_marks_in_flags", grant2(PAGES)->hdr.flags, GTF_permit_access);
    check_eq("reads", (long)try_read(&window[3]), NO_TRAP);
    check_eq("reads_value", (long)try_value, 333);
    check_eq("map_read_only", grant_map(PAGES, window2, read_only, 0, &second), GNTST_okay);
    check_eq("read_only_faults", (long)try_write(window2, 1), 14);
    check_eq("unmap", grant_unmap(handle, window), GNTST_okay);
    check_eq("marks_of_reading", grant2_status(PAGES), GTF_reading);
    check_eq("unmapped_faults", (long)try_read(window), 14);
    check_eq("map_for_writing_again", grant_map(PAGES, window, ok, 0, &handle), GNTST_okay);
    check_eq("marks_of_writing", grant2_status(PAGES), BUSY);
    check_eq("unmap_second", grant_unmap(second, window2), GNTST_okay);
    check_eq("marks_stay", grant2_status(PAGES), BUSY);
    check_eq("unmap_last", grant_unmap(handle, window), GNTST_okay);
    check_eq("no_marks", grant2_status(PAGES), 0);
    check("neighbours_have_none", grant2_status(PAGES - 1) == 0 && grant2_status(PAGES + 1) == 0);
    check_eq("unmap_twice", grant_unmap(handle, window), GNTST_bad_handle);
}

static void check_refused(void)
{
    u32 handle;

    grant2_give(OTHER, 0, mfn_of(data), GTF_readonly);
    check_eq("read_only_grant", grant_map(OTHER, window, ok, 0, &handle), GNTST_general_error);
    check_eq("read_only_grant_marks", grant2_status(OTHER), 0);
    check_eq("read_only_both", grant_map(OTHER, window, read_only, 0, &handle), GNTST_okay);
    check_eq("read_only_both_marks", grant2_status(OTHER), GTF_reading);
    check_eq("read_only_both_unmap", grant_unmap(handle, window), GNTST_okay);
    grant2_part(PART, 0, mfn_of(data), 0, 4096, 0);
    check_eq("part", grant_map(PART, window, ok, 0, &handle), GNTST_general_error);
    check_eq("part_read_only", grant_map(PART, window, read_only, 0, &handle), GNTST_general_error);
    grant2_transitive(TRANSITIVE, 0, 0, PAGES, 0);
    check_eq("transitive", grant_map(TRANSITIVE, window, ok, 0, &handle), GNTST_general_error);
    check_eq("not_given", grant_map(200, window, ok, 0, &handle), GNTST_general_error);
    grant2(200)->hdr.flags = GTF_accept_transfer;
    check_eq("to_be_transferred", grant_map(200, window, ok, 0, &handle), GNTST_general_error);
    grant2_give(200, 7, mfn_of(data), 0);
    check_eq("given_to_another", grant_map(200, window, ok, 0, &handle), GNTST_general_error);
    grant2_give(200, 0, mfn_of(data) | 1UL << 32, 0);
    check_eq("frame_wide", grant_map(200, window, ok, 0, &handle), GNTST_bad_page);
    grant2_give(200, 0, ~0UL, 0);
    check_eq("frame_nobodys", grant_map(200, window, ok, 0, &handle), GNTST_bad_page);
    grant2_give(200, 0, mfn_of((void *)si->pt_base), 0);
    check_eq("frame_page_table", grant_map(200, window, ok, 0, &handle), GNTST_general_error);
    check_eq("no_marks_of_refused", grant2_status(OTHER) | grant2_status(PART) | grant2_status(TRANSITIVE) | grant2_status(200), 0);
    check_eq("ref_256", grant_map(256, window, ok, 0, &handle), GNTST_bad_gntref);
    check_eq("ref_max", grant_map(0xffffffff, window, ok, 0, &handle), GNTST_bad_gntref);
    grant2_give(255, 0, mfn_of(data), 0);
    check_eq("ref_255", grant_map(255, window, ok, 0, &handle), GNTST_okay);
    check_eq("ref_255_marks", grant2_status(255), BUSY);
    check_eq("ref_255_unmap", grant_unmap(handle, window), GNTST_okay);
}

// The guest breaks the protocol: the page in use stays what it is.
static void check_changed(void)
{
    u32 handle, second;

    grant2_give(PAGES, 0, mfn_of(data), 0);
    check_eq("changed_map", grant_map(PAGES, window, read_only, 0, &handle), GNTST_okay);
    grant2(PAGES)->full_page.frame = mfn_of(data2);
    data[3] = 444;
    check_eq("changed_map_again", grant_map(PAGES, window2, read_only, 0, &second), GNTST_okay);
    check_eq("changed_reads", (long)try_read(&window2[3]), NO_TRAP);
    check_eq("changed_reads_value", (long)try_value, 444);
    check_eq("changed_unmap_again", grant_unmap(second, window2), GNTST_okay);
    grant2(PAGES)->hdr.flags = GTF_permit_access | GTF_readonly;
    check_eq("changed_to_read_only", grant_map(PAGES, window2, ok, 0, &second), GNTST_general_error);
    check_eq("changed_marks", grant2_status(PAGES), GTF_reading);
    check_eq("changed_unmap", grant_unmap(handle, window), GNTST_okay);
    check_eq("changed_no_marks", grant2_status(PAGES), 0);
}

static void check_swap(void)
{
    u32 handle;

    grant2_give(PAGES, 0, mfn_of(data), 0);
    grant2_part(PART, 3, 1UL << 40, 5, 6, GTF_readonly);
    check_eq("swap", grant_swap(PAGES, PART), GNTST_okay);
    check_eq("swap_flags", grant2(PAGES)->hdr.flags, GTF_permit_access | GTF_sub_page | GTF_readonly);
    check("swap_part", grant2(PAGES)->hdr.domid == 3 && grant2(PAGES)->sub_page.page_off == 5 && grant2(PAGES)->sub_page.length == 6);
    check_eq("swap_frame", (long)grant2(PAGES)->sub_page.frame, 1L << 40);
    check_eq("swap_map", grant_map(PART, window, ok, 0, &handle), GNTST_okay);
    check_eq("swap_in_use", grant_swap(PAGES, PART), GNTST_eagain);
    check_eq("swap_in_use_with_itself", grant_swap(PART, PART), GNTST_okay);
    check_eq("swap_far", grant_swap(PAGES, 256), GNTST_bad_gntref);
    check_eq("swap_very_far", grant_swap(0xffffffff, PAGES), GNTST_bad_gntref);
    check_eq("swap_unmap", grant_unmap(handle, window), GNTST_okay);
    check_eq("swap_pointer", grant_op(GNTTABOP_swap_grant_ref, (void *)HYPERVISOR_PRIVATE, 1), -XEN_EFAULT);
}

void test_main(void)
{
    grant2_setup();
    unmap(window);
    unmap(window2);
    check_marks();
    check_refused();
    check_changed();
    check_swap();
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
}
