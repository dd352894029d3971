/* SPDX-License-Identifier: MIT */
/*
 * frame.h - the core's floor: frames, kinds and references.
 *
 * Every 4 KiB frame of RAM has one 64-bit state word: owner, kind and two
 * counts (core/frame_word.h), changed by one compare-and-swap.  A reference
 * (fref_t) is a linear value that only the functions here make.
 * docs/decisions/0002-frames.md.
 *
 * Floor: a frame's kind changes only while nr_kind is 0; every present slot of
 * a sealed table owns exactly one reference of a kind that its rights need; so
 * no table frame is ever writable to a guest.
 *
 * All functions may be called without a lock unless stated.  Errors: -EINVAL
 * not RAM or not the owner's, -EBUSY the kind in use forbids it, -EOVERFLOW a
 * count is full.
 */
#ifndef CORE_FRAME_H
#define CORE_FRAME_H

#include "core/addr.h"
#include "core/atomic.h"
#include "core/frame_word.h"

#include <xen/xen.h>

#include "core/layout.h"

enum frame_kind {
    KIND_RW = 0, /* plain memory: may be mapped writable */
    KIND_L1 = 1,
    KIND_L2 = 2,
    KIND_L3 = 3,
    KIND_L4 = 4,
    KIND_SEG = 5, /* GDT or LDT */
};

/* A held reference: mfn << 12 | tag.  Zero: none. */
typedef struct SC_OPAQUE {
    uint64_t v;
} fref_t;

#define FREF_TAG_RO 0x1
#define FREF_TAG_RW 0x2 /* plain memory, writable */
#define FREF_TAG_IO 0x4 /* not counted: device memory */
#define FREF_TAG_PT 0x8 /* a table */

/* For proofs: the reference that was got last and is in no entry yet, and whose frame it holds; NOBODYS_DEVICE: none's.
 */
#define NOBODYS_DEVICE 0x10000
/*@ ghost uint64_t ref_got; */
/*@ ghost int ref_for; */
/* As what kind of table it was held, if it was got as one that may have to be built. */
/*@ ghost int entry_kind; */
/* As those, of a table that is held to be changed. */
/*@ ghost uint64_t table_got; */
/*@ ghost int table_for; */
/*@ ghost int table_kind; */
/* The reference that was last kept as a pin. */
/*@ ghost uint64_t pin_put; */
/* The domain whose TLBs were flushed since an entry of a table was changed; null: none's. */
struct domain;
/*@ ghost struct domain *put_flushed; */
/* Of the table that this CPU builds or tears down: which it is, of what kind, how many slots, the first ones, own their
 * references by its own account; whether its account is behind what was done since; the hypervisor's slots are in it.
 */
/*@ ghost uint64_t slots_of; */
/*@ ghost int slots_kind; */
/*@ ghost int slots_done; */
/*@ ghost int slots_behind; */
/*@ ghost int slots_ours; */
/* What was found in each slot, what stands there since, and whose frame that names; NOT_ADOPTED: nobody has looked;
 * GIVEN_UP: its reference was taken. */
#define NOT_ADOPTED (-2)
#define GIVEN_UP (-3)
/*@ ghost uint64_t slot_found[512]; */
/*@ ghost uint64_t slot_put[512]; */
/*@ ghost int slot_whose[512]; */
/* How often this CPU got a table that is to be built, and let go of one that is to be torn down; which was the last. */
/*@ ghost uint64_t tables_begun; */
/*@ ghost uint64_t tables_ended; */
/*@ ghost uint64_t table_ended; */

#define FREF_NONE ((fref_t){ 0 })
/* Out of a field, which is left with none (SC-12). */
#define fref_take(field)              \
    __extension__({                   \
        fref_t fref_taken_ = (field); \
        (field) = FREF_NONE;          \
        fref_taken_;                  \
    })
/* What r holds is counted elsewhere from now on: a pin. */
SC_INLINE void fref_moved(SC_OWNED fref_t r)
{
    (void)r;
}
SC_INLINE bool fref_is_none(fref_t r)
{
    return r.v == 0;
}
SC_INLINE bool fref_is_rw(fref_t r)
{
    return (r.v & FREF_TAG_RW) != 0;
}
SC_INLINE mfn_t fref_mfn(fref_t r)
{
    return mfn(r.v >> PAGE_SHIFT);
}

