/* SPDX-License-Identifier: MIT */
/*
 * gnttab_version.c - from one version of the table to the other.
 *
 * Only the reserved entries (GNTTAB_NR_RESERVED_ENTRIES) may be in use then, and only
 * they are kept: the toolstack made them before the guest ran.  write_lock: nobody is at an entry meanwhile.
 */
#include "modules/gnttab/gnttab_entry.h"

#define RESERVED GNTTAB_NR_RESERVED_ENTRIES

struct reserved_entry {
    uint32_t header; /* without marks */
    uint32_t marks;
    uint64_t frame;
};

struct reserved {
    struct reserved_entry entry[RESERVED];
};

/* Is an entry in use that is not reserved? */
static bool others_in_use_locked(const struct gnttab_domain *gt)
{
    bool in_use = false;

    if (sloppy_read(&gt->nr_active) == 0)
        return false;
    for (uint32_t ref = RESERVED; ref < gt->nr_refs && !in_use; ref++) {
        struct active_entry *e = gnttab_active(gt, ref);

        if (e == NULL)
            break;
        spin_lock(&e->lock);
        in_use = active_in_use_locked(&e->use);
        spin_unlock(&e->lock);
    }
    return in_use;
}

/* The marks that the entry's uses ask for. */
static uint32_t reserved_marks(const struct gnttab_domain *gt, uint32_t ref)
{
    struct active_entry *e = gnttab_active(gt, ref);
    uint32_t marks;

    if (e == NULL)
        return 0;
    spin_lock(&e->lock);
    marks = marks_of(e->use.readers, e->use.writers);
    spin_unlock(&e->lock);
    return marks;
}

/* An entry of version 1, of whatever type, or of version 2, a full page. */
static void reserved_read_locked(const struct gnttab_domain *gt, uint32_t ref, struct reserved_entry *e)
{
    const uint32_t *words SC_COUNT(1024) = entry_words_locked(gt, ref);
    uint32_t at = entry_at_locked(gt, ref);

    e->header = shared_read32(&words[at]) & ~MARKS;
    e->marks = reserved_marks(gt, ref);
    if (gt->version == 1)
        e->frame = shared_read32(&words[at | 1]);
    else
        e->frame = entry_frame_v2(words, at).v;
}

/* Version 1 has no word for it: -ERANGE.  What grants nothing is not kept. */
SC_NODISCARD static int reserved_narrow(struct reserved_entry *e)
{
    switch (e->header & GTF_type_mask) {
    case GTF_transitive: return -ERANGE;
    case GTF_permit_access: return e->frame <= UINT32_MAX ? 0 : -ERANGE;
    default: *e = (struct reserved_entry){ 0 }; return 0;
    }
}

SC_NODISCARD static int reserved_keep_locked(const struct gnttab_domain *gt, struct reserved *kept)
{
    int rc = 0;

    for (uint32_t ref = 0; ref < RESERVED && rc == 0; ref++) {
        reserved_read_locked(gt, ref, &kept->entry[ref]);
        if (gt->version == 2)
            rc = reserved_narrow(&kept->entry[ref]);
    }
    return rc;
}

/* Into a table of zeroes, of gt->version. */
static void reserved_write_locked(const struct gnttab_domain *gt, const struct reserved *kept)
{
    for (uint32_t ref = 0; ref < RESERVED; ref++) {
        const struct reserved_entry *e = &kept->entry[ref];
        uint32_t *words SC_COUNT(1024) = entry_words_locked(gt, ref);
        uint32_t at = entry_at_locked(gt, ref);

        if (gt->version == 1) {
            shared_write32(&words[at | 1], (uint32_t)e->frame);
            shared_write32(&words[at], e->header | e->marks);
        } else {
            shared_write32(&words[at | 2], (uint32_t)e->frame);
            shared_write32(&words[at | 3], (uint32_t)(e->frame >> 32));
            (void)shared_or32(&status_words_locked(gt, ref)[status_word_index(ref)], status_marks(ref, e->marks));
            shared_write32(&words[at], e->header);
        }
    }
}

/* Give up the first n status frames, all or (-EBUSY: the guest has one mapped) none. */
SC_NODISCARD static int status_drop_locked(const struct domain *d, struct gnttab_domain *gt)
{
    uint32_t n = gt->nr_status, i = 0;

    while (i < n && i < STATUS_FRAMES && frame_withdraw(gt->status[i], d->id) == 0)
        i++;
    if (i < n) {
        while (i > 0)
            frame_offer(gt->status[--i % STATUS_FRAMES], d->id);
        return -EBUSY;
    }
    gt->nr_status = 0;
    for (i = 0; i < n && i < STATUS_FRAMES; i++)
        frame_put(fref_take(gt->status[i]));
    return 0;
}

SC_NODISCARD static int version_switch_locked(struct domain *d, struct gnttab_domain *gt, uint32_t version)
{
    struct reserved kept;
    int rc;

    if (others_in_use_locked(gt))
        return -EBUSY;
    rc = reserved_keep_locked(gt, &kept);
    if (rc == 0)
        rc = version == 2 ? gnttab_status_grow_locked(d, gt, gt->nr_frames) : status_drop_locked(d, gt);
    if (rc != 0)
        return rc;
    for (uint32_t i = 0; i < gt->nr_frames && i < GRANT_FRAMES; i++)
        memset(held_bytes(gt->frame[i]), 0, PAGE_SIZE);
    gt->version = version == 2 ? 2 : 1;
    gt->nr_refs = gnttab_refs(gt->version, gt->nr_frames);
    reserved_write_locked(gt, &kept);
    return 0;
}

int gnttab_set_version(struct domain *d, uint32_t version)
{
    struct gnttab_domain *gt = d->gnttab;
    int rc = 0;

    if (version != 1 && version != 2)
        return -EINVAL;
    if (version > opt_gnttab_max_ver)
        return -ENOSYS;
    write_lock(&gt->lock);
    if (gt->nr_frames == 0)
        rc = -EINVAL; /* dying */
    else if (gt->version != version)
        rc = version_switch_locked(d, gt, version);
    spin_unlock(&gt->lock);
    return rc;
}

uint32_t gnttab_version(struct domain *d)
{
    struct gnttab_domain *gt = d->gnttab;
    uint32_t version;

    spin_lock(&gt->lock);
    version = gt->version;
    spin_unlock(&gt->lock);
    return version;
}
