/* SPDX-License-Identifier: MIT */
/* sysctl: what the control domain asks about and does to the machine (Xen public header sysctl.h).  So far its log,
 * what it has, its domains, its scheduler, CPUs in and out of service, and where CPUs and memory are. */
#define __XEN_TOOLS__ 1
#include "core/guest.h"

#include <xen/sysctl.h>

#include "core/cmdline.h"
#include "core/log.h"
#include "core/numa.h"
#include "core/priv.h"
#include "core/time.h"
#include "ports/console.h"
#include "ports/pagealloc.h"
#include "ports/sched.h"
#include "xen-compat/cpu_change.h"
#include "xen-compat/domain_info.h"
#include "xen-compat/hypercalls.h"
#include "xen-compat/livepatch.h"
#include "xen-compat/raw.h"

_Static_assert(sizeof(struct xen_sysctl) == 136 && offsetof(struct xen_sysctl, u) == 8, "sysctl");

#define RAW_BYTES sizeof(struct xen_sysctl)
#define SCHED_AT(field) (offsetof(struct xen_sysctl, u.scheduler_op) + offsetof(struct xen_sysctl_scheduler_op, field))

static long op_sched_id(gva_t at)
{
    uint32_t id = sched_abi_id();

    return guest_put(gva_add(at, offsetof(struct xen_sysctl, u.sched_id.sched_id)), id);
}

/* A vcpu that is switched to is not kept from being switched from: the rate limit is 0, which means none. */
static long ratelimit_put(uint32_t us)
{
    if (us == 0)
        return 0;
    return us < XEN_SYSCTL_SCHED_RATELIMIT_MIN || us > XEN_SYSCTL_SCHED_RATELIMIT_MAX ? -EINVAL : -EOPNOTSUPP;
}

static long ratelimit_get(gva_t at)
{
    uint32_t us = 0;

    return guest_put(gva_add(at, SCHED_AT(u.sched_credit2.ratelimit_us)), us);
}

/* There is one pool of CPUs, number 0. */
static long op_scheduler(const uint8_t raw[RAW_BYTES], gva_t at)
{
    uint32_t cmd = raw_u32(raw, SCHED_AT(cmd));

    if (cmd != XEN_SYSCTL_SCHEDOP_putinfo && cmd != XEN_SYSCTL_SCHEDOP_getinfo)
        return -EINVAL;
    if (raw_u32(raw, SCHED_AT(cpupool_id)) != 0)
        return -ESRCH;
    if (raw_u32(raw, SCHED_AT(sched_id)) != sched_abi_id())
        return -EINVAL;
    if (sched_abi_id() != SCHED_ABI_CREDIT2)
        return -EOPNOTSUPP;
    return cmd == XEN_SYSCTL_SCHEDOP_putinfo ? ratelimit_put(raw_u32(raw, SCHED_AT(u.sched_credit2.ratelimit_us)))
                                             : ratelimit_get(at);
}

/* What xen-hptool asks. */
static long op_cpu_hotplug(struct vcpu *v, const uint8_t raw[RAW_BYTES])
{
    uint32_t id = raw_u32(raw, offsetof(struct xen_sysctl, u.cpu_hotplug.cpu));

    switch (raw_u32(raw, offsetof(struct xen_sysctl, u.cpu_hotplug.op))) {
    case XEN_SYSCTL_CPU_HOTPLUG_ONLINE: return cpu_change(v, __HYPERVISOR_sysctl, id, true);
    case XEN_SYSCTL_CPU_HOTPLUG_OFFLINE: return cpu_change(v, __HYPERVISOR_sysctl, id, false);
    default: return -EOPNOTSUPP; /* no siblings are told apart */
    }
}

/* ---- the log ---- */

#define LOG_AT(field) (offsetof(struct xen_sysctl, u.readconsole) + offsetof(struct xen_sysctl_readconsole, field))
#define LOG_CHUNK 256
#define LOG_CHUNKS_MAX 256 /* 64 KiB: more than the ring holds */

