/*
 * XENMEM_get_vnumainfo of a domain that is told of its nodes.
 *
 * Checks: as many vnodes as nodes, ranges that lie one behind the other and cover all pages, vcpus in order, distances that are square and near to
 *   themselves; too little room says how much it takes and writes no more; bad places; what the first domain sees of it, and it not of the first.
 *   With node_pages= on its command line (tests/boot/test_numa.py): nearly all frames of a vnode are the node's that first= and second= name.
 * Domain: domu=kernel=1,memory=32M,vcpus=3,vnuma=1,name=test1
 */
#include "peer.h"

#include <xen/memory.h>

#define ROOM 16
#define UNTOUCHED 0xaaaaaaaaU

static u32 distance[ROOM * ROOM], vnode_of[ROOM];
static xen_vmemrange_t range[ROOM];
static struct xen_vnuma_topology_info info;

static long ask(domid_t id, u32 nodes, u32 vcpus, u32 ranges)
{
    info = (struct xen_vnuma_topology_info){ .domid = id, .nr_vnodes = nodes, .nr_vcpus = vcpus, .nr_vmemranges = ranges };
    set_xen_guest_handle(info.vdistance.h, distance);
    set_xen_guest_handle(info.vcpu_to_vnode.h, vnode_of);
    set_xen_guest_handle(info.vmemrange.h, range);
    distance[0] = vnode_of[0] = range[0].nid = UNTOUCHED;
    return HC(memory_op, XENMEM_get_vnumainfo, &info);
}

static bool untouched(void)
{
    return distance[0] == UNTOUCHED && vnode_of[0] == UNTOUCHED && range[0].nid == UNTOUCHED;
}

static void check_ranges(u32 nr, u64 pages)
{
    u64 at = 0;

    for (u32 i = 0; i < nr; i++) {
        check_eq("range_begins", (long)range[i].start, (long)at);
        check("range_has_pages", range[i].end > at);
        check_eq("range_node", range[i].nid, i);
        check_eq("range_flags", range[i].flags, 0);
        at = range[i].end;
    }
    check_eq("ranges_end", (long)(at >> 12), (long)pages);
}

static void check_distances(u32 nr)
{
    for (u32 i = 0; i < nr; i++) {
        for (u32 k = 0; k < nr; k++)
            check("distance", i == k ? distance[i * nr + k] == 10 : distance[i * nr + k] > 10);
    }
}

static void check_vcpus(u32 nr, u32 vcpus)
{
    check_eq("first_vcpu", vnode_of[0], 0);
    for (u32 i = 1; i < vcpus; i++)
        check("vcpus_in_order", vnode_of[i] >= vnode_of[i - 1] && vnode_of[i] < nr);
    check("last_vcpu", vcpus < nr || vnode_of[vcpus - 1] == nr - 1);
}

// What the caller expects: so many vnodes, vcpus and pages.
static void told(domid_t id, u32 nr, u32 vcpus, u64 pages)
{
    check_eq("ask", ask(id, ROOM, ROOM, ROOM), 0);
    check_eq("vnodes", info.nr_vnodes, nr);
    check_eq("ranges", info.nr_vmemranges, nr);
    check_eq("vcpus", info.nr_vcpus, vcpus);
    check_ranges(nr, pages);
    check_distances(nr);
    check_vcpus(nr, vcpus);
    check_eq("just_enough_room", ask(id, nr, vcpus, nr), 0);
    for (u32 i = 0; i < 3; i++) {
        check_eq("too_little_room", ask(id, nr - (i == 0), vcpus - (i == 1), nr - (i == 2)), -XEN_ENOBUFS);
        check("says_how_much", info.nr_vnodes == nr && info.nr_vcpus == vcpus && info.nr_vmemranges == nr);
        check("writes_no_more", untouched());
    }
}

static long ask_into(void *distances, void *vcpus, void *ranges)
{
    info = (struct xen_vnuma_topology_info){ .domid = DOMID_SELF, .nr_vnodes = ROOM, .nr_vcpus = ROOM, .nr_vmemranges = ROOM };
    set_xen_guest_handle(info.vdistance.h, distances);
    set_xen_guest_handle(info.vcpu_to_vnode.h, vcpus);
    set_xen_guest_handle(info.vmemrange.h, ranges);
    return HC(memory_op, XENMEM_get_vnumainfo, &info);
}

static void refused(void)
{
    void *bad = (void *)HYPERVISOR_PRIVATE;

    check_eq("distances_pointer", ask_into(bad, vnode_of, range), -XEN_EFAULT);
    check_eq("vcpus_pointer", ask_into(distance, bad, range), -XEN_EFAULT);
    check_eq("ranges_pointer", ask_into(distance, vnode_of, bad), -XEN_EFAULT);
    check_eq("pointer", HC(memory_op, XENMEM_get_vnumainfo, bad), -XEN_EFAULT);
    check_eq("of_the_first", ask(0, ROOM, ROOM, ROOM), -XEN_EPERM);
    info.pad = 1;
    check_eq("pad", HC(memory_op, XENMEM_get_vnumainfo, &info), -XEN_EINVAL);
}

// Frames lie where their vnode says, but for some for the start of day.
static void check_frames(u32 vnode, u64 node, u64 node_pages)
{
    const u64 *list = (const u64 *)si->mfn_list;
    u64 near = 0, first = range[vnode].start >> 12, end = range[vnode].end >> 12;

    for (u64 pfn = first; pfn < end; pfn++)
        near += list[pfn] / node_pages == node;
    say("domu-vnuma: vnode %u has %lu of %lu frames on node %lu\n", vnode, near, end - first, node);
    check("frames_on_their_node", near * 100 >= (end - first) * 95);
}

static void test_nodes(u64 node_pages)
{
    told(DOMID_SELF, 2, (u32)argument("vcpus", 0), si->nr_pages);
    check_frames(0, argument("first", 99), node_pages);
    check_frames(1, argument("second", 99), node_pages);
    check_eq("vcpus_shared_out", vnode_of[1], 0);
    check_eq("second_half", vnode_of[2], 1);
}

void test_main(void)
{
    u64 node_pages = argument("node_pages", 0);

    if (first_domain()) {
        u32 port = peer_bind(1);

        told(1, 1, 3, 32 << 8);
        check_eq("the_first_is_told_of_none", ask(DOMID_SELF, ROOM, ROOM, ROOM), -XEN_EOPNOTSUPP);
        peer_finish(port);
    } else if (node_pages != 0) {
        test_nodes(node_pages);
    } else {
        u32 port = peer_offer(0);

        told(DOMID_SELF, 1, 3, si->nr_pages);
        refused();
        peer_wait(port, 0);
    }
}
