/* SPDX-License-Identifier: MIT */
#include "xen-compat/vnuma_info.h"

#include <xen/memory.h>

#include "core/vnuma.h"
#include "core/guest.h"
#include "xen-compat/raw.h"

#define VNUMA_BYTES sizeof(struct xen_vnuma_topology_info)
#define VNUMA_AT(field) offsetof(struct xen_vnuma_topology_info, field)

static int vnode_distances_put(const struct domain *d, gva_t at, uint32_t i)
{
    uint32_t nr = vnuma_nr(d);

    for (uint32_t k = 0; k < nr && k < MAX_NODES; k++) {
        uint32_t far = numa.distance[vnuma_node(d, i) % MAX_NODES][vnuma_node(d, k) % MAX_NODES];

        if (guest_put(gva_add(at, (i * nr + k) * sizeof(far)), far) != 0)
            return -EFAULT;
    }
    return 0;
}

static int vnodes_put(const struct domain *d, const uint8_t raw[VNUMA_BYTES])
{
    for (uint32_t i = 0; i < vnuma_nr(d) && i < MAX_NODES; i++) {
        struct xen_vmemrange r = { .start = vnuma_first_pfn(d, i) << PAGE_SHIFT,
                                   .end = vnuma_first_pfn(d, i + 1) << PAGE_SHIFT,
                                   .nid = i };

        if (guest_put(gva_add(gva(raw_u64(raw, VNUMA_AT(vmemrange))), i * sizeof(r)), r) != 0 ||
            vnode_distances_put(d, gva(raw_u64(raw, VNUMA_AT(vdistance))), i) != 0)
            return -EFAULT;
    }
    return 0;
}

static int vnode_vcpus_put(const struct domain *d, gva_t at)
{
    for (uint32_t id = 0; id < d->max_vcpus && id < MAX_VCPUS; id++) {
        uint32_t vnode = vnuma_of_vcpu(d, id);

        if (guest_put(gva_add(at, id * sizeof(vnode)), vnode) != 0)
            return -EFAULT;
    }
    return 0;
}

/* How many there are is told also to who has too little room. */
static int vnuma_sizes_put(const struct domain *d, gva_t arg)
{
    uint32_t nr = vnuma_nr(d), nr_vcpus = d->max_vcpus;

    if (guest_put(gva_add(arg, VNUMA_AT(nr_vnodes)), nr) != 0 ||
        guest_put(gva_add(arg, VNUMA_AT(nr_vmemranges)), nr) != 0 ||
        guest_put(gva_add(arg, VNUMA_AT(nr_vcpus)), nr_vcpus) != 0)
        return -EFAULT;
    return 0;
}

long vnuma_info(struct vcpu *v, gva_t arg)
{
    uint8_t raw[VNUMA_BYTES];
    struct domain *d;
    bool room;

    if (guest_get(raw, arg) != 0)
        return -EFAULT;
    if (raw_u16(raw, VNUMA_AT(pad)) != 0)
        return -EINVAL;
    d = domain_find(v->domain, raw_u16(raw, VNUMA_AT(domid)));
    if (d == NULL)
        return -ESRCH;
    if (d != v->domain && !v->domain->privileged)
        return -EPERM;
    if (vnuma_nr(d) == 0)
        return -EOPNOTSUPP;
    room = raw_u32(raw, VNUMA_AT(nr_vnodes)) >= vnuma_nr(d) && raw_u32(raw, VNUMA_AT(nr_vmemranges)) >= vnuma_nr(d) &&
           raw_u32(raw, VNUMA_AT(nr_vcpus)) >= d->max_vcpus;
    if (room && (vnodes_put(d, raw) != 0 || vnode_vcpus_put(d, gva(raw_u64(raw, VNUMA_AT(vcpu_to_vnode)))) != 0))
        return -EFAULT;
    return vnuma_sizes_put(d, arg) != 0 ? -EFAULT : room ? 0 : -ENOBUFS;
}
