/* SPDX-License-Identifier: MIT */
/* evtchn.c - sending, and the bindings of ports.  See evtchn.h. */
#include "modules/evtchn/evtchn_private.h"

int evtchn_send(struct vcpu *v, uint32_t port)
{
    struct domain *d = v->domain, *rd;
    struct evtchn_port *p = evtchn_port_find(d->evtchn, port), *rp;
    uint64_t bind;

    if (unlikely(p == NULL))
        return -EINVAL;
    bind = atomic_read64(&p->bind);
    if (likely(bind_state(bind) == EVTCHNSTAT_interdomain)) {
        rd = slot_read(p->remote);
        /* rd belongs to bind only if bind is still there; if not, the peer has just gone. */
        if (unlikely(rd == NULL) || unlikely(atomic_read64(&p->bind) != bind))
            return 0;
        if (unlikely(hook_event_send(rd, bind_number(bind)) != 0))
            return -EAGAIN;
        rp = evtchn_port_find(rd->evtchn, bind_number(bind));
        if (likely(rp != NULL))
            evtchn_set_pending(rd, evtchn_notify_vcpu(rd, rp), rp, bind_number(bind));
        return 0;
    }
    if (likely(bind_state(bind) == EVTCHNSTAT_ipi)) {
        evtchn_set_pending(d, evtchn_notify_vcpu(d, p), p, port);
        return 0;
    }
    if (bind_state(bind) == BIND_HV) {
        domain_hv_event(d);
        return 0;
    }
    return bind_state(bind) == EVTCHNSTAT_unbound ? 0 : -EINVAL;
}

/* EVTCHNSTAT_* as a guest may see it. */
static uint32_t status_of(uint32_t state)
{
    if (state == BIND_RESERVED)
        return EVTCHNSTAT_closed;
    return state == BIND_HV ? EVTCHNSTAT_interdomain : state;
}

bool evtchn_virq_is_global(uint32_t virq)
{
    return virq != VIRQ_TIMER && virq != VIRQ_DEBUG && virq != VIRQ_XENOPROF && virq != VIRQ_XENPMU;
}

void evtchn_send_virq(struct vcpu *v, uint32_t virq)
{
    struct evtchn_port *p;
    uint32_t port;

    if (virq >= NR_VIRQS)
        return;
    port = atomic_read32(&v->virq_port[virq]);
    if (port == 0)
        return;
    p = evtchn_port_find(v->domain->evtchn, port);
    if (p != NULL)
        evtchn_set_pending(v->domain, evtchn_notify_vcpu(v->domain, p), p, port);
}

void evtchn_send_global_virq(struct domain *d, uint32_t virq)
{
    struct vcpu *v = domain_vcpu(d, 0); /* a global VIRQ is recorded here, whomever it notifies */

    if (v != NULL)
        evtchn_send_virq(v, virq);
}

void evtchn_send_pirq(struct domain *d, uint32_t pirq)
{
    struct evtchn_port *p;
    uint32_t port;

    if (pirq >= NR_PIRQS)
        return;
    port = atomic_read32(&d->evtchn->pirq_port[pirq]);
    if (port == 0)
        return;
    p = evtchn_port_find(d->evtchn, port);
    if (p != NULL)
        evtchn_set_pending(d, evtchn_notify_vcpu(d, p), p, port);
}

int evtchn_alloc_unbound(struct domain *d, domid_t remote, uint32_t *port_out)
{
    struct evtchn_domain *ed = d->evtchn;
    int rc;

    spin_lock(&ed->lock);
    rc = evtchn_find_closed_locked(d, port_out);
    if (rc == 0)
        evtchn_take_locked(ed, *port_out, bind_make(EVTCHNSTAT_unbound, remote, 0), 0, NULL);
    spin_unlock(&ed->lock);
    return rc;
}

