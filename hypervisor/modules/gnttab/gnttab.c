/* SPDX-License-Identifier: MIT */
/* gnttab.c - mapping, unmapping and copying.  See gnttab.h. */
#include "modules/gnttab/gnttab_private.h"

#include "ports/pvmmu.h"

/* Software bits of a page-table entry, which the guest may choose (GNTMAP_guest_avail0 up). */
#define PTE_AVAIL_SHIFT 9
#define PTE_AVAIL_BITS 7U

/*
 * Make the mappings that flags ask for of the pinned frame.  Consumes pin->ref; it
 * goes to the page-table entry, or else to *device.  0 or an error of pvmmu's.
 */
SC_NODISCARD static int mappings_make(struct vcpu *v, const struct gnttab_map_request *req, struct pin *pin,
                                      SC_OWNED fref_t *device)
{
    bool host = (req->flags & GNTMAP_host_map) != 0;
    int rc = 0;

    *device = FREF_NONE;
    if (!host) {
        *device = fref_take(pin->ref);
        return 0;
    }
    if ((req->flags & GNTMAP_device_map) != 0)
        rc = frame_dup(pin->ref, device);
    if (unlikely(rc != 0)) {
        frame_put(fref_take(pin->ref));
        return rc;
    }
    rc = pvmmu_grant_map(
        v, req->host_addr, (req->flags & GNTMAP_contains_pte) != 0, (req->flags & GNTMAP_readonly) != 0,
        (uint64_t)(req->flags >> _GNTMAP_guest_avail0 & PTE_AVAIL_BITS) << PTE_AVAIL_SHIFT, fref_take(pin->ref));
    if (unlikely(rc != 0))
        frame_put(fref_take(*device));
    return rc;
}

/* With a free entry m of the map track for it. */
SC_NODISCARD static int map_tracked(struct vcpu *v, struct domain *rd, const struct gnttab_map_request *req,
                                    struct mapping *m, mfn_t *frame)
{
    bool write = (req->flags & GNTMAP_readonly) == 0;
    struct pin pin;
    int rc = gnttab_pin(rd, req->ref, v->domain->id, PIN_MAP | (write ? PIN_WRITE : 0), mapping_uses(req->flags), &pin);

    if (unlikely(rc != GNTST_okay))
        return rc;
    m->ref = req->ref;
    m->domid = rd->id;
    if (unlikely(mappings_make(v, req, &pin, &m->device) != 0)) {
        gnttab_unpin(rd, req->ref, v->domain->id, write, mapping_uses(req->flags));
        return GNTST_general_error;
    }
    *frame = pin.frame;
    /* From here on an unmap may find it. */
    atomic_write16(&m->flags, mapping_flags(req->flags));
    return GNTST_okay;
}

int gnttab_map(struct vcpu *v, const struct gnttab_map_request *req, uint32_t *handle, mfn_t *frame)
{
    struct domain *d = v->domain, *rd;
    struct mapping *m;
    int rc;

    if (unlikely((req->flags & MAPPING_KINDS) == 0))
        return GNTST_bad_gntref;
    rd = gnttab_granter(d, req->dom);
    if (unlikely(rd == NULL) || unlikely(rd->gnttab == NULL))
        return GNTST_bad_domain;
    m = gnttab_mapping_alloc(v, gnttab_track(d->gnttab), handle);
    if (unlikely(m == NULL))
        return GNTST_no_space;
    rc = map_tracked(v, rd, req, m, frame);
    if (unlikely(rc != GNTST_okay))
        gnttab_mapping_free(v, gnttab_track(d->gnttab), m, *handle);
    else
        counts_add(&d->counts, COUNT_MAP);
    return rc;
}

/* Take apart what is asked for of a mapping that this caller alone has. *done: which kinds. */
SC_NODISCARD static int mappings_end(struct vcpu *v, const struct gnttab_unmap_request *req, const struct mapping *m,
                                     const struct domain *rd, uint16_t flags, uint16_t *done)
{
    mfn_t frame;
    int rc = gnttab_pinned_frame(rd, m->ref, &frame);

    *done = 0;
    if (unlikely(rc != GNTST_okay))
        return rc;
    if (req->dev_bus_addr != 0 && (flags & GNTMAP_device_map) != 0) {
        if (req->dev_bus_addr != mfn_to_maddr(frame).v)
            return GNTST_general_error;
        *done |= GNTMAP_device_map;
    }
    if (likely(req->host_addr != 0) && (flags & GNTMAP_host_map) != 0) {
        bool contains_pte = (flags & GNTMAP_contains_pte) != 0;

        if (unlikely(contains_pte && req->new_addr != 0) ||
            unlikely(pvmmu_grant_unmap(v, req->host_addr, contains_pte, frame, (flags & GNTMAP_readonly) != 0,
                                       req->new_addr) != 0))
            return GNTST_general_error;
        *done |= GNTMAP_host_map;
    }
    return GNTST_okay;
}

