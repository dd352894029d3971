/* SPDX-License-Identifier: MIT */
/*
 * evtchn_2l.c - the 2-level ABI: a bit a port in the shared info page, a bit a
 * word of those in vcpu_info.  Source: Xen public headers xen.h (shared_info)
 * and event_channel.h.  Making a port pending is in evtchn_private.h.
 */
#include "modules/evtchn/evtchn_private.h"

/* The order is that of evtchn_2l_set_pending, turned round: mask, then pending. */
void evtchn_2l_unmask(struct domain *d, struct vcpu *v, uint32_t port)
{
    struct shared_info *s = d->shared;
    uint32_t w = port / 64;

    if (w >= ARRAY_SIZE(s->evtchn_mask))
        return;
    if (shared_test_and_clear_bit(&s->evtchn_mask[w], port % 64) && shared_test_bit(&s->evtchn_pending[w], port % 64))
        evtchn_2l_select(v, w);
}

void evtchn_wake_pollers_slow(struct domain *d, uint32_t port)
{
    for (uint32_t i = 0; i < d->max_vcpus && i < MAX_VCPUS; i++) {
        struct vcpu *v = d->vcpu[i];

        if (v != NULL && atomic_read8(&v->block) == VCPU_POLLING && (v->poll_port == 0 || v->poll_port == port))
            vcpu_unblock(v);
    }
}