#define DOMID_NONE 0x7fff /* owner of a frame that no domain has: free, or the hypervisor's */
#define FS_NOBODYS FS_OWNER(DOMID_NONE)

/*
 * The frame table.  aux: links while free; TLB stamp while plain; slots adopted
 * so far while a table is being built or torn down.
 */
struct frame_info {
    uint64_t state;
    uint64_t aux;
};

extern uint64_t max_mfn SC_BOOT;    /* frames in the table */
extern uint64_t io_max_mfn SC_BOOT; /* beyond what the CPU can address (CPUID 0x80000008) */

/* The TLB clock: a full flush advances it, if since it last went on something was stamped (core/tlb.h).  So who only
 * switches between vcpus does not write its line. */
extern uint64_t tlb_clock SC_ATOMIC;
extern uint64_t tlb_stamped SC_ATOMIC; /* the clock when something was last stamped; lower is never wrong */

/* For what a stale translation must not outlive: the present, stamped. */
SC_INLINE uint64_t tlb_stamp(void)
{
    uint64_t now = atomic_read64(&tlb_clock);

    if (unlikely(atomic_read64(&tlb_stamped) != now))
        atomic_write64(&tlb_stamped, now);
    return now;
}

/* The whole table. */
SC_CORE SC_COUNT(max_mfn)
SC_INLINE struct frame_info *frame_table(void)
{
    SC_UNSAFE("DEV-21: hvmap_init maps max_mfn entries there before anything else runs, and they stay")
    {
        return (struct frame_info *)FRAMETABLE_BASE;
    }
}

SC_INLINE uint64_t frame_state(mfn_t m)
{
    return __atomic_load_n(&frame_table()[m.v].state, __ATOMIC_RELAXED);
}
SC_INLINE bool frame_valid(mfn_t m)
{
    return m.v < max_mfn;
}
SC_INLINE domid_t frame_owner(mfn_t m)
{
    return (domid_t)(frame_state(m) / FS_OWNER_ONE);
}
SC_CORE SC_INLINE bool frame_cas(mfn_t m, uint64_t *old, uint64_t new_state)
{
    return __atomic_compare_exchange_n(&frame_table()[m.v].state, old, new_state, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_RELAXED);
}

/* Hold the frame for reading.  Any kind. */
SC_NODISCARD SC_INLINE int frame_get_ro(mfn_t m, domid_t owner, SC_OWNED fref_t *out)
{
    uint64_t s, next = 0;
    int rc;

    if (unlikely(!frame_valid(m)))
        return -EINVAL;
    s = frame_state(m);
    do {
        rc = frame_word_read(s, owner, &next);
        if (unlikely(rc != 0))
            return rc;
    } while (unlikely(!frame_cas(m, &s, next)));
    out->v = m.v << PAGE_SHIFT | FREF_TAG_RO;
    return 0;
}

/* The slow end of frame_get_rw: the frame was a table not long ago (FS_SEALED without a kind); or -EBUSY (it is one),
 * -EINVAL (not the owner's), -EOVERFLOW.  May flush the TLB of any CPU. */
SC_NODISCARD int frame_get_rw_slow(mfn_t m, domid_t owner, SC_OWNED fref_t *out);

/* Hold the frame for writing: it is plain memory as long as this is held. */
SC_NODISCARD SC_INLINE int frame_get_rw(mfn_t m, domid_t owner, SC_OWNED fref_t *out)
{
    uint64_t s, next = 0;
    int rc;

    if (unlikely(!frame_valid(m)))
        return -EINVAL;
    s = frame_state(m);
    do {
        if (unlikely(!frame_word_plain_of(s, owner)))
            return frame_get_rw_slow(m, owner, out);
        rc = frame_word_write(s, owner, &next);
        if (unlikely(rc != 0))
            return rc;
    } while (unlikely(!frame_cas(m, &s, next)));
    out->v = m.v << PAGE_SHIFT | FREF_TAG_RW;
    return 0;
}

/* frame_get_pair for writing, of a frame that is a table or was one not long ago: by two exchanges. */
SC_NODISCARD int frame_get_pair_slow(mfn_t m, domid_t owner, SC_OWNED fref_t *ro, SC_OWNED fref_t *second);