/* The mapping's entry is BUSY by the caller. */
SC_NODISCARD static int unmap_claimed(struct vcpu *v, const struct gnttab_unmap_request *req, struct mapping *m,
                                      uint16_t flags)
{
    struct domain *d = v->domain, *rd = gnttab_granter(d, m->domid);
    uint16_t done = 0, left;
    int rc = GNTST_general_error;

    if (likely(rd != NULL) && likely(rd->gnttab != NULL))
        rc = mappings_end(v, req, m, rd, flags, &done);
    if (unlikely(rc != GNTST_okay) || unlikely(done == 0) || unlikely(rd == NULL)) {
        atomic_write16(&m->flags, flags);
        return rc;
    }
    if ((done & GNTMAP_device_map) != 0)
        frame_put(fref_take(m->device));
    gnttab_unpin(rd, m->ref, d->id, (flags & GNTMAP_readonly) == 0, mapping_uses(done));
    left = mapping_left(flags, done);
    if (likely((left & MAPPING_KINDS) == 0)) {
        gnttab_mapping_free(v, gnttab_track(d->gnttab), m, req->handle);
        return GNTST_okay;
    }
    atomic_write16(&m->flags, left);
    return GNTST_okay;
}

int gnttab_unmap(struct vcpu *v, const struct gnttab_unmap_request *req)
{
    struct mapping *m = gnttab_mapping(gnttab_track(v->domain->gnttab), req->handle);
    uint16_t flags;

    if (unlikely(m == NULL))
        return GNTST_bad_handle;
    flags = atomic_read16(&m->flags);
    /* Two unmaps of one mapping: one of them finds it BUSY. */
    if (unlikely((flags & MAPPING_KINDS) == 0) || unlikely((flags & MAPPING_BUSY) != 0) ||
        unlikely(atomic_cmpxchg16(&m->flags, flags, flags | MAPPING_BUSY) != flags))
        return GNTST_bad_handle;
    return unmap_claimed(v, req, m, flags);
}

/* One end of a copy while it is in use. */
struct copy_buf {
    struct domain *rd;   /* who grants; null: the caller's own frame */
    struct domain *next; /* whose grant rd's leads to; null: rd's is not transitive */
    fref_t ref;
    uint32_t next_ref;
    bool write;
    bool outside; /* some of the bytes are not granted */
};

/* Who grants the frame of this end, if anyone: copy_buf.rd.  GNTST_*. */
SC_NODISCARD static int copy_domain(struct domain *d, const struct gnttab_copy_end *end, struct copy_buf *buf)
{
    buf->rd = NULL;
    buf->next = NULL;
    buf->outside = false;
    if (!end->is_gref)
        return end->domid == DOMID_SELF ? GNTST_okay : GNTST_permission_denied;
    buf->rd = end->domid == DOMID_SELF ? d : gnttab_granter(d, end->domid);
    return buf->rd != NULL && buf->rd->gnttab != NULL ? GNTST_okay : GNTST_bad_domain;
}

/* The grant that ref of rd leads to, used by rd.  One step.  GNTST_*. */
SC_NODISCARD static int copy_follow(struct copy_buf *buf, struct domain *rd, uint32_t ref, uint32_t how,
                                    struct pin *pin)
{
    struct grant_rest rest;
    struct domain *next;

    gnttab_pin_rest(rd, ref, &rest);
    next = rest.next_domid != DOMID_SELF ? domain_find(rd, rest.next_domid) : NULL;
    if (next == NULL || next == rd || next->gnttab == NULL)
        return GNTST_general_error;
    buf->next = next;
    buf->next_ref = rest.next_ref;
    return gnttab_pin(next, rest.next_ref, rd->id, how, 1, pin);
}