/* Copy to the guest from *index on, at most nr_bytes; *done says how many. */
static int log_copy(gva_t to, uint32_t nr_bytes, uint32_t *index, uint32_t *done)
{
    char chunk[LOG_CHUNK];

    *done = 0;
    for (unsigned turn = 0; turn < LOG_CHUNKS_MAX && *done < nr_bytes; turn++) {
        uint64_t n = console_ring_read(chunk, min_u64(nr_bytes - *done, LOG_CHUNK), index);

        if (n == 0)
            break;
        if (guest_write(gva_add(to, *done), chunk, n) != 0)
            return -EFAULT;
        *done += (uint32_t)n;
    }
    return 0;
}

static long op_log(const uint8_t raw[RAW_BYTES], gva_t at)
{
    uint32_t done, index = raw[LOG_AT(incremental)] != 0 ? raw_u32(raw, LOG_AT(index)) : console_ring_first();

    if (log_copy(gva(raw_u64(raw, LOG_AT(buffer))), raw_u32(raw, LOG_AT(count)), &index, &done) != 0 ||
        guest_put(gva_add(at, LOG_AT(index)), index) != 0 || guest_put(gva_add(at, LOG_AT(count)), done) != 0)
        return -EFAULT;
    if (raw[LOG_AT(clear)] != 0)
        console_ring_clear(index);
    return 0;
}

/* ---- the machine, and its domains ---- */

#define LIST_AT(field) \
    (offsetof(struct xen_sysctl, u.getdomaininfolist) + offsetof(struct xen_sysctl_getdomaininfolist, field))

/* The machine's CPUID words in Xen's order; those that it has not are 0. */
static void features_put(uint32_t hw_cap[8])
{
    uint32_t a, b, c, d, last, last_ext;

    cpuid(0, 0, &last, &b, &c, &d);
    cpuid(0x80000000, 0, &last_ext, &b, &c, &d);
    cpuid(1, 0, &a, &b, &hw_cap[1], &hw_cap[0]);
    if (last_ext >= 0x80000001)
        cpuid(0x80000001, 0, &a, &b, &hw_cap[3], &hw_cap[2]);
    if (last >= 0xd)
        cpuid(0xd, 1, &hw_cap[4], &b, &c, &d);
    if (last >= 7)
        cpuid(7, 0, &a, &hw_cap[5], &hw_cap[6], &d);
    if (last_ext >= 0x80000007)
        cpuid(0x80000007, 0, &a, &b, &c, &hw_cap[7]);
}

/* How many of the CPUs in service are in the first one's package. */
static uint32_t cpus_of_package(void)
{
    uint32_t first, package, core, nr = 0;

    numa_cpu_place(&cpus[0], &first, &core);
    for (uint32_t i = 0; i < nr_cpus && i < MAX_CPUS; i++) {
        numa_cpu_place(&cpus[i], &package, &core);
        nr += package == first;
    }
    return nr;
}

/* Threads of a core are not told apart. */
static long op_machine(gva_t at)
{
    struct xen_sysctl_physinfo p = {
        .threads_per_core = 1,
        .cores_per_socket = cpus_of_package(),
        .nr_cpus = (uint32_t)__builtin_popcountl(atomic_read64(&cpus_online)),
        .max_cpu_id = nr_cpus - 1,
        .nr_nodes = numa.nr_nodes,
        .max_node_id = MAX_NODES - 1,
        .cpu_khz = (uint32_t)(tsc_hz() / 1000),
        .capabilities = XEN_SYSCTL_PHYSCAP_pv | XEN_SYSCTL_PHYSCAP_gnttab_v1 |
                        (opt_gnttab_max_ver >= 2 ? XEN_SYSCTL_PHYSCAP_gnttab_v2 : 0),
        .total_pages = pagealloc_nr_total(),
        .free_pages = pagealloc_nr_free(),
        .max_mfn = max_mfn - 1,
    };

    features_put(p.hw_cap);
    return guest_put(gva_add(at, offsetof(struct xen_sysctl, u.physinfo)), p);
}

static long op_domains(const uint8_t raw[RAW_BYTES], gva_t at)
{
    long nr = domain_info_list(raw_u16(raw, LIST_AT(first_domain)), raw_u32(raw, LIST_AT(max_domains)),
                               gva(raw_u64(raw, LIST_AT(buffer))));
    uint32_t n = (uint32_t)nr;

    return nr < 0 ? nr : guest_put(gva_add(at, LIST_AT(num_domains)), n);
}

/* ---- nodes and CPUs ---- */