/* Hold the frame twice by one exchange: as frame_get_ro, and as frame_get_rw (write) or frame_get_ro again. */
SC_NODISCARD SC_INLINE int frame_get_pair(mfn_t m, domid_t owner, bool write, SC_OWNED fref_t *ro,
                                          SC_OWNED fref_t *second)
{
    uint64_t s, next = 0;
    int rc;

    if (unlikely(!frame_valid(m)))
        return -EINVAL;
    s = frame_state(m);
    do {
        rc = frame_word_pair(s, owner, write, &next);
        if (unlikely(rc != 0))
            return write && rc == -EINVAL ? frame_get_pair_slow(m, owner, ro, second) : rc;
    } while (unlikely(!frame_cas(m, &s, next)));
    ro->v = m.v << PAGE_SHIFT | FREF_TAG_RO;
    second->v = m.v << PAGE_SHIFT | (write ? FREF_TAG_RW : FREF_TAG_RO);
    return 0;
}

/* Device memory, which nobody counts: not RAM, or DOMID_IO's, and below what the CPU can address. */
SC_NODISCARD SC_INLINE int frame_get_io(mfn_t m, SC_OWNED fref_t *out)
{
    if (frame_valid(m) && frame_owner(m) != (DOMID_IO & 0x7fff))
        return -EPERM;
    if (m.v >= io_max_mfn)
        return -EINVAL;
    out->v = m.v << PAGE_SHIFT | FREF_TAG_IO;
    return 0;
}

/*
 * Hold the frame as a table (KIND_L1..L4, KIND_SEG).
 * 0: sealed, held.  FRAME_BUILD: the frame was plain and unmapped; it now has the
 * kind, one reference, and no adopted slot: the caller builds or resets it.
 * -EBUSY: writable mappings, another kind, or being built by someone else.
 */
#define FRAME_BUILD 1
SC_NODISCARD int frame_get_table(mfn_t m, domid_t owner, enum frame_kind kind, SC_OWNED fref_t *out);
/* As above, only a table that is sealed already; never builds. */
SC_NODISCARD SC_INLINE int frame_get_sealed(mfn_t m, domid_t owner, enum frame_kind kind, SC_OWNED fref_t *out)
{
    uint64_t s, next = 0;
    int rc;

    if (unlikely(!frame_valid(m)))
        return -EINVAL;
    s = frame_state(m);
    do {
        rc = frame_word_use(s, owner, kind, &next);
        if (unlikely(rc != 0))
            return rc;
    } while (unlikely(!frame_cas(m, &s, next)));
    out->v = m.v << PAGE_SHIFT | FREF_TAG_PT;
    return 0;
}

/* The slow end of frame_put: last reference of an unallocated frame. */
SC_CORE void frame_release(mfn_t m);

/* A table that somebody holds, sealed or being built. */
SC_INLINE bool frame_is_table_in_use(mfn_t m)
{
    uint64_t s = frame_valid(m) ? frame_state(m) : 0;

    return frame_word_type(s) != 0 && frame_word_kinds(s) != 0;
}

/* A reference to a page of descriptors. */
SC_INLINE bool fref_is_segments(fref_t r)
{
    return (r.v & FREF_TAG_PT) != 0 && frame_word_type(frame_state(fref_mfn(r))) == KIND_SEG;
}

