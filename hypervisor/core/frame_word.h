/* SPDX-License-Identifier: MIT */
/*
 * frame_word.h - what can happen to a frame's state word.
 *
 * Every 4 KiB frame of RAM has one 64-bit word: owner, kind and two counts, changed by one compare-and-swap
 * (core/frame.h).
 *
 *   bits  0-19  nr_kind   references of the frame's kind (writable maps, or table uses)
 *   bits 20-41  nr_ro     references that hold the frame whatever its kind
 *   bit  42     pinned    the guest holds one reference of the kind by itself
 *   bit  43     hv        the frame belongs to the hypervisor, shared with the owner; without alloc, of an ended
 * domain: what others still hold of it bits 44-46  kind bit  47     sealed    a table whose 512 slots are all adopted
 *   bit  48     alloc     the owner holds the frame (dropped by decrease_reservation)
 *   bits 49-63  owner     domid
 *
 * A step takes the word that was read and says what may be put there instead. That is proved of each
 * (docs/handbook/proofs.md): a count goes up or down by one and never wraps, nothing else changes with it, and the kind
 * changes only while nr_kind is 0. So the parts are read by division: provers know it better than masks, and the
 * compiler makes the same code of both. Errors: -EINVAL not the owner's, -EBUSY the kind in use forbids it, -EOVERFLOW
 * a count is full. Locks: none; no step touches memory but *next.
 */
#ifndef CORE_FRAME_WORD_H
#define CORE_FRAME_WORD_H

#include "core/base.h"

#define FS_KIND_ONE 1UL
#define FS_RO_ONE 0x100000UL
#define FS_PINNED 0x40000000000UL
#define FS_HV 0x80000000000UL
#define FS_TYPE_ONE 0x100000000000UL
#define FS_SEALED 0x800000000000UL
#define FS_ALLOC 0x1000000000000UL
#define FS_OWNER_ONE 0x2000000000000UL

#define FS_KIND_MASK (FS_RO_ONE - FS_KIND_ONE)
#define FS_RO_MASK (FS_PINNED - FS_RO_ONE)
#define FS_TYPE_MASK (FS_SEALED - FS_TYPE_ONE)
#define FS_OWNER_MASK (0x7fff * FS_OWNER_ONE)
#define FS_TYPE(k) ((uint64_t)(k) * FS_TYPE_ONE)
#define FS_OWNER(d) ((uint64_t)(d) * FS_OWNER_ONE)

#define FS_KIND_FULL 0xfffffUL
#define FS_RO_FULL 0x3fffffUL

/*@ logic integer kinds(integer s) = s % 0x100000;
    logic integer readers(integer s) = s / 0x100000 % 0x400000;
    logic integer pinned(integer s) = s / 0x40000000000 % 2;
    logic integer hv(integer s) = s / 0x80000000000 % 2;
    logic integer type(integer s) = s / 0x100000000000 % 8;
    logic integer sealed(integer s) = s / 0x800000000000 % 2;
    logic integer alloc(integer s) = s / 0x1000000000000 % 2;
    logic integer owner(integer s) = s / 0x2000000000000;
    predicate others_than_kinds_same(integer s, integer t) = s / 0x100000 == t / 0x100000;
    predicate others_than_readers_same(integer s, integer t) = kinds(s) == kinds(t) &&
      s / 0x40000000000 == t / 0x40000000000;
    predicate held_by(integer s, integer d) = alloc(s) == 1 && owner(s) == d;
*/

