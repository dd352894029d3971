/* SPDX-License-Identifier: MIT */
/* evtchn_table.c - the port table of a domain: look-up, growth, closed ports. */
#include "modules/evtchn/evtchn_private.h"

#include "core/pool.h"

SC_POOL(chunk, struct evtchn_chunk);
SC_POOL(group, struct evtchn_group);
SC_POOL(table, struct evtchn_domain);
SC_POOL(queues, struct evtchn_vcpu);

#define DOMU_MAX_PORT 1023U /* as the Xen toolstack sets by default */

struct evtchn_chunk *evtchn_far_chunk(const struct evtchn_domain *ed, uint32_t index)
{
    struct evtchn_group *group;

    if (index >= MAX_CHUNKS)
        return NULL;
    group = slot_read(ed->group[index / FAR_CHUNKS]);
    return group != NULL ? slot_read(group->chunk[index % FAR_CHUNKS]) : NULL;
}

int evtchn_table_grow_locked(struct evtchn_domain *ed)
{
    uint32_t index = ed->nr_chunks;
    struct evtchn_chunk *chunk;
    struct evtchn_group *group;

    if (index >= MAX_CHUNKS)
        return -ENOSPC;
    if (index >= NEAR_CHUNKS && ed->group[index / FAR_CHUNKS] == NULL) {
        group = group_new();
        if (group == NULL)
            return -ENOMEM;
        slot_publish(ed->group[index / FAR_CHUNKS], group);
    }
    chunk = chunk_new();
    if (chunk == NULL)
        return -ENOMEM;
    if (index < NEAR_CHUNKS)
        slot_publish(ed->near_chunk[index], chunk);
    else
        slot_publish(ed->group[index / FAR_CHUNKS]->chunk[index % FAR_CHUNKS], chunk);
    ed->nr_chunks = index + 1;
    return 0;
}

/* Number of ports that the ABI in use can name. */
static uint32_t table_limit(const struct evtchn_domain *ed)
{
    return slot_read(ed->fifo) != NULL ? EVTCHN_FIFO_NR_CHANNELS : (uint32_t)EVTCHN_2L_NR_CHANNELS;
}

/* Lowest closed port of the chunk that no queue of the guest still holds; or CHUNK_PORTS. */
static uint32_t chunk_closed_port_locked(const struct evtchn_domain *ed, const struct evtchn_chunk *chunk,
                                         uint32_t first_port)
{
    uint32_t i = evtchn_chunk_closed_locked(chunk, 0);

    while (i < CHUNK_PORTS && ed->fifo != NULL && evtchn_fifo_busy_locked(ed->fifo, first_port + i))
        i = evtchn_chunk_closed_locked(chunk, i + 1);
    return i;
}

int evtchn_find_closed_locked(struct domain *d, uint32_t *port_out)
{
    struct evtchn_domain *ed = d->evtchn;
    uint32_t limit = table_limit(ed), c, i;
    int rc;

    if (d->dying)
        return -EINVAL;
    for (c = ed->first_free; c < limit / CHUNK_PORTS; c++) {
        struct evtchn_chunk *chunk;

        if (c * CHUNK_PORTS > ed->max_port)
            return -ENOSPC;
        if (c >= ed->nr_chunks) {
            rc = evtchn_table_grow_locked(ed);
            if (rc != 0)
                return rc;
        }
        chunk = evtchn_chunk_at(ed, c);
        if (chunk == NULL)
            return -ENOSPC;
        if (c == ed->first_free && chunk->used == UINT64_MAX) {
            ed->first_free = c + 1;
            continue;
        }
        i = chunk_closed_port_locked(ed, chunk, c * CHUNK_PORTS);
        if (i < CHUNK_PORTS) {
            *port_out = c * CHUNK_PORTS + i;
            return *port_out <= ed->max_port ? 0 : -ENOSPC;
        }
    }
    return -ENOSPC;
}

void evtchn_take_locked(struct evtchn_domain *ed, uint32_t port, uint64_t bind, uint16_t vcpu, struct domain *remote)
{
    struct evtchn_chunk *chunk = evtchn_chunk_at(ed, port / CHUNK_PORTS);

    if (chunk != NULL)
        evtchn_chunk_take_locked(chunk, port % CHUNK_PORTS, bind, vcpu, remote);
}

