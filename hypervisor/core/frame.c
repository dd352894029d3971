/* SPDX-License-Identifier: MIT */
#include "core/frame.h"

#include "core/frame_free.h"
#include "core/tlb.h"
#include "core/log.h"
#include "ports/pagealloc.h"

uint64_t max_mfn SC_BOOT TEXT_AFTER_BOOT;
uint64_t io_max_mfn SC_BOOT TEXT_AFTER_BOOT;
uint64_t tlb_clock SC_ATOMIC = 1;
uint64_t tlb_stamped SC_ATOMIC = 1;
uint64_t tlb_free_stamp SC_ATOMIC;

/* Held, the frame stays plain and its stamp can only rise: so the flush is the one that is needed. */
int frame_get_rw_slow(mfn_t m, domid_t owner, fref_t *out)
{
    uint64_t s = frame_state(m), next = 0;

    do {
        int rc = frame_word_write(s, owner, &next);

        if (rc != 0)
            return rc;
    } while (!frame_cas(m, &s, next));
    if (frame_word_sealed(s)) {
        tlb_flush_if_older(atomic_read64(&frame_table()[m.v].aux));
        __atomic_fetch_and(&frame_table()[m.v].state, ~FS_SEALED, __ATOMIC_SEQ_CST);
    }
    out->v = m.v << PAGE_SHIFT | FREF_TAG_RW;
    return 0;
}

int frame_get_pair_slow(mfn_t m, domid_t owner, fref_t *ro, fref_t *second)
{
    int rc = frame_get_rw_slow(m, owner, second);

    if (rc != 0)
        return rc;
    rc = frame_get_ro(m, owner, ro);
    if (rc != 0)
        frame_put(*second);
    return rc;
}

int frame_get_table(mfn_t m, domid_t owner, enum frame_kind kind, fref_t *out)
{
    uint64_t s, next = 0, stamp;

    if (unlikely(!frame_valid(m)))
        return -EINVAL;
    s = frame_state(m);
    do {
        int rc = frame_word_use(s, owner, kind, &next);

        if (rc == -EINVAL)
            rc = frame_word_make_table(s, owner, kind, &next);
        if (rc != 0)
            return rc;
    } while (unlikely(!frame_cas(m, &s, next)));
    out->v = m.v << PAGE_SHIFT | FREF_TAG_PT;
    if (frame_word_type(s) != 0)
        return 0;
    /* A stale translation may still let the guest write: drop it before the first look. */
    stamp = frame_table()[m.v].aux;
    tlb_flush_if_older(stamp);
    frame_table()[m.v].aux = 0;
    return FRAME_BUILD;
}

bool frame_put_table(fref_t r)
{
    mfn_t m = fref_mfn(r);
    uint64_t s = frame_state(m), next;

    do {
        next = frame_word_unuse(s);
    } while (unlikely(!frame_cas(m, &s, next)));
    if (likely(frame_word_kinds(s) != 1))
        return false;
    frame_table()[m.v].aux = 512; /* all slots own their references */
    return true;
}

fref_t frame_table_seal(mfn_t m)
{
    SC_REQUIRE(frame_is_table_in_use(m));
    __atomic_fetch_or(&frame_table()[m.v].state, FS_SEALED, __ATOMIC_SEQ_CST);
    return (fref_t){ m.v << PAGE_SHIFT | FREF_TAG_PT };
}

void frame_table_reset(mfn_t m)
{
    uint64_t s = frame_state(m), next;

    SC_REQUIRE(frame_is_table_in_use(m) && frame_word_kinds(s) == 1);
    frame_table()[m.v].aux = tlb_stamp();
    do {
        next = frame_word_unmake_table(s);
    } while (unlikely(!frame_cas(m, &s, next)));
    if (frame_word_unheld(next))
        frame_release(m);
}

int frame_pin(fref_t r)
{
    mfn_t m = fref_mfn(r);
    uint64_t s = frame_state(m);

    do {
        if ((s & FS_PINNED) != 0)
            return -EINVAL;
    } while (unlikely(!frame_cas(m, &s, s | FS_PINNED)));
    return 0;
}

int frame_unpin(mfn_t m, domid_t owner, fref_t *out)
{
    uint64_t s;

    if (!frame_valid(m))
        return -EINVAL;
    s = frame_state(m);
    do {
        if ((s & (FS_OWNER_MASK | FS_PINNED)) != (FS_OWNER(owner) | FS_PINNED))
            return -EINVAL;
    } while (unlikely(!frame_cas(m, &s, s & ~FS_PINNED)));
    out->v = m.v << PAGE_SHIFT | FREF_TAG_PT;
    return 0;
}

int frame_dup(fref_t r, fref_t *out)
{
    mfn_t m = fref_mfn(r);
    uint64_t s, next = 0;
    int rc;

    if ((r.v & FREF_TAG_IO) != 0 || fref_is_none(r)) {
        *out = r;
        return 0;
    }
    s = frame_state(m);
    do {
        rc = frame_word_dup(s, (r.v & FREF_TAG_RO) != 0, &next);
        if (rc != 0)
            return rc;
    } while (unlikely(!frame_cas(m, &s, next)));
    *out = r;
    return 0;
}

void frame_assign(mfn_t m, domid_t owner, bool hv)
{
    frame_table()[m.v].aux = 0;
    frame_state_set(m, FS_OWNER(owner) | FS_ALLOC | (hv ? FS_HV : 0));
}

