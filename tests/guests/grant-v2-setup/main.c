/*
 * grant_table_op: from version 1 of the table to version 2 and back.
 *
 * Checks: set_version good and bad, while grants are in use and while a status frame is mapped; which entries are kept and how; sizes of the
 *   table and of the status array, as it grows too; get_version; the status frames' pointers, counts and domains; XENMEM_add_to_physmap of
 *   both kinds of frames, which is not for PV domains.
 */
#include "grant.h"

#define BUSY (GTF_reading | GTF_writing)

static u8 data[PAGE_SIZE] PAGE, window[PAGE_SIZE] PAGE, hole[PAGE_SIZE] PAGE;
static u64 list[64];

static u32 get_version(void)
{
    struct gnttab_get_version op = { .dom = DOMID_SELF };

    check_eq("get_version", grant_op(GNTTABOP_get_version, &op, 1), 0);
    return op.version;
}

static long physmap(u32 space, u64 index, domid_t domid)
{
    struct xen_add_to_physmap op = { .domid = domid, .space = space, .idx = index, .gpfn = 5 };

    return HC(memory_op, XENMEM_add_to_physmap, &op);
}

static void check_bad(void)
{
    struct gnttab_get_status_frames status = { .nr_frames = 1, .dom = DOMID_SELF };

    set_xen_guest_handle(status.frame_list, list);
    check_eq("set_version_0", grant_set_version(0), -XEN_EINVAL);
    check_eq("set_version_0_version", grant_version, 2);
    check_eq("set_version_3", grant_set_version(3), -XEN_EINVAL);
    check_eq("set_version_max", grant_set_version(0xffffffff), -XEN_EINVAL);
    check_eq("set_version_pointer", grant_op(GNTTABOP_set_version, (void *)HYPERVISOR_PRIVATE, 1), -XEN_EFAULT);
    check_eq("get_version_pointer", grant_op(GNTTABOP_get_version, (void *)HYPERVISOR_PRIVATE, 1), -XEN_EFAULT);
    check_eq("status_pointer", grant_op(GNTTABOP_get_status_frames, (void *)HYPERVISOR_PRIVATE, 1), -XEN_EFAULT);
    check_eq("status_count_2", grant_op(GNTTABOP_get_status_frames, &status, 2), -XEN_EINVAL);
    check_eq("status_count_0", grant_op(GNTTABOP_get_status_frames, &status, 0), -XEN_EINVAL);
    check_eq("status_stranger", grant_status_frames(1234, 1, list), GNTST_bad_domain);
    check_eq("status_too_many", grant_status_frames(DOMID_SELF, 2, list), GNTST_general_error);
    check_eq("status_far_too_many", grant_status_frames(DOMID_SELF, 0xffffffff, list), GNTST_general_error);
    check_eq("status_list_not_there", grant_status_frames(DOMID_SELF, 1, hole), GNTST_bad_virt_addr);
    check("status_list_in_hypervisor", grant_status_frames(DOMID_SELF, 1, (void *)HYPERVISOR_PRIVATE) != GNTST_okay);
    check_eq("physmap_table", physmap(XENMAPSPACE_grant_table, 0, DOMID_SELF), -XEN_EACCES);
    check_eq("physmap_status", physmap(XENMAPSPACE_grant_table, XENMAPIDX_grant_table_status, DOMID_SELF), -XEN_EACCES);
    check_eq("physmap_stranger", physmap(XENMAPSPACE_grant_table, 0, 1234), -XEN_ESRCH);
    check_eq("physmap_foreign", physmap(XENMAPSPACE_gmfn_foreign, 0, DOMID_SELF), -XEN_ENOSYS);
    check_eq("physmap_pointer", HC(memory_op, XENMEM_add_to_physmap, HYPERVISOR_PRIVATE), -XEN_EFAULT);
}

static void check_growth(void)
{
    struct gnttab_query_size size = { .dom = DOMID_SELF };

    check_eq("grow_8", grant_setup_table(DOMID_SELF, 8, list), GNTST_okay);
    check_eq("grow_8_status", grant_status_frames(DOMID_SELF, 2, list), GNTST_general_error);
    check_eq("grow_9", grant_setup_table(DOMID_SELF, 9, list), GNTST_okay);
    check_eq("grow_9_status", grant_status_frames(DOMID_SELF, 2, list), GNTST_okay);
    check("grow_9_distinct", list[0] != list[1] && list[1] != 0);
    check_eq("query_size", grant_op(GNTTABOP_query_size, &size, 1), 0);
    check_eq("query_size_frames", size.nr_frames, 9);
    check_eq("grow_too_far", grant_setup_table(DOMID_SELF, size.max_nr_frames + 1, list), GNTST_general_error);
    check_eq("grow_far", grant_setup_table(DOMID_SELF, size.max_nr_frames, list), GNTST_okay);
    check_eq("grow_far_status", grant_status_frames(DOMID_SELF, (size.max_nr_frames + 7) / 8, list), GNTST_okay);
}