static void port_clear_pending_locked(struct domain *d, uint32_t port)
{
    struct evtchn_domain *ed = d->evtchn;

    if (ed->fifo != NULL)
        evtchn_fifo_clear_pending_locked(ed->fifo, port);
    else if (port < EVTCHN_2L_NR_CHANNELS)
        (void)shared_test_and_clear_bit(&d->shared->evtchn_pending[port / 64], port % 64);
}

void evtchn_release_locked(struct domain *d, uint32_t port)
{
    struct evtchn_domain *ed = d->evtchn;
    uint32_t c = port / CHUNK_PORTS;
    struct evtchn_chunk *chunk = evtchn_chunk_at(ed, c);

    if (chunk == NULL)
        return;
    evtchn_chunk_unbind_locked(chunk, port % CHUNK_PORTS);
    port_clear_pending_locked(d, port);
    evtchn_chunk_close_locked(chunk, port % CHUNK_PORTS);
    if (c < ed->first_free)
        ed->first_free = c;
}

struct evtchn_domain *evtchn_table_make(void)
{
    struct evtchn_domain *ed = table_new();

    if (ed != NULL)
        ed->lock = (spinlock_t)SPINLOCK_INIT(RANK_EVTCHN);
    return ed;
}

struct evtchn_vcpu *evtchn_queues_make(void)
{
    struct evtchn_vcpu *ev = queues_new();

    if (ev != NULL)
        ev->lock = (spinlock_t)SPINLOCK_INIT(RANK_EVTCHN_QUEUE);
    return ev;
}

int evtchn_domain_init(struct domain *d)
{
    struct evtchn_domain *ed = evtchn_table_make();

    if (ed == NULL)
        return -ENOMEM;
    ed->max_port = d->privileged ? EVTCHN_FIFO_NR_CHANNELS - 1 : DOMU_MAX_PORT;
    if (evtchn_table_grow_locked(ed) != 0) {
        table_delete(ed);
        return -ENOMEM;
    }
    evtchn_take_locked(ed, 0, bind_make(BIND_RESERVED, 0, 0), 0, NULL);
    d->evtchn = ed;
    return 0;
}

int evtchn_vcpu_init(struct vcpu *v)
{
    struct evtchn_vcpu *ev = evtchn_queues_make();

    if (ev == NULL)
        return -ENOMEM;
    spin_lock(&v->domain->evtchn->lock);
    ev->fifo = v->domain->evtchn->fifo;
    v->evtchn = ev;
    spin_unlock(&v->domain->evtchn->lock);
    return 0;
}

void evtchn_set_max_port(struct domain *d, uint32_t max_port)
{
    struct evtchn_domain *ed = d->evtchn;

    spin_lock(&ed->lock);
    ed->max_port = (uint32_t)min_u64(max_port, EVTCHN_FIFO_NR_CHANNELS - 1);
    spin_unlock(&ed->lock);
}

bool evtchn_port_ok(struct domain *d, uint32_t port)
{
    return port < table_limit(d->evtchn);
}

void evtchn_domain_free(struct domain *d)
{
    struct evtchn_domain *ed = slot_take(d->evtchn);

    if (ed == NULL)
        return;
    for (uint32_t c = 0; c < NEAR_CHUNKS; c++)
        chunk_delete(slot_take(ed->near_chunk[c]));
    for (uint32_t g = 0; g < NR_GROUPS; g++) {
        struct evtchn_group *group = slot_take(ed->group[g]);

        for (uint32_t c = 0; group != NULL && c < FAR_CHUNKS; c++)
            chunk_delete(slot_take(group->chunk[c]));
        group_delete(group);
    }
    for (uint32_t i = 0; i < MAX_VCPUS; i++) {
        struct vcpu *v = d->vcpu[i];

        if (v != NULL)
            queues_delete(slot_take(v->evtchn));
    }
    table_delete(ed);
}

void evtchn_export_state(void)
{
    pool_offer(&chunk_pool);
    pool_offer(&group_pool);
    pool_offer(&table_pool);
    pool_offer(&queues_pool);
    evtchn_fifo_offer();
}

int evtchn_import_state(void)
{
    if (pool_accept(&chunk_pool) != 0 || pool_accept(&group_pool) != 0 || pool_accept(&table_pool) != 0 ||
        pool_accept(&queues_pool) != 0)
        return -EINVAL;
    return evtchn_fifo_accept();
}
