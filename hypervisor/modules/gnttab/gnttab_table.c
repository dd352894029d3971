/* SPDX-License-Identifier: MIT */
/* gnttab_table.c - the table itself, and a domain's beginning and end. */
#include "modules/gnttab/gnttab_entry.h"

#include "core/pool.h"

SC_POOL(table, struct gnttab_domain);
SC_POOL(active, struct active_chunk);

_Static_assert(sizeof(struct active_chunk) == PAGE_SIZE, "a page");

int gnttab_status_grow_locked(struct domain *d, struct gnttab_domain *gt, uint32_t nr_frames)
{
    uint32_t n = gt->nr_status;

    for (; n < STATUS_FRAMES && n * STATUS_FOR < nr_frames; n++) {
        if (frame_alloc_shared(d->id, &gt->status[n]) != 0)
            return -ENOMEM;
        gt->nr_status = n + 1;
    }
    return 0;
}

struct active_chunk *gnttab_active_make_locked(struct gnttab_domain *gt, uint32_t c)
{
    struct active_chunk *chunk = c < ACTIVE_CHUNKS ? slot_read(gt->active[c]) : NULL;

    if (chunk != NULL || c >= ACTIVE_CHUNKS)
        return chunk;
    chunk = active_new();
    if (chunk == NULL)
        return NULL;
    for (uint32_t i = 0; i < ACTIVE_CHUNK; i++)
        chunk->entry[i].lock = (spinlock_t)SPINLOCK_INIT(RANK_GRANT);
    slot_publish(gt->active[c], chunk);
    return chunk;
}

/* One frame, and the active entries and the status words for its grants. */
SC_NODISCARD static int table_grow_locked(struct domain *d, struct gnttab_domain *gt)
{
    uint32_t n = gt->nr_frames;

    if (n >= GRANT_FRAMES)
        return -EINVAL;
    for (uint32_t c = n * FRAME_CHUNKS; c < (n + 1) * FRAME_CHUNKS; c++) {
        if (gnttab_active_make_locked(gt, c) == NULL)
            return -ENOMEM;
    }
    if (gt->version == 2 && gnttab_status_grow_locked(d, gt, n + 1) != 0)
        return -ENOMEM;
    if (frame_alloc_shared(d->id, &gt->frame[n]) != 0)
        return -ENOMEM;
    gt->nr_frames = n + 1;
    gt->nr_refs = gnttab_refs(gt->version, n + 1);
    return 0;
}

int gnttab_grow(struct domain *d, uint32_t nr_frames)
{
    struct gnttab_domain *gt = d->gnttab;
    int rc = 0;

    write_lock(&gt->lock);
    if (nr_frames > gt->max_frames || d->dying)
        rc = -EINVAL;
    while (rc == 0 && gt->nr_frames < nr_frames)
        rc = table_grow_locked(d, gt);
    spin_unlock(&gt->lock);
    return rc;
}

int gnttab_frame(struct domain *d, uint32_t index, mfn_t *out)
{
    struct gnttab_domain *gt = d->gnttab;
    int rc;

    if (index >= GRANT_FRAMES)
        return -EINVAL;
    rc = gnttab_grow(d, index + 1);
    if (rc != 0)
        return rc;
    spin_lock(&gt->lock);
    *out = fref_mfn(gt->frame[index]);
    spin_unlock(&gt->lock);
    return 0;
}

int gnttab_status_frame(struct domain *d, uint32_t index, mfn_t *out)
{
    struct gnttab_domain *gt = d->gnttab;
    int rc = -EINVAL;

    spin_lock(&gt->lock);
    if (index < gt->nr_status && index < STATUS_FRAMES) {
        *out = fref_mfn(gt->status[index]);
        rc = 0;
    }
    spin_unlock(&gt->lock);
    return rc;
}

void gnttab_query_size(struct domain *d, uint32_t *nr_frames, uint32_t *max_nr_frames)
{
    struct gnttab_domain *gt = d->gnttab;

    spin_lock(&gt->lock);
    *nr_frames = gt->nr_frames;
    *max_nr_frames = gt->max_frames;
    spin_unlock(&gt->lock);
}

/* Both in the table, and neither is in use: exchange them. */
SC_NODISCARD static int swap_locked(const struct gnttab_domain *gt, uint32_t ref_a, const struct active *a,
                                    uint32_t ref_b, const struct active *b)
{
    if (active_in_use_locked(a) || active_in_use_locked(b))
        return GNTST_eagain;
    entry_swap_locked(gt, ref_a, ref_b);
    return GNTST_okay;
}

int gnttab_swap(struct domain *d, uint32_t ref_a, uint32_t ref_b)
{
    struct gnttab_domain *gt = d->gnttab;
    struct active_entry *a = gnttab_active(gt, ref_a), *b = gnttab_active(gt, ref_b);
    int rc = GNTST_bad_gntref;

    if (a == NULL || b == NULL)
        return rc;
    read_lock(&gt->lock);
    if (ref_a < gt->nr_refs && ref_b < gt->nr_refs) {
        rc = GNTST_okay;
        if (ref_a != ref_b) {
            spin_lock_pair(&a->lock, ref_a, &b->lock, ref_b);
            rc = swap_locked(gt, ref_a, &a->use, ref_b, &b->use);
            spin_unlock_pair(&a->lock, &b->lock);
        }
    }
    read_unlock(&gt->lock);
    return rc;
}