// Reserved entries (0 to 7) in version 1, to version 2.
static void to_two(void)
{
    u32 handle;

    grant_give(1, mfn_of(data), GTF_readonly);
    grant_give(3, mfn_of(data), 0);
    grant(5)->domid = 3;
    grant(5)->frame = 77;
    grant(5)->flags = GTF_accept_transfer;
    grant_give(20, mfn_of(data), 0);
    check_eq("map_20", grant_map(20, window, GNTMAP_host_map, 0, &handle), GNTST_okay);
    check_eq("in_use", grant_set_version(2), -XEN_EBUSY);
    check_eq("in_use_version", grant_version, 1);
    check_eq("in_use_kept", grant(20)->flags, GTF_permit_access | BUSY);
    check_eq("unmap_20", grant_unmap(handle, window), GNTST_okay);
    check_eq("map_3", grant_map(3, window, GNTMAP_host_map, 0, &handle), GNTST_okay);
    check_eq("set_version_2", grant_set_version(2), 0);
    check_eq("set_version_2_version", grant_version, 2);
    check_eq("get_version_2", get_version(), 2);
    grant2_status_map();
    check_eq("kept_flags", grant2(1)->hdr.flags, GTF_permit_access | GTF_readonly);
    check_eq("kept_frame", (long)grant2(1)->full_page.frame, (long)mfn_of(data));
    check_eq("kept_in_use", grant2(3)->hdr.flags, GTF_permit_access);
    check_eq("kept_in_use_status", grant2_status(3), BUSY);
    check_eq("kept_transfer", grant2(5)->hdr.flags, GTF_accept_transfer);
    check_eq("kept_transfer_domid", grant2(5)->hdr.domid, 3);
    check_eq("others_are_gone", grant2(20)->hdr.flags | (long)grant2(20)->full_page.frame, 0);
    check_eq("unmap_3", grant_unmap(handle, window), GNTST_okay);
    check_eq("unmap_3_status", grant2_status(3), 0);
    check_eq("again_2", grant_set_version(2), 0);
    check_eq("again_2_kept", grant2(1)->hdr.flags, GTF_permit_access | GTF_readonly);
}

// And back.
static void to_one(void)
{
    u32 handle;

    grant2_give(10, 0, mfn_of(data), 0);
    check_eq("map_10", grant_map(10, window, GNTMAP_host_map, 0, &handle), GNTST_okay);
    check_eq("2_in_use", grant_set_version(1), -XEN_EBUSY);
    check_eq("unmap_10", grant_unmap(handle, window), GNTST_okay);
    check_eq("status_mapped", grant_set_version(1), -XEN_EBUSY);
    check_eq("status_mapped_version", grant_version, 2);
    grant2_status_unmap();
    grant2_transitive(2, 0, 1, 1, 0);
    check_eq("transitive_is_reserved", grant_set_version(1), -XEN_ERANGE);
    grant2_give(2, 0, 1UL << 32, 0);
    check_eq("wide_frame_is_reserved", grant_set_version(1), -XEN_ERANGE);
    grant2_status_map();
    check_eq("nothing_lost", grant2(1)->hdr.flags, GTF_permit_access | GTF_readonly);
    grant2_status_unmap();
    grant2(2)->hdr.flags = GTF_invalid | GTF_readonly;
    grant2_part(4, 0, mfn_of(data), 100, 50, 0);
    grant2_give(6, 0, mfn_of(data), GTF_readonly);
    check_eq("map_6", grant_map(6, window, GNTMAP_host_map | GNTMAP_readonly, 0, &handle), GNTST_okay);
    check_eq("set_version_1", grant_set_version(1), 0);
    check_eq("get_version_1", get_version(), 1);
    check_eq("1_kept_flags", grant(1)->flags, GTF_permit_access | GTF_readonly);
    check_eq("1_kept_frame", grant(1)->frame, (long)(u32)mfn_of(data));
    check_eq("1_kept_part", grant(4)->flags, GTF_permit_access | GTF_sub_page);
    check_eq("1_kept_in_use", grant(6)->flags, GTF_permit_access | GTF_readonly | GTF_reading);
    check("1_rest_is_zero", (grant(2)->flags | grant(5)->flags | grant(5)->frame | grant(20)->flags | grant(40)->flags) == 0);
    check_eq("unmap_6", grant_unmap(handle, window), GNTST_okay);
    check_eq("unmap_6_flags", grant(6)->flags, GTF_permit_access | GTF_readonly);
    check_eq("no_status_frames", grant_status_frames(DOMID_SELF, 1, list), GNTST_general_error);
    check_eq("no_status_frames_wanted", grant_status_frames(DOMID_SELF, 0, list), GNTST_okay);
    check_eq("ref_511", grant_map(511, window, GNTMAP_host_map, 0, &handle), GNTST_general_error); // there, and not given
}

void test_main(void)
{
    unmap(window);
    unmap(hole);
    check_eq("set_version_1_first", grant_set_version(1), 0);
    check_eq("get_version_first", get_version(), 1);
    check_eq("status_frames_first", grant_status_frames(DOMID_SELF, 1, list), GNTST_general_error);
    grant_setup();
    to_two();
    check_bad();
    to_one();
    for (u32 i = 0; i < 20; i++)
        if (grant_set_version(2) != 0 || grant_set_version(1) != 0)
            check_eq("often", grant_version, 1);
    check_eq("to_2_to_grow", grant_set_version(2), 0);
    check_growth();
    check_eq("to_1_when_large", grant_set_version(1), 0);
    check_eq("large_frames", grant_setup_table(DOMID_SELF, 9, list), GNTST_okay);
}