/*@ assigns \nothing;
    ensures \result == kinds(s);
*/
SC_INLINE uint64_t frame_word_kinds(uint64_t s)
{
    return s % FS_RO_ONE;
}
/*@ assigns \nothing;
    ensures \result == readers(s);
*/
SC_INLINE uint64_t frame_word_readers(uint64_t s)
{
    return s / FS_RO_ONE % (FS_RO_FULL + 1);
}
/*@ assigns \nothing;
    ensures \result == type(s);
*/
SC_INLINE uint64_t frame_word_type(uint64_t s)
{
    return s / FS_TYPE_ONE % 8;
}
/*@ assigns \nothing;
    ensures \result <==> sealed(s) == 1;
*/
SC_INLINE bool frame_word_sealed(uint64_t s)
{
    return s / FS_SEALED % 2 == 1;
}
/*@ assigns \nothing;
    ensures \result <==> held_by(s, d);
*/
SC_INLINE bool frame_word_held_by(uint64_t s, uint16_t d)
{
    return s / FS_ALLOC == d * 2UL + 1;
}
/* Plain memory of d's, of which no CPU can still have a translation as a table. */
/*@ assigns \nothing;
    ensures \result <==> held_by(s, d) && type(s) == 0 && sealed(s) == 0;
*/
SC_INLINE bool frame_word_plain_of(uint64_t s, uint16_t d)
{
    return s / FS_TYPE_ONE == (d * 2UL + 1) * 16;
}
/*@ requires kind <= 7;
    assigns \nothing;
    ensures \result <==> held_by(s, d) && type(s) == kind && sealed(s) == 1;
*/
SC_INLINE bool frame_word_table_of(uint64_t s, uint16_t d, unsigned kind)
{
    return s / FS_TYPE_ONE == (d * 2UL + 1) * 16 + 8 + kind;
}

/* The same frame with another kind, and sealed if 8 is added to that. */
/*@ requires as <= 15;
    assigns \nothing;
    ensures type(\result) == as % 8;
    ensures sealed(\result) == as / 8;
    ensures low: \result % 0x100000000000 == s % 0x100000000000;
    ensures high: \result / 0x1000000000000 == s / 0x1000000000000;
*/
SC_INLINE uint64_t frame_word_as(uint64_t s, unsigned as)
{
    return s / FS_ALLOC * FS_ALLOC + as * FS_TYPE_ONE + s % FS_TYPE_ONE;
}

/* One more that reads. */
/*@ assigns *next;
    ensures one_of: \result == 0 || \result == -EINVAL || \result == -EOVERFLOW;
    ensures taken: \result == 0 ==> held_by(s, d) && readers(*next) == readers(s) + 1 &&
      others_than_readers_same(s, *next);
    ensures not_his: \result == -EINVAL <==> !held_by(s, d);
    ensures full: \result == -EOVERFLOW ==> readers(s) == FS_RO_FULL;
    ensures refused: \result != 0 ==> *next == \old(*next);
*/
SC_INLINE int frame_word_read(uint64_t s, uint16_t d, uint64_t *next)
{
    if (!frame_word_held_by(s, d))
        return -EINVAL;
    if (frame_word_readers(s) == FS_RO_FULL)
        return -EOVERFLOW;
    *next = s + FS_RO_ONE;
    return 0;
}

/* One more that writes. */
/*@ assigns *next;
    ensures one_of: \result == 0 || \result == -EINVAL || \result == -EBUSY || \result == -EOVERFLOW;
    ensures taken: \result == 0 ==> held_by(s, d) && type(s) == 0 && kinds(*next) == kinds(s) + 1 &&
      others_than_kinds_same(s, *next);
    ensures not_his: \result == -EINVAL <==> !held_by(s, d);
    ensures table: \result == -EBUSY <==> held_by(s, d) && type(s) != 0;
    ensures full: \result == -EOVERFLOW ==> kinds(s) == FS_KIND_FULL;
    ensures refused: \result != 0 ==> *next == \old(*next);
*/
SC_INLINE int frame_word_write(uint64_t s, uint16_t d, uint64_t *next)
{
    if (!frame_word_held_by(s, d))
        return -EINVAL;
    if (frame_word_type(s) != 0)
        return -EBUSY;
    if (frame_word_kinds(s) == FS_KIND_FULL)
        return -EOVERFLOW;
    *next = s + FS_KIND_ONE;
    return 0;
}