/* May d's local port be bound to rport of rd?  Finds the local port; changes nothing. */
SC_NODISCARD static int bind_interdomain_check_locked(struct domain *d, struct domain *rd, uint32_t rport,
                                                      uint32_t *lport_out)
{
    struct evtchn_port *rp;
    uint64_t bind;
    int rc = evtchn_find_closed_locked(d, lport_out);

    if (rc != 0)
        return rc;
    rp = evtchn_port_find(rd->evtchn, rport);
    if (rp == NULL || rd->dying)
        return -EINVAL;
    bind = atomic_read64(&rp->bind);
    return bind_state(bind) == EVTCHNSTAT_unbound && bind_dom(bind) == d->id ? 0 : -EINVAL;
}

static void bind_interdomain_commit_locked(struct domain *d, uint32_t lport, struct domain *rd, uint32_t rport)
{
    struct evtchn_port *rp = evtchn_port_find(rd->evtchn, rport);

    if (rp == NULL)
        return;
    evtchn_take_locked(d->evtchn, lport, bind_make(EVTCHNSTAT_interdomain, rd->id, rport), 0, rd);
    slot_publish(rp->remote, d);
    atomic_write64(&rp->bind, bind_make(EVTCHNSTAT_interdomain, d->id, lport));
}

int evtchn_bind_interdomain(struct domain *d, domid_t remote, uint32_t remote_port, uint32_t *port_out)
{
    struct domain *rd = domain_find(d, remote);
    struct evtchn_port *p;
    int rc;

    if (rd == NULL)
        return -ESRCH;
    spin_lock_pair(&d->evtchn->lock, d->id, &rd->evtchn->lock, rd->id);
    rc = bind_interdomain_check_locked(d, rd, remote_port, port_out);
    if (rc == 0)
        bind_interdomain_commit_locked(d, *port_out, rd, remote_port);
    spin_unlock_pair(&d->evtchn->lock, &rd->evtchn->lock);
    if (rc != 0)
        return rc;
    /* What the peer sent while it was unbound is lost: assume that it did send. */
    p = evtchn_port_find(d->evtchn, *port_out);
    if (p != NULL)
        evtchn_set_pending(d, evtchn_notify_vcpu(d, p), p, *port_out);
    return 0;
}

int evtchn_bind_virq(struct domain *d, uint32_t virq, uint32_t vcpu, uint32_t *port_out)
{
    struct evtchn_domain *ed = d->evtchn;
    struct vcpu *v;
    int rc;

    if (virq >= NR_VIRQS || (evtchn_virq_is_global(virq) && vcpu != 0))
        return -EINVAL;
    v = domain_vcpu(d, vcpu);
    if (v == NULL)
        return -ENOENT;
    spin_lock(&ed->lock);
    rc = v->virq_port[virq] != 0 ? -EEXIST : evtchn_find_closed_locked(d, port_out);
    if (rc == 0) {
        evtchn_take_locked(ed, *port_out, bind_make(EVTCHNSTAT_virq, 0, virq), (uint16_t)vcpu, NULL);
        atomic_write32(&v->virq_port[virq], *port_out);
    }
    spin_unlock(&ed->lock);
    return rc;
}

int evtchn_bind_ipi(struct domain *d, uint32_t vcpu, uint32_t *port_out)
{
    struct evtchn_domain *ed = d->evtchn;
    int rc;

    if (domain_vcpu(d, vcpu) == NULL)
        return -ENOENT;
    spin_lock(&ed->lock);
    rc = evtchn_find_closed_locked(d, port_out);
    if (rc == 0)
        evtchn_take_locked(ed, *port_out, bind_make(EVTCHNSTAT_ipi, 0, 0), (uint16_t)vcpu, NULL);
    spin_unlock(&ed->lock);
    return rc;
}

/*
 * The port is there before the line is unmasked, or the first edge would be
 * lost; so this is the one commit that may have to be taken back.
 */
