/* SPDX-License-Identifier: MIT */
/*
 * evtchn_fifo.c - the FIFO ABI: an event word a port in array pages of the
 * guest, and per vcpu 16 queues of ports linked through those words.
 * Source: Xen public header event_channel.h, and the "Event Channel FIFO ABI"
 * design document that it goes back to.
 *
 * Locks.  A vcpu's queues have a lock of rank RANK_EVTCHN_QUEUE.  A word of the
 * array is touched only with the domain's lock held, or with the lock of a vcpu
 * whose evtchn_vcpu.fifo is set; so, once every vcpu's is null, who holds the
 * domain's lock may let go of the pages.  A port's last_queue is written with
 * the locks of both vcpus held, the old one's and the new one's.
 */
#include "modules/evtchn/evtchn_private.h"
#include "modules/evtchn/fifo_word.h"

#include "core/log.h"
#include "core/pool.h"

SC_POOL(fifo, struct evtchn_fifo);

/* The page of words that port is in, or null while there is none. */
SC_NULLABLE SC_COUNT(FIFO_PAGE_PORTS)
SC_INLINE uint32_t *fifo_page(const struct evtchn_fifo *f SC_NULLABLE, uint32_t port)
{
    uint32_t i = port / FIFO_PAGE_PORTS;

    if (unlikely(f == NULL) || unlikely(i >= atomic_read32(&f->nr_pages)) || unlikely(i >= FIFO_PAGES))
        return NULL;
    return held_u32(f->page[i]);
}

/* Append port to the queue whose last port has *tail; false: that queue is empty. */
static bool fifo_link(uint32_t *tail, uint32_t port)
{
    int rc = word_link(tail, port);

    if (unlikely(rc == LINK_GIVEN_UP)) /* the guest broke the protocol; what is lost is its own */
        log_guest(LOG_WARNING, "evtchn: the guest keeps changing the event word before port %u", port);
    return rc != LINK_EMPTY;
}

/* The port has just been LINKED: put it at the end of v's queue. */
SC_INLINE uint32_t fifo_enqueue_locked(struct vcpu *v, struct evtchn_vcpu *ev, struct evtchn_vcpu *old_ev,
                                       struct evtchn_port *p, uint32_t port)
{
    uint32_t priority = atomic_read8(&p->priority) % EVTCHN_FIFO_MAX_QUEUES;
    uint32_t queue = queue_make(v->id, priority), old = atomic_read32(&p->last_queue);
    uint32_t *control = held_u32(ev->control), *page SC_COUNT(FIFO_PAGE_PORTS);
    uint32_t at = ev->control_at % (PAGE_SIZE / 4), tail;

    if (unlikely(old != queue)) {
        /* Where it was the tail, that queue is empty; following it from there would
         * tie the two queues together. */
        if (old_ev->tail[queue_priority(old)] == port)
            old_ev->tail[queue_priority(old)] = 0;
        atomic_write32(&p->last_queue, queue);
    }
    tail = ev->tail[priority];
    ev->tail[priority] = port;
    /* As the tail itself it looks LINKED only since now: the queue is empty. */
    page = tail != 0 && tail != port ? fifo_page(ev->fifo, tail) : NULL;
    if (page != NULL && fifo_link(&page[tail % FIFO_PAGE_PORTS], port))
        return 0;
    control_set_head(control, at, priority, port);
    return control_set_ready(control, at, priority) ? RAISED_UPCALL : 0;
}

/* Make the port pending; v's queues are locked, and those the port was in last. */
SC_INLINE uint32_t fifo_raise_locked(struct vcpu *v, struct evtchn_vcpu *ev, struct evtchn_vcpu *old_ev,
                                     struct evtchn_port *p, uint32_t port)
{
    uint32_t *page SC_COUNT(FIFO_PAGE_PORTS), raised;
    bool queue_it;

    if (unlikely(ev->fifo == NULL))
        return 0;
    page = fifo_page(ev->fifo, port);
    if (unlikely(page == NULL)) {
        atomic_write8(&p->saved, 1);
        return 0;
    }
    raised = word_set_pending(&page[port % FIFO_PAGE_PORTS], likely(!fref_is_none(ev->control)), &queue_it);
    return queue_it ? raised | fifo_enqueue_locked(v, ev, old_ev, p, port) : raised;
}

static void fifo_notify(struct domain *d, struct vcpu *v, uint32_t port, uint32_t raised)
{
    if ((raised & RAISED_UPCALL) != 0)
        evtchn_upcall(v);
    if ((raised & RAISED_NEW) != 0)
        evtchn_wake_pollers(d, port);
}

/* The port was in another vcpu's queue last: both vcpus' queues are locked.  Given up if other
 * CPUs move the port faster than that. */