/* One more that reads, and besides one that writes (where the word is plain_of) or reads. */
/*@ assigns *next;
    ensures one_of: \result == 0 || \result == -EINVAL || \result == -EOVERFLOW;
    ensures taken_write: \result == 0 && write ==> type(s) == 0 && sealed(s) == 0 &&
      kinds(*next) == kinds(s) + 1 && readers(*next) == readers(s) + 1 && s / FS_PINNED == *next / FS_PINNED;
    ensures taken: \result == 0 && !write ==> readers(*next) == readers(s) + 2 &&
      others_than_readers_same(s, *next);
    ensures his: \result == 0 ==> held_by(s, d);
    ensures not_his: \result == -EINVAL ==> !held_by(s, d) || (write && (type(s) != 0 || sealed(s) == 1));
    ensures full: \result == -EOVERFLOW ==> readers(s) >= FS_RO_FULL - 1 || kinds(s) == FS_KIND_FULL;
    ensures refused: \result != 0 ==> *next == \old(*next);
*/
SC_INLINE int frame_word_pair(uint64_t s, uint16_t d, bool write, uint64_t *next)
{
    if (write ? !frame_word_plain_of(s, d) : !frame_word_held_by(s, d))
        return -EINVAL;
    if (frame_word_readers(s) >= FS_RO_FULL - 1 || frame_word_kinds(s) == FS_KIND_FULL)
        return -EOVERFLOW;
    *next = s + FS_RO_ONE + (write ? FS_KIND_ONE : FS_RO_ONE);
    return 0;
}

/* One more that uses it as a table of a kind, which it is. */
/*@ requires 1 <= kind <= 7;
    assigns *next;
    ensures one_of: \result == 0 || \result == -EINVAL || \result == -EOVERFLOW;
    ensures taken: \result == 0 ==> held_by(s, d) && type(s) == kind && sealed(s) == 1 &&
      kinds(*next) == kinds(s) + 1 && others_than_kinds_same(s, *next);
    ensures not_one: \result == -EINVAL <==> !(held_by(s, d) && type(s) == kind && sealed(s) == 1);
    ensures full: \result == -EOVERFLOW ==> kinds(s) == FS_KIND_FULL;
    ensures refused: \result != 0 ==> *next == \old(*next);
*/
SC_INLINE int frame_word_use(uint64_t s, uint16_t d, unsigned kind, uint64_t *next)
{
    if (!frame_word_table_of(s, d, kind))
        return -EINVAL;
    if (frame_word_kinds(s) == FS_KIND_FULL)
        return -EOVERFLOW;
    *next = s + FS_KIND_ONE;
    return 0;
}

/* Plain memory that nobody writes becomes a table of a kind: not sealed, with one that uses it. */
/*@ requires 1 <= kind <= 7;
    assigns *next;
    ensures one_of: \result == 0 || \result == -EINVAL || \result == -EBUSY;
    ensures free: \result == 0 ==> held_by(s, d) && hv(s) == 0 && kinds(s) == 0 && type(s) == 0;
    ensures one_use: \result == 0 ==> kinds(*next) == 1;
    ensures made: \result == 0 ==> type(*next) == kind;
    ensures open: \result == 0 ==> sealed(*next) == 0;
    ensures readers: \result == 0 ==> readers(*next) == readers(s);
    ensures flags: \result == 0 ==> pinned(*next) == pinned(s) && hv(*next) == hv(s);
    ensures whose: \result == 0 ==> s / 0x1000000000000 == *next / 0x1000000000000;
    ensures not_his: \result == -EINVAL <==> !held_by(s, d) || hv(s) == 1;
    ensures in_use: \result == -EBUSY ==> kinds(s) != 0 || type(s) != 0;
    ensures refused: \result != 0 ==> *next == \old(*next);
*/
SC_INLINE int frame_word_make_table(uint64_t s, uint16_t d, unsigned kind, uint64_t *next)
{
    if (!frame_word_held_by(s, d) || s / FS_HV % 2 == 1)
        return -EINVAL;
    if (frame_word_type(s) != 0 || frame_word_kinds(s) != 0)
        return -EBUSY;
    *next = frame_word_as(s, kind) + FS_KIND_ONE;
    return 0;
}

/* A table that one uses becomes plain memory that nobody writes, but marked: a CPU may still have translations through
 * it. */