int evtchn_bind_pirq(struct domain *d, uint32_t pirq, bool share, uint32_t *port_out)
{
    struct evtchn_domain *ed = d->evtchn;
    int rc;

    if (pirq >= NR_PIRQS)
        return -EINVAL;
    if (!d->privileged)
        return -EPERM;
    spin_lock(&ed->lock);
    rc = ed->pirq_port[pirq] != 0 ? -EEXIST : evtchn_find_closed_locked(d, port_out);
    if (rc == 0) {
        evtchn_take_locked(ed, *port_out, bind_make(EVTCHNSTAT_pirq, 0, pirq), 0, NULL);
        atomic_write32(&ed->pirq_port[pirq], *port_out);
        rc = physdev_pirq_bind(d, pirq, share);
        if (rc != 0) {
            atomic_write32(&ed->pirq_port[pirq], 0);
            evtchn_release_locked(d, *port_out);
        }
    }
    spin_unlock(&ed->lock);
    return rc;
}

/* May the port with this binding notify another vcpu? */
static bool bind_is_movable(uint64_t bind)
{
    switch (bind_state(bind)) {
    case EVTCHNSTAT_unbound:
    case EVTCHNSTAT_interdomain:
    case BIND_HV:
    case EVTCHNSTAT_pirq: return true;
    case EVTCHNSTAT_virq: return evtchn_virq_is_global(bind_number(bind));
    default: return false;
    }
}

int evtchn_bind_vcpu(struct domain *d, uint32_t port, uint32_t vcpu)
{
    struct evtchn_domain *ed = d->evtchn;
    struct evtchn_port *p;
    int rc = -EINVAL;

    if (domain_vcpu(d, vcpu) == NULL)
        return -ENOENT;
    p = evtchn_port_find(ed, port);
    if (p == NULL)
        return -EINVAL;
    spin_lock(&ed->lock);
    if (bind_is_movable(atomic_read64(&p->bind))) {
        atomic_write16(&p->vcpu, (uint16_t)vcpu);
        rc = 0;
    }
    spin_unlock(&ed->lock);
    return rc;
}

int evtchn_unmask(struct domain *d, uint32_t port)
{
    struct evtchn_port *p = evtchn_port_find(d->evtchn, port);
    struct vcpu *v;
    uint32_t state;

    if (p == NULL)
        return -EINVAL;
    state = bind_state(atomic_read64(&p->bind));
    v = evtchn_notify_vcpu(d, p);
    if (state == EVTCHNSTAT_closed || state == BIND_RESERVED || v == NULL)
        return 0;
    if (slot_read(d->evtchn->fifo) != NULL)
        evtchn_fifo_unmask(d, v, p, port);
    else
        evtchn_2l_unmask(d, v, port);
    return 0;
}

int evtchn_set_priority(struct domain *d, uint32_t port, uint32_t priority)
{
    struct evtchn_domain *ed = d->evtchn;
    struct evtchn_port *p = evtchn_port_find(ed, port);

    if (p == NULL)
        return -EINVAL;
    if (slot_read(ed->fifo) == NULL)
        return -ENOSYS;
    if (priority > EVTCHN_FIFO_PRIORITY_MIN)
        return -EINVAL;
    spin_lock(&ed->lock);
    atomic_write8(&p->priority, (uint8_t)priority);
    spin_unlock(&ed->lock);
    return 0;
}

int evtchn_status(struct domain *d, uint32_t port, struct evtchn_status_reply *reply)
{
    struct evtchn_port *p = evtchn_port_find(d->evtchn, port);
    uint64_t bind;

    if (p == NULL)
        return -EINVAL;
    bind = atomic_read64(&p->bind);
    reply->status = status_of(bind_state(bind));
    reply->vcpu = atomic_read16(&p->vcpu);
    reply->dom = bind_dom(bind);
    reply->number = bind_number(bind);
    return 0;
}

bool evtchn_port_pending(struct domain *d, uint32_t port)
{
    struct evtchn_domain *ed = d->evtchn;
    bool pending = false;

    if (slot_read(ed->fifo) == NULL)
        return port < EVTCHN_2L_NR_CHANNELS && shared_test_bit(&d->shared->evtchn_pending[port / 64], port % 64);
    spin_lock(&ed->lock);
    if (ed->fifo != NULL)
        pending = evtchn_fifo_pending_locked(ed->fifo, port);
    spin_unlock(&ed->lock);
    return pending;
}

