/* SPDX-License-Identifier: MIT */
/*
 * buddy_block.h - the page allocator's free blocks: given, taken, merged and cut under their node's lock.
 *
 * Which blocks are free the frames' state words say (core/frame_free.h), and each change of one is checked there; the
 * lists only say where to look.  So what is proved here (docs/handbook/proofs.md) holds whatever the lists say.
 */
#ifndef MODULES_PAGEALLOC_BLOCK_H
#define MODULES_PAGEALLOC_BLOCK_H

#include "core/atomic.h"
#include "core/frame_free.h"
#include "core/lock.h"
#include "core/numa.h"
#include "core/require.h"
#include "ports/pagealloc.h"

#define NR_ORDERS (PAGEALLOC_MAX_ORDER + 1)
#define NIL 0xffffffffU

struct node {
    spinlock_t lock __attribute__((aligned(64)));
    uint32_t free_head[NR_ORDERS] SC_GUARDED_BY(lock);
    uint64_t nr_free SC_GUARDED_BY(lock);
    uint64_t nr_total SC_GUARDED_BY(lock);
};

/*@ // Of an order, up to PAGEALLOC_MAX_ORDER: how many frames a block has, and where one may begin.
    logic integer frames(integer order) = order <= 0 ? 1 : order == 1 ? 2 : order == 2 ? 4 : order == 3 ? 8 :
      order == 4 ? 0x10 : order == 5 ? 0x20 : order == 6 ? 0x40 : order == 7 ? 0x80 : order == 8 ? 0x100 :
      order == 9 ? 0x200 : order == 10 ? 0x400 : order == 11 ? 0x800 : order == 12 ? 0x1000 :
      order == 13 ? 0x2000 : order == 14 ? 0x4000 : order == 15 ? 0x8000 : order == 16 ? 0x10000 :
      order == 17 ? 0x20000 : 0x40000;
    predicate aligned(integer m, integer order) = order <= 0 || (order == 1 && m % 2 == 0) ||
      (order == 2 && m % 4 == 0) || (order == 3 && m % 8 == 0) || (order == 4 && m % 0x10 == 0) ||
      (order == 5 && m % 0x20 == 0) || (order == 6 && m % 0x40 == 0) || (order == 7 && m % 0x80 == 0) ||
      (order == 8 && m % 0x100 == 0) || (order == 9 && m % 0x200 == 0) || (order == 10 && m % 0x400 == 0) ||
      (order == 11 && m % 0x800 == 0) || (order == 12 && m % 0x1000 == 0) || (order == 13 && m % 0x2000 == 0) ||
      (order == 14 && m % 0x4000 == 0) || (order == 15 && m % 0x8000 == 0) ||
      (order == 16 && m % 0x10000 == 0) || (order == 17 && m % 0x20000 == 0) ||
      (order == 18 && m % 0x40000 == 0);
*/
/*@ predicate inside(integer f, integer m, integer order) = m <= f < m + frames(order);
    // There is a block there, all of it one node's.
    predicate is_block{L}(integer node, integer m, integer order) = 0 <= order <= PAGEALLOC_MAX_ORDER && 0 <= m &&
      aligned(m, order) && m + frames(order) <= max_mfn &&
      \forall integer f; inside(f, m, order) ==> frame_node[f] == node;
    predicate heads{L}(integer node, integer h) = 0 <= h && frame_node[h] == node && frame_mark[h] != 0;
    // A frame of the node is free: it is inside a free block.
    predicate is_free{L}(integer node, integer f) =
      \exists integer h; heads(node, h) && inside(f, h, frame_mark[h] - 1);
    predicate all_free{L}(integer node, integer m, integer order) =
      \forall integer f; inside(f, m, order) ==> is_free(node, f);
    predicate none_free{L}(integer node, integer m, integer order) =
      \forall integer f; inside(f, m, order) ==> !is_free(node, f);
    // The node's free blocks are blocks, and no frame is in two.
    predicate node_ok{L}(integer node) =
      (\forall integer h; heads(node, h) ==> is_block(node, h, frame_mark[h] - 1)) &&
      (\forall integer g, h; heads(node, g) && heads(node, h) && g < h ==> g + frames(frame_mark[g] - 1) <= h);
*/
/*@ // Between two times: of the node those frames, and no others, become free, or cease to be it.
    predicate given{A,B}(integer node, integer m, integer order) =
      \forall integer f; is_free{B}(node, f) <==> is_free{A}(node, f) || inside(f, m, order);
    predicate taken{A,B}(integer node, integer m, integer order) =
      \forall integer f; is_free{B}(node, f) <==> is_free{A}(node, f) && !inside(f, m, order);
    predicate others_same{A,B}(integer node) =
      \forall integer f; 0 <= f && \at(frame_node[f], A) != node ==> \at(frame_mark[f], A) == \at(frame_mark[f], B);
    predicate all_same{A,B} = \forall integer f; 0 <= f ==> \at(frame_mark[f], A) == \at(frame_mark[f], B);
*/
/*@ lemma frames_some: \forall integer o; 1 <= frames(o) <= 0x40000;
    lemma frames_twice: \forall integer o; 0 <= o < PAGEALLOC_MAX_ORDER ==> frames(o + 1) == 2 * frames(o);
    lemma lower_half: \forall integer m, o; 0 <= o < PAGEALLOC_MAX_ORDER && aligned(m, o + 1) ==> aligned(m, o);
*/

