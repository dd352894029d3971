/* SPDX-License-Identifier: MIT */
#define __XEN_TOOLS__ 1
#include "xen-compat/domain_info.h"

#include "core/guest.h"

#include <xen/domctl.h>

#include "core/atomic.h"
#include "core/schedule.h"

_Static_assert(sizeof(struct xen_domctl_getdomaininfo) == 112, "getdomaininfo");

struct domain *domain_from(uint32_t id)
{
    struct domain *found = NULL;

    for (struct domain *d = slot_read(domain_list); d != NULL; d = slot_read(d->next)) {
        if (d->id >= id && (found == NULL || d->id < found->id))
            found = d;
    }
    return found;
}

/* Sums over the vcpus; a domain whose online vcpus are all blocked is blocked. */
static void vcpus_info(const struct domain *d, struct xen_domctl_getdomaininfo *i)
{
    uint32_t flags = XEN_DOMINF_blocked;

    i->max_vcpu_id = XEN_INVALID_MAX_VCPU_ID;
    for (uint32_t n = 0; n < d->max_vcpus; n++) {
        struct vcpu *v = domain_vcpu(d, n);
        struct vcpu_runstate_info r;

        if (v == NULL)
            continue;
        runstate_now(v, &r);
        i->cpu_time += r.time[RUNSTATE_running];
        i->max_vcpu_id = n;
        if (!v->online)
            continue;
        i->nr_online_vcpus++;
        if (atomic_read8(&v->block) == VCPU_RUNNABLE)
            flags &= ~XEN_DOMINF_blocked;
        if (atomic_read8(&v->on_cpu) != 0)
            flags |= XEN_DOMINF_running;
    }
    if (i->nr_online_vcpus != 0)
        i->flags |= flags;
}

/* No handle, no security label, the one pool of CPUs. */
int domain_info_put(struct domain *d, gva_t at)
{
    struct xen_domctl_getdomaininfo i = {
        .domain = d->id,
        .flags = (uint32_t)d->shutdown_code << XEN_DOMINF_shutdownshift,
        .tot_pages = domain_nr_frames(d),
        .max_pages = d->max_frames,
        .shared_info_frame = d->shared_mfn.v,
    };

    if (d->dead)
        i.flags |= XEN_DOMINF_dying;
    if (d->shut_down)
        i.flags |= XEN_DOMINF_shutdown;
    if (d->paused)
        i.flags |= XEN_DOMINF_paused;
    vcpus_info(d, &i);
    return guest_put(at, i);
}

long domain_info_list(uint32_t first, uint32_t most, gva_t buffer)
{
    struct domain *d;
    uint32_t n = 0;

    while (n < most && (d = domain_from(first)) != NULL) {
        if (domain_info_put(d, guest_elem(buffer, n, sizeof(struct xen_domctl_getdomaininfo))) != 0)
            return -EFAULT;
        first = (uint32_t)d->id + 1;
        n++;
    }
    return n;
}