#define NODES_AT(field) (offsetof(struct xen_sysctl, u.numainfo) + offsetof(struct xen_sysctl_numainfo, field))
#define CPUS_AT(field) (offsetof(struct xen_sysctl, u.cputopoinfo) + offsetof(struct xen_sysctl_cputopoinfo, field))

static int node_memory_put(gva_t at, uint32_t node)
{
    struct xen_sysctl_meminfo m = { .memsize = pagealloc_nr_total_on(node) << PAGE_SHIFT,
                                    .memfree = pagealloc_nr_free_on(node) << PAGE_SHIFT };

    return guest_put(gva_add(at, node * sizeof(m)), m);
}

/* A row of a square table of nr. */
static int node_distances_put(gva_t at, uint32_t node, uint32_t nr)
{
    for (uint32_t k = 0; k < nr && k < MAX_NODES; k++) {
        uint32_t far = numa.distance[node % MAX_NODES][k];

        if (guest_put(gva_add(at, (node * nr + k) * sizeof(far)), far) != 0)
            return -EFAULT;
    }
    return 0;
}

/* As many as there are and the caller has room for; with no place to write to, how many there are. */
static long op_nodes(const uint8_t raw[RAW_BYTES], gva_t at)
{
    uint64_t memory = raw_u64(raw, NODES_AT(meminfo)), distance = raw_u64(raw, NODES_AT(distance));
    uint32_t room = raw_u32(raw, NODES_AT(num_nodes)), nr = numa.nr_nodes;

    if (memory != 0 || distance != 0)
        nr = (uint32_t)min_u64(nr, room);
    for (uint32_t n = 0; n < nr && n < MAX_NODES; n++) {
        if ((memory != 0 && node_memory_put(gva(memory), n) != 0) ||
            (distance != 0 && node_distances_put(gva(distance), n, nr) != 0))
            return -EFAULT;
    }
    return guest_put(gva_add(at, NODES_AT(num_nodes)), nr);
}

static long op_cpus(const uint8_t raw[RAW_BYTES], gva_t at)
{
    uint64_t to = raw_u64(raw, CPUS_AT(cputopo));
    uint32_t room = raw_u32(raw, CPUS_AT(num_cpus)), nr = nr_cpus;

    if (to != 0)
        nr = (uint32_t)min_u64(nr, room);
    for (uint32_t i = 0; to != 0 && i < nr && i < MAX_CPUS; i++) {
        struct xen_sysctl_cputopo c = { .node = cpus[i].node };

        numa_cpu_place(&cpus[i], &c.socket, &c.core);
        if (guest_put(gva_add(gva(to), i * sizeof(c)), c) != 0)
            return -EFAULT;
    }
    return guest_put(gva_add(at, CPUS_AT(num_cpus)), nr);
}

long hc_sysctl(struct vcpu *v, uint64_t arg, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    uint8_t raw[RAW_BYTES];
    uint32_t cmd;

    if (livepatch_continues(v))
        return livepatch_continue(v);
    if (cpu_change_continues(v, __HYPERVISOR_sysctl))
        return cpu_change_continue(v);
    if (guest_get(raw, gva(arg)) != 0)
        return -EFAULT;
    if (raw_u32(raw, offsetof(struct xen_sysctl, interface_version)) != XEN_SYSCTL_INTERFACE_VERSION)
        return -EACCES;
    if (!v->domain->privileged)
        return -EPERM;
    cmd = raw_u32(raw, offsetof(struct xen_sysctl, cmd));
    switch (cmd) {
    case XEN_SYSCTL_readconsole: return op_log(raw, gva(arg));
    case XEN_SYSCTL_physinfo: return op_machine(gva(arg));
    case XEN_SYSCTL_sched_id: return op_sched_id(gva(arg));
    case XEN_SYSCTL_getdomaininfolist: return op_domains(raw, gva(arg));
    case XEN_SYSCTL_cpu_hotplug: return op_cpu_hotplug(v, raw);
    case XEN_SYSCTL_numainfo: return op_nodes(raw, gva(arg));
    case XEN_SYSCTL_cputopoinfo: return op_cpus(raw, gva(arg));
    case XEN_SYSCTL_livepatch_op: return livepatch_op(v, raw, gva(arg));
    case XEN_SYSCTL_scheduler_op: return op_scheduler(raw, gva(arg));
    default: log_guest(LOG_INFO, "sysctl %u: not implemented", cmd); return -ENOSYS;
    }
}
