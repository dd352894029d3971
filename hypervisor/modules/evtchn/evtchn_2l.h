/* SPDX-License-Identifier: MIT */
/*
 * evtchn_2l.h - sending by the 2-level ABI: a bit a port in the shared info page, a bit a word of those and a byte in
 * vcpu_info.  Source: Xen public headers xen.h (shared_info) and event_channel.h.
 *
 * These words are the guest's too.  What a contract says of one before is as it was when it was taken, what it says
 * of one after is as it was left, or seen last: what happens amid that, verifier/models/events.pml is about.
 */
#ifndef MODULES_EVTCHN_2L_H
#define MODULES_EVTCHN_2L_H

#include "core/atomic.h"
#include "core/guest.h"
#include "core/domain.h"
#include "ports/sched.h"

/*@ predicate bit(integer word, integer i) = (word & (1 << i)) != 0;
    // What may be told of an event.
    predicate told_ok(struct vcpu *v) = \valid(v) && \valid(v->domain) && \separated(v, v->domain) &&
      (v->info == \null || \valid(v->info));
    predicate info_apart(struct vcpu *v) = v->info != \null ==>
      \separated(v->info, v) && \separated(v->info, v->domain);
    predicate vcpu_ok(struct domain *d, struct vcpu *v) =
      v != \null ==> \valid(v) && v->domain == d && \separated(d, v);
    predicate vcpus_ok(struct domain *d) =
      (\forall integer i; 0 <= i < MAX_VCPUS ==> vcpu_ok(d, d->vcpu[i])) &&
      (\forall integer i, k; 0 <= i < MAX_VCPUS && 0 <= k < MAX_VCPUS && i != k &&
        d->vcpu[i] != \null && d->vcpu[k] != \null ==>
        \separated(d->vcpu[i], d->vcpu[k]));
    predicate waits_for_another(struct vcpu *v, integer port) = v->poll_port != 0 && v->poll_port != port;
*/
/*@ // What the guest shares lies nowhere in the hypervisor's, and a vcpu's words not among those of all ports.
    predicate page_apart(struct shared_info *s, struct vcpu *v) =
      \separated(&s->evtchn_pending[0 .. 63], v->domain) && \separated(&s->evtchn_mask[0 .. 63], v->domain) &&
      \separated(&s->evtchn_pending[0 .. 63], v) && \separated(&s->evtchn_mask[0 .. 63], v) &&
      \separated(&s->evtchn_pending[0 .. 63], v->info) && \separated(&s->evtchn_mask[0 .. 63], v->info);
    predicate pending(struct shared_info *s, integer port) = bit(s->evtchn_pending[port / 64], port % 64);
    predicate masked(struct shared_info *s, integer port) = bit(s->evtchn_mask[port / 64], port % 64);
    predicate same_words{K, L}(struct shared_info *s, integer w) = \forall integer i; 0 <= i < 64 && i != w ==>
      \at(s->evtchn_pending[i], K) == \at(s->evtchn_pending[i], L) &&
      \at(s->evtchn_mask[i], K) == \at(s->evtchn_mask[i], L);
    predicate same_bits(integer before, integer after, integer i) =
      \forall integer k; 0 <= k < 64 && k != i ==> (bit(before, k) <==> bit(after, k));
*/
/*@ // v is one of d's vcpus, and no other lies where v does, or in what the guest shares.
    predicate vcpus_apart(struct domain *d, struct vcpu *v) =
      \forall integer i; 0 <= i < MAX_VCPUS && d->vcpu[i] != \null ==>
        (d->vcpu[i] == v || \separated(d->vcpu[i], v)) &&
        (v->info != \null ==> \separated(v->info, d->vcpu[i])) &&
        \separated(&d->shared->evtchn_pending[0 .. 63], d->vcpu[i]) &&
        \separated(&d->shared->evtchn_mask[0 .. 63], d->vcpu[i]);
*/

