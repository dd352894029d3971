/* SPDX-License-Identifier: MIT */
/*
 * gnttab_pin.c - a grant in use: the protocol with the domain that grants.
 *
 * An entry is two 32-bit words in the shared table: flags and domid, and the
 * frame.  The first is looked at and GTF_reading, GTF_writing set in one
 * compare-and-swap; as long as they are set the guest leaves the entry alone,
 * and if it does not it harms only itself, because from then on the frame is
 * taken from the active entry.
 */
#include "modules/gnttab/gnttab_private.h"

/* The guest may change its entry under the swap, but not for ever. */
#define CLAIM_TRIES 5

SC_COUNT(1024) SC_INLINE uint32_t *entry_words_locked(const struct gnttab_domain *gt, uint32_t ref)
{
    return held_u32(gt->frame[ref / FRAME_REFS % GRANT_FRAMES]);
}

#define ENTRY_HEADER(ref) ((ref) % FRAME_REFS * 2)
#define ENTRY_FRAME(ref) ((ref) % FRAME_REFS * 2 + 1)

/* Check the entry and mark it as being read or written.  GNTST_*. */
SC_NODISCARD static int entry_claim(uint32_t *header, domid_t user, uint32_t how)
{
    uint32_t want = GTF_permit_access | (uint32_t)user << 16;
    uint32_t mask = GTF_type_mask | 0xffff0000U, set = GTF_reading, w = shared_read32(header), seen;

    if ((how & PIN_MAP) != 0)
        mask |= GTF_sub_page;
    if ((how & PIN_WRITE) != 0) {
        mask |= GTF_readonly;
        set |= GTF_writing;
    }
    for (int i = 0; i < CLAIM_TRIES; i++) {
        if (unlikely((w & mask) != want))
            return GNTST_general_error;
        seen = shared_cmpxchg32(header, w, w | set);
        if (likely(seen == w))
            return GNTST_okay;
        w = seen;
    }
    return GNTST_general_error;
}

/* Take back the marks that the active entry does not ask for (any more). */
SC_INLINE void entry_unclaim(uint32_t *header, const struct active *act)
{
    uint32_t marks = 0;

    if (act->writers == 0)
        marks = act->readers == 0 ? GTF_reading | GTF_writing : GTF_writing;
    if (marks != 0)
        (void)shared_and32(header, ~marks);
}

/* The references that a use needs; nothing is held when it fails.  GNTST_*. */
SC_NODISCARD static int pin_frames(mfn_t frame, domid_t owner, uint32_t how, bool first, SC_OWNED fref_t *hold,
                                   SC_OWNED fref_t *ref)
{
    int rc = 0;

    if (first && unlikely(frame_get_ro(frame, owner, hold) != 0))
        return GNTST_bad_page;
    if ((how & PIN_REF) == 0)
        return GNTST_okay;
    rc = (how & PIN_WRITE) != 0 ? frame_get_rw(frame, owner, ref) : frame_get_ro(frame, owner, ref);
    if (likely(rc == 0))
        return GNTST_okay;
    if (first)
        frame_put(*hold);
    return rc == -EBUSY ? GNTST_general_error : GNTST_bad_page;
}

SC_NODISCARD static int pin_locked(struct domain *rd, uint32_t ref, domid_t user, uint32_t how, uint16_t n,
                                   struct pin *pin)
{
    struct gnttab_domain *gt = rd->gnttab;
    struct active *act = gnttab_active(gt, ref);
    uint32_t *words SC_COUNT(1024);
    bool first, claim;
    fref_t hold;
    int rc;

    if (unlikely(ref / FRAME_REFS >= gt->nr_frames) || unlikely(act == NULL))
        return GNTST_bad_gntref;
    words = entry_words_locked(gt, ref);
    first = (act->readers | act->writers) == 0;
    if (!first && unlikely(act->domid != user || act->readers >= PIN_MAX || act->writers >= PIN_MAX))
        return GNTST_general_error;
    claim = first || ((how & PIN_WRITE) != 0 && act->writers == 0);
    rc = claim ? entry_claim(&words[ENTRY_HEADER(ref)], user, how) : GNTST_okay;
    if (unlikely(rc != GNTST_okay))
        return rc;
    hold = act->hold;
    pin->frame = first ? mfn(shared_read32(&words[ENTRY_FRAME(ref)])) : fref_mfn(hold);
    rc = pin_frames(pin->frame, rd->id, how, first, &hold, &pin->ref);
    if (unlikely(rc != GNTST_okay)) {
        entry_unclaim(&words[ENTRY_HEADER(ref)], act);
        return rc;
    }
    act->hold = hold;
    act->domid = user;
    if ((how & PIN_WRITE) != 0)
        act->writers += n;
    else
        act->readers += n;
    if (first)
        atomic_write32(&gt->nr_active, gt->nr_active + 1);
    return GNTST_okay;
}

int gnttab_pin(struct domain *rd, uint32_t ref, domid_t user, uint32_t how, uint16_t n, struct pin *pin)
{
    int rc;

    spin_lock(&rd->gnttab->lock);
    rc = pin_locked(rd, ref, user, how, n, pin);
    spin_unlock(&rd->gnttab->lock);
    return rc;
}

/* Returns the reference to drop: none while the grant is in use. */
SC_OWNED static fref_t unpin_locked(struct gnttab_domain *gt, uint32_t ref, domid_t user, bool write, uint16_t n)
{
    struct active *act = gnttab_active(gt, ref);
    fref_t hold = FREF_NONE;

    if (unlikely(act == NULL) || unlikely(act->domid != user) || unlikely((write ? act->writers : act->readers) < n))
        return FREF_NONE;
    if (write)
        act->writers -= n;
    else
        act->readers -= n;
    if (likely(ref / FRAME_REFS < gt->nr_frames))
        entry_unclaim(&entry_words_locked(gt, ref)[ENTRY_HEADER(ref)], act);
    if ((act->readers | act->writers) == 0) {
        hold = act->hold;
        act->hold = FREF_NONE;
        atomic_write32(&gt->nr_active, gt->nr_active - 1);
    }
    return hold;
}

void gnttab_unpin(struct domain *rd, uint32_t ref, domid_t user, bool write, uint16_t n)
{
    struct gnttab_domain *gt = rd->gnttab;
    fref_t hold;

    spin_lock(&gt->lock);
    hold = unpin_locked(gt, ref, user, write, n);
    spin_unlock(&gt->lock);
    frame_put(hold);
}

/* No lock: what the caller has pinned does not change. */
int gnttab_pinned_frame(const struct domain *rd, uint32_t ref, mfn_t *frame)
{
    const struct active *act = gnttab_active(rd->gnttab, ref);

    if (act == NULL || fref_is_none(act->hold))
        return GNTST_general_error;
    *frame = fref_mfn(act->hold);
    return GNTST_okay;
}
