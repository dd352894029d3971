/* SPDX-License-Identifier: MIT */
/* gnttab_private.h - a domain's grant table and its map track. */
#ifndef MODULES_GNTTAB_PRIVATE_H
#define MODULES_GNTTAB_PRIVATE_H

#include "core/atomic.h"
#include "core/frame.h"
#include "core/guest.h"
#include "modules/gnttab/gnttab.h"

#define GRANT_FRAMES 64U
#define FRAME_REFS ((uint32_t)(PAGE_SIZE / sizeof(struct grant_entry_v1)))

#define ACTIVE_CHUNK 256U
#define ACTIVE_CHUNKS (GRANT_FRAMES * FRAME_REFS / ACTIVE_CHUNK)
#define FRAME_CHUNKS (FRAME_REFS / ACTIVE_CHUNK)

#define TRACK_CHUNK 256U
#define TRACK_CHUNKS 256U

/* Most uses of one grant at a time. */
#define PIN_MAX 0xff00U

/* A grant in use.  Free (readers and writers 0): all zero. */
struct active {
    fref_t hold; /* RO reference: the frame stays while the grant is in use */
    uint16_t readers;
    uint16_t writers;
    domid_t domid; /* who uses it */
};

struct active_chunk {
    struct active entry[ACTIVE_CHUNK];
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

struct gnttab_domain {
    spinlock_t lock;
    /* As the domain that grants. */
    uint32_t nr_frames SC_GUARDED_BY(lock);
    uint32_t max_frames SC_GUARDED_BY(lock);
    uint32_t nr_active SC_ATOMIC SC_GUARDED_BY(lock); /* written under lock: grants in use */
    fref_t frame[GRANT_FRAMES] SC_GUARDED_BY(lock);
    struct active_chunk *active[ACTIVE_CHUNKS] SC_ATOMIC SC_GUARDED_BY(lock); /* slots; as many as the frames need */
    /* As the domain that maps. */
    uint32_t nr_tracks SC_ATOMIC SC_GUARDED_BY(lock); /* written under lock: chunks below */
    uint32_t max_tracks SC_GUARDED_BY(lock);
    uint32_t free_mapping SC_GUARDED_BY(lock); /* handle + 1 of the first free entry; 0: none */
    struct track_chunk *track[TRACK_CHUNKS] SC_ATOMIC SC_GUARDED_BY(lock); /* slots */
};

/* How a grant is to be used. */
#define PIN_WRITE 1U
#define PIN_MAP 2U /* a mapping: not allowed where only a part of the page is granted */
#define PIN_REF 4U /* a reference of its own, RW or RO as PIN_WRITE says, is wanted */

struct pin {
    mfn_t frame;
    fref_t ref; /* with PIN_REF */
};

/* Use grant ref of rd, n times at once, as domain user.  GNTST_*. */
SC_NODISCARD int gnttab_pin(struct domain *rd, uint32_t ref, domid_t user, uint32_t how, uint16_t n, struct pin *pin);
/* End n uses. */
void gnttab_unpin(struct domain *rd, uint32_t ref, domid_t user, bool write, uint16_t n);
/* The frame of a grant that the caller has pinned.  GNTST_okay or GNTST_general_error. */
SC_NODISCARD int gnttab_pinned_frame(const struct domain *rd, uint32_t ref, mfn_t *frame);

/* The domain that grants, for a caller that must name it; null if there is none. */
SC_NULLABLE SC_INLINE struct domain *gnttab_granter(struct domain *d, domid_t id)
{
    if (id == d->id)
        return d;
    return id != DOMID_SELF ? domain_find(d, id) : NULL;
}

/* Entry ref of a domain's active grants; null when the table is not so large. */
SC_NULLABLE SC_INLINE struct active *gnttab_active(const struct gnttab_domain *gt, uint32_t ref)
{
    struct active_chunk *chunk;

    if (unlikely(ref / ACTIVE_CHUNK >= ACTIVE_CHUNKS))
        return NULL;
    chunk = slot_read(gt->active[ref / ACTIVE_CHUNK]);
    return likely(chunk != NULL) ? &chunk->entry[ref % ACTIVE_CHUNK] : NULL;
}

/* The entry that handle names, in use or not; null when there is none. */
SC_NULLABLE SC_INLINE struct mapping *gnttab_mapping(const struct gnttab_domain *gt, uint32_t handle)
{
    struct track_chunk *chunk;

    if (unlikely(handle / TRACK_CHUNK >= TRACK_CHUNKS))
        return NULL;
    chunk = slot_read(gt->track[handle / TRACK_CHUNK]);
    return likely(chunk != NULL) ? &chunk->entry[handle % TRACK_CHUNK] : NULL;
}

/* A free entry and its handle, or null. */
SC_NULLABLE struct mapping *gnttab_mapping_alloc(struct gnttab_domain *gt, uint32_t *handle);
/* The entry is free again. */
void gnttab_mapping_free(struct gnttab_domain *gt, struct mapping *m, uint32_t handle);

#endif