/*@ assigns \nothing;
    ensures \result == frames(order);
*/
SC_INLINE uint64_t block_frames(unsigned order SC_RANGE(0, PAGEALLOC_MAX_ORDER))
{
    /*@ assert order == 0 ==> 1 << order == 1; */
    /*@ assert order == 1 ==> 1 << order == 2; */
    /*@ assert order == 2 ==> 1 << order == 4; */
    /*@ assert order == 3 ==> 1 << order == 8; */
    /*@ assert order == 4 ==> 1 << order == 0x10; */
    /*@ assert order == 5 ==> 1 << order == 0x20; */
    /*@ assert order == 6 ==> 1 << order == 0x40; */
    /*@ assert order == 7 ==> 1 << order == 0x80; */
    /*@ assert order == 8 ==> 1 << order == 0x100; */
    /*@ assert order == 9 ==> 1 << order == 0x200; */
    /*@ assert order == 10 ==> 1 << order == 0x400; */
    /*@ assert order == 11 ==> 1 << order == 0x800; */
    /*@ assert order == 12 ==> 1 << order == 0x1000; */
    /*@ assert order == 13 ==> 1 << order == 0x2000; */
    /*@ assert order == 14 ==> 1 << order == 0x4000; */
    /*@ assert order == 15 ==> 1 << order == 0x8000; */
    /*@ assert order == 16 ==> 1 << order == 0x10000; */
    /*@ assert order == 17 ==> 1 << order == 0x20000; */
    /*@ assert order == 18 ==> 1 << order == 0x40000; */
    return 1UL << order;
}