/* Hold what grant ref of rd gives; len bytes from offset on are wanted of it.  GNTST_*. */
SC_NODISCARD static int copy_pin(const struct domain *d, uint32_t ref, uint32_t offset, uint32_t len,
                                 struct copy_buf *buf, struct domain *rd)
{
    uint32_t how = buf->write ? PIN_WRITE : 0;
    struct pin pin = { .ref = FREF_NONE };
    int rc = gnttab_pin(rd, ref, d->id, opt_gnttab_transitive ? how | PIN_TRANSIT : how, 1, &pin);
    struct grant_rest rest;

    if (rc == GNTST_okay && unlikely(pin.kind == GRANT_TRANSITIVE)) {
        rc = copy_follow(buf, rd, ref, how, &pin);
        if (rc != GNTST_okay)
            gnttab_unpin(rd, ref, d->id, buf->write, 1);
    }
    if (rc == GNTST_okay && unlikely(pin.kind == GRANT_PART)) {
        gnttab_pin_rest(buf->next != NULL ? buf->next : rd, buf->next != NULL ? buf->next_ref : ref, &rest);
        buf->outside = !part_covers(rest.start, rest.length, offset, len);
    }
    buf->ref = fref_take(pin.ref);
    return rc;
}

/* Hold the frame of this end.  GNTST_*. */
SC_NODISCARD SC_INLINE int copy_claim(struct domain *d, const struct gnttab_copy_end *end, uint32_t len, bool write,
                                      struct copy_buf *buf)
{
    int rc;

    buf->write = write;
    if (buf->rd != NULL)
        return copy_pin(d, (uint32_t)end->number, end->offset, len, buf, buf->rd);
    rc = write ? frame_get_rw(mfn(end->number), d->id, &buf->ref) : frame_get_ro(mfn(end->number), d->id, &buf->ref);
    if (likely(rc == 0))
        return GNTST_okay;
    return rc == -EBUSY ? GNTST_general_error : GNTST_bad_page;
}

static void copy_unpin(const struct domain *d, uint32_t ref, const struct copy_buf *buf, struct domain *rd)
{
    if (unlikely(buf->next != NULL))
        gnttab_unpin(buf->next, buf->next_ref, rd->id, buf->write, 1);
    gnttab_unpin(rd, ref, d->id, buf->write, 1);
}

SC_INLINE void copy_release(struct domain *d, const struct gnttab_copy_end *end, struct copy_buf *buf)
{
    frame_put(fref_take(buf->ref));
    if (buf->rd != NULL)
        copy_unpin(d, (uint32_t)end->number, buf, buf->rd);
}

/* Both frames are held. */
SC_NODISCARD static int copy_bytes(const struct gnttab_copy_request *req, fref_t from, fref_t to, bool outside)
{
    const uint8_t *src = held_bytes_ro(from);
    uint8_t *dst = held_bytes(to);

    if (unlikely((uint32_t)req->source.offset + req->len > PAGE_SIZE) ||
        unlikely((uint32_t)req->dest.offset + req->len > PAGE_SIZE))
        return GNTST_bad_copy_arg;
    if (unlikely(outside))
        return GNTST_general_error;
    if (req->len == 0)
        return GNTST_okay;
    if (likely(fref_mfn(from).v != fref_mfn(to).v))
        memcpy(&dst[req->dest.offset], &src[req->source.offset], req->len);
    else
        memmove(&dst[req->dest.offset], &src[req->source.offset], req->len);
    return GNTST_okay;
}

int gnttab_copy(struct vcpu *v, const struct gnttab_copy_request *req)
{
    struct domain *d = v->domain;
    struct copy_buf src, dst;
    int rc = copy_domain(d, &req->source, &src);

    if (likely(rc == GNTST_okay))
        rc = copy_domain(d, &req->dest, &dst);
    if (likely(rc == GNTST_okay))
        rc = copy_claim(d, &req->source, req->len, false, &src);
    if (unlikely(rc != GNTST_okay))
        return rc;
    rc = copy_claim(d, &req->dest, req->len, true, &dst);
    if (likely(rc == GNTST_okay)) {
        rc = copy_bytes(req, src.ref, dst.ref, src.outside || dst.outside);
        counts_add(&d->counts, COUNT_COPY);
        copy_release(d, &req->dest, &dst);
    }
    copy_release(d, &req->source, &src);
    return rc;
}
