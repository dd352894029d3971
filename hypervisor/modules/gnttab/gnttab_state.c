/* SPDX-License-Identifier: MIT */
/*
 * gnttab_state.c - a domain's grants and mappings in records, for a version of this module whose structures are others,
 * and out of them again (ports/gnttab.h).  The table itself is in frames shared with the guest, which stay where they
 * are; so are the marks of version 2.
 */
#include "modules/gnttab/gnttab_private.h"

#include "core/pool.h"

#define RECORDS_A_CHUNK (ACTIVE_CHUNK / GNTTAB_RECORD_NR_GRANTS)
#define RECORDS_A_TRACK_CHUNK (TRACK_CHUNK / GNTTAB_RECORD_NR_MAPPINGS)
#define MAX_HANDLES (TRACK_CHUNKS * TRACK_CHUNK)

_Static_assert(ACTIVE_CHUNK % GNTTAB_RECORD_NR_GRANTS == 0 && TRACK_CHUNK % GNTTAB_RECORD_NR_MAPPINGS == 0, "records");
_Static_assert(GRANT_PAGE == 0 && GRANT_PART == 1 && GRANT_TRANSITIVE == 2 && MAPPING_BUSY == 0x8000, "ports/gnttab.h");
_Static_assert(STATUS_FRAMES == OPT_GNTTAB_MAX_FRAMES / 8, "all frames");

void gnttab_layout(struct gnttab_layout layout) {}

/* ---- out ---- */

static void table_export_locked(const struct gnttab_domain *gt, struct gnttab_record *r)
{
    r->version = gt->version;
    r->nr_frames = gt->nr_frames;
    r->nr_status = gt->nr_status;
    r->max_frames = gt->max_frames;
    for (uint32_t i = 0; i < gt->nr_frames && i < GRANT_FRAMES; i++)
        r->frame[i] = fref_converted(gt->frame[i]);
    for (uint32_t i = 0; i < gt->nr_status && i < STATUS_FRAMES; i++)
        r->status[i] = fref_converted(gt->status[i]);
}

static void table_export(struct gnttab_domain *gt, struct gnttab_record *r)
{
    r->nr_active = &gt->nr_active;
    spin_lock(&gt->lock);
    table_export_locked(gt, r);
    spin_unlock(&gt->lock);
}

static void track_export(struct maptrack *t, struct gnttab_record *r)
{
    r->nr_handles = atomic_read32(&t->nr_chunks) * TRACK_CHUNK;
    spin_lock(&t->lock);
    r->max_handles = t->max_chunks * TRACK_CHUNK;
    spin_unlock(&t->lock);
    for (uint32_t i = 0; i < MAX_VCPUS; i++) {
        struct free_list *l = slot_read(t->list[i]);

        if (l == NULL)
            continue;
        spin_lock(&l->lock);
        r->first[i] = l->first;
        spin_unlock(&l->lock);
    }
}

/* True: it is in use. */
static bool grant_export_locked(const struct active *act, struct gnttab_record_grant *r)
{
    if (!active_in_use_locked(act))
        return false;
    r->hold = fref_converted(act->hold);
    r->readers = act->readers;
    r->writers = act->writers;
    r->user = act->domid;
    r->kind = act->kind;
    return true;
}

static enum record grants_export(struct active_chunk *chunk, uint32_t first, struct gnttab_record *r)
{
    bool any = false;

    for (uint32_t i = 0; i < GNTTAB_RECORD_NR_GRANTS; i++) {
        struct active_entry *e = &chunk->entry[(first + i) % ACTIVE_CHUNK];

        spin_lock(&e->lock);
        if (grant_export_locked(&e->use, &r->grant[i]))
            any = true;
        spin_unlock(&e->lock);
    }
    return any ? RECORD_FULL : RECORD_EMPTY;
}

static void mappings_export(const struct track_chunk *chunk, uint32_t first, struct gnttab_record *r)
{
    for (uint32_t i = 0; i < GNTTAB_RECORD_NR_MAPPINGS; i++) {
        const struct mapping *m = &chunk->entry[(first + i) % TRACK_CHUNK];

        r->mapping[i].ref = m->ref;
        r->mapping[i].domid = m->domid;
        r->mapping[i].flags = atomic_read16(&m->flags);
        r->mapping[i].device = fref_converted(m->device);
    }
}

/* On to the next kind. */
static enum record grants_next(const struct gnttab_domain *gt, struct record_at *at, struct gnttab_record *r)
{
    uint32_t c = at->number / RECORDS_A_CHUNK;
    struct active_chunk *chunk = c < ACTIVE_CHUNKS ? slot_read(gt->active[c]) : NULL;

    if (chunk == NULL || sloppy_read(&gt->nr_active) == 0) {
        *at = (struct record_at){ GNTTAB_RECORD_MAPPINGS, 0 };
        return RECORD_EMPTY;
    }
    return grants_export(chunk, at->number++ % RECORDS_A_CHUNK * GNTTAB_RECORD_NR_GRANTS, r);
}

