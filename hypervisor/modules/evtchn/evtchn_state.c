/* SPDX-License-Identifier: MIT */
/*
 * evtchn_state.c - a domain's event channels in records, for a version of this module whose structures are others, and
 * out of them again (ports/evtchn.h).  What is pending and masked is the guest's memory, and stays there.
 */
#include "modules/evtchn/evtchn_private.h"

#include "core/pool.h"

_Static_assert(EVTCHN_RECORD_NR_PORTS == CHUNK_PORTS, "a record is a chunk");
_Static_assert(EVTCHN_RECORD_NR_PAGES == FIFO_PAGES, "all pages");
_Static_assert(EVTCHN_RECORD_RESERVED == BIND_RESERVED && EVTCHN_RECORD_HV == BIND_HV, "as in a binding");

#define CONTROL_AT_MAX ((PAGE_SIZE - sizeof(struct evtchn_fifo_control_block)) / 4)

void evtchn_layout(struct evtchn_layout layout) {}

/* ---- out ---- */

static void domain_export_locked(const struct evtchn_domain *ed, struct evtchn_record *r)
{
    const struct evtchn_fifo *f = ed->fifo;

    r->max_port = ed->max_port;
    r->fifo = f != NULL;
    r->nr_pages = f != NULL ? f->nr_pages : 0;
    for (uint32_t i = 0; f != NULL && i < f->nr_pages && i < FIFO_PAGES; i++)
        r->page[i] = fref_converted(f->page[i]);
    for (uint32_t i = 0; i < NR_PIRQS; i++)
        r->pirq_port[i] = atomic_read32(&ed->pirq_port[i]);
}

static void port_export(const struct evtchn_port *p, struct evtchn_record_port *r)
{
    uint64_t bind = atomic_read64(&p->bind);
    uint32_t queue = atomic_read32(&p->last_queue);

    r->state = (uint8_t)bind_state(bind);
    r->dom = bind_dom(bind);
    r->number = bind_number(bind);
    r->remote = slot_read(p->remote);
    r->vcpu = atomic_read16(&p->vcpu);
    r->priority = atomic_read8(&p->priority);
    r->saved = atomic_read8(&p->saved);
    r->last_vcpu = (uint16_t)(queue >> 8);
    r->last_priority = (uint8_t)queue;
}

static void queues_export_locked(const struct evtchn_vcpu *ev, struct evtchn_record *r)
{
    r->control = fref_converted(ev->control);
    r->control_at = ev->control_at;
    for (uint32_t q = 0; q < EVTCHN_FIFO_MAX_QUEUES; q++)
        r->tail[q] = ev->tail[q];
}

static enum record vcpu_export(const struct domain *d, uint32_t id, struct evtchn_record *r)
{
    const struct vcpu *v = domain_vcpu(d, id);

    if (v == NULL || v->evtchn == NULL)
        return id < d->max_vcpus ? RECORD_EMPTY : RECORD_END;
    spin_lock(&v->evtchn->lock);
    queues_export_locked(v->evtchn, r);
    spin_unlock(&v->evtchn->lock);
    return RECORD_FULL;
}

enum record evtchn_export(struct domain *d, struct record_at *at, struct evtchn_record *r)
{
    struct evtchn_domain *ed = d->evtchn;
    const struct evtchn_chunk *chunk;

    if (ed == NULL)
        return RECORD_END;
    r->at = *at;
    switch ((enum evtchn_record_kind)at->kind) {
    case EVTCHN_RECORD_DOMAIN:
        spin_lock(&ed->lock);
        domain_export_locked(ed, r);
        spin_unlock(&ed->lock);
        *at = (struct record_at){ EVTCHN_RECORD_PORTS, 0 };
        return RECORD_FULL;
    case EVTCHN_RECORD_PORTS:
        chunk = evtchn_chunk_at(ed, at->number);
        if (chunk == NULL) {
            *at = (struct record_at){ EVTCHN_RECORD_VCPU, 0 };
            return RECORD_EMPTY;
        }
        for (uint32_t i = 0; i < CHUNK_PORTS; i++)
            port_export(&chunk->port[i], &r->port[i]);
        at->number++;
        return RECORD_FULL;
    case EVTCHN_RECORD_VCPU: return vcpu_export(d, at->number++, r);
    default: return RECORD_END;
    }
}

/* ---- in ---- */

SC_NODISCARD static int fifo_import_locked(struct evtchn_domain *ed, const struct evtchn_record *r)
{
    struct evtchn_fifo *f = evtchn_fifo_make();

    if (f == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < r->nr_pages && i < FIFO_PAGES; i++)
        f->page[i] = fref_converted(r->page[i]);
    atomic_write32(&f->nr_pages, r->nr_pages);
    slot_publish(ed->fifo, f);
    return 0;
}

static bool domain_is_good(const struct evtchn_record *r)
{
    bool good = r->max_port < EVTCHN_FIFO_NR_CHANNELS && r->nr_pages <= (r->fifo ? FIFO_PAGES : 0);

    for (uint32_t i = 0; i < r->nr_pages && i < FIFO_PAGES; i++)
        good = good && fref_is_rw(r->page[i]);
    for (uint32_t i = 0; i < NR_PIRQS; i++)
        good = good && r->pirq_port[i] < EVTCHN_FIFO_NR_CHANNELS;
    return good;
}

