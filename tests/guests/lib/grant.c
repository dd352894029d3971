#include "grant.h"

u8 grant_page[PAGE_SIZE] PAGE;

long grant_op(u32 op, void *arg, u32 count)
{
    return HC(grant_table_op, op, arg, count);
}

void grant_setup(void)
{
    static xen_pfn_t frame;
    struct gnttab_setup_table setup = { .dom = DOMID_SELF, .nr_frames = 1 };

    set_xen_guest_handle(setup.frame_list, &frame);
    if (grant_op(GNTTABOP_setup_table, &setup, 1) != 0 || setup.status != GNTST_okay)
        fatal("setup_table: status %d", setup.status);
    map(grant_page, frame, RW_PTE);
}

void grant_give(u32 ref, u64 frame, u16 flags)
{
    grant(ref)->domid = 0;
    grant(ref)->frame = (u32)frame;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    grant(ref)->flags = GTF_permit_access | flags;
}

long grant_map(u32 ref, const void *at, u32 flags, u32 domid, u32 *handle)
{
    struct gnttab_map_grant_ref op = { .host_addr = (u64)at, .flags = flags, .ref = ref, .dom = (domid_t)domid };
    long ret = grant_op(GNTTABOP_map_grant_ref, &op, 1);

    *handle = op.handle;
    return ret != 0 ? -1000 + ret : op.status;
}

long grant_unmap(u32 handle, const void *at)
{
    struct gnttab_unmap_grant_ref op = { .host_addr = (u64)at, .handle = handle };
    long ret = grant_op(GNTTABOP_unmap_grant_ref, &op, 1);

    return ret != 0 ? -1000 + ret : op.status;
}