/* The block that with m's makes one of the next order.  Case by case: provers know little of other powers of two. */
/*@ requires order < PAGEALLOC_MAX_ORDER;
    requires aligned(m, order) && m + frames(order) <= UINT64_MAX;
    assigns \nothing;
    ensures lower: aligned(m, order + 1) ==> \result == m + frames(order);
    ensures upper: !aligned(m, order + 1) ==> \result == m - frames(order) && 0 <= \result;
    ensures whole: !aligned(m, order + 1) ==> aligned(\result, order + 1);
    ensures half: aligned(\result, order);
*/
SC_INLINE uint64_t block_buddy(uint64_t m, unsigned order SC_RANGE(0, PAGEALLOC_MAX_ORDER))
{
    uint64_t nr = block_frames(order), both = 2UL << order;

    /*@ assert order == 0 ==> both == 0x2 && (m + 0x1) % 0x1 == 0 &&
          (m % both == 0 || (m - 0x1) % 0x2 == 0); */
    /*@ assert order == 1 ==> both == 0x4 && (m + 0x2) % 0x2 == 0 &&
          (m % both == 0 || (m - 0x2) % 0x4 == 0); */
    /*@ assert order == 2 ==> both == 0x8 && (m + 0x4) % 0x4 == 0 &&
          (m % both == 0 || (m - 0x4) % 0x8 == 0); */
    /*@ assert order == 3 ==> both == 0x10 && (m + 0x8) % 0x8 == 0 &&
          (m % both == 0 || (m - 0x8) % 0x10 == 0); */
    /*@ assert order == 4 ==> both == 0x20 && (m + 0x10) % 0x10 == 0 &&
          (m % both == 0 || (m - 0x10) % 0x20 == 0); */
    /*@ assert order == 5 ==> both == 0x40 && (m + 0x20) % 0x20 == 0 &&
          (m % both == 0 || (m - 0x20) % 0x40 == 0); */
    /*@ assert order == 6 ==> both == 0x80 && (m + 0x40) % 0x40 == 0 &&
          (m % both == 0 || (m - 0x40) % 0x80 == 0); */
    /*@ assert order == 7 ==> both == 0x100 && (m + 0x80) % 0x80 == 0 &&
          (m % both == 0 || (m - 0x80) % 0x100 == 0); */
    /*@ assert order == 8 ==> both == 0x200 && (m + 0x100) % 0x100 == 0 &&
          (m % both == 0 || (m - 0x100) % 0x200 == 0); */
    /*@ assert order == 9 ==> both == 0x400 && (m + 0x200) % 0x200 == 0 &&
          (m % both == 0 || (m - 0x200) % 0x400 == 0); */
    /*@ assert order == 10 ==> both == 0x800 && (m + 0x400) % 0x400 == 0 &&
          (m % both == 0 || (m - 0x400) % 0x800 == 0); */
    /*@ assert order == 11 ==> both == 0x1000 && (m + 0x800) % 0x800 == 0 &&
          (m % both == 0 || (m - 0x800) % 0x1000 == 0); */
    /*@ assert order == 12 ==> both == 0x2000 && (m + 0x1000) % 0x1000 == 0 &&
          (m % both == 0 || (m - 0x1000) % 0x2000 == 0); */
    /*@ assert order == 13 ==> both == 0x4000 && (m + 0x2000) % 0x2000 == 0 &&
          (m % both == 0 || (m - 0x2000) % 0x4000 == 0); */
    /*@ assert order == 14 ==> both == 0x8000 && (m + 0x4000) % 0x4000 == 0 &&
          (m % both == 0 || (m - 0x4000) % 0x8000 == 0); */
    /*@ assert order == 15 ==> both == 0x10000 && (m + 0x8000) % 0x8000 == 0 &&
          (m % both == 0 || (m - 0x8000) % 0x10000 == 0); */
    /*@ assert order == 16 ==> both == 0x20000 && (m + 0x10000) % 0x10000 == 0 &&
          (m % both == 0 || (m - 0x10000) % 0x20000 == 0); */
    /*@ assert order == 17 ==> both == 0x40000 && (m + 0x20000) % 0x20000 == 0 &&
          (m % both == 0 || (m - 0x20000) % 0x40000 == 0); */
    return m % both == 0 ? m + nr : m - nr;
}

/* May a block of that order begin there? */
/*@ assigns \nothing;
    ensures \result <==> aligned(m, order);
*/
SC_INLINE bool block_aligned(uint64_t m, unsigned order SC_RANGE(0, PAGEALLOC_MAX_ORDER))
{
    uint64_t nr = block_frames(order);

    /*@ assert order == 0 ==> nr == 1; */
    /*@ assert order == 1 ==> nr == 2; */
    /*@ assert order == 2 ==> nr == 4; */
    /*@ assert order == 3 ==> nr == 8; */
    /*@ assert order == 4 ==> nr == 0x10; */
    /*@ assert order == 5 ==> nr == 0x20; */
    /*@ assert order == 6 ==> nr == 0x40; */
    /*@ assert order == 7 ==> nr == 0x80; */
    /*@ assert order == 8 ==> nr == 0x100; */
    /*@ assert order == 9 ==> nr == 0x200; */
    /*@ assert order == 10 ==> nr == 0x400; */
    /*@ assert order == 11 ==> nr == 0x800; */
    /*@ assert order == 12 ==> nr == 0x1000; */
    /*@ assert order == 13 ==> nr == 0x2000; */
    /*@ assert order == 14 ==> nr == 0x4000; */
    /*@ assert order == 15 ==> nr == 0x8000; */
    /*@ assert order == 16 ==> nr == 0x10000; */
    /*@ assert order == 17 ==> nr == 0x20000; */
    /*@ assert order == 18 ==> nr == 0x40000; */
    return m % nr == 0;
}