static enum record mappings_next(const struct maptrack *t, struct record_at *at, struct gnttab_record *r)
{
    uint32_t c = at->number / RECORDS_A_TRACK_CHUNK;
    const struct track_chunk *chunk = c < TRACK_CHUNKS ? slot_read(t->chunk[c]) : NULL;

    if (chunk == NULL)
        return RECORD_END;
    r->nr_handles = atomic_read32(&t->nr_chunks) * TRACK_CHUNK;
    mappings_export(chunk, at->number++ % RECORDS_A_TRACK_CHUNK * GNTTAB_RECORD_NR_MAPPINGS, r);
    return RECORD_FULL;
}

enum record gnttab_export(struct domain *d, struct record_at *at, struct gnttab_record *r)
{
    struct gnttab_domain *gt = d->gnttab;
    struct maptrack *t = gt != NULL ? slot_read(gt->track) : NULL;

    if (gt == NULL || t == NULL)
        return RECORD_END;
    r->at = *at;
    switch ((enum gnttab_record_kind)at->kind) {
    case GNTTAB_RECORD_TABLE:
        table_export(gt, r);
        *at = (struct record_at){ GNTTAB_RECORD_TRACK, 0 };
        return RECORD_FULL;
    case GNTTAB_RECORD_TRACK:
        track_export(t, r);
        *at = (struct record_at){ GNTTAB_RECORD_GRANTS, 0 };
        return RECORD_FULL;
    case GNTTAB_RECORD_GRANTS: return grants_next(gt, at, r);
    case GNTTAB_RECORD_MAPPINGS: return mappings_next(t, at, r);
    default: return RECORD_END;
    }
}

/* ---- in ---- */

static bool table_is_good(const struct gnttab_record *r)
{
    bool good = r->version >= 1 && r->version <= 2 && r->nr_frames <= GRANT_FRAMES && r->max_frames <= GRANT_FRAMES &&
                r->nr_status <= STATUS_FRAMES && r->nr_active != NULL;

    for (uint32_t i = 0; i < r->nr_frames && i < GRANT_FRAMES; i++)
        good = good && fref_is_rw(r->frame[i]);
    for (uint32_t i = 0; i < r->nr_status && i < STATUS_FRAMES; i++)
        good = good && fref_is_rw(r->status[i]);
    return good;
}

SC_NODISCARD static int table_fill_locked(struct gnttab_domain *gt, const struct gnttab_record *r)
{
    gt->version = r->version == 2 ? 2 : 1;
    gt->nr_frames = r->nr_frames;
    gt->nr_status = r->nr_status;
    gt->max_frames = r->max_frames;
    gt->nr_refs = gnttab_refs(gt->version, r->nr_frames);
    for (uint32_t i = 0; i < r->nr_frames && i < GRANT_FRAMES; i++)
        gt->frame[i] = fref_converted(r->frame[i]);
    for (uint32_t i = 0; i < r->nr_status && i < STATUS_FRAMES; i++)
        gt->status[i] = fref_converted(r->status[i]);
    for (uint32_t c = 0; c < r->nr_frames * FRAME_CHUNKS; c++) {
        if (gnttab_active_make_locked(gt, c) == NULL)
            return -ENOMEM;
    }
    return 0;
}

SC_NODISCARD static int table_import(struct domain *d, const struct gnttab_record *r)
{
    const struct sloppy *nr_active = r->nr_active;
    struct gnttab_domain *gt;
    int rc;

    if (d->gnttab != NULL || nr_active == NULL || !table_is_good(r))
        return -EINVAL;
    gt = gnttab_table_make();
    if (gt == NULL)
        return -ENOMEM;
    d->gnttab = gt;
    sloppy_copy(&gt->nr_active, nr_active);
    write_lock(&gt->lock);
    rc = table_fill_locked(gt, r);
    spin_unlock(&gt->lock);
    return rc;
}

SC_NODISCARD static int list_import(struct maptrack *t, uint32_t id SC_RANGE(0, MAX_VCPUS - 1), uint32_t first)
{
    struct free_list *l = gnttab_list_make(t, id);

    if (l == NULL)
        return -ENOMEM;
    spin_lock(&l->lock);
    l->first = first;
    spin_unlock(&l->lock);
    return 0;
}

SC_NODISCARD static int track_import(struct gnttab_domain *gt, const struct gnttab_record *r)
{
    struct maptrack *t;
    int rc = 0;

    if (slot_read(gt->track) != NULL || r->nr_handles > MAX_HANDLES)
        return -EINVAL;
    t = gnttab_track_new();
    if (t == NULL)
        return -ENOMEM;
    slot_publish(gt->track, t);
    rc = gnttab_track_limit(t, r->max_handles / TRACK_CHUNK);
    for (uint32_t i = 0; rc == 0 && i < MAX_VCPUS; i++) {
        if (r->first[i] > r->nr_handles)
            rc = -EINVAL;
        else if (r->first[i] != 0)
            rc = list_import(t, i, r->first[i]);
    }
    return rc;
}

