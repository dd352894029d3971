/*
 * Version 2 of the grant table, by a guest that keeps to nothing.
 *
 * Checks: entries and status words full of nonsense, rewritten while grants are in use, by a second vcpu too (at the same time, where there are
 *   CPUs for it); changes of version meanwhile; the status frame as a page table, or given back; huge references. The hypervisor lives; at
 *   the end nothing is stuck: a page that was granted all the time can become a page table, and the version can be changed.
 * Xen differs: status_frame_not_given_back: Xen 4.17 lets a domain give up its hold on a frame that the hypervisor shares with it
 * Run: vcpus=2 timeout=60 args=count=20000
 */
#include "grant.h"

static u64 data[512] PAGE, window[512] PAGE, to[512] PAGE;
static u64 state = 88172645463325252UL;
static volatile bool stop;

static u64 random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

// Half plausible: a grant of a page of our own, in a random way.
static void scribble(u32 ref, u64 r)
{
    volatile u32 *words = (volatile u32 *)grant2(ref);

    words[1] = (u32)(r >> 13);
    words[2] = (r & 0x100) != 0 ? (u32)mfn_of(data) : (u32)(r >> 20);
    words[3] = (r & 0x600) != 0 ? 0 : (u32)(r >> 40);
    words[0] = (r & 0x800) != 0 ? (u32)(r & 0xffff) : (GTF_permit_access | (r & 0x1000 ? GTF_sub_page : 0));
    ((volatile u16 *)status_page)[ref] = (u16)(r >> 3);
}

static void second_vcpu(u32 vcpu)
{
    u64 r = vcpu + 99;

    while (!stop) {
        r = r * 6364136223846793005UL + 1442695040888963407UL;
        scribble(8 + (u32)(r >> 60), r >> 7);
        if ((r >> 50 & 63) == 0)
            yield();
    }
    for (;;)
        block();
}

static void storm(u64 count)
{
    u32 handle, good = 0;

    for (u64 i = 0; i < count; i++) {
        u64 r = random();
        u32 ref = 8 + (u32)(r >> 60);

        scribble(ref, r);
        switch (r >> 56 & 7) {
        case 0: good += grant_copy_from(0, ref, (u32)(r & 0xfff), (u32)(r >> 20 & 0xfff), to) == GNTST_okay; break;
        case 1: good += grant_copy_to(to, 0, ref, (u32)(r & 0xfff), (u32)(r >> 20 & 0x3f)) == GNTST_okay; break;
        case 2: grant_swap(ref, 8 + (u32)(r >> 4 & 15)); break;
        case 3: grant_set_version((r & 0xff) == 0 ? 1 : 2); break;
        default:
            if (grant_map(ref, window, GNTMAP_host_map | ((r & 2) != 0 ? GNTMAP_readonly : 0), 0, &handle) != GNTST_okay)
                break;
            good++;
            scribble(ref, random());
            if (grant_unmap(handle, window) != GNTST_okay)
                fatal("a mapping cannot be ended, round %lu", i);
        }
    }
    check("storm_some_were_good", good > count / 100);
}

static void check_status_frame(void)
{
    u64 frame = 0;

    check_eq("status_frame", grant_status_frames(DOMID_SELF, 1, &frame), GNTST_okay);
    check("status_frame_no_table", mmuext(MMUEXT_PIN_L1_TABLE, frame, 0) < 0);
    struct xen_memory_reservation give = { .nr_extents = 1, .domid = DOMID_SELF };
    set_xen_guest_handle(give.extent_start, &frame);
    check_differs("status_frame_not_given_back", HC(memory_op, XENMEM_decrease_reservation, &give), 0, 1);
    check_eq("status_frame_read_only_too", (map(window, frame, RO_PTE), (long)try_read(window)), NO_TRAP);
    check_eq("status_frame_keeps_version", grant_set_version(1), -XEN_EBUSY);
    unmap(window);
}

void test_main(void)
{
    u32 handle;

    grant2_setup();
    unmap(window);
    check_status_frame();
    storm(argument("count", 20000));
    check_eq("second_vcpu", vcpu_start(1, second_vcpu), 0);
    storm(argument("count", 20000));
    stop = true;
    for (u32 i = 0; i < 10; i++)
        yield();
    for (u32 ref = 0; ref < 256; ref++)
        grant2(ref)->hdr.flags = 0;
    for (u32 ref = 256; ref != 0; ref <<= 1) {
        check_eq("far_map", grant_map(ref, window, GNTMAP_host_map, 0, &handle), GNTST_bad_gntref);
        check_eq("far_copy", grant_copy_from(0, ref, 0, 1, to), GNTST_bad_gntref);
    }
    // Nothing is held any more.
    memset(data, 0, sizeof(data));
    check("no_table_while_writable", mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(data), 0) < 0);
    unmap(data);
    check_eq("becomes_a_table", mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(data), 0), 0);
    check_eq("no_table_any_more", mmuext(MMUEXT_UNPIN_TABLE, mfn_of(data), 0), 0);
    grant2_status_unmap();
    check_eq("version_1", grant_set_version(1), 0);
    check_eq("version_2", grant_set_version(2), 0);
}