/* Undo what a binding means outside the port itself. */
static void unbind_locked(struct domain *d, struct evtchn_port *p, uint64_t bind, struct domain *rd)
{
    struct evtchn_port *rp;
    struct vcpu *v;

    switch (bind_state(bind)) {
    case EVTCHNSTAT_interdomain:
        rp = evtchn_port_find(rd->evtchn, bind_number(bind));
        if (rp != NULL) {
            atomic_write64(&rp->bind, bind_make(EVTCHNSTAT_unbound, d->id, 0));
            slot_publish(rp->remote, NULL);
        }
        break;
    case EVTCHNSTAT_virq:
        v = domain_vcpu(d, evtchn_virq_is_global(bind_number(bind)) ? 0 : atomic_read16(&p->vcpu));
        if (v != NULL && bind_number(bind) < NR_VIRQS)
            atomic_write32(&v->virq_port[bind_number(bind)], 0);
        break;
    case EVTCHNSTAT_pirq:
        if (bind_number(bind) < NR_PIRQS) {
            physdev_pirq_unbind(d, bind_number(bind));
            atomic_write32(&d->evtchn->pirq_port[bind_number(bind)], 0);
        }
        break;
    default: break;
    }
}

/* One attempt: -EAGAIN when the binding changed before its locks were held. */
SC_NODISCARD static int close_once(struct domain *d, struct evtchn_port *p, uint32_t port)
{
    uint64_t bind = atomic_read64(&p->bind);
    struct domain *rd = d;
    int rc = -EAGAIN;

    if (bind_state(bind) == EVTCHNSTAT_closed || bind_state(bind) == BIND_RESERVED)
        return -EINVAL;
    if (bind_state(bind) == EVTCHNSTAT_interdomain) {
        rd = slot_read(p->remote);
        if (rd == NULL || atomic_read64(&p->bind) != bind)
            return -EAGAIN;
    }
    spin_lock_pair(&d->evtchn->lock, d->id, &rd->evtchn->lock, rd->id);
    if (atomic_read64(&p->bind) == bind) {
        unbind_locked(d, p, bind, rd);
        evtchn_release_locked(d, port);
        rc = 0;
    }
    spin_unlock_pair(&d->evtchn->lock, &rd->evtchn->lock);
    return rc;
}

int evtchn_close(struct domain *d, uint32_t port)
{
    struct evtchn_port *p = evtchn_port_find(d->evtchn, port);

    if (p == NULL)
        return -EINVAL;
    for (int i = 0; i < RELOCK_TRIES; i++) {
        int rc = close_once(d, p, port);

        if (rc != -EAGAIN)
            return rc;
    }
    return -EBUSY;
}

bool evtchn_reset_step(struct domain *d, uint32_t *chunk)
{
    struct evtchn_domain *ed = d->evtchn;
    struct evtchn_chunk *c = evtchn_chunk_at(ed, *chunk);
    bool busy = false;
    uint64_t used;

    if (c == NULL)
        return false;
    spin_lock(&ed->lock);
    used = c->used;
    spin_unlock(&ed->lock);
    for (uint32_t i = 0; i < CHUNK_PORTS; i++) {
        if ((used >> i & 1) != 0 && evtchn_close(d, *chunk * CHUNK_PORTS + i) == -EBUSY)
            busy = true; /* rebound by others all the while; other errors: port 0, closed meanwhile */
    }
    /* Nobody binds to a dying domain's ports any more: what is busy is soon not. */
    if (!busy || !d->dying)
        *chunk += 1;
    return true;
}

void evtchn_reset_finish(struct domain *d)
{
    struct evtchn_domain *ed = d->evtchn;

    spin_lock(&ed->lock);
    evtchn_fifo_teardown_locked(d);
    spin_unlock(&ed->lock);
}

void evtchn_domain_destroy(struct domain *d)
{
    uint32_t chunk = 0;

    if (d->evtchn == NULL)
        return;
    while (evtchn_reset_step(d, &chunk))
        ;
    evtchn_reset_finish(d);
}
