/* SPDX-License-Identifier: MIT */
/*
 * gnttab_entry.c - entries of version 2, and what is done alike with both.
 *
 * Version 2 has no compare-and-swap: the hypervisor marks the entry in the status
 * array, which only it writes, and looks at the header again; the guest that takes a
 * grant back writes the header and then looks at the marks (grant_table.h).  One of
 * the two sees the other.
 */
#include "modules/gnttab/gnttab_entry.h"

_Static_assert(sizeof(union grant_entry_v2) == 16 && offsetof(union grant_entry_v2, full_page.frame) == 8 &&
                   offsetof(union grant_entry_v2, sub_page.page_off) == 4 &&
                   offsetof(union grant_entry_v2, sub_page.length) == 6 &&
                   offsetof(union grant_entry_v2, sub_page.frame) == 8 &&
                   offsetof(union grant_entry_v2, transitive.trans_domid) == 4 &&
                   offsetof(union grant_entry_v2, transitive.gref) == 8,
               "grant_entry_v2");

int entry_claim_v2_locked(const struct gnttab_domain *gt, uint32_t ref, const struct active *act, domid_t user,
                          uint32_t how)
{
    uint32_t *words SC_COUNT(1024) = entry_words_locked(gt, ref);
    uint32_t *status SC_COUNT(1024) = status_words_locked(gt, ref);
    uint32_t at = entry_at_locked(gt, ref);
    enum grant_kind kind;

    if (!active_kind_ok_locked(act, header_kind(shared_read32(&words[at]), user, how)))
        return GNTST_general_error;
    /* A full barrier: the marks are there before the header is read again. */
    (void)shared_or32(&status[status_word_index(ref)], status_marks(ref, marks_of(1, how & PIN_WRITE)));
    kind = header_kind(shared_read32_acquire(&words[at]), user, how);
    if (!active_kind_ok_locked(act, kind)) {
        entry_unclaim_locked(gt, ref, act);
        return GNTST_general_error;
    }
    return (int)kind;
}

void entry_rest_locked(const struct gnttab_domain *gt, uint32_t ref, struct grant_rest *rest)
{
    const uint32_t *words SC_COUNT(1024) = entry_words_locked(gt, ref);
    uint32_t at = entry_at_locked(gt, ref), second = shared_read32(&words[at | 1]);

    rest->start = (uint16_t)second;
    rest->length = (uint16_t)(second >> 16);
    rest->next_domid = (domid_t)second;
    rest->next_ref = shared_read32(&words[at | 2]);
}

/* The header last: it makes the entry valid. */
void entry_swap_locked(const struct gnttab_domain *gt, uint32_t ref_a, uint32_t ref_b)
{
    uint32_t *a SC_COUNT(1024) = entry_words_locked(gt, ref_a), *b SC_COUNT(1024) = entry_words_locked(gt, ref_b);
    uint32_t at_a = entry_at_locked(gt, ref_a), at_b = entry_at_locked(gt, ref_b);
    uint32_t nr_words = 1U << gt->version;

    for (uint32_t i = nr_words; i-- > 0;) {
        uint32_t w = shared_read32(&a[at_a | (i & 3)]);

        shared_write32(&a[at_a | (i & 3)], shared_read32(&b[at_b | (i & 3)]));
        shared_write32(&b[at_b | (i & 3)], w);
    }
}
