/* SPDX-License-Identifier: MIT */
#include "core/wallclock.h"

#include "core/time.h"
#include "core/atomic.h"
#include "core/guest.h"

#define NS_PER_S 1000000000UL

static spinlock_t wallclock_lock = SPINLOCK_INIT(RANK_HARDWARE); /* one writer of what readers look at twice */

/* A reader takes the fields while the version is even, and again if it has changed. */
void wallclock_publish(struct domain *d)
{
    uint64_t ns = wallclock_boot_ns() + d->wallclock_offset_ns;
    struct shared_info *s = d->shared;
    uint32_t version = shared_read32(&s->wc_version) | 1;

    shared_write32(&s->wc_version, version);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    shared_write32(&s->wc_sec, (uint32_t)(ns / NS_PER_S));
    shared_write32(&s->wc_nsec, (uint32_t)(ns % NS_PER_S));
    shared_write32(&s->wc_sec_hi, (uint32_t)(ns / NS_PER_S >> 32));
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    shared_write32(&s->wc_version, version + 1);
}

void wallclock_set(uint64_t boot_ns)
{
    spin_lock(&wallclock_lock);
    wallclock_set_boot_ns(boot_ns);
    for (struct domain *d = slot_read(domain_list); d != NULL; d = slot_read(d->next))
        wallclock_publish(d);
    spin_unlock(&wallclock_lock);
}