/* A translation that could write was there until now.  The stamp only rises: of two that go at once the later stays. */
SC_CORE SC_INLINE void frame_stamp(mfn_t m)
{
    uint64_t now = tlb_stamp(), at = atomic_read64(&frame_table()[m.v].aux);

    while (unlikely(at < now)) {
        if (__atomic_compare_exchange_n(&frame_table()[m.v].aux, &at, now, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
            break;
    }
}

/* Drop a reference to plain memory (RO, RW or IO).  The frame may be freed. */
SC_INLINE void frame_put(SC_OWNED fref_t r)
{
    mfn_t m = fref_mfn(r);
    uint64_t s, next;
    bool reads = (r.v & FREF_TAG_RO) != 0;

    if (unlikely(r.v & FREF_TAG_IO) || unlikely(fref_is_none(r)))
        return;
    /* As long as this one is held the frame stays plain, and the word is a stamp. */
    if (!reads)
        frame_stamp(m);
    s = frame_state(m);
    do {
        next = frame_word_put(s, reads);
    } while (unlikely(!frame_cas(m, &s, next)));
    if (unlikely(frame_word_unheld(next)))
        frame_release(m);
}

/*
 * Drop a reference to a table.  True: it was the last; the table is no longer
 * sealed, still has its kind, and the caller must release its slots (core/pt.h)
 * and then call frame_table_reset.  False: done.
 */
SC_NODISCARD bool frame_put_table(SC_OWNED fref_t r);
/* All slots adopted: the table may be used.  The builder's reference. */
SC_OWNED fref_t frame_table_seal(mfn_t m);
/* All slots released: back to plain memory; drops the builder's reference.  A CPU may still go through it as a table:
 * it is marked (FS_SEALED) until that is flushed, before the first writable reference. */
void frame_table_reset(mfn_t m);

/* Pin: keep one table reference, r, on the guest's behalf: then fref_moved(r).  -EINVAL if pinned already. */
SC_NODISCARD int frame_pin(fref_t r);
/* Unpin: give that reference back.  -EINVAL if not pinned. */
SC_NODISCARD int frame_unpin(mfn_t m, domid_t owner, SC_OWNED fref_t *out);

/* Whatever the state was. */
SC_CORE SC_INLINE void frame_state_set(mfn_t m, uint64_t s)
{
    __atomic_store_n(&frame_table()[m.v].state, s, __ATOMIC_RELEASE);
}

/* A second reference like r. */
SC_NODISCARD int frame_dup(fref_t r, SC_OWNED fref_t *out);

/* The frame is the domain's from now on (state ALLOC, plain), whoever had it. */
SC_CORE void frame_assign(mfn_t m, domid_t owner, bool hv);
/* As frame_assign, a frame that is nobody's (SC_REQUIRE); the caller counts it in d->nr_frames. */
void frame_give(mfn_t m, domid_t owner);
/*
 * Set a frame of a domain's aside, out of its reach; put it back; or free it.  -EINVAL: it is not the domain's,
 * somebody holds it, or it was not set aside.
 */
SC_NODISCARD int frame_set_aside(mfn_t m, domid_t owner);
SC_NODISCARD int frame_put_back(mfn_t m, domid_t owner);
SC_NODISCARD int frame_free_aside(mfn_t m);
/* The owner lets go of the frame (clears ALLOC): -EINVAL if not its own or already let go. */
SC_NODISCARD int frame_unassign(mfn_t m, domid_t owner);

/*
 * For the end of a domain: take the frame from it.  False: it is not the domain's, or only shared with it.  True:
 * domain_frame_gone is called when it is freed, which may have happened already.
 */
SC_CORE SC_NODISCARD bool frame_leave(mfn_t m, domid_t owner);
/* A frame that frame_leave took from that domain is free (core/domain_end.c).  Any lock may be held. */
SC_CORE void domain_frame_gone(domid_t owner);

/* Zeroed frames of the hypervisor's own, 2^order in a row (order <= 9), or one.  0 or -ENOMEM. */
SC_CORE SC_NODISCARD int frames_alloc_hv(unsigned order SC_RANGE(0, 9), mfn_t *out);
SC_CORE SC_NODISCARD int frame_alloc_hv(mfn_t *out);
SC_CORE void frame_free_hv(mfn_t m);
/* A zeroed frame of the hypervisor's, held for writing, that domain owner may map (shared info, grant frames). */
SC_NODISCARD int frame_alloc_shared(domid_t owner, SC_OWNED fref_t *out);
/* Stop sharing what frame_alloc_shared gave (SC_REQUIRE): the frame is freed when the last mapping goes. */
void frame_unshare(SC_OWNED fref_t r, domid_t owner);
/*
 * Take what frame_alloc_shared gave out of the owner's reach, if only r holds it.  -EBUSY: somebody else does.
 * Then frame_put(r) frees it, or frame_offer() shares it again (SC_REQUIRE).
 */
SC_NODISCARD int frame_withdraw(fref_t r, domid_t owner);
void frame_offer(fref_t r, domid_t owner);

/* The words of a frame in the direct map, whatever it is and whoever has it. */
SC_CORE SC_COUNT(512) SC_INLINE uint64_t *frame_words(mfn_t m)
{
    SC_UNSAFE("DEV-02: the direct map covers every valid mfn; the core knows what is in it")
    {
        return (uint64_t *)(DIRECTMAP_BASE + (m.v << PAGE_SHIFT));
    }
}
SC_CORE SC_COUNT(PAGE_SIZE)
SC_INLINE uint8_t *frame_bytes(mfn_t m)
{
    SC_UNSAFE("DEV-02: as frame_words")
    {
        return (uint8_t *)(DIRECTMAP_BASE + (m.v << PAGE_SHIFT));
    }
}
/* The bytes of several frames that follow one another. */
SC_CORE SC_COUNT(nr_bytes)
SC_INLINE uint8_t *frames_bytes(mfn_t first, uint64_t nr_bytes)
{
    SC_UNSAFE("DEV-02: frames in a row are so in the direct map too")
    {
        return (uint8_t *)(DIRECTMAP_BASE + (first.v << PAGE_SHIFT));
    }
}
SC_CORE SC_COUNT(1024) SC_INLINE uint32_t *frame_u32(mfn_t m)
{
    SC_UNSAFE("DEV-02: as frame_words")
    {
        return (uint32_t *)(DIRECTMAP_BASE + (m.v << PAGE_SHIFT));
    }
}

/*
 * What a held reference gives access to: plain memory, as long as it is held.  A reference of another kind, or none,
 * fails the calling module (SC_REQUIRE).
 */
SC_COUNT(512) SC_INLINE uint64_t *held_words(fref_t r)
{
    SC_REQUIRE(fref_is_rw(r));
    return frame_words(fref_mfn(r));
}
/* One of them, which a guest may read at the same time. */
SC_INLINE void held_word_set(fref_t r, unsigned i SC_RANGE(0, 511), uint64_t value)
{
    __atomic_store_n(&held_words(r)[i], value, __ATOMIC_RELEASE);
}
SC_COUNT(1024) SC_INLINE uint32_t *held_u32(fref_t r)
{
    SC_REQUIRE(fref_is_rw(r));
    return frame_u32(fref_mfn(r));
}
SC_COUNT(PAGE_SIZE) SC_INLINE uint8_t *held_bytes(fref_t r)
{
    SC_REQUIRE(fref_is_rw(r));
    return frame_bytes(fref_mfn(r));
}
/* For reading, any memory that is held. */
SC_COUNT(PAGE_SIZE) SC_INLINE const uint8_t *held_bytes_ro(fref_t r)
{
    SC_REQUIRE((r.v & (FREF_TAG_RO | FREF_TAG_RW)) != 0);
    return frame_bytes(fref_mfn(r));
}

/*
 * A frame that a new domain has, or that the caller took from the page allocator: no table, nothing of the hypervisor's
 * own.  For who builds a domain before it runs; nobody else changes its kind then.
 */
SC_INLINE bool frame_is_plain(mfn_t m)
{
    return frame_valid(m) && (frame_state(m) & (FS_TYPE_MASK | FS_SEALED | FS_HV)) == 0 &&
           frame_owner(m) != (DOMID_IO & 0x7fff);
}
SC_COUNT(512) SC_INLINE uint64_t *plain_words(mfn_t m)
{
    SC_REQUIRE(frame_is_plain(m));
    return frame_words(m);
}
SC_COUNT(PAGE_SIZE) SC_INLINE uint8_t *plain_bytes(mfn_t m)
{
    SC_REQUIRE(frame_is_plain(m));
    return frame_bytes(m);
}
/* Several in a row; each is looked at. */
SC_COUNT(nr_bytes) uint8_t *plain_run(mfn_t first, uint64_t nr_bytes);

/* machine-to-phys */
SC_INLINE void m2p_set(mfn_t m, uint64_t pfn)
{
    SC_UNSAFE("DEV-03: the writable M2P has an entry for every mfn below max_mfn")
    {
        if (frame_valid(m))
            ((uint64_t *)M2P_RW_BASE)[m.v] = pfn;
    }
}

#define M2P_INVALID UINT64_MAX /* no pfn: what Xen's guests test for */

#endif