/* End the SCHEDOP_poll of vcpus that wait for port (slow part). */
/*@ requires vcpus_ok(d);
    assigns d->nr_polling, *(d->vcpu[0 .. MAX_VCPUS - 1]);
    ensures others: \forall integer i; 0 <= i < MAX_VCPUS && d->vcpu[i] != \null &&
      waits_for_another(d->vcpu[i], port) ==> d->vcpu[i]->block == \old(d->vcpu[i]->block);
*/
void evtchn_wake_pollers_slow(struct domain *d, uint32_t port);

/*@ requires vcpus_ok(d);
    assigns d->nr_polling, *(d->vcpu[0 .. MAX_VCPUS - 1]);
    ensures others: \forall integer i; 0 <= i < MAX_VCPUS && d->vcpu[i] != \null &&
      waits_for_another(d->vcpu[i], port) ==> d->vcpu[i]->block == \old(d->vcpu[i]->block);
*/
SC_INLINE void evtchn_wake_pollers(struct domain *d, uint32_t port)
{
    if (unlikely(atomic_read32(&d->nr_polling) != 0))
        evtchn_wake_pollers_slow(d, port);
}

/* Set v's upcall byte.  Who sets it sees to it that v looks. */
/*@ requires \valid(v) && \valid(v->domain) && \separated(info, v) && \separated(info, v->domain) &&
      \separated(v, v->domain);
    assigns info->evtchn_upcall_pending, v->block, v->poll, v->runstate, v->runstate_lock, v->sched, v->cpu,
      v->domain->nr_polling, v->domain->counts;
    ensures kept: v->info == \old(v->info) && v->domain == \old(v->domain);
    ensures told: info->evtchn_upcall_pending != 0;
    ensures awake: \old(info->evtchn_upcall_pending) == 0 ==> v->block == VCPU_RUNNABLE;
    ensures told_before: \old(info->evtchn_upcall_pending) != 0 ==> v->block == \old(v->block);
*/
SC_INLINE void evtchn_upcall_set(struct vcpu *v, struct vcpu_info *info)
{
    if (shared_xchg8(&info->evtchn_upcall_pending, 1) == 0)
        vcpu_kick(v);
}

/*
 * Tell v that some event is pending.  The caller's locked operation on the selector
 * or ready word comes first and is the barrier that pairs with the guest's, which
 * clears the byte before it reads the selector; the exchange is the one that pairs
 * with v's CPU, which blocks or runs v before it looks at the byte (vcpu_kick).
 */
/*@ requires told_ok(v) && info_apart(v);
    assigns v->info->evtchn_upcall_pending, v->block, v->poll, v->runstate, v->runstate_lock, v->sched, v->cpu,
      v->domain->nr_polling, v->domain->counts;
    ensures kept: v->info == \old(v->info) && v->domain == \old(v->domain);
    ensures told: v->info != \null ==> v->info->evtchn_upcall_pending != 0;
*/
SC_INLINE void evtchn_upcall(struct vcpu *v)
{
    struct vcpu_info *info = v->info;

    if (unlikely(info == NULL) || shared_read8(&info->evtchn_upcall_pending) != 0)
        return;
    evtchn_upcall_set(v, info);
}

/* Select word w of the pending bits for v. */
/*@ requires told_ok(v) && info_apart(v) && w < 64;
    assigns v->info->evtchn_pending_sel, v->info->evtchn_upcall_pending, v->block, v->poll, v->runstate,
      v->runstate_lock, v->sched, v->cpu, v->domain->nr_polling, v->domain->counts;
    ensures kept: v->info == \old(v->info) && v->domain == \old(v->domain);
    ensures selected: v->info != \null ==> bit(v->info->evtchn_pending_sel, w);
    ensures others: v->info != \null ==> \forall integer i; 0 <= i < 64 && i != w ==>
      (bit(v->info->evtchn_pending_sel, i) <==> bit(\old(v->info->evtchn_pending_sel), i));
    ensures told: v->info != \null && !bit(\old(v->info->evtchn_pending_sel), w) ==>
      v->info->evtchn_upcall_pending != 0;
    ensures selected_before: v->info != \null && bit(\old(v->info->evtchn_pending_sel), w) ==>
      v->info->evtchn_upcall_pending == \old(v->info->evtchn_upcall_pending) && v->block == \old(v->block);
*/
SC_INLINE void evtchn_2l_select(struct vcpu *v, uint32_t w)
{
    struct vcpu_info *info = v->info;

    if (likely(info != NULL) && !shared_test_and_set_bit(&info->evtchn_pending_sel, w))
        evtchn_upcall(v);
}

