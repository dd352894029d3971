/* SPDX-License-Identifier: MIT */
/* gnttab_private.h - a domain's grant table and its map track. */
#ifndef MODULES_GNTTAB_PRIVATE_H
#define MODULES_GNTTAB_PRIVATE_H

#include "core/atomic.h"
#include "core/frame.h"
#include "core/guest.h"
#include "core/sloppy.h"
#include "modules/gnttab/gnttab.h"
#include "modules/gnttab/gnttab_place.h"
#include "modules/gnttab/gnttab_use.h"

#define TRACK_CHUNK 256U
#define TRACK_CHUNKS 256U

struct active_entry {
    spinlock_t lock;
    struct active use;
} __attribute__((aligned(32)));

struct active_chunk {
    struct active_entry entry[ACTIVE_CHUNK];
};

/* GNTMAP_device_map, _host_map, _readonly and _contains_pte of a mapping, and: */
#define MAPPING_KINDS (GNTMAP_device_map | GNTMAP_host_map)
#define MAPPING_FLAGS (MAPPING_KINDS | GNTMAP_readonly | GNTMAP_contains_pte)
#define MAPPING_BUSY 0x8000U /* an unmap is under way */

/* A mapping, named by its handle.  Free: flags 0, ref the next free handle + 1. */
struct mapping {
    uint32_t ref;
    domid_t domid;  /* who grants */
    uint16_t flags; /* atomic; whoever sets BUSY owns the entry */
    fref_t device;  /* held for GNTMAP_device_map */
};

struct track_chunk {
    struct mapping entry[TRACK_CHUNK];
};

/* Free handles of one vcpu: a line of its own. */
struct free_list {
    spinlock_t lock;
    uint32_t first SC_GUARDED_BY(lock); /* handle + 1; 0: none */
} __attribute__((aligned(64)));

/* The mappings that a domain has.  A chunk, which is a page, is one vcpu's when it is made; a handle is free in the
 * list of the vcpu that ended its mapping. */
struct maptrack {
    spinlock_t lock;
    uint32_t nr_chunks SC_ATOMIC SC_GUARDED_BY(lock); /* written under lock */
    uint32_t max_chunks SC_GUARDED_BY(lock);
    struct track_chunk *chunk[TRACK_CHUNKS] SC_ATOMIC SC_GUARDED_BY(lock); /* slots */
    struct free_list *list[MAX_VCPUS] SC_ATOMIC SC_GUARDED_BY(lock); /* slots; made on first use, vcpu 0's at once */
};

/* lock: by read_lock to use a grant, whose entry has a lock of its own; by write_lock to change what is here. */
struct gnttab_domain {
    spinlock_t lock;
    /* As the domain that grants. */
    uint32_t version SC_RANGE(1, 2) SC_GUARDED_BY(lock);
    uint32_t nr_refs SC_GUARDED_BY(lock); /* entries of nr_frames */
    uint32_t nr_frames SC_GUARDED_BY(lock);
    uint32_t nr_status SC_GUARDED_BY(lock);
    uint32_t max_frames SC_GUARDED_BY(lock);
    struct sloppy nr_active; /* grants in use */
    fref_t frame[GRANT_FRAMES] SC_GUARDED_BY(lock);
    fref_t status[STATUS_FRAMES] SC_GUARDED_BY(lock);                         /* version 2 */
    struct active_chunk *active[ACTIVE_CHUNKS] SC_ATOMIC SC_GUARDED_BY(lock); /* slots; as many as the frames need */
    /* As the domain that maps. */
    struct maptrack *track SC_ATOMIC; /* slot; as long as this */
};

struct pin {
    mfn_t frame;   /* none for GRANT_TRANSITIVE */
    fref_t ref;    /* of this use, RW or RO as PIN_WRITE says; none for GRANT_TRANSITIVE */
    uint16_t kind; /* enum grant_kind */
};

/* What more there is to know of a grant that is no whole page.  The guest's numbers. */
struct grant_rest {
    uint16_t start, length; /* GRANT_PART: these bytes; they need not lie in the page */
    domid_t next_domid;     /* GRANT_TRANSITIVE: this grant of this domain's */
    uint32_t next_ref;
};