/* Where the block of that order which m lies in begins. */
/*@ assigns \nothing;
    ensures only: \forall integer h; 0 <= h && aligned(h, order) && inside(m, h, order) ==> h == \result;
*/
SC_INLINE uint64_t block_around(uint64_t m, unsigned order SC_RANGE(1, PAGEALLOC_MAX_ORDER))
{
    uint64_t nr = block_frames(order);

    /*@ assert order == 1 ==> nr == 2 &&
          \forall integer h; h % 2 == 0 && h <= m < h + 2 ==> h == m - m % 2; */
    /*@ assert order == 2 ==> nr == 4 &&
          \forall integer h; h % 4 == 0 && h <= m < h + 4 ==> h == m - m % 4; */
    /*@ assert order == 3 ==> nr == 8 &&
          \forall integer h; h % 8 == 0 && h <= m < h + 8 ==> h == m - m % 8; */
    /*@ assert order == 4 ==> nr == 0x10 &&
          \forall integer h; h % 0x10 == 0 && h <= m < h + 0x10 ==> h == m - m % 0x10; */
    /*@ assert order == 5 ==> nr == 0x20 &&
          \forall integer h; h % 0x20 == 0 && h <= m < h + 0x20 ==> h == m - m % 0x20; */
    /*@ assert order == 6 ==> nr == 0x40 &&
          \forall integer h; h % 0x40 == 0 && h <= m < h + 0x40 ==> h == m - m % 0x40; */
    /*@ assert order == 7 ==> nr == 0x80 &&
          \forall integer h; h % 0x80 == 0 && h <= m < h + 0x80 ==> h == m - m % 0x80; */
    /*@ assert order == 8 ==> nr == 0x100 &&
          \forall integer h; h % 0x100 == 0 && h <= m < h + 0x100 ==> h == m - m % 0x100; */
    /*@ assert order == 9 ==> nr == 0x200 &&
          \forall integer h; h % 0x200 == 0 && h <= m < h + 0x200 ==> h == m - m % 0x200; */
    /*@ assert order == 10 ==> nr == 0x400 &&
          \forall integer h; h % 0x400 == 0 && h <= m < h + 0x400 ==> h == m - m % 0x400; */
    /*@ assert order == 11 ==> nr == 0x800 &&
          \forall integer h; h % 0x800 == 0 && h <= m < h + 0x800 ==> h == m - m % 0x800; */
    /*@ assert order == 12 ==> nr == 0x1000 &&
          \forall integer h; h % 0x1000 == 0 && h <= m < h + 0x1000 ==> h == m - m % 0x1000; */
    /*@ assert order == 13 ==> nr == 0x2000 &&
          \forall integer h; h % 0x2000 == 0 && h <= m < h + 0x2000 ==> h == m - m % 0x2000; */
    /*@ assert order == 14 ==> nr == 0x4000 &&
          \forall integer h; h % 0x4000 == 0 && h <= m < h + 0x4000 ==> h == m - m % 0x4000; */
    /*@ assert order == 15 ==> nr == 0x8000 &&
          \forall integer h; h % 0x8000 == 0 && h <= m < h + 0x8000 ==> h == m - m % 0x8000; */
    /*@ assert order == 16 ==> nr == 0x10000 &&
          \forall integer h; h % 0x10000 == 0 && h <= m < h + 0x10000 ==> h == m - m % 0x10000; */
    /*@ assert order == 17 ==> nr == 0x20000 &&
          \forall integer h; h % 0x20000 == 0 && h <= m < h + 0x20000 ==> h == m - m % 0x20000; */
    /*@ assert order == 18 ==> nr == 0x40000 &&
          \forall integer h; h % 0x40000 == 0 && h <= m < h + 0x40000 ==> h == m - m % 0x40000; */
    return m - m % nr;
}

