#include "grant.h"

#define UNSAID (-99) // a status that the hypervisor never gives

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
    struct gnttab_map_grant_ref op = { .status = UNSAID, .host_addr = (u64)at, .flags = flags, .ref = ref, .dom = (domid_t)domid };
    long ret = grant_op(GNTTABOP_map_grant_ref, &op, 1);

    *handle = op.handle;
    return ret != 0 ? -1000 + ret : op.status;
}

long grant_unmap(u32 handle, const void *at)
{
    struct gnttab_unmap_grant_ref op = { .status = UNSAID, .host_addr = (u64)at, .handle = handle };
    long ret = grant_op(GNTTABOP_unmap_grant_ref, &op, 1);

    return ret != 0 ? -1000 + ret : op.status;
}

long grant_copy_from(domid_t domid, u32 ref, u32 offset, u32 length, const void *to)
{
    struct gnttab_copy op = { .status = UNSAID, .len = (u16)length, .flags = GNTCOPY_source_gref };

    op.source.u.ref = ref;
    op.source.domid = domid;
    op.source.offset = (u16)offset;
    op.dest.u.gmfn = mfn_of(to);
    op.dest.domid = DOMID_SELF;
    long ret = grant_op(GNTTABOP_copy, &op, 1);

    return ret != 0 ? -1000 + ret : op.status;
}

long grant_copy_to(const void *from, domid_t domid, u32 ref, u32 offset, u32 length)
{
    struct gnttab_copy op = { .status = UNSAID, .len = (u16)length, .flags = GNTCOPY_dest_gref };

    op.source.u.gmfn = mfn_of(from);
    op.source.domid = DOMID_SELF;
    op.dest.u.ref = ref;
    op.dest.domid = domid;
    op.dest.offset = (u16)offset;
    long ret = grant_op(GNTTABOP_copy, &op, 1);

    return ret != 0 ? -1000 + ret : op.status;
}

long grant_swap(u32 a, u32 b)
{
    struct gnttab_swap_grant_ref op = { .status = UNSAID, .ref_a = a, .ref_b = b };
    long ret = grant_op(GNTTABOP_swap_grant_ref, &op, 1);

    return ret != 0 ? -1000 + ret : op.status;
}

long grant_setup_table(domid_t domid, u32 count, void *list)
{
    struct gnttab_setup_table op = { .dom = domid, .nr_frames = count };

    set_xen_guest_handle(op.frame_list, (xen_pfn_t *)list);
    long ret = grant_op(GNTTABOP_setup_table, &op, 1);

    return ret != 0 ? -1000 + ret : op.status;
}

// ---- version 2
u8 status_page[PAGE_SIZE] PAGE;
u32 grant_version;

long grant_set_version(u32 version)
{
    struct gnttab_set_version op = { version };
    long ret = grant_op(GNTTABOP_set_version, &op, 1);

    grant_version = op.version;
    return ret;
}

long grant_status_frames(domid_t domid, u32 count, void *list)
{
    struct gnttab_get_status_frames op = { .nr_frames = count, .dom = domid };

    set_xen_guest_handle(op.frame_list, (uint64_t *)list);
    long ret = grant_op(GNTTABOP_get_status_frames, &op, 1);

    return ret != 0 ? -1000 + ret : op.status;
}

void grant2_status_map(void)
{
    static u64 frame;
    long ret = grant_status_frames(DOMID_SELF, 1, &frame);

    if (ret != GNTST_okay)
        fatal("get_status_frames: status %ld", ret);
    map(status_page, frame, RW_PTE);
}

void grant2_status_unmap(void)
{
    map_rw(status_page); // its own frame again
}

void grant2_setup(void)
{
    long ret = grant_set_version(2);

    if (ret != 0 || grant_version != 2)
        fatal("set_version(2): %ld, version %u", ret, grant_version);
    grant_setup();
    grant2_status_map();
}

void grant2_give(u32 ref, domid_t to, u64 frame, u16 flags)
{
    grant2(ref)->hdr.domid = to;
    grant2(ref)->full_page.pad0 = 0;
    grant2(ref)->full_page.frame = frame;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    grant2(ref)->hdr.flags = GTF_permit_access | flags;
}

void grant2_part(u32 ref, domid_t to, u64 frame, u32 start, u32 length, u16 flags)
{
    grant2(ref)->hdr.domid = to;
    grant2(ref)->sub_page.page_off = (u16)start;
    grant2(ref)->sub_page.length = (u16)length;
    grant2(ref)->sub_page.frame = frame;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    grant2(ref)->hdr.flags = GTF_permit_access | GTF_sub_page | flags;
}

void grant2_transitive(u32 ref, domid_t to, domid_t next, u32 next_ref, u16 flags)
{
    grant2(ref)->hdr.domid = to;
    grant2(ref)->transitive.trans_domid = next;
    grant2(ref)->transitive.gref = next_ref;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    grant2(ref)->hdr.flags = GTF_transitive | flags;
}
