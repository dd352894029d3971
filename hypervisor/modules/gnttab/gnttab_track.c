/* SPDX-License-Identifier: MIT */
/*
 * gnttab_track.c - the map track: a domain's mappings by handle.
 *
 * Each vcpu has a list of free handles of its own, whose entries lie on lines that no other vcpu writes as long as who
 * maps also unmaps.  A list that is empty gets a new chunk; when there may be no more of them it takes from the others.
 */
#include "modules/gnttab/gnttab_private.h"

#include "core/pool.h"

SC_POOL(track, struct maptrack);
SC_POOL(chunk, struct track_chunk);
SC_POOL(list, struct free_list);

_Static_assert(sizeof(struct mapping) == 16, "256 a page");

struct free_list *gnttab_list_make(struct maptrack *t, uint32_t id)
{
    struct free_list *l;

    spin_lock(&t->lock);
    l = slot_read(t->list[id]);
    if (l == NULL) {
        l = list_new();
        if (l != NULL) {
            l->lock = (spinlock_t)SPINLOCK_INIT(RANK_GRANT);
            slot_publish(t->list[id], l);
        }
    }
    spin_unlock(&t->lock);
    return l;
}

/* That of vcpu id, made if there is none; vcpu 0's when there is no memory. */
static struct free_list *list_make(struct maptrack *t, uint32_t id SC_RANGE(0, MAX_VCPUS - 1))
{
    struct free_list *l = gnttab_list_make(t, id);

    return l != NULL ? l : slot_read(t->list[0]);
}

SC_INLINE struct free_list *list_of(const struct vcpu *v, struct maptrack *t)
{
    struct free_list *l = slot_read(t->list[v->id % MAX_VCPUS]);

    return likely(l != NULL) ? l : list_make(t, v->id % MAX_VCPUS);
}

SC_NULLABLE static struct mapping *list_pop(const struct maptrack *t, struct free_list *l, uint32_t *handle)
{
    struct mapping *m = NULL;

    spin_lock(&l->lock);
    if (likely(l->first != 0)) {
        *handle = l->first - 1;
        m = gnttab_mapping(t, *handle);
    }
    if (likely(m != NULL))
        l->first = m->ref;
    spin_unlock(&l->lock);
    return m;
}

/* Handles first to last, which are linked, into the list. */
static void list_push(struct free_list *l, uint32_t first, struct mapping *last)
{
    spin_lock(&l->lock);
    last->ref = l->first;
    l->first = first + 1;
    spin_unlock(&l->lock);
}

struct track_chunk *gnttab_track_append(struct maptrack *t, uint32_t *index)
{
    struct track_chunk *chunk = NULL;
    uint32_t n;

    spin_lock(&t->lock);
    n = t->nr_chunks;
    if (n < t->max_chunks && n < TRACK_CHUNKS)
        chunk = chunk_new();
    if (chunk != NULL) {
        slot_publish(t->chunk[n], chunk);
        atomic_write32(&t->nr_chunks, n + 1);
    }
    spin_unlock(&t->lock);
    *index = n;
    return chunk;
}

/* A new chunk: its first entry is the caller's, the others are free in the list. */
SC_NULLABLE static struct mapping *track_grow(struct maptrack *t, struct free_list *l, uint32_t *handle)
{
    uint32_t n;
    struct track_chunk *chunk = gnttab_track_append(t, &n);

    if (chunk == NULL)
        return NULL;
    for (uint32_t i = 1; i < TRACK_CHUNK; i++)
        chunk->entry[i].ref = n * TRACK_CHUNK + i + 2;
    list_push(l, n * TRACK_CHUNK + 1, &chunk->entry[TRACK_CHUNK - 1]);
    *handle = n * TRACK_CHUNK;
    return &chunk->entry[0];
}

/* One of the others has. */
SC_NULLABLE static struct mapping *track_steal(struct maptrack *t, uint32_t *handle)
{
    struct mapping *m = NULL;

    for (uint32_t i = 0; i < MAX_VCPUS && m == NULL; i++) {
        struct free_list *l = slot_read(t->list[i]);

        if (l != NULL)
            m = list_pop(t, l, handle);
    }
    return m;
}

struct mapping *gnttab_mapping_alloc(const struct vcpu *v, struct maptrack *t, uint32_t *handle)
{
    struct free_list *l = list_of(v, t);
    struct mapping *m = list_pop(t, l, handle);

    if (unlikely(m == NULL))
        m = track_grow(t, l, handle);
    return likely(m != NULL) ? m : track_steal(t, handle);
}

void gnttab_mapping_free(const struct vcpu *v, struct maptrack *t, struct mapping *m, uint32_t handle)
{
    atomic_write16(&m->flags, 0);
    list_push(list_of(v, t), handle, m);
}

struct maptrack *gnttab_track_new(void)
{
    struct free_list *first = list_new();
    struct maptrack *t;

    if (first == NULL)
        return NULL;
    t = track_new();
    if (t == NULL) {
        list_delete(first);
        return NULL;
    }
    first->lock = (spinlock_t)SPINLOCK_INIT(RANK_GRANT);
    slot_publish(t->list[0], first);
    t->lock = (spinlock_t)SPINLOCK_INIT(RANK_GRANT);
    t->max_chunks = TRACK_CHUNKS;
    return t;
}

int gnttab_track_limit(struct maptrack *t, uint32_t max_chunks)
{
    int rc = -EINVAL;

    spin_lock(&t->lock);
    if (max_chunks >= t->nr_chunks) {
        t->max_chunks = max_chunks;
        rc = 0;
    }
    spin_unlock(&t->lock);
    return rc;
}

void gnttab_track_delete(struct maptrack *t)
{
    if (t == NULL)
        return;
    for (uint32_t c = 0; c < TRACK_CHUNKS; c++)
        chunk_delete(slot_take(t->chunk[c]));
    for (uint32_t i = 0; i < MAX_VCPUS; i++)
        list_delete(slot_take(t->list[i]));
    track_delete(t);
}

void gnttab_track_offer(void)
{
    pool_offer(&track_pool);
    pool_offer(&chunk_pool);
    pool_offer(&list_pool);
}

int gnttab_track_accept(void)
{
    return pool_accept(&track_pool) != 0 || pool_accept(&chunk_pool) != 0 || pool_accept(&list_pool) != 0 ? -EINVAL : 0;
}
