/* SPDX-License-Identifier: MIT */
/*
 * gnttab_pin.c - a grant in use: the protocol with the domain that grants.
 *
 * Version 1: the entry's header is looked at and GTF_reading, GTF_writing set in it in
 * one compare-and-swap; version 2: gnttab_entry.c.  As long as they are set the guest
 * leaves the entry alone, and if it does not it harms only itself, because from then on
 * the frame is taken from the active entry.
 */
#include "modules/gnttab/gnttab_entry.h"

/* The guest may change its entry under the swap, but not for ever. */
#define CLAIM_TRIES 5

/* Check the header and mark it as being read or written.  GNTST_*. */
SC_NODISCARD static int header_claim(uint32_t *header, domid_t user, uint32_t how)
{
    uint32_t w = shared_read32(header), seen;

    for (int i = 0; i < CLAIM_TRIES; i++) {
        if (unlikely(!header_grants_page(w, user, how)))
            return GNTST_general_error;
        seen = shared_cmpxchg32(header, w, header_marked(w, how));
        if (likely(seen == w))
            return GNTST_okay;
        w = seen;
    }
    return GNTST_general_error;
}

/* Check that the entry lets user use it so, and mark it.  enum grant_kind, or GNTST_general_error. */
SC_NODISCARD SC_INLINE int entry_claim_locked(const struct gnttab_domain *gt, uint32_t ref, const struct active *act,
                                              domid_t user, uint32_t how)
{
    if (unlikely(gt->version != 1))
        return entry_claim_v2_locked(gt, ref, act, user, how);
    /* Begun in version 2. */
    if (unlikely(!active_kind_ok_locked(act, GRANT_PAGE)))
        return GNTST_general_error;
    return header_claim(&entry_words_locked(gt, ref)[entry_at_locked(gt, ref)], user, how);
}

/* The frame that the entry names. */
SC_INLINE mfn_t entry_frame_locked(const struct gnttab_domain *gt, uint32_t ref)
{
    if (unlikely(gt->version != 1))
        return entry_frame_v2(entry_words_locked(gt, ref), entry_at_locked(gt, ref));
    return mfn(shared_read32(&entry_words_locked(gt, ref)[entry_at_locked(gt, ref) | 1]));
}

/* The references that a use needs: its own, and the first one's for the active entry.  GNTST_*. */
SC_NODISCARD SC_INLINE int pin_frames(mfn_t frame, domid_t owner, bool write, bool first, SC_OWNED fref_t *hold,
                                      SC_OWNED fref_t *ref)
{
    int rc;

    if (likely(first))
        rc = frame_get_pair(frame, owner, write, hold, ref);
    else
        rc = write ? frame_get_rw(frame, owner, ref) : frame_get_ro(frame, owner, ref);
    if (likely(rc == 0))
        return GNTST_okay;
    return rc == -EBUSY ? GNTST_general_error : GNTST_bad_page;
}

/* The grant's entry is held, and its table. */
SC_NODISCARD static int pin_locked(const struct domain *rd, struct gnttab_domain *gt, uint32_t ref, struct active *act,
                                   domid_t user, uint32_t how, uint16_t n, struct pin *pin)
{
    bool write = (how & PIN_WRITE) != 0, first = !active_in_use_locked(act);
    fref_t hold = FREF_NONE;
    int kind = GRANT_PAGE, rc = GNTST_okay;

    if (unlikely(ref >= gt->nr_refs))
        return GNTST_bad_gntref;
    if (unlikely(!active_admits_locked(act, user)))
        return GNTST_general_error;
    if (!active_covers_locked(act, write))
        kind = entry_claim_locked(gt, ref, act, user, how);
    if (unlikely(kind < 0))
        return kind;
    pin->kind = (uint16_t)kind;
    if (likely(kind != GRANT_TRANSITIVE)) {
        pin->frame = first ? entry_frame_locked(gt, ref) : fref_mfn(act->hold);
        rc = pin_frames(pin->frame, rd->id, write, first, &hold, &pin->ref);
    }
    if (unlikely(rc != GNTST_okay)) {
        entry_unclaim_locked(gt, ref, act);
        return rc;
    }
    if (first) {
        active_first_locked(act, hold, user, (enum grant_kind)kind, write, n);
        sloppy_add(&gt->nr_active, 1);
    } else {
        active_more_locked(act, write, n);
    }
    return GNTST_okay;
}

int gnttab_pin(struct domain *rd, uint32_t ref, domid_t user, uint32_t how, uint16_t n, struct pin *pin)
{
    struct gnttab_domain *gt = rd->gnttab;
    struct active_entry *e = gnttab_active(gt, ref);
    int rc;

    if (unlikely(e == NULL))
        return GNTST_bad_gntref;
    read_lock(&gt->lock);
    spin_lock(&e->lock);
    rc = pin_locked(rd, gt, ref, &e->use, user, how, n, pin);
    spin_unlock(&e->lock);
    read_unlock(&gt->lock);
    return rc;
}

void gnttab_pin_rest(struct domain *rd, uint32_t ref, struct grant_rest *rest)
{
    struct gnttab_domain *gt = rd->gnttab;

    *rest = (struct grant_rest){ 0 };
    read_lock(&gt->lock);
    if (ref < gt->nr_refs && gt->version == 2)
        entry_rest_locked(gt, ref, rest);
    read_unlock(&gt->lock);
}

/* Returns the reference to drop: none while the grant is in use. */
SC_OWNED static fref_t unpin_locked(struct gnttab_domain *gt, uint32_t ref, struct active *act, domid_t user,
                                    bool write, uint16_t n)
{
    fref_t hold;
    bool last;

    if (unlikely(!active_has_locked(act, user, write, n)))
        return FREF_NONE;
    hold = active_end_locked(act, write, n);
    last = !active_in_use_locked(act);
    if (likely(ref < gt->nr_refs))
        entry_unclaim_locked(gt, ref, act);
    if (last)
        sloppy_add(&gt->nr_active, -1);
    return hold;
}

void gnttab_unpin(struct domain *rd, uint32_t ref, domid_t user, bool write, uint16_t n)
{
    struct gnttab_domain *gt = rd->gnttab;
    struct active_entry *e = gnttab_active(gt, ref);
    fref_t hold;

    if (unlikely(e == NULL))
        return;
    read_lock(&gt->lock);
    spin_lock(&e->lock);
    hold = unpin_locked(gt, ref, &e->use, user, write, n);
    spin_unlock(&e->lock);
    read_unlock(&gt->lock);
    frame_put(hold);
}

/* Is this a use of the frame by user? */
static bool uses_locked(const struct active *act, mfn_t frame, domid_t user)
{
    return active_in_use_locked(act) && act->domid == user && !fref_is_none(act->hold) &&
           fref_mfn(act->hold).v == frame.v;
}

bool gnttab_uses(struct domain *d, mfn_t frame, domid_t user)
{
    const struct gnttab_domain *gt = d->gnttab;
    bool found = false;

    for (uint32_t ref = 0; ref < GRANT_FRAMES * FRAME_REFS && !found; ref++) {
        struct active_entry *e = gnttab_active(gt, ref);

        if (e == NULL)
            break; /* the table is no larger */
        spin_lock(&e->lock);
        found = uses_locked(&e->use, frame, user);
        spin_unlock(&e->lock);
    }
    return found;
}