/* Select word w for v, unless port nr of it is masked. */
/*@ requires told_ok(v) && info_apart(v) && page_apart(s, v);
    assigns s->evtchn_mask[w], v->info->evtchn_pending_sel, v->info->evtchn_upcall_pending, v->block, v->poll,
      v->runstate, v->runstate_lock, v->sched, v->cpu, v->domain->nr_polling, v->domain->counts;
    ensures kept: v->info == \old(v->info) && v->domain == \old(v->domain);
    ensures pending: \forall integer i; 0 <= i < 64 ==> s->evtchn_pending[i] == \old(s->evtchn_pending[i]);
    ensures others: same_words{Pre, Post}(s, w);
    ensures selected: !bit(s->evtchn_mask[w], nr) && v->info != \null ==> bit(v->info->evtchn_pending_sel, w);
    ensures told: !bit(s->evtchn_mask[w], nr) && v->info != \null && !bit(\old(v->info->evtchn_pending_sel), w) ==>
      v->info->evtchn_upcall_pending != 0;
    ensures masked: bit(s->evtchn_mask[w], nr) && v->info != \null ==>
      v->info->evtchn_pending_sel == \old(v->info->evtchn_pending_sel) &&
      v->info->evtchn_upcall_pending == \old(v->info->evtchn_upcall_pending) && v->block == \old(v->block);
*/
SC_INLINE void evtchn_2l_tell(struct shared_info *s, struct vcpu *v, uint32_t w SC_RANGE(0, 63),
                              uint32_t nr SC_RANGE(0, 63))
{
    if (!shared_test_bit(&s->evtchn_mask[w], nr))
        evtchn_2l_select(v, w);
}

/* Make the port pending; true: it was not, so it may be that somebody polls for it. */
/*@ requires told_ok(v) && info_apart(v) && page_apart(s, v);
    assigns s->evtchn_pending[0 .. 63], s->evtchn_mask[0 .. 63], v->info->evtchn_pending_sel,
      v->info->evtchn_upcall_pending, v->block, v->poll, v->runstate, v->runstate_lock, v->sched, v->cpu,
      v->domain->nr_polling, v->domain->counts;
    ensures kept: v->info == \old(v->info) && v->domain == \old(v->domain);
    ensures new: \result <==> port / 64 < 64 && !\old(pending(s, port));
    ensures pending: port / 64 < 64 ==> pending(s, port);
    ensures others: same_words{Pre, Post}(s, port / 64);
    ensures word: port / 64 < 64 ==>
      same_bits(\old(s->evtchn_pending[port / 64]), s->evtchn_pending[port / 64], port % 64);
    ensures selected: \result && !masked(s, port) && v->info != \null ==> bit(v->info->evtchn_pending_sel, port / 64);
    ensures told: \result && !masked(s, port) && v->info != \null &&
      !bit(\old(v->info->evtchn_pending_sel), port / 64) ==> v->info->evtchn_upcall_pending != 0;
    ensures quiet: v->info != \null && (!\result || masked(s, port)) ==>
      v->info->evtchn_pending_sel == \old(v->info->evtchn_pending_sel) &&
      v->info->evtchn_upcall_pending == \old(v->info->evtchn_upcall_pending) && v->block == \old(v->block);
*/
SC_INLINE bool evtchn_2l_raise(struct shared_info *s, struct vcpu *v, uint32_t port)
{
    uint32_t w = port / 64;

    /* A port of the FIFO ABI that was found while the domain goes back to 2-level. */
    if (unlikely(w >= ARRAY_SIZE(s->evtchn_pending)))
        return false;
    if (shared_test_and_set_bit(&s->evtchn_pending[w], port % 64))
        return false;
    /*@ assert raised: pending(s, port); */
    /*@ assert same_words{Pre, Here}(s, w); */
    /*@ assert same_bits(\at(s->evtchn_pending[port / 64], Pre), s->evtchn_pending[w], port % 64); */
    evtchn_2l_tell(s, v, w, port % 64);
    return true;
}

