/* SPDX-License-Identifier: MIT */
/* gnttab_table.c - the table itself, the map track, and a domain's beginning and end. */
#include "modules/gnttab/gnttab_entry.h"

#include "core/pool.h"

SC_POOL(table, struct gnttab_domain);
SC_POOL(active, struct active_chunk);
SC_POOL(track, struct track_chunk);

_Static_assert(sizeof(struct active) == 16 && sizeof(struct mapping) == 16, "256 a frame");

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

/* One frame, and the active entries and the status words for its grants. */
SC_NODISCARD static int table_grow_locked(struct domain *d, struct gnttab_domain *gt)
{
    uint32_t n = gt->nr_frames;

    if (n >= GRANT_FRAMES)
        return -EINVAL;
    for (uint32_t c = n * FRAME_CHUNKS; c < (n + 1) * FRAME_CHUNKS; c++) {
        struct active_chunk *chunk;

        if (gt->active[c] != NULL)
            continue; /* of an attempt that failed */
        chunk = active_new();
        if (chunk == NULL)
            return -ENOMEM;
        slot_publish(gt->active[c], chunk);
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

    spin_lock(&gt->lock);
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

/* Every entry of a new chunk is free. */
SC_NODISCARD static bool track_grow_locked(struct gnttab_domain *gt)
{
    uint32_t n = gt->nr_tracks;
    struct track_chunk *chunk;

    if (n >= gt->max_tracks || n >= TRACK_CHUNKS)
        return false;
    chunk = track_new();
    if (chunk == NULL)
        return false;
    for (uint32_t i = 0; i < TRACK_CHUNK; i++)
        chunk->entry[i].ref = i + 1 < TRACK_CHUNK ? n * TRACK_CHUNK + i + 2 : gt->free_mapping;
    slot_publish(gt->track[n], chunk);
    atomic_write32(&gt->nr_tracks, n + 1);
    gt->free_mapping = n * TRACK_CHUNK + 1;
    return true;
}

struct mapping *gnttab_mapping_alloc(struct gnttab_domain *gt, uint32_t *handle)
{
    struct mapping *m = NULL;

    spin_lock(&gt->lock);
    if (likely(gt->free_mapping != 0) || track_grow_locked(gt)) {
        *handle = gt->free_mapping - 1;
        m = gnttab_mapping(gt, *handle);
        if (likely(m != NULL))
            gt->free_mapping = m->ref;
    }
    spin_unlock(&gt->lock);
    return m;
}

void gnttab_mapping_free(struct gnttab_domain *gt, struct mapping *m, uint32_t handle)
{
    atomic_write16(&m->flags, 0);
    spin_lock(&gt->lock);
    m->ref = gt->free_mapping;
    gt->free_mapping = handle + 1;
    spin_unlock(&gt->lock);
}

int gnttab_swap(struct domain *d, uint32_t ref_a, uint32_t ref_b)
{
    struct gnttab_domain *gt = d->gnttab;
    struct active *act_a = gnttab_active(gt, ref_a), *act_b = gnttab_active(gt, ref_b);
    int rc = GNTST_okay;

    spin_lock(&gt->lock);
    if (ref_a >= gt->nr_refs || ref_b >= gt->nr_refs || act_a == NULL || act_b == NULL)
        rc = GNTST_bad_gntref;
    else if (ref_a != ref_b && (active_in_use(act_a) || active_in_use(act_b)))
        rc = GNTST_eagain;
    else if (ref_a != ref_b)
        entry_swap_locked(gt, ref_a, ref_b);
    spin_unlock(&gt->lock);
    return rc;
}

int gnttab_domain_init(struct domain *d)
{
    struct gnttab_domain *gt = table_new();

    if (gt == NULL)
        return -ENOMEM;
    gt->lock = (spinlock_t)SPINLOCK_INIT(RANK_GNTTAB);
    gt->version = 1;
    gt->max_frames = opt_gnttab_max_frames;
    gt->max_tracks = TRACK_CHUNKS;
    d->gnttab = gt;
    if (gnttab_grow(d, 1) != 0) {
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
    spin_lock(&gt->lock);
    if (max_grant_frames >= gt->nr_frames && max_maptrack_frames >= gt->nr_tracks) {
        gt->max_frames = max_grant_frames;
        gt->max_tracks = max_maptrack_frames;
        rc = 0;
    }
    spin_unlock(&gt->lock);
    return rc;
}

/* The dying domain d gives up this mapping; its page tables drop their own reference. */
static void mapping_abandon(struct domain *d, struct mapping *m)
{
    uint16_t flags = atomic_read16(&m->flags);
    struct domain *rd;
    uint16_t n = 0;

    if ((flags & MAPPING_KINDS) == 0)
        return;
    n += (flags & GNTMAP_host_map) != 0;
    n += (flags & GNTMAP_device_map) != 0;
    rd = gnttab_granter(d, m->domid);
    frame_put(m->device);
    m->device = FREF_NONE;
    atomic_write16(&m->flags, 0);
    if (rd != NULL && rd->gnttab != NULL)
        gnttab_unpin(rd, m->ref, d->id, (flags & GNTMAP_readonly) == 0, n);
}

/* No more grants; grants in use stay so until their users end it. */
static void table_unshare(struct domain *d, struct gnttab_domain *gt)
{
    uint32_t n, nr_status;

    spin_lock(&gt->lock);
    n = gt->nr_frames;
    nr_status = gt->nr_status;
    gt->nr_refs = gt->nr_frames = gt->nr_status = gt->max_frames = 0;
    for (uint32_t i = 0; i < n && i < GRANT_FRAMES; i++)
        frame_unshare(fref_take(gt->frame[i]), d->id);
    for (uint32_t i = 0; i < nr_status && i < STATUS_FRAMES; i++)
        frame_unshare(fref_take(gt->status[i]), d->id);
    spin_unlock(&gt->lock);
}

void gnttab_domain_destroy(struct domain *d)
{
    struct gnttab_domain *gt = d->gnttab;

    if (gt == NULL)
        return;
    for (uint32_t c = 0; c < atomic_read32(&gt->nr_tracks) && c < TRACK_CHUNKS; c++) {
        struct track_chunk *chunk = slot_read(gt->track[c]);

        for (uint32_t i = 0; chunk != NULL && i < TRACK_CHUNK; i++)
            mapping_abandon(d, &chunk->entry[i]);
    }
    table_unshare(d, gt);
}

uint32_t gnttab_domain_pins(struct domain *d)
{
    return d->gnttab != NULL ? atomic_read32(&d->gnttab->nr_active) : 0;
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
            frame_put(chunk->entry[i].hold);
        active_delete(chunk);
    }
    for (uint32_t c = 0; c < TRACK_CHUNKS; c++)
        track_delete(slot_take(gt->track[c]));
    table_delete(gt);
}
