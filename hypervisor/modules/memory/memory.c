/* SPDX-License-Identifier: MIT */
#include "modules/memory/memory.h"

#include "core/numa.h"
#include "core/tlb.h"
#include "core/log.h"
#include "ports/pagealloc.h"

static void frames_assign(const struct domain *d, mfn_t first, uint64_t nr)
{
    for (uint64_t i = 0; i < nr; i++) {
        /* What another domain left in it is not for this one; the hardware domain sees all anyway. */
        if (!d->privileged)
            memset(plain_bytes(mfn(first.v + i)), 0, PAGE_SIZE);
        frame_give(mfn(first.v + i), d->id);
    }
}

int reserve_take(struct domain *d, unsigned order, unsigned addr_bits, mfn_t *out)
{
    uint64_t nr = 1UL << order;
    int rc;

    if (d->dying)
        return -EINVAL;
    spin_lock(&d->page_lock);
    rc = d->nr_frames + nr > d->max_frames ? -ENOMEM : pagealloc_get(order, addr_bits, numa_for(d->nodes), out);
    if (rc == 0)
        d->nr_frames += nr;
    spin_unlock(&d->page_lock);
    if (rc != 0)
        return rc;
    tlb_flush_before_alloc();
    frames_assign(d, *out, nr);
    return 0;
}

int reserve_give_back(struct domain *d, mfn_t m)
{
    int rc;

    if (!frame_valid(m) || (frame_state(m) & FS_PINNED) != 0 || d->dying)
        return -EINVAL;
    rc = frame_unassign(m, d->id);
    if (rc != 0)
        return rc;
    spin_lock(&d->page_lock);
    d->nr_frames--;
    spin_unlock(&d->page_lock);
    return 0;
}

void reserve_give_back_all(struct domain *d)
{
    for (uint64_t m = 0; m < max_mfn; m++) {
        if (frame_owner(mfn(m)) == d->id && (frame_state(mfn(m)) & FS_HV) == 0 && reserve_give_back(d, mfn(m)) != 0)
            log_warn("dom%u: frame %lx stays taken", d->id, m);
    }
}

int reserve_steal(struct domain *d, mfn_t m)
{
    return frame_set_aside(m, d->id);
}

void reserve_unsteal(struct domain *d, mfn_t m)
{
    (void)frame_put_back(m, d->id);
}

void reserve_free_stolen(mfn_t m)
{
    /* The list is read anew: only what was set aside is freed, and only once. */
    (void)frame_free_aside(m);
}

/* Frames made ready by one exchange, taken by the same one: per CPU, so no lock. */
struct ready {
    uint32_t nr, next;
    uint32_t first[4096];
} __attribute__((aligned(4096)));
SC_PERCPU(struct ready, ready);

int reserve_exchange_ready(struct domain *d, unsigned order, unsigned addr_bits, uint64_t nr)
{
    struct ready *r = sc_this_cpu(ready);
    mfn_t m;

    r->nr = 0;
    r->next = 0;
    if (nr > ARRAY_SIZE(r->first))
        return -ENOMEM;
    while (r->nr < nr) {
        if (pagealloc_get(order, addr_bits, numa_for(d->nodes), &m) != 0) {
            while (r->nr > 0)
                pagealloc_put(mfn(r->first[--r->nr]), order);
            return -ENOMEM;
        }
        r->first[r->nr++] = (uint32_t)m.v;
    }
    tlb_flush_before_alloc();
    return 0;
}

mfn_t reserve_exchange_next(struct domain *d, unsigned order)
{
    struct ready *r = sc_this_cpu(ready);
    mfn_t m;

    BUG_ON(r->next >= r->nr);
    m = mfn(r->first[r->next++]);
    frames_assign(d, m, 1UL << order);
    return m;
}
