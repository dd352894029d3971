/* SPDX-License-Identifier: MIT */
/*
 * gnttab_use.h - the books of a grant in use: who uses it, how often, and what holds its frame meanwhile.
 *
 * Nothing else writes a struct active.  That is proved of each function (docs/handbook/proofs.md): it keeps active_ok,
 * begins or ends exactly as many uses as it was asked to, and gives the hold back at the last one's end.
 */
#ifndef MODULES_GNTTAB_USE_H
#define MODULES_GNTTAB_USE_H

#include "core/frame.h"
#include "modules/gnttab/gnttab_header.h"

/* Who has as many uses of one grant, for reading or for writing, gets no more. */
#define PIN_MAX 0xff00U
/* Most uses that are begun at a time: of a mapping for the domain and for its devices. */
#define PIN_USES 2U

/* A grant in use.  Free (readers and writers 0): all zero. */
struct active {
    fref_t hold; /* RO reference: the frame stays while the grant is in use; none for GRANT_TRANSITIVE */
    uint16_t readers SC_GUARDED_BY(active_entry.lock);
    uint16_t writers SC_GUARDED_BY(active_entry.lock);
    domid_t domid SC_GUARDED_BY(active_entry.lock); /* who uses it */
    uint16_t kind SC_GUARDED_BY(active_entry.lock); /* enum grant_kind */
};

/*@ predicate kind_ok(integer hold, integer kind) = 0 <= kind < GRANT_NOTHING &&
      (hold == 0 <==> kind == GRANT_TRANSITIVE);
    predicate counts_ok(integer readers, integer writers) = 0 <= readers < PIN_MAX + PIN_USES &&
      0 <= writers < PIN_MAX + PIN_USES;
    predicate in_use(struct active *a) = a->readers != 0 || a->writers != 0;
    predicate nobodys(struct active *a) = a->hold.v == 0 && a->readers == 0 && a->writers == 0 && a->domid == 0 &&
      a->kind == GRANT_PAGE;
    predicate active_ok(struct active *a) = nobodys(a) ||
      (in_use(a) && kind_ok(a->hold.v, a->kind) && counts_ok(a->readers, a->writers));
    predicate admits(struct active *a, integer user) =
      in_use(a) ==> a->domid == user && a->readers < PIN_MAX && a->writers < PIN_MAX;
    predicate has(struct active *a, integer user, integer write, integer n) =
      a->domid == user && (write != 0 ? a->writers : a->readers) >= n;
*/
/* Between two times: so many uses more, of that sort and of no other; the same use. */
/*@ predicate more{A,B}(struct active *a, integer write, integer n) =
      \at(a->readers, B) == \at(a->readers, A) + (write != 0 ? 0 : n) &&
      \at(a->writers, B) == \at(a->writers, A) + (write != 0 ? n : 0);
    predicate same_use{A,B}(struct active *a) = \at(a->hold.v, A) == \at(a->hold.v, B) &&
      \at(a->domid, A) == \at(a->domid, B) && \at(a->kind, A) == \at(a->kind, B);
*/
/* What was begun and then ended was never there. */
/*@ lemma begun_and_ended{A,B,C}: \forall struct active *a, integer write, n; active_ok{A}(a) && active_ok{C}(a) &&
      (in_use{A}(a) ==> same_use{A,B}(a)) && (in_use{C}(a) ==> same_use{C,B}(a)) &&
      more{A,B}(a, write, n) && more{C,B}(a, write, n) ==> more{A,C}(a, write, 0) && same_use{A,C}(a);
*/

/*@ logic integer device(integer flags) = flags % 2;
    logic integer host(integer flags) = flags / 2 % 2;
    logic integer uses(integer flags) = host(flags) + device(flags);
    predicate of_kinds(integer done, integer flags) = 0 <= done < 4 && device(done) <= device(flags) &&
      host(done) <= host(flags);
*/
/* As many uses as kinds of mapping are asked for: GNTMAP_host_map, GNTMAP_device_map. */
/*@ assigns \nothing;
    ensures \result == uses(flags) && \result <= PIN_USES;
    ensures some: \result == 0 <==> flags % 4 == 0;
*/
SC_INLINE uint16_t mapping_uses(uint32_t flags)
{
    return (uint16_t)(flags / GNTMAP_host_map % 2 + flags / GNTMAP_device_map % 2);
}

/* What a mapping keeps of the flags that it is asked for with: MAPPING_FLAGS. */
/*@ assigns \nothing;
    ensures same_uses: host(\result) == host(flags) && device(\result) == device(flags);
    ensures as_asked: \result / GNTMAP_readonly % 2 == flags / GNTMAP_readonly % 2 &&
      \result / GNTMAP_contains_pte % 2 == flags / GNTMAP_contains_pte % 2;
    ensures no_others: \result / 8 % 2 == 0 && \result < 2 * GNTMAP_contains_pte;
*/
SC_INLINE uint16_t mapping_flags(uint32_t flags)
{
    return (uint16_t)(flags % 8 + flags / GNTMAP_contains_pte % 2 * GNTMAP_contains_pte);
}

/* The flags of a mapping when these kinds of it have ended. */
/*@ requires of_kinds(done, flags);
    assigns \nothing;
    ensures balance: uses(flags) == uses(done) + uses(\result);
    ensures each: host(\result) == host(flags) - host(done) && device(\result) == device(flags) - device(done);
    ensures others: \result / 4 == flags / 4;
*/
SC_INLINE uint16_t mapping_left(uint16_t flags, uint16_t done)
{
    return flags - done;
}

/*@ assigns \nothing;
    ensures \result <==> in_use(act);
*/
SC_INLINE bool active_in_use_locked(const struct active *act)
{
    return act->readers + act->writers != 0;
}