SC_NODISCARD static int domain_import(struct domain *d, const struct evtchn_record *r)
{
    struct evtchn_domain *ed;
    int rc = 0;

    if (d->evtchn != NULL || !domain_is_good(r))
        return -EINVAL;
    ed = evtchn_table_make();
    if (ed == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < NR_PIRQS; i++)
        atomic_write32(&ed->pirq_port[i], r->pirq_port[i]);
    d->evtchn = ed;
    spin_lock(&ed->lock);
    ed->max_port = r->max_port;
    if (r->fifo)
        rc = fifo_import_locked(ed, r);
    spin_unlock(&ed->lock);
    return rc;
}

/* Is what its binding says of others so? */
static bool binding_is_good(const struct domain *d, const struct evtchn_record_port *p, uint32_t port)
{
    const struct domain *remote = p->remote;
    const struct vcpu *v;

    if (p->state != EVTCHNSTAT_interdomain && remote != NULL)
        return false;
    switch (p->state) {
    case EVTCHNSTAT_closed: return p->number == 0;
    case EVTCHN_RECORD_RESERVED: return port == 0;
    case EVTCHNSTAT_unbound:
    case EVTCHNSTAT_ipi:
    case EVTCHN_RECORD_HV: return true;
    case EVTCHNSTAT_interdomain: return remote != NULL && remote->id == p->dom && p->number < EVTCHN_FIFO_NR_CHANNELS;
    case EVTCHNSTAT_pirq: return p->number < NR_PIRQS && atomic_read32(&d->evtchn->pirq_port[p->number]) == port;
    case EVTCHNSTAT_virq:
        v = domain_vcpu(d, evtchn_virq_is_global(p->number) ? 0 : p->vcpu);
        return v != NULL && p->number < NR_VIRQS && atomic_read32(&v->virq_port[p->number]) == port;
    default: return false;
    }
}

static bool port_is_good(const struct domain *d, const struct evtchn_record_port *p, uint32_t port)
{
    return domain_vcpu(d, p->vcpu) != NULL && domain_vcpu(d, p->last_vcpu) != NULL &&
           p->priority < EVTCHN_FIFO_MAX_QUEUES && p->last_priority < EVTCHN_FIFO_MAX_QUEUES && p->saved <= 1 &&
           binding_is_good(d, p, port);
}

static void port_import(struct evtchn_port *p, const struct evtchn_record_port *r)
{
    slot_publish(p->remote, r->remote);
    atomic_write32(&p->last_queue, (uint32_t)r->last_vcpu << 8 | r->last_priority);
    atomic_write16(&p->vcpu, r->vcpu);
    atomic_write8(&p->priority, r->priority);
    atomic_write8(&p->saved, r->saved);
    atomic_write64(&p->bind, bind_make(r->state, r->dom, r->number));
}

SC_NODISCARD static int ports_import_locked(const struct domain *d, struct evtchn_domain *ed,
                                            const struct evtchn_record *r)
{
    struct evtchn_chunk *chunk;
    uint64_t used = 0;
    int rc = ed->nr_chunks == r->at.number ? evtchn_table_grow_locked(ed) : -EINVAL;

    chunk = rc == 0 ? evtchn_chunk_at(ed, r->at.number) : NULL;
    if (chunk == NULL)
        return rc != 0 ? rc : -EINVAL;
    for (uint32_t i = 0; i < CHUNK_PORTS; i++) {
        if (!port_is_good(d, &r->port[i], r->at.number * CHUNK_PORTS + i))
            return -EINVAL;
        port_import(&chunk->port[i], &r->port[i]);
        used |= (uint64_t)(r->port[i].state != EVTCHNSTAT_closed) << i;
    }
    chunk->used = used;
    return 0;
}

static bool queues_are_good(const struct evtchn_record *r)
{
    bool good = r->control_at <= CONTROL_AT_MAX && (fref_is_none(r->control) || fref_is_rw(r->control));

    for (uint32_t q = 0; q < EVTCHN_FIFO_MAX_QUEUES; q++)
        good = good && r->tail[q] < EVTCHN_FIFO_NR_CHANNELS;
    return good;
}

static void queues_import_locked(struct evtchn_vcpu *ev, struct evtchn_fifo *f SC_NULLABLE,
                                 const struct evtchn_record *r)
{
    ev->fifo = f;
    ev->control = fref_converted(r->control);
    ev->control_at = r->control_at;
    for (uint32_t q = 0; q < EVTCHN_FIFO_MAX_QUEUES; q++)
        ev->tail[q] = r->tail[q];
}

SC_NODISCARD static int vcpu_import(const struct domain *d, const struct evtchn_record *r)
{
    struct vcpu *v = domain_vcpu(d, r->at.number);
    struct evtchn_fifo *f = slot_read(d->evtchn->fifo);
    struct evtchn_vcpu *ev;

    if (v == NULL || v->evtchn != NULL || !queues_are_good(r) || (f == NULL && !fref_is_none(r->control)))
        return -EINVAL;
    ev = evtchn_queues_make();
    if (ev == NULL)
        return -ENOMEM;
    v->evtchn = ev;
    spin_lock(&ev->lock);
    queues_import_locked(ev, f, r);
    spin_unlock(&ev->lock);
    return 0;
}

int evtchn_import(const struct evtchn_record *r)
{
    struct domain *d = r->domain;
    struct evtchn_domain *ed = d->evtchn;
    int rc;

    if (r->at.kind == EVTCHN_RECORD_DOMAIN)
        return domain_import(d, r);
    if (ed == NULL)
        return -EINVAL;
    switch ((enum evtchn_record_kind)r->at.kind) {
    case EVTCHN_RECORD_PORTS:
        spin_lock(&ed->lock);
        rc = ports_import_locked(d, ed, r);
        spin_unlock(&ed->lock);
        return rc;
    case EVTCHN_RECORD_VCPU: return vcpu_import(d, r);
    default: return -EINVAL;
    }
}