void frame_give(mfn_t m, domid_t owner)
{
    SC_REQUIRE(frame_is_nobodys(m));
    frame_assign(m, owner, false);
}

#define FS_ASIDE (FS_NOBODYS | FS_PINNED)

static int frame_turn(mfn_t m, uint64_t from, uint64_t to)
{
    return frame_valid(m) && frame_cas(m, &from, to) ? 0 : -EINVAL;
}

int frame_set_aside(mfn_t m, domid_t owner)
{
    fref_t r;

    /* Was it a table not long ago? */
    if (frame_valid(m) && frame_word_type(frame_state(m)) == 0 && frame_word_sealed(frame_state(m)) &&
        frame_get_rw_slow(m, owner, &r) == 0)
        frame_put(r);
    return frame_turn(m, FS_OWNER(owner) | FS_ALLOC, FS_ASIDE);
}

int frame_put_back(mfn_t m, domid_t owner)
{
    return frame_turn(m, FS_ASIDE, FS_OWNER(owner) | FS_ALLOC);
}

int frame_free_aside(mfn_t m)
{
    int rc = frame_turn(m, FS_ASIDE, FS_NOBODYS);

    if (rc == 0)
        frame_release(m);
    return rc;
}

int frame_unassign(mfn_t m, domid_t owner)
{
    uint64_t s, next = 0;

    if (!frame_valid(m))
        return -EINVAL;
    s = frame_state(m);
    do {
        int rc = frame_word_unassign(s, owner, &next);

        if (rc != 0)
            return rc;
    } while (unlikely(!frame_cas(m, &s, next)));
    if (frame_word_unheld(next))
        frame_release(m);
    return 0;
}

/* Without a reference it is on its way to be freed already. */
bool frame_leave(mfn_t m, domid_t owner)
{
    uint64_t s = frame_state(m), next;

    do {
        if ((s & (FS_OWNER_MASK | FS_HV)) != FS_OWNER(owner) || (s & (FS_KIND_MASK | FS_RO_MASK | FS_ALLOC)) == 0)
            return false;
        next = (s & ~FS_ALLOC) | FS_HV;
    } while (unlikely(!frame_cas(m, &s, next)));
    if ((next & (FS_KIND_MASK | FS_RO_MASK)) == 0)
        frame_release(m);
    return true;
}

/* Stale translations of a freed frame must be gone before its next use. */
void frame_release(mfn_t m)
{
    uint64_t was = frame_state(m);

    tlb_note_free();
    m2p_set(m, M2P_INVALID);
    frame_state_set(m, FS_NOBODYS);
    pagealloc_put(m, 0);
    if (unlikely((was & FS_HV) != 0))
        domain_frame_gone((domid_t)(was / FS_OWNER_ONE));
}

int frames_alloc_hv(unsigned order, mfn_t *out)
{
    int rc = pagealloc_get(order, 0, PAGEALLOC_HERE, out);

    if (rc != 0)
        return rc;
    for (uint64_t i = 0; i < 1UL << order; i++) {
        /* The allocator is a module: what it gives may be somebody's. */
        SC_REQUIRE(frame_is_nobodys(mfn(out->v + i)));
        frame_state_set(mfn(out->v + i), FS_NOBODYS | FS_HV);
    }
    tlb_flush_before_alloc();
    memset(frames_bytes(*out, PAGE_SIZE << order), 0, PAGE_SIZE << order);
    return 0;
}

int frame_alloc_hv(mfn_t *out)
{
    return frames_alloc_hv(0, out);
}

void frame_free_hv(mfn_t m)
{
    frame_state_set(m, FS_NOBODYS);
    pagealloc_put(m, 0);
}

int frame_alloc_shared(domid_t owner, fref_t *out)
{
    mfn_t m;
    int rc = frame_alloc_hv(&m);

    if (rc != 0)
        return rc;
    frame_assign(m, owner, true);
    return frame_get_rw(m, owner, out);
}

void frame_unshare(fref_t r, domid_t owner)
{
    mfn_t m = fref_mfn(r);
    uint64_t s = frame_state(m);

    SC_REQUIRE(fref_is_rw(r) && (s & (FS_OWNER_MASK | FS_ALLOC | FS_HV)) == (FS_OWNER(owner) | FS_ALLOC | FS_HV));
    while (unlikely(!frame_cas(m, &s, s & ~(FS_ALLOC | FS_HV))))
        continue;
    frame_put(r);
}

int frame_withdraw(fref_t r, domid_t owner)
{
    uint64_t held = FS_OWNER(owner) | FS_HV | FS_KIND_ONE;

    SC_REQUIRE(fref_is_rw(r));
    return frame_turn(fref_mfn(r), held | FS_ALLOC, held) == 0 ? 0 : -EBUSY;
}

void frame_offer(fref_t r, domid_t owner)
{
    uint64_t held = FS_OWNER(owner) | FS_HV | FS_KIND_ONE;

    SC_REQUIRE(fref_is_rw(r) && frame_turn(fref_mfn(r), held, held | FS_ALLOC) == 0);
}

uint8_t *plain_run(mfn_t first, uint64_t nr_bytes)
{
    for (uint64_t i = 0; i < ALIGN_UP(nr_bytes, PAGE_SIZE) >> PAGE_SHIFT; i++)
        SC_REQUIRE(frame_is_plain(mfn(first.v + i)));
    return frames_bytes(first, nr_bytes);
}