/* Use grant ref of rd, n times at once (1 to PIN_USES), as domain user.  GNTST_*. */
SC_NODISCARD int gnttab_pin(struct domain *rd, uint32_t ref, domid_t user, uint32_t how, uint16_t n, struct pin *pin);
/* The rest of an entry that the caller has pinned and found to be of this kind. */
void gnttab_pin_rest(struct domain *rd, uint32_t ref, struct grant_rest *rest);
/* End n uses, 1 at least. */
void gnttab_unpin(struct domain *rd, uint32_t ref, domid_t user, bool write, uint16_t n);
/* Status frames for a table of nr_frames, version 2.  0 or -ENOMEM. */
SC_NODISCARD int gnttab_status_grow_locked(struct domain *d, struct gnttab_domain *gt, uint32_t nr_frames)
    SC_HOLDS(gt->lock);

/* The domain that grants, for a caller that must name it; null if there is none. */
SC_NULLABLE SC_INLINE struct domain *gnttab_granter(struct domain *d, domid_t id)
{
    if (id == d->id)
        return d;
    return id != DOMID_SELF ? domain_find(d, id) : NULL;
}

/* Entry ref of a domain's active grants; null when the table is not so large. */
SC_NULLABLE SC_INLINE struct active_entry *gnttab_active(const struct gnttab_domain *gt, uint32_t ref)
{
    struct active_chunk *chunk;

    if (unlikely(active_chunk_index(ref) >= ACTIVE_CHUNKS))
        return NULL;
    chunk = slot_read(gt->active[active_chunk_index(ref)]);
    return likely(chunk != NULL) ? &chunk->entry[ref % ACTIVE_CHUNK] : NULL;
}

/* The entry that handle names, in use or not; null when there is none. */
SC_NULLABLE SC_INLINE struct mapping *gnttab_mapping(const struct maptrack *t, uint32_t handle)
{
    struct track_chunk *chunk;

    if (unlikely(handle / TRACK_CHUNK >= TRACK_CHUNKS))
        return NULL;
    chunk = slot_read(t->chunk[handle / TRACK_CHUNK]);
    return likely(chunk != NULL) ? &chunk->entry[handle % TRACK_CHUNK] : NULL;
}

/* The frame of a grant that the caller has pinned.  No lock: it does not change.  GNTST_okay or GNTST_general_error. */
SC_NODISCARD SC_INLINE int gnttab_pinned_frame(const struct domain *rd, uint32_t ref, mfn_t *frame)
{
    const struct active_entry *e = gnttab_active(rd->gnttab, ref);

    if (e == NULL || fref_is_none(e->use.hold))
        return GNTST_general_error;
    *frame = fref_mfn(e->use.hold);
    return GNTST_okay;
}

/* gnttab_track.c */

SC_INLINE struct maptrack *gnttab_track(const struct gnttab_domain *gt)
{
    return slot_read(gt->track);
}

/* A map track without a mapping; null: memory is out. */
SC_OWNED SC_NULLABLE struct maptrack *gnttab_track_new(void);
void gnttab_track_delete(SC_OWNED struct maptrack *t SC_NULLABLE);
/* 0, -EINVAL: it is larger already. */
SC_NODISCARD int gnttab_track_limit(struct maptrack *t, uint32_t max_chunks);
/* For v: a free entry and its handle, or null. */
SC_NULLABLE struct mapping *gnttab_mapping_alloc(const struct vcpu *v, struct maptrack *t, uint32_t *handle);
/* The entry, which holds nothing, is free again. */
void gnttab_mapping_free(const struct vcpu *v, struct maptrack *t, struct mapping *m, uint32_t handle);

/* All structures: ports/gnttab.h. */
struct gnttab_layout {
    struct gnttab_domain domain;
    struct active_chunk active;
    struct maptrack track;
    struct track_chunk mappings;
    struct free_list free;
};

/* For the hand-over: the pools' parts, and what gnttab_state.c makes; null: memory is out. */
SC_OWNED SC_NULLABLE struct gnttab_domain *gnttab_table_make(void);
/* The chunk of active entries with this index, made if there is none. */
SC_NULLABLE struct active_chunk *gnttab_active_make_locked(struct gnttab_domain *gt, uint32_t c);
/* A chunk behind the last, whose index that is, with entries that are on no list; and vcpu id's list. */
SC_NULLABLE struct track_chunk *gnttab_track_append(struct maptrack *t, uint32_t *index);
SC_NULLABLE struct free_list *gnttab_list_make(struct maptrack *t, uint32_t id SC_RANGE(0, MAX_VCPUS - 1));
void gnttab_track_offer(void);
SC_NODISCARD int gnttab_track_accept(void);

#endif