/* Unless it is a block of the node's, and nothing of it is free, the module fails: what is given back was taken. */
/*@ requires node_ok(node) && node == node_locked;
    assigns \nothing;
    ensures block: is_block(node, m.v, order);
    ensures once: none_free(node, m.v, order);
*/
SC_INLINE void block_check_locked(uint32_t node, mfn_t m, unsigned order SC_RANGE(0, PAGEALLOC_MAX_ORDER))
{
    uint64_t nr = block_frames(order);

    module_require(block_aligned(m.v, order) && m.v < max_mfn && nr <= max_mfn - m.v);
    /*@ loop invariant 0 <= i <= nr;
        loop invariant of_node: \forall integer f; m.v <= f < m.v + i ==> frame_node[f] == node;
        loop invariant no_head: \forall integer f; m.v <= f < m.v + i ==> frame_mark[f] == 0;
        loop assigns i;
        loop variant nr - i;
    */
    for (uint64_t i = 0; i < nr; i++) {
        module_require(numa_node_of(mfn(m.v + i)) == node);
        frame_require_nobodys(mfn(m.v + i));
    }
    /*@ loop invariant 1 <= o <= NR_ORDERS;
        loop invariant in_none: \forall integer h; heads(node, h) && 1 <= frame_mark[h] <= o && h != m.v ==>
          !inside(m.v, h, frame_mark[h] - 1);
        loop assigns o;
        loop variant NR_ORDERS - o;
    */
    for (unsigned o = 1; o < NR_ORDERS; o++) {
        mfn_t head = mfn(block_around(m.v, o));

        module_require(!frame_is_free(head, o) || numa_node_of(head) != node);
    }
    /*@ assert apart: \forall integer h, f; heads(node, h) && inside(f, h, frame_mark[h] - 1) ==>
          !inside(f, m.v, order); */
}

/* The block is free. */
/*@ requires node_ok(frame_node[m.v]) && frame_node[m.v] == node_locked;
    requires block: is_block(frame_node[m.v], m.v, order);
    requires once: none_free(frame_node[m.v], m.v, order);
    requires \separated(frame_mark + (..), frame_node + (..), &max_mfn, &n->free_head[0 .. 18]);
    requires \separated(frame_mark + (..), frame_node + (..), &max_mfn, n);
    assigns n->free_head[0 .. 18], frame_mark[m.v];
    ensures node_ok(frame_node[m.v]);
    ensures given{Pre,Post}(frame_node[m.v], m.v, order);
*/
SC_INLINE void list_add_locked(struct node *n, unsigned order SC_RANGE(0, PAGEALLOC_MAX_ORDER), mfn_t m)
{
    uint32_t old = n->free_head[order];

    /*@ assert heads_free: \forall integer h; heads(frame_node[m.v], h) ==> is_free(frame_node[m.v], h); */
    /*@ assert this: !is_free(frame_node[m.v], m.v); */
    /*@ assert not_over: \forall integer h; heads(frame_node[m.v], h) ==> !inside(m.v, h, frame_mark[h] - 1); */
    /*@ assert not_in: \forall integer h; heads(frame_node[m.v], h) ==> !inside(h, m.v, order); */
    /*@ assert apart: \forall integer h; heads(frame_node[m.v], h) ==>
          h + frames(frame_mark[h] - 1) <= m.v || m.v + frames(order) <= h; */
    frame_set_free(m, order);
    frame_link_set(m, NIL, old);
    if (old != NIL)
        frame_link_set(mfn(old), (uint32_t)m.v, frame_link_next(mfn(old)));
    n->free_head[order] = (uint32_t)m.v;
}

/* A free block is it no more; if m heads none of that order the module fails. */
/*@ requires node_ok(frame_node[m.v]) && frame_node[m.v] == node_locked;
    requires \separated(frame_mark + (..), frame_node + (..), &max_mfn, &n->free_head[0 .. 18]);
    requires \separated(frame_mark + (..), frame_node + (..), &max_mfn, n);
    assigns n->free_head[0 .. 18], frame_mark[m.v];
    ensures node_ok(frame_node[m.v]);
    ensures block: is_block(frame_node[m.v], m.v, order);
    ensures before: all_free{Pre}(frame_node[m.v], m.v, order);
    ensures taken{Pre,Post}(frame_node[m.v], m.v, order);
*/
SC_INLINE void list_del_locked(struct node *n, unsigned order SC_RANGE(0, PAGEALLOC_MAX_ORDER), mfn_t m)
{
    uint32_t prev = frame_link_prev(m), next = frame_link_next(m);

    if (prev == NIL)
        n->free_head[order] = next;
    else
        frame_link_set(mfn(prev), frame_link_prev(mfn(prev)), next);
    if (next != NIL)
        frame_link_set(mfn(next), prev, frame_link_next(mfn(next)));
    frame_clear_free(m, order);
}

