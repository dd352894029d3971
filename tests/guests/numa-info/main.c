/*
 * Where CPUs and memory are: XEN_SYSCTL_numainfo, XEN_SYSCTL_cputopoinfo, XENMEM_get_vnumainfo.
 *
 * Checks: how many nodes and CPUs there are; memory that is free and not, near and far distances, a square table; CPUs on nodes that there
 *   are; too little room; places that are no memory; a domain that was given no nodes of its own, one that is not there, a wrong pad.
 */
#define __XEN_TOOLS__ 1
#include "guest.h"

#include <xen/memory.h>
#include <xen/sysctl.h>

#define ROOM 64

static struct xen_sysctl sys;
static struct xen_sysctl_meminfo memory[ROOM];
static struct xen_sysctl_cputopo cpus[ROOM];
static u32 distance[ROOM * ROOM];

static long sysctl(u32 cmd)
{
    sys.cmd = cmd;
    sys.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    return HC(sysctl, &sys);
}

// Nodes, with so much room.
static long nodes(u32 room, void *to_memory, void *to_distance)
{
    sys.u.numainfo.num_nodes = room;
    set_xen_guest_handle(sys.u.numainfo.meminfo, to_memory);
    set_xen_guest_handle(sys.u.numainfo.distance, to_distance);
    return sysctl(XEN_SYSCTL_numainfo);
}

static long topology(u32 room, void *to)
{
    sys.u.cputopoinfo.num_cpus = room;
    set_xen_guest_handle(sys.u.cputopoinfo.cputopo, to);
    return sysctl(XEN_SYSCTL_cputopoinfo);
}

static bool distances_ok(u32 nr)
{
    for (u32 i = 0; i < nr; i++) {
        for (u32 k = 0; k < nr; k++) {
            if (i == k ? distance[i * nr + k] != 10 : distance[i * nr + k] <= 10)
                return false;
        }
    }
    return true;
}

static bool memory_ok(u32 nr)
{
    u64 all = 0;

    for (u32 i = 0; i < nr; i++) {
        if (memory[i].memfree > memory[i].memsize)
            return false;
        all += memory[i].memsize;
    }
    return all > 64 << 20;
}

static u32 test_nodes(void)
{
    u32 nr;

    check_eq("count", nodes(0, NULL, NULL), 0);
    nr = sys.u.numainfo.num_nodes;
    check_range("nodes", nr, 1, 8);
    check_eq("nodes_all", nodes(ROOM, memory, distance), 0);
    check_eq("nodes_written", sys.u.numainfo.num_nodes, nr);
    check("memory", memory_ok(nr));
    check("distances", distances_ok(nr));
    memory[0].memsize = 77;
    check_eq("no_room", nodes(0, memory, NULL), 0);
    check_eq("no_room_count", sys.u.numainfo.num_nodes, 0);
    check_eq("no_room_written", memory[0].memsize, 77);
    check_eq("memory_pointer", nodes(ROOM, (void *)HYPERVISOR_PRIVATE, NULL), -XEN_EFAULT);
    check_eq("distance_pointer", nodes(ROOM, NULL, (void *)HYPERVISOR_PRIVATE), -XEN_EFAULT);
    say("numa-info: %u nodes\n", nr);
    return nr;
}

static void test_cpus(u32 nr_nodes)
{
    bool ok = true;
    u32 nr;

    check_eq("cpu_count", topology(0, NULL), 0);
    nr = sys.u.cputopoinfo.num_cpus;
    check_range("cpus", nr, 1, ROOM);
    check_eq("cpus_all", topology(ROOM, cpus), 0);
    check_eq("cpus_written", sys.u.cputopoinfo.num_cpus, nr);
    for (u32 i = 0; i < nr; i++)
        ok &= cpus[i].node < nr_nodes;
    check("cpus_on_nodes", ok);
    check_eq("cpu_pointer", topology(ROOM, (void *)HYPERVISOR_PRIVATE), -XEN_EFAULT);
}

static long vnuma(domid_t id, u16 pad)
{
    struct xen_vnuma_topology_info info = { .domid = id, .pad = pad };

    return HC(memory_op, XENMEM_get_vnumainfo, &info);
}

void test_main(void)
{
    test_cpus(test_nodes());
    check_eq("no_vnuma", vnuma(DOMID_SELF, 0), -XEN_EOPNOTSUPP);
    check_eq("vnuma_pad", vnuma(DOMID_SELF, 1), -XEN_EINVAL);
    check_eq("vnuma_absent", vnuma(77, 0), -XEN_ESRCH);
    check_eq("vnuma_pointer", HC(memory_op, XENMEM_get_vnumainfo, HYPERVISOR_PRIVATE), -XEN_EFAULT);
}