static void fifo_set_pending_moved(struct domain *d, struct vcpu *v, struct evtchn_port *p, uint32_t port)
{
    struct evtchn_vcpu *ev = v->evtchn;

    for (int i = 0; i < RELOCK_TRIES; i++) {
        uint32_t old = queue_vcpu(atomic_read32(&p->last_queue)) % MAX_VCPUS, raised = 0;
        struct vcpu *ov = d->vcpu[old];
        struct evtchn_vcpu *old_ev;
        bool still;

        if (ov == NULL)
            return;
        old_ev = ov->evtchn;
        spin_lock_pair(&ev->lock, v->id, &old_ev->lock, old);
        still = queue_vcpu(atomic_read32(&p->last_queue)) == old;
        if (still)
            raised = fifo_raise_locked(v, ev, old_ev, p, port);
        spin_unlock_pair(&ev->lock, &old_ev->lock);
        if (still) {
            fifo_notify(d, v, port, raised);
            return;
        }
    }
}

void evtchn_fifo_set_pending(struct domain *d, struct vcpu *v, struct evtchn_port *p, uint32_t port)
{
    struct evtchn_vcpu *ev = v->evtchn;
    uint32_t raised;

    spin_lock(&ev->lock);
    if (unlikely(queue_vcpu(atomic_read32(&p->last_queue)) != v->id)) {
        spin_unlock(&ev->lock);
        fifo_set_pending_moved(d, v, p, port);
        return;
    }
    raised = fifo_raise_locked(v, ev, ev, p, port);
    spin_unlock(&ev->lock);
    fifo_notify(d, v, port, raised);
}

void evtchn_fifo_unmask(struct domain *d, struct vcpu *v, struct evtchn_port *p, uint32_t port)
{
    struct evtchn_vcpu *ev = v->evtchn;
    uint32_t *page SC_COUNT(FIFO_PAGE_PORTS) = NULL;
    bool pending = false;

    spin_lock(&ev->lock);
    if (ev->fifo != NULL)
        page = fifo_page(ev->fifo, port);
    if (page != NULL)
        pending = word_unmask(&page[port % FIFO_PAGE_PORTS]);
    spin_unlock(&ev->lock);
    if (pending)
        evtchn_fifo_set_pending(d, v, p, port);
}

bool evtchn_fifo_pending_locked(const struct evtchn_fifo *f, uint32_t port)
{
    const uint32_t *page = fifo_page(f, port);

    return page != NULL && word_is_pending(&page[port % FIFO_PAGE_PORTS]);
}

bool evtchn_fifo_busy_locked(const struct evtchn_fifo *f, uint32_t port)
{
    const uint32_t *page = fifo_page(f, port);

    return page != NULL && word_is_linked(&page[port % FIFO_PAGE_PORTS]);
}

void evtchn_fifo_clear_pending_locked(const struct evtchn_fifo *f, uint32_t port)
{
    uint32_t *page = fifo_page(f, port);

    if (page != NULL)
        word_clear_pending(&page[port % FIFO_PAGE_PORTS]);
}

/* Ports that are pending in the 2-level ABI stay so until their array page comes. */
static void fifo_adopt_ports_locked(struct domain *d)
{
    struct evtchn_domain *ed = d->evtchn;

    for (uint32_t c = 0; c < ed->nr_chunks && c < ARRAY_SIZE(d->shared->evtchn_pending); c++) {
        struct evtchn_chunk *chunk = evtchn_chunk_at(ed, c);
        uint64_t pending = shared_read64(&d->shared->evtchn_pending[c]);

        for (uint32_t i = 0; chunk != NULL && i < CHUNK_PORTS; i++) {
            atomic_write8(&chunk->port[i].priority, EVTCHN_FIFO_PRIORITY_DEFAULT);
            if ((chunk->used & pending) >> i & 1)
                atomic_write8(&chunk->port[i].saved, 1);
        }
    }
}

/* Open every vcpu's queues (f), or close them (null) and let go of the control blocks. */
static void fifo_switch_queues_locked(struct domain *d, struct evtchn_fifo *f SC_NULLABLE)
{
    for (uint32_t i = 0; i < d->max_vcpus && i < MAX_VCPUS; i++) {
        struct vcpu *v = d->vcpu[i];
        struct evtchn_vcpu *ev;
        fref_t control;

        if (v == NULL || v->evtchn == NULL)
            continue;
        ev = v->evtchn;
        spin_lock(&ev->lock);
        control = ev->control;
        ev->control = FREF_NONE;
        ev->fifo = f;
        for (uint32_t q = 0; q < EVTCHN_FIFO_MAX_QUEUES; q++)
            ev->tail[q] = 0;
        spin_unlock(&ev->lock);
        frame_put(control);
    }
}

static void fifo_set_control_locked(struct evtchn_vcpu *ev, SC_OWNED fref_t control, uint32_t offset)
{
    spin_lock(&ev->lock);
    ev->control = control;
    ev->control_at = offset / 4;
    spin_unlock(&ev->lock);
}