/* Give back one block, merging it with its free buddies. */
/*@ requires node_ok(frame_node[m.v]) && frame_node[m.v] == node_locked;
    requires block: is_block(frame_node[m.v], m.v, order);
    requires once: none_free(frame_node[m.v], m.v, order);
    requires \separated(frame_mark + (..), frame_node + (..), &max_mfn, &n->free_head[0 .. 18]);
    requires \separated(frame_mark + (..), frame_node + (..), &max_mfn, n);
    assigns n->free_head[0 .. 18], frame_mark[0 ..];
    ensures node_ok(frame_node[m.v]);
    ensures given{Pre,Post}(frame_node[m.v], m.v, order);
    ensures others_same{Pre,Post}(frame_node[m.v]);
*/
SC_INLINE void block_free_locked(struct node *n, mfn_t m, unsigned order SC_RANGE(0, PAGEALLOC_MAX_ORDER))
{
    uint32_t node = numa_node_of(m);

    /*@ loop invariant node_ok(node);
        loop invariant block: is_block(node, m.v, order);
        loop invariant once: none_free(node, m.v, order);
        loop invariant all: \forall integer f; is_free(node, f) || inside(f, m.v, order) <==>
          is_free{Pre}(node, f) || inside(f, \at(m.v, Pre), \at(order, Pre));
        loop invariant others_same{Pre,Here}(node);
        loop assigns m, order, n->free_head[0 .. 18], frame_mark[0 ..];
        loop variant PAGEALLOC_MAX_ORDER - order;
    */
    while (order < PAGEALLOC_MAX_ORDER) {
        mfn_t buddy = mfn(block_buddy(m.v, order));

        if (!frame_is_free(buddy, order) || numa_node_of(buddy) != node)
            break;
        list_del_locked(n, order, buddy);
        if (buddy.v < m.v)
            m = buddy;
        order++;
    }
    list_add_locked(n, order, m);
}

/* Cut the block of order have at m, which is not free, down to order want: the lowest part is kept. */
/*@ requires node_ok(frame_node[m.v]) && frame_node[m.v] == node_locked;
    requires block: is_block(frame_node[m.v], m.v, have);
    requires once: none_free(frame_node[m.v], m.v, have);
    requires want <= have;
    requires \separated(frame_mark + (..), frame_node + (..), &max_mfn, &n->free_head[0 .. 18]);
    requires \separated(frame_mark + (..), frame_node + (..), &max_mfn, n);
    assigns n->free_head[0 .. 18], frame_mark[0 ..];
    ensures node_ok(frame_node[m.v]);
    ensures kept: is_block(frame_node[m.v], m.v, want);
    ensures rest: \forall integer f; is_free(frame_node[m.v], f) <==> is_free{Pre}(frame_node[m.v], f) ||
      (inside(f, m.v, have) && !inside(f, m.v, want));
    ensures others_same{Pre,Post}(frame_node[m.v]);
*/
SC_INLINE void block_split_locked(struct node *n, mfn_t m, unsigned have SC_RANGE(0, PAGEALLOC_MAX_ORDER),
                                  unsigned want)
{
    /*@ loop invariant node_ok(frame_node[m.v]);
        loop invariant kept: want <= have && is_block(frame_node[m.v], m.v, have);
        loop invariant once: none_free(frame_node[m.v], m.v, have);
        loop invariant less: frames(have) <= frames(\at(have, Pre));
        loop invariant rest: \forall integer f; is_free(frame_node[m.v], f) <==> is_free{Pre}(frame_node[m.v], f) ||
          (inside(f, m.v, \at(have, Pre)) && !inside(f, m.v, have));
        loop invariant others_same{Pre,Here}(frame_node[m.v]);
        loop assigns have, n->free_head[0 .. 18], frame_mark[0 ..];
        loop variant have;
    */
    while (have > want) {
        have--;
        /*@ assert halves: \forall integer f; inside(f, m.v, have + 1) <==>
              inside(f, m.v, have) || inside(f, m.v + frames(have), have); */
        list_add_locked(n, have, mfn(block_buddy(m.v, have)));
    }
}

/* The first block in the node's lists of at least this order that begins low enough.  Each list is walked for as many
 * blocks as it can have. */
