/*
 * grant_table_op: the table itself.
 *
 * Checks: set_version and get_version, query_size, setup_table for few, for more and for too many frames, bad domains and pointers, unknown
 *   operations, counts, the reserved grants.
 */
#include "grant.h"

static xen_pfn_t frames[64];

static long setup(u32 count, domid_t domain, void *list)
{
    struct gnttab_setup_table op = { .dom = domain, .nr_frames = count };

    set_xen_guest_handle(op.frame_list, (xen_pfn_t *)list);
    long ret = grant_op(GNTTABOP_setup_table, &op, 1);

    return ret != 0 ? -1000 + ret : op.status;
}

void test_main(void)
{
    struct gnttab_set_version version = { 1 };
    struct gnttab_get_version get = { .dom = DOMID_SELF };
    struct gnttab_query_size size = { .dom = DOMID_SELF };

    check_eq("set_version_1", grant_op(GNTTABOP_set_version, &version, 1), 0);
    check_eq("get_version", grant_op(GNTTABOP_get_version, &get, 1), 0);
    check_eq("get_version_1", (long)get.version, 1);
    version.version = 0;
    check_eq("set_version_0", grant_op(GNTTABOP_set_version, &version, 1), -XEN_EINVAL);
    version.version = 3;
    check_eq("set_version_3", grant_op(GNTTABOP_set_version, &version, 1), -XEN_EINVAL);
    get.dom = 1234;
    check_eq("get_version_stranger", grant_op(GNTTABOP_get_version, &get, 1), -XEN_ESRCH);

    check_eq("query_size", grant_op(GNTTABOP_query_size, &size, 1), 0);
    check_eq("query_size_status", size.status, GNTST_okay);
    check_range("query_size_max", size.max_nr_frames, 4, 1024);
    size.dom = 1234;
    check_eq("query_size_stranger", (grant_op(GNTTABOP_query_size, &size, 1), size.status), GNTST_bad_domain);

    check_eq("setup_1", setup(1, DOMID_SELF, frames), GNTST_okay);
    xen_pfn_t first = frames[0];
    check("setup_1_frame", first != 0);
    check_eq("setup_4", setup(4, DOMID_SELF, frames), GNTST_okay);
    check_eq("setup_4_first_same", (long)frames[0], (long)first);
    check("setup_4_distinct", frames[1] != frames[2] && frames[2] != frames[3] && frames[3] != first);
    check_eq("setup_too_many", setup(size.max_nr_frames + 1, DOMID_SELF, frames), GNTST_general_error);
    check_eq("setup_far_too_many", setup(0xffffffff, DOMID_SELF, frames), GNTST_general_error);
    check_eq("setup_stranger", setup(1, 1234, frames), GNTST_bad_domain);
    check("setup_list_in_hypervisor", setup(1, DOMID_SELF, (void *)HYPERVISOR_PRIVATE) != GNTST_okay);
    struct gnttab_setup_table op = { .dom = DOMID_SELF, .nr_frames = 1 };
    set_xen_guest_handle(op.frame_list, frames);
    check_eq("setup_count_2", grant_op(GNTTABOP_setup_table, &op, 2), -XEN_EINVAL);
    grant_setup();
    check_eq("table_writable_by_guest", (long)try_write(grant_page + 512, 0), NO_TRAP);
    check_eq("setup_pointer", grant_op(GNTTABOP_setup_table, (void *)HYPERVISOR_PRIVATE, 1), -XEN_EFAULT);
    check_eq("map_pointer", grant_op(GNTTABOP_map_grant_ref, (void *)HYPERVISOR_PRIVATE, 1), -XEN_EFAULT);
    check_eq("count_negative", grant_op(GNTTABOP_map_grant_ref, &op, 0xffffffff), -XEN_EINVAL);
    check_eq("count_0", grant_op(GNTTABOP_map_grant_ref, &op, 0), 0);
    check_eq("unknown", grant_op(99, &op, 1), -XEN_ENOSYS);
}