/* May user begin to use it, for all that those do who use it now? */
/*@ assigns \nothing;
    ensures \result <==> admits(act, user);
*/
SC_INLINE bool active_admits_locked(const struct active *act, domid_t user)
{
    return !active_in_use_locked(act) || (act->domid == user && act->readers < PIN_MAX && act->writers < PIN_MAX);
}

/* Was it looked at already whether the guest's entry grants that? */
/*@ requires active_ok(act);
    assigns \nothing;
    ensures \result <==> in_use(act) && act->kind == GRANT_PAGE && (write ==> act->writers > 0);
    ensures held: \result ==> act->hold.v != 0;
*/
SC_INLINE bool active_covers_locked(const struct active *act, bool write)
{
    return active_in_use_locked(act) && !(write && act->writers == 0) && act->kind == GRANT_PAGE;
}

/* What is in use stays what it is, as far as the hypervisor is concerned. */
/*@ requires active_ok(act);
    assigns \nothing;
    ensures \result <==> kind != GRANT_NOTHING && (in_use(act) ==> kind == act->kind);
*/
SC_INLINE bool active_kind_ok_locked(const struct active *act, enum grant_kind kind)
{
    return kind != GRANT_NOTHING && (!active_in_use_locked(act) || kind == act->kind);
}

/* n uses more. */
/*@ requires 1 <= n <= PIN_USES;
    requires room: act->readers < PIN_MAX && act->writers < PIN_MAX;
    assigns act->readers, act->writers;
    ensures more{Pre,Post}(act, write, n);
    ensures counts: in_use(act) && counts_ok(act->readers, act->writers);
*/
SC_INLINE void active_count_locked(struct active *act, bool write, uint16_t n)
{
    if (write)
        act->writers += n;
    else
        act->readers += n;
}

/* Begin n uses of a free one, which holds its frame by that reference from now on. */
/*@ requires 1 <= n <= PIN_USES;
    requires kind: kind_ok(hold.v, kind);
    requires free: nobodys(act);
    assigns act->hold, act->readers, act->writers, act->domid, act->kind;
    ensures active_ok(act) && in_use(act);
    ensures his: act->hold.v == hold.v && act->domid == user && act->kind == kind;
    ensures more{Pre,Post}(act, write, n);
*/
SC_INLINE void active_first_locked(struct active *act, SC_OWNED fref_t hold, domid_t user, enum grant_kind kind,
                                   bool write, uint16_t n)
{
    act->hold = hold;
    act->domid = user;
    act->kind = (uint16_t)kind;
    active_count_locked(act, write, n);
}

/* Begin n uses of one that its user uses already. */
/*@ requires 1 <= n <= PIN_USES;
    requires used: active_ok(act) && in_use(act) && admits(act, act->domid);
    assigns act->readers, act->writers;
    ensures active_ok(act) && in_use(act);
    ensures same: same_use{Pre,Post}(act);
    ensures more{Pre,Post}(act, write, n);
*/
SC_INLINE void active_more_locked(struct active *act, bool write, uint16_t n)
{
    active_count_locked(act, write, n);
}

/* Has user as many uses? */
/*@ requires 1 <= n;
    assigns \nothing;
    ensures \result <==> has(act, user, write, n);
    ensures used: \result ==> in_use(act);
*/
SC_INLINE bool active_has_locked(const struct active *act, domid_t user, bool write, uint16_t n)
{
    return act->domid == user && (write ? act->writers : act->readers) >= n;
}

/* End n of them.  Returns the reference to drop: none while the grant is in use. */
/*@ requires 1 <= n;
    requires active_ok(act);
    requires his: has(act, act->domid, write, n);
    assigns act->hold, act->readers, act->writers, act->domid, act->kind;
    ensures active_ok(act);
    ensures more{Post,Pre}(act, write, n);
    ensures used: in_use(act) ==> same_use{Pre,Post}(act) && \result.v == 0;
    ensures last: !in_use(act) ==> nobodys(act) && \result.v == \old(act->hold.v);
*/
SC_OWNED SC_INLINE fref_t active_end_locked(struct active *act, bool write, uint16_t n)
{
    fref_t hold = FREF_NONE;

    if (write)
        act->writers -= n;
    else
        act->readers -= n;
    if (!active_in_use_locked(act)) {
        hold = fref_take(act->hold);
        act->domid = 0;
        act->kind = GRANT_PAGE;
    }
    return hold;
}

/* Could a grant be in use so? */
/*@ assigns \nothing;
    ensures \result <==> kind_ok(held, kind) && counts_ok(readers, writers);
*/
SC_INLINE bool active_possible(bool held, uint16_t readers, uint16_t writers, uint16_t kind)
{
    return readers < PIN_MAX + PIN_USES && writers < PIN_MAX + PIN_USES && kind < GRANT_NOTHING &&
           held == (kind != GRANT_TRANSITIVE);
}

/* A free one is in use so: as another version of this module left it. */
/*@ requires possible: kind_ok(hold.v, kind) && counts_ok(readers, writers);
    requires used: readers != 0 || writers != 0;
    requires free: nobodys(act);
    assigns act->hold, act->readers, act->writers, act->domid, act->kind;
    ensures active_ok(act) && in_use(act);
    ensures readers: act->readers == readers;
    ensures writers: act->writers == writers;
    ensures his: act->hold.v == hold.v && act->domid == user && act->kind == kind;
*/
SC_INLINE void active_fill_locked(struct active *act, SC_OWNED fref_t hold, uint16_t readers, uint16_t writers,
                                  domid_t user, uint16_t kind)
{
    act->hold = hold;
    act->readers = readers;
    act->writers = writers;
    act->domid = user;
    act->kind = kind;
}

#endif