struct gnttab_domain *gnttab_table_make(void)
{
    struct gnttab_domain *gt = table_new();

    if (gt != NULL)
        gt->lock = (spinlock_t)SPINLOCK_INIT(RANK_GNTTAB);
    return gt;
}

int gnttab_domain_init(struct domain *d)
{
    struct gnttab_domain *gt = gnttab_table_make();

    if (gt == NULL)
        return -ENOMEM;
    gt->version = 1;
    gt->max_frames = opt_gnttab_max_frames;
    slot_publish(gt->track, gnttab_track_new());
    d->gnttab = gt;
    if (slot_read(gt->track) == NULL || gnttab_grow(d, 1) != 0) {
        gnttab_domain_free(d);
        return -ENOMEM;
    }
    return 0;
}

int gnttab_set_limits(struct domain *d, uint32_t max_grant_frames, uint32_t max_maptrack_frames)
{
    struct gnttab_domain *gt = d->gnttab;
    int rc = -EINVAL;

    if (max_grant_frames == 0 || max_grant_frames > opt_gnttab_max_frames)
        max_grant_frames = opt_gnttab_max_frames;
    if (max_maptrack_frames == 0 || max_maptrack_frames > TRACK_CHUNKS)
        max_maptrack_frames = TRACK_CHUNKS;
    write_lock(&gt->lock);
    if (max_grant_frames >= gt->nr_frames)
        rc = gnttab_track_limit(gnttab_track(gt), max_maptrack_frames);
    if (rc == 0)
        gt->max_frames = max_grant_frames;
    spin_unlock(&gt->lock);
    return rc;
}

/* The dying domain d gives up this mapping; its page tables drop their own reference. */
static void mapping_abandon(struct domain *d, struct mapping *m)
{
    uint16_t flags = atomic_read16(&m->flags);
    struct domain *rd;

    if ((flags & MAPPING_KINDS) == 0)
        return;
    rd = gnttab_granter(d, m->domid);
    frame_put(m->device);
    m->device = FREF_NONE;
    atomic_write16(&m->flags, 0);
    if (rd != NULL && rd->gnttab != NULL)
        gnttab_unpin(rd, m->ref, d->id, (flags & GNTMAP_readonly) == 0, mapping_uses(flags));
}

void gnttab_domain_close(struct domain *d)
{
    struct gnttab_domain *gt = d->gnttab;
    uint32_t n, nr_status;

    if (gt == NULL)
        return;
    write_lock(&gt->lock);
    n = gt->nr_frames;
    nr_status = gt->nr_status;
    gt->nr_refs = gt->nr_frames = gt->nr_status = gt->max_frames = 0;
    for (uint32_t i = 0; i < n && i < GRANT_FRAMES; i++)
        frame_unshare(fref_take(gt->frame[i]), d->id);
    for (uint32_t i = 0; i < nr_status && i < STATUS_FRAMES; i++)
        frame_unshare(fref_take(gt->status[i]), d->id);
    spin_unlock(&gt->lock);
}

bool gnttab_abandon_step(struct domain *d, uint32_t *chunk)
{
    const struct maptrack *t = d->gnttab != NULL ? slot_read(d->gnttab->track) : NULL;
    struct track_chunk *c;

    if (t == NULL || *chunk >= TRACK_CHUNKS)
        return false;
    c = slot_read(t->chunk[*chunk]);
    for (uint32_t i = 0; c != NULL && i < TRACK_CHUNK; i++)
        mapping_abandon(d, &c->entry[i]);
    *chunk += 1;
    return c != NULL; /* they come one after the other */
}

void gnttab_domain_destroy(struct domain *d)
{
    uint32_t chunk = 0;

    gnttab_domain_close(d);
    while (gnttab_abandon_step(d, &chunk))
        ;
}

uint32_t gnttab_domain_pins(struct domain *d)
{
    return d->gnttab != NULL ? (uint32_t)sloppy_read(&d->gnttab->nr_active) : 0;
}

void gnttab_domain_free(struct domain *d)
{
    struct gnttab_domain *gt = slot_take(d->gnttab);

    if (gt == NULL)
        return;
    for (uint32_t c = 0; c < ACTIVE_CHUNKS; c++) {
        struct active_chunk *chunk = slot_take(gt->active[c]);

        /* Nothing is held here if the caller kept to gnttab_domain_pins. */
        for (uint32_t i = 0; chunk != NULL && i < ACTIVE_CHUNK; i++)
            frame_put(chunk->entry[i].use.hold);
        active_delete(chunk);
    }
    gnttab_track_delete(slot_take(gt->track));
    sloppy_end(&gt->nr_active);
    table_delete(gt);
}

void gnttab_export_state(void)
{
    pool_offer(&table_pool);
    pool_offer(&active_pool);
    gnttab_track_offer();
}

int gnttab_import_state(void)
{
    if (pool_accept(&table_pool) != 0 || pool_accept(&active_pool) != 0)
        return -EINVAL;
    return gnttab_track_accept();
}