/*@ requires \separated(frame_node + (..), &max_mfn, n) && \separated(frame_node + (..), &max_mfn, out);
    requires \separated(frame_node + (..), &max_mfn, out_order) && \separated(out, out_order);
    assigns *out, *out_order;
    ensures found: \result ==> order <= *out_order <= PAGEALLOC_MAX_ORDER && frame_node[out->v] == node;
    ensures low: \result ==> out->v + frames(order) <= limit;
*/
SC_INLINE bool block_find_locked(const struct node *n, uint32_t node, unsigned order SC_RANGE(0, PAGEALLOC_MAX_ORDER),
                                 uint64_t limit, mfn_t *out, unsigned *out_order)
{
    /*@ loop invariant order <= o <= NR_ORDERS;
        loop assigns o, *out, *out_order;
        loop variant NR_ORDERS - o;
    */
    for (unsigned o = order; o < NR_ORDERS; o++) {
        uint64_t left = n->nr_free;

        /*@ loop assigns at, left, *out, *out_order;
            loop variant left;
        */
        for (uint32_t at = n->free_head[o]; at != NIL && left > 0; at = frame_link_next(mfn(at))) {
            left--;
            if (at + block_frames(order) > limit || numa_node_of(mfn(at)) != node)
                continue;
            *out = mfn(at);
            *out_order = o;
            return true;
        }
    }
    return false;
}

/* Take a block of that order which ends at `limit` at most; false: there is none. */
/*@ requires node_ok(node) && node == node_locked;
    requires \separated(frame_mark + (..), frame_node + (..), &max_mfn, &n->free_head[0 .. 18]);
    requires \separated(frame_mark + (..), frame_node + (..), &max_mfn, &n->nr_free);
    requires \separated(frame_mark + (..), frame_node + (..), &max_mfn, n);
    requires \separated(frame_mark + (..), frame_node + (..), &max_mfn, out) && \separated(out, n);
    assigns n->free_head[0 .. 18], n->nr_free, *out, frame_mark[0 ..];
    ensures node_ok(node);
    ensures others_same{Pre,Post}(node);
    ensures block: \result ==> is_block(node, out->v, order) && out->v + frames(order) <= limit;
    ensures before: \result ==> all_free{Pre}(node, out->v, order);
    ensures after: \result ==> taken{Pre,Post}(node, out->v, order);
    ensures nr: \result ==> n->nr_free == (uint64_t)(\old(n->nr_free) - frames(order));
    ensures nothing: !\result ==> all_same{Pre,Post} && n->nr_free == \old(n->nr_free);
*/
SC_INLINE bool block_take_locked(struct node *n, uint32_t node, unsigned order SC_RANGE(0, PAGEALLOC_MAX_ORDER),
                                 uint64_t limit, mfn_t *out)
{
    unsigned have;
    mfn_t m;

    if (!block_find_locked(n, node, order, limit, &m, &have))
        return false;
    list_del_locked(n, have, m);
    block_split_locked(n, m, have, order);
    atomic_write64(&n->nr_free, n->nr_free - block_frames(order));
    *out = m;
    return true;
}

/* Give one back, of which nothing is free. */
/*@ requires node_ok(frame_node[m.v]) && frame_node[m.v] == node_locked;
    requires block: is_block(frame_node[m.v], m.v, order);
    requires once: none_free(frame_node[m.v], m.v, order);
    requires \separated(frame_mark + (..), frame_node + (..), &max_mfn, &n->free_head[0 .. 18]);
    requires \separated(frame_mark + (..), frame_node + (..), &max_mfn, &n->nr_free);
    requires \separated(frame_mark + (..), frame_node + (..), &max_mfn, n);
    assigns n->free_head[0 .. 18], n->nr_free, frame_mark[0 ..];
    ensures node_ok(frame_node[m.v]);
    ensures others_same{Pre,Post}(frame_node[m.v]);
    ensures given{Pre,Post}(frame_node[m.v], m.v, order);
    ensures nr: n->nr_free == (uint64_t)(\old(n->nr_free) + frames(order));
*/
SC_INLINE void block_give_locked(struct node *n, mfn_t m, unsigned order SC_RANGE(0, PAGEALLOC_MAX_ORDER))
{
    block_free_locked(n, m, order);
    atomic_write64(&n->nr_free, n->nr_free + block_frames(order));
}

#endif