SC_NODISCARD static int grants_import(struct gnttab_domain *gt, const struct gnttab_record *r)
{
    uint32_t first = r->at.number % RECORDS_A_CHUNK * GNTTAB_RECORD_NR_GRANTS;
    struct active_chunk *chunk;

    if (r->at.number >= ACTIVE_CHUNKS * RECORDS_A_CHUNK)
        return -EINVAL;
    write_lock(&gt->lock);
    chunk = gnttab_active_make_locked(gt, r->at.number / RECORDS_A_CHUNK);
    spin_unlock(&gt->lock);
    if (chunk == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < GNTTAB_RECORD_NR_GRANTS; i++) {
        struct active_entry *e = &chunk->entry[(first + i) % ACTIVE_CHUNK];
        const struct gnttab_record_grant *g = &r->grant[i];

        if ((g->readers | g->writers) == 0)
            continue;
        if (!active_possible(!fref_is_none(g->hold), g->readers, g->writers, g->kind))
            return -EINVAL;
        spin_lock(&e->lock);
        active_fill_locked(&e->use, fref_converted(g->hold), g->readers, g->writers, g->user, g->kind);
        spin_unlock(&e->lock);
    }
    return 0;
}

/* What a free one's ref means is seen when the lists are there. */
static bool mapping_is_good(const struct gnttab_record_mapping *m)
{
    if ((m->flags & ~(MAPPING_FLAGS | MAPPING_BUSY)) != 0 ||
        fref_is_none(m->device) != ((m->flags & GNTMAP_device_map) == 0))
        return false;
    return (m->flags & MAPPING_KINDS) == 0 || m->ref < GRANT_FRAMES * FRAME_REFS;
}

static uint32_t nr_free(const struct maptrack *t, uint32_t nr_handles)
{
    uint32_t nr = 0;

    for (uint32_t handle = 0; handle < nr_handles; handle++) {
        const struct mapping *m = gnttab_mapping(t, handle);

        nr += m != NULL && atomic_read16(&m->flags) == 0;
    }
    return nr;
}

/* Is what is on the lists free, and are there no more of them than there are free ones: on one list, once? */
static bool lists_are_good(const struct maptrack *t, uint32_t nr_handles)
{
    uint32_t left = nr_free(t, nr_handles);

    for (uint32_t i = 0; i < MAX_VCPUS; i++) {
        struct free_list *l = slot_read(t->list[i]);
        const struct mapping *m;
        uint32_t next;

        if (l == NULL)
            continue;
        spin_lock(&l->lock);
        next = l->first;
        spin_unlock(&l->lock);
        for (; next != 0; left--) {
            m = gnttab_mapping(t, next - 1);
            if (left == 0 || m == NULL || atomic_read16(&m->flags) != 0)
                return false;
            next = m->ref;
        }
    }
    return true;
}

SC_NULLABLE static struct track_chunk *track_chunk_for(struct maptrack *t, const struct gnttab_record *r)
{
    uint32_t c = r->at.number / RECORDS_A_TRACK_CHUNK, index;
    struct track_chunk *chunk = c < TRACK_CHUNKS ? slot_read(t->chunk[c]) : NULL;

    if (chunk != NULL)
        return chunk;
    chunk = gnttab_track_append(t, &index);
    return chunk != NULL && index == c ? chunk : NULL;
}

SC_NODISCARD static int mappings_import(struct maptrack *t, const struct gnttab_record *r)
{
    struct track_chunk *chunk = track_chunk_for(t, r);
    uint32_t first = r->at.number % RECORDS_A_TRACK_CHUNK * GNTTAB_RECORD_NR_MAPPINGS;

    if (chunk == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < GNTTAB_RECORD_NR_MAPPINGS; i++) {
        struct mapping *m = &chunk->entry[(first + i) % TRACK_CHUNK];

        if (!mapping_is_good(&r->mapping[i]))
            return -EINVAL;
        m->ref = r->mapping[i].ref;
        m->domid = r->mapping[i].domid;
        m->device = fref_converted(r->mapping[i].device);
        atomic_write16(&m->flags, r->mapping[i].flags);
    }
    if ((r->at.number + 1) * GNTTAB_RECORD_NR_MAPPINGS < r->nr_handles)
        return 0;
    return lists_are_good(t, r->nr_handles) ? 0 : -EINVAL;
}

int gnttab_import(const struct gnttab_record *r)
{
    struct domain *d = r->domain;
    struct gnttab_domain *gt = d->gnttab;
    struct maptrack *t = gt != NULL ? slot_read(gt->track) : NULL;

    if (r->at.kind == GNTTAB_RECORD_TABLE)
        return table_import(d, r);
    if (gt == NULL)
        return -EINVAL;
    if (r->at.kind == GNTTAB_RECORD_TRACK)
        return track_import(gt, r);
    if (t == NULL)
        return -EINVAL;
    switch ((enum gnttab_record_kind)r->at.kind) {
    case GNTTAB_RECORD_GRANTS: return grants_import(gt, r);
    case GNTTAB_RECORD_MAPPINGS: return mappings_import(t, r);
    default: return -EINVAL;
    }
}
