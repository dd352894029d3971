/* SPDX-License-Identifier: MIT */
/*
 * frame_free.h - frames that nobody has: what the page allocator writes of them.
 *
 * A frame is nobody's when it was taken from the allocator and not given to anybody yet, or is on its way back; it is
 * free when it heads a free block of an order, and then has links.  Other frames are not the allocator's to touch: the
 * call fails the module (SC_REQUIRE).  Locks: the allocator's own.
 */
#ifndef CORE_FRAME_FREE_H
#define CORE_FRAME_FREE_H

#include "core/frame.h"
#include "core/numa.h"

/* For proofs, of each frame: the order of the free block that it heads and one, or 0, which is what its state word says
 * of that.  It changes under the allocator's lock of the frame's node only. */
/*@ ghost extern uint8_t frame_mark[1UL << 40]; */
/* The node whose lock of the allocator's this CPU took last. */
/*@ ghost extern int node_locked; */

SC_INLINE bool frame_is_nobodys(mfn_t m)
{
    return frame_valid(m) && frame_state(m) == FS_NOBODYS;
}
SC_INLINE void frame_require_nobodys(mfn_t m)
{
    SC_REQUIRE(frame_is_nobodys(m));
}
SC_INLINE bool frame_is_free(mfn_t m, unsigned order)
{
    return frame_valid(m) && frame_state(m) == (FS_NOBODYS | FS_SEALED | order);
}
SC_INLINE void frame_set_free(mfn_t m, unsigned order)
{
    SC_REQUIRE(frame_is_nobodys(m) && order < 64);
    frame_state_set(m, FS_NOBODYS | FS_SEALED | order);
}
SC_INLINE void frame_clear_free(mfn_t m, unsigned order)
{
    SC_REQUIRE(frame_is_free(m, order));
    frame_state_set(m, FS_NOBODYS);
}
SC_INLINE uint32_t frame_link_prev(mfn_t m)
{
    return (uint32_t)(frame_table()[m.v].aux >> 32);
}
SC_INLINE uint32_t frame_link_next(mfn_t m)
{
    return (uint32_t)frame_table()[m.v].aux;
}
SC_INLINE void frame_link_set(mfn_t m, uint32_t prev, uint32_t next)
{
    SC_REQUIRE((frame_state(m) & ~FS_KIND_MASK) == (FS_NOBODYS | FS_SEALED));
    frame_table()[m.v].aux = (uint64_t)prev << 32 | next;
}

#endif