/* The domain's first control block: the FIFO ABI from now on.  Ports are adopted last: who made one pending without
 * seeing the new ABI is seen here, or sees it then (evtchn_set_pending). */
SC_NODISCARD static int fifo_init_first_locked(struct domain *d)
{
    struct evtchn_fifo *f = evtchn_fifo_make();

    if (f == NULL)
        return -ENOMEM;
    fifo_switch_queues_locked(d, f);
    slot_publish(d->evtchn->fifo, f);
    shared_fence();
    fifo_adopt_ports_locked(d);
    return 0;
}

int evtchn_fifo_init_control(struct domain *d, gfn_t frame, uint32_t offset, uint32_t vcpu)
{
    struct vcpu *v = domain_vcpu(d, vcpu);
    struct evtchn_domain *ed = d->evtchn;
    struct evtchn_vcpu *ev;
    fref_t control;
    bool given;
    int rc = 0;

    if (v == NULL)
        return -ENOENT;
    ev = v->evtchn;
    if (offset > PAGE_SIZE - sizeof(struct evtchn_fifo_control_block) || offset % 8 != 0)
        return -EINVAL;
    spin_lock(&ed->lock);
    spin_lock(&ev->lock);
    given = !fref_is_none(ev->control);
    spin_unlock(&ev->lock);
    if (given || frame_get_rw(mfn(frame.v), d->id, &control) != 0) {
        spin_unlock(&ed->lock);
        return -EINVAL;
    }
    if (ed->fifo == NULL)
        rc = fifo_init_first_locked(d);
    if (rc != 0) {
        spin_unlock(&ed->lock);
        frame_put(control);
        return rc;
    }
    fifo_set_control_locked(v->evtchn, control, offset);
    spin_unlock(&ed->lock);
    return 0;
}

/* Wait until no sender is left that did not see the newest page. */
static void fifo_settle_senders(struct domain *d)
{
    for (uint32_t i = 0; i < d->max_vcpus && i < MAX_VCPUS; i++) {
        struct vcpu *v = d->vcpu[i];

        if (v == NULL || v->evtchn == NULL)
            continue;
        spin_lock(&v->evtchn->lock);
        spin_unlock(&v->evtchn->lock);
    }
}

/* Deliver what became pending before the page of these ports was there. */
static void fifo_raise_saved(struct domain *d, uint32_t first_port)
{
    for (uint32_t i = 0; i < FIFO_PAGE_PORTS; i++) {
        struct evtchn_port *p = evtchn_port_find(d->evtchn, first_port + i);

        if (p == NULL)
            return;
        if (atomic_read8(&p->saved) == 0)
            continue;
        atomic_write8(&p->saved, 0);
        if (bind_state(atomic_read64(&p->bind)) != EVTCHNSTAT_closed)
            evtchn_set_pending(d, evtchn_notify_vcpu(d, p), p, first_port + i);
    }
}

SC_NODISCARD static int fifo_add_page_locked(struct domain *d, gfn_t frame, uint32_t *index)
{
    struct evtchn_fifo *f = d->evtchn->fifo;
    fref_t page;

    if (f == NULL)
        return -EOPNOTSUPP;
    if (f->nr_pages >= FIFO_PAGES)
        return -ENOSPC;
    if (frame_get_rw(mfn(frame.v), d->id, &page) != 0)
        return -EINVAL;
    *index = f->nr_pages;
    f->page[*index] = page;
    atomic_write32(&f->nr_pages, *index + 1);
    return 0;
}

int evtchn_fifo_expand_array(struct domain *d, gfn_t frame)
{
    struct evtchn_domain *ed = d->evtchn;
    uint32_t index = 0;
    int rc;

    spin_lock(&ed->lock);
    rc = fifo_add_page_locked(d, frame, &index);
    spin_unlock(&ed->lock);
    if (rc != 0)
        return rc;
    fifo_settle_senders(d);
    fifo_raise_saved(d, index * FIFO_PAGE_PORTS);
    return 0;
}

void evtchn_fifo_teardown_locked(struct domain *d)
{
    struct evtchn_fifo *f = slot_take(d->evtchn->fifo);

    if (f == NULL)
        return;
    fifo_switch_queues_locked(d, NULL);
    for (uint32_t i = 0; i < f->nr_pages && i < FIFO_PAGES; i++) {
        fref_t page = f->page[i];

        f->page[i] = FREF_NONE;
        frame_put(page);
    }
    fifo_delete(f);
}

struct evtchn_fifo *evtchn_fifo_make(void)
{
    return fifo_new();
}

void evtchn_fifo_offer(void)
{
    pool_offer(&fifo_pool);
}

int evtchn_fifo_accept(void)
{
    return pool_accept(&fifo_pool);
}