/*@ requires held: kinds(s) == 1;
    assigns \nothing;
    ensures unused: kinds(\result) == 0;
    ensures plain: type(\result) == 0;
    ensures marked: sealed(\result) == 1;
    ensures readers: readers(\result) == readers(s);
    ensures flags: pinned(\result) == pinned(s) && hv(\result) == hv(s);
    ensures whose: s / 0x1000000000000 == \result / 0x1000000000000;
*/
SC_INLINE uint64_t frame_word_unmake_table(uint64_t s)
{
    return frame_word_as(s, 8) - FS_KIND_ONE;
}

/* The last that uses a table keeps it, to take it apart: it is sealed no more. */
/*@ requires held: kinds(s) > 0;
    assigns \nothing;
    ensures last: kinds(s) == 1 ==> kinds(\result) == 1 && sealed(\result) == 0;
    ensures kind: kinds(s) == 1 ==> type(\result) == type(s);
    ensures readers: kinds(s) == 1 ==> readers(\result) == readers(s);
    ensures flags: kinds(s) == 1 ==> pinned(\result) == pinned(s) && hv(\result) == hv(s);
    ensures whose: kinds(s) == 1 ==> s / 0x1000000000000 == \result / 0x1000000000000;
    ensures one_of_many: kinds(s) > 1 ==> kinds(\result) == kinds(s) - 1 && others_than_kinds_same(s, \result);
*/
SC_INLINE uint64_t frame_word_unuse(uint64_t s)
{
    if (frame_word_kinds(s) == 1)
        return frame_word_as(s, (unsigned)frame_word_type(s));
    return s - FS_KIND_ONE;
}

/* One less that reads, or that writes. */
/*@ requires held: reads ? readers(s) > 0 : kinds(s) > 0;
    assigns \nothing;
    ensures reader: reads ==> readers(\result) == readers(s) - 1 && others_than_readers_same(s, \result);
    ensures writer: !reads ==> kinds(\result) == kinds(s) - 1 && others_than_kinds_same(s, \result);
*/
SC_INLINE uint64_t frame_word_put(uint64_t s, bool reads)
{
    return s - (reads ? FS_RO_ONE : FS_KIND_ONE);
}

/* One more, of a frame that is held so already. */
/*@ requires held: reads ? readers(s) > 0 : kinds(s) > 0;
    assigns *next;
    ensures one_of: \result == 0 || \result == -EOVERFLOW;
    ensures reader: \result == 0 && reads ==> readers(*next) == readers(s) + 1 &&
      others_than_readers_same(s, *next);
    ensures writer: \result == 0 && !reads ==> kinds(*next) == kinds(s) + 1 && others_than_kinds_same(s, *next);
    ensures full: \result != 0 ==> *next == \old(*next) && (reads ? readers(s) == FS_RO_FULL : kinds(s) ==
      FS_KIND_FULL);
*/
SC_INLINE int frame_word_dup(uint64_t s, bool reads, uint64_t *next)
{
    if (reads ? frame_word_readers(s) == FS_RO_FULL : frame_word_kinds(s) == FS_KIND_FULL)
        return -EOVERFLOW;
    *next = s + (reads ? FS_RO_ONE : FS_KIND_ONE);
    return 0;
}

/* The owner lets it go. */
/*@ assigns *next;
    ensures one_of: \result == 0 || \result == -EINVAL;
    ensures left: \result == 0 ==> held_by(s, d) && hv(s) == 0 && alloc(*next) == 0 && owner(*next) == d &&
      s % FS_ALLOC == *next % FS_ALLOC;
    ensures not_his: \result == -EINVAL <==> !held_by(s, d) || hv(s) == 1;
    ensures refused: \result != 0 ==> *next == \old(*next);
*/
SC_INLINE int frame_word_unassign(uint64_t s, uint16_t d, uint64_t *next)
{
    if (!frame_word_held_by(s, d) || s / FS_HV % 2 == 1)
        return -EINVAL;
    *next = s - FS_ALLOC;
    return 0;
}

/* Does nothing hold it: no reference, and not its owner? */
/*@ assigns \nothing;
    ensures \result <==> kinds(s) == 0 && readers(s) == 0 && alloc(s) == 0;
*/
SC_INLINE bool frame_word_unheld(uint64_t s)
{
    return s % FS_PINNED == 0 && s / FS_ALLOC % 2 == 0;
}

#endif