/* Those that poll for the port are woken; what ports' words and v's say stays. */
/*@ requires \valid(d) && \valid(d->shared) && told_ok(v) && info_apart(v) && page_apart(d->shared, v);
    requires v->domain == d && vcpus_ok(d) && vcpus_apart(d, v);
    assigns d->nr_polling, *(d->vcpu[0 .. MAX_VCPUS - 1]);
    ensures ports: \forall integer i; 0 <= i < 64 ==>
      \old(d->shared)->evtchn_pending[i] == \old(d->shared->evtchn_pending[i]) &&
      \old(d->shared)->evtchn_mask[i] == \old(d->shared->evtchn_mask[i]);
    ensures info: \old(v->info) != \null ==>
      \old(v->info)->evtchn_pending_sel == \old(v->info->evtchn_pending_sel);
*/
SC_INLINE void evtchn_2l_wake(struct domain *d, const struct vcpu *v, uint32_t port)
{
    evtchn_wake_pollers(d, port);
}

/* Make the port pending, and tell v, a vcpu of d.  That v is told too is said of evtchn_2l_raise. */
/*@ requires \valid(d) && \valid(d->shared) && told_ok(v) && info_apart(v) && page_apart(d->shared, v);
    requires v->domain == d && vcpus_ok(d) && vcpus_apart(d, v);
    assigns d->shared->evtchn_pending[0 .. 63], d->shared->evtchn_mask[0 .. 63], v->info->evtchn_pending_sel,
      v->info->evtchn_upcall_pending, v->block, v->poll, v->runstate, v->runstate_lock, v->sched, v->cpu, d->nr_polling,
      d->counts, *(d->vcpu[0 .. MAX_VCPUS - 1]);
    ensures pending: port / 64 < 64 ==> pending(\old(d->shared), port);
    ensures others: \forall integer i; 0 <= i < 64 && i != port / 64 ==>
      \old(d->shared)->evtchn_pending[i] == \old(d->shared->evtchn_pending[i]);
    ensures selected: port / 64 < 64 && !\old(pending(d->shared, port)) && !masked(\old(d->shared), port) &&
      \old(v->info) != \null ==> bit(\old(v->info)->evtchn_pending_sel, port / 64);
    ensures quiet: \old(v->info) != \null && (port / 64 >= 64 || \old(pending(d->shared, port))) ==>
      \old(v->info)->evtchn_pending_sel == \old(v->info->evtchn_pending_sel) &&
      \old(v->info)->evtchn_upcall_pending == \old(v->info->evtchn_upcall_pending) && v->block == \old(v->block);
*/
SC_INLINE void evtchn_2l_set_pending(struct domain *d, struct vcpu *v, uint32_t port)
{
    if (evtchn_2l_raise(d->shared, v, port)) {
        /*@ assert vcpus: d->shared == \at(d->shared, Pre) &&
              \forall integer i; 0 <= i < MAX_VCPUS ==> d->vcpu[i] == \at(d->vcpu[i], Pre); */
        /*@ assert vcpus_apart(d, v); */
        /*@ assert others: \forall integer i; 0 <= i < 64 && i != port / 64 ==>
              d->shared->evtchn_pending[i] == \at(d->shared->evtchn_pending[i], Pre); */
        evtchn_2l_wake(d, v, port);
    }
}

#endif
