/* SPDX-License-Identifier: MIT */
/*
 * evtchn_2l.c - the 2-level ABI: a bit a port in the shared info page, a bit a
 * word of those in vcpu_info.  Source: Xen public headers xen.h (shared_info)
 * and event_channel.h.  Making a port pending is in evtchn_private.h.
 */
#include "modules/evtchn/evtchn_private.h"

/* The order is that of evtchn_2l_set_pending, turned round: mask, then pending. */
/*@ requires \valid(d) && \valid(d->shared) && told_ok(v) && info_apart(v) && page_apart(d->shared, v) &&
      v->domain == d;
    assigns d->shared->evtchn_mask[0 .. 63], d->shared->evtchn_pending[0 .. 63], v->info->evtchn_pending_sel,
      v->info->evtchn_upcall_pending, v->block, v->poll, v->runstate, v->runstate_lock, v->sched, v->cpu,
      v->domain->nr_polling, v->domain->counts;
    ensures open: port / 64 < 64 ==> !masked(d->shared, port);
    ensures others: same_words{Pre, Post}(d->shared, port / 64);
    ensures selected: port / 64 < 64 && \old(masked(d->shared, port)) && pending(d->shared, port) &&
      v->info != \null ==> bit(v->info->evtchn_pending_sel, port / 64);
    ensures no_port: port / 64 >= 64 ==> v->block == \old(v->block) &&
      v->info->evtchn_pending_sel == \old(v->info->evtchn_pending_sel);
*/
void evtchn_2l_unmask(struct domain *d, struct vcpu *v, uint32_t port)
{
    struct shared_info *s = d->shared;
    uint32_t w = port / 64;

    if (w >= ARRAY_SIZE(s->evtchn_mask))
        return;
    if (shared_test_and_clear_bit(&s->evtchn_mask[w], port % 64) && shared_test_bit(&s->evtchn_pending[w], port % 64)) {
        /*@ assert !masked(s, port) && pending(s, port) && same_words{Pre, Here}(s, w); */
        evtchn_2l_select(v, w);
        /*@ assert open: !masked(s, port); */
        /*@ assert others: same_words{Pre, Here}(s, w); */
    }
}

/*@ requires \valid(v) && v->domain == d && \separated(v, d);
    assigns *v, d->nr_polling;
    ensures kept: v->domain == d && v->poll_port == \old(v->poll_port);
    ensures other: waits_for_another(v, port) ==> v->block == \old(v->block);
*/
static void poller_wake(struct domain *d, struct vcpu *v, uint32_t port)
{
    if (atomic_read8(&v->block) == VCPU_POLLING && (v->poll_port == 0 || v->poll_port == port))
        vcpu_unblock(v);
}

void evtchn_wake_pollers_slow(struct domain *d, uint32_t port)
{
    /*@ loop invariant 0 <= i <= MAX_VCPUS;
        loop invariant same: \forall integer k; 0 <= k < MAX_VCPUS ==> d->vcpu[k] == \at(d->vcpu[k], Pre);
        loop invariant theirs: \forall integer k; 0 <= k < MAX_VCPUS && \at(d->vcpu[k], Pre) != \null ==>
          \at(d->vcpu[k], Pre)->domain == d;
        loop invariant ports: \forall integer k; 0 <= k < MAX_VCPUS && \at(d->vcpu[k], Pre) != \null ==>
          \at(d->vcpu[k], Pre)->poll_port == \at(d->vcpu[k]->poll_port, Pre);
        loop invariant others: \forall integer k; 0 <= k < MAX_VCPUS && \at(d->vcpu[k], Pre) != \null &&
          \at(waits_for_another(d->vcpu[k], port), Pre) ==> \at(d->vcpu[k], Pre)->block == \at(d->vcpu[k]->block, Pre);
        loop assigns i, d->nr_polling, *(\at(d->vcpu[0 .. MAX_VCPUS - 1], Pre));
        loop variant MAX_VCPUS - i;
    */
    for (uint32_t i = 0; i < d->max_vcpus && i < MAX_VCPUS; i++) {
        struct vcpu *v = d->vcpu[i];

        /*@ assert apart: v != \null ==> \forall integer k; 0 <= k < MAX_VCPUS && k != i &&
              \at(d->vcpu[k], Pre) != \null ==> \separated(\at(d->vcpu[k], Pre), v); */
        if (v != NULL)
            poller_wake(d, v, port);
    }
}
