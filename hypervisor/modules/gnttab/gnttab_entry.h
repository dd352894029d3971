/* SPDX-License-Identifier: MIT */
/*
 * gnttab_entry.h - one entry of the table that is shared with the guest, of either version.
 *
 * An entry is 2 words (version 1) or 4 (version 2) of 32 bits.  Its first, the header,
 * has flags and domid.  The marks of use, GTF_reading and GTF_writing, are in the
 * header (version 1) or in a 16-bit word of the status array (version 2).
 * Callers hold the table's lock, by read_lock at least, and what an entry's own use needs
 * its lock (struct active_entry); ref is below nr_refs.
 */
#ifndef MODULES_GNTTAB_ENTRY_H
#define MODULES_GNTTAB_ENTRY_H

#include "modules/gnttab/gnttab_private.h"

/* The words of the frame that entry ref is in ... */
SC_COUNT(1024) SC_INLINE uint32_t *entry_words_locked(const struct gnttab_domain *gt, uint32_t ref)
{
    return held_u32(gt->frame[entry_frame_index(gt->version, ref)]);
}
/* ... and where in them it begins. */
SC_INLINE uint32_t entry_at_locked(const struct gnttab_domain *gt, uint32_t ref)
{
    return entry_word(gt->version, ref);
}

SC_COUNT(1024) SC_INLINE uint32_t *status_words_locked(const struct gnttab_domain *gt, uint32_t ref)
{
    return held_u32(gt->status[status_frame_index(ref)]);
}

/* The frame of an entry of version 2: two words, and a guest that writes them now gets what it makes of them. */
SC_INLINE mfn_t entry_frame_v2(const uint32_t *words SC_COUNT(1024), uint32_t at SC_RANGE(0, 1023))
{
    return mfn(shared_read32(&words[at | 2]) | (uint64_t)shared_read32(&words[at | 3]) << 32);
}

/*
 * Version 2: check that the entry lets user use it so, and mark it.  enum grant_kind, or GNTST_general_error.
 * act: the grant's uses so far.
 */
SC_NODISCARD int entry_claim_v2_locked(const struct gnttab_domain *gt, uint32_t ref, const struct active *act,
                                       domid_t user, uint32_t how);
/* Version 2: the rest of an entry in use. */
void entry_rest_locked(const struct gnttab_domain *gt, uint32_t ref, struct grant_rest *rest);

/* Take back these marks of the entry. */
SC_INLINE void entry_unmark_locked(const struct gnttab_domain *gt, uint32_t ref, uint32_t marks)
{
    if (likely(gt->version == 1))
        (void)shared_and32(&entry_words_locked(gt, ref)[entry_at_locked(gt, ref)], ~marks);
    else
        (void)shared_and32(&status_words_locked(gt, ref)[status_word_index(ref)], ~status_marks(ref, marks));
}
/* Take back the marks that the active entry does not ask for. */
SC_INLINE void entry_unclaim_locked(const struct gnttab_domain *gt, uint32_t ref, const struct active *act)
{
    uint32_t marks = marks_not_of(act->readers, act->writers);

    if (marks != 0)
        entry_unmark_locked(gt, ref, marks);
}

/* Exchange two entries that are not in use. */
void entry_swap_locked(const struct gnttab_domain *gt, uint32_t ref_a, uint32_t ref_b);

#endif
