/* SPDX-License-Identifier: MIT */
/*
 * grant_table_op.c - HYPERVISOR_grant_table_op: decode, call, encode.
 *
 * Source: Xen public header grant_table.h.  Operations on many grants take an
 * array of structs of 8-byte words: each word that carries input is loaded
 * once, each that carries output stored once.
 */
#include "xen-compat/hypercalls.h"

#include "core/guest.h"
#include "modules/gnttab/gnttab.h"
#include "xen-compat/raw.h"

_Static_assert(sizeof(struct gnttab_map_grant_ref) == 32 && offsetof(struct gnttab_map_grant_ref, flags) == 8 &&
                   offsetof(struct gnttab_map_grant_ref, ref) == 12 &&
                   offsetof(struct gnttab_map_grant_ref, dom) == 16 &&
                   offsetof(struct gnttab_map_grant_ref, status) == 18 &&
                   offsetof(struct gnttab_map_grant_ref, handle) == 20 &&
                   offsetof(struct gnttab_map_grant_ref, dev_bus_addr) == 24,
               "map_grant_ref");
_Static_assert(sizeof(struct gnttab_unmap_grant_ref) == 24 &&
                   offsetof(struct gnttab_unmap_grant_ref, dev_bus_addr) == 8 &&
                   offsetof(struct gnttab_unmap_grant_ref, handle) == 16 &&
                   offsetof(struct gnttab_unmap_grant_ref, status) == 20,
               "unmap_grant_ref");
_Static_assert(sizeof(struct gnttab_unmap_and_replace) == 24 &&
                   offsetof(struct gnttab_unmap_and_replace, new_addr) == 8 &&
                   offsetof(struct gnttab_unmap_and_replace, handle) == 16 &&
                   offsetof(struct gnttab_unmap_and_replace, status) == 20,
               "unmap_and_replace");
_Static_assert(sizeof(struct gnttab_copy) == 40 && offsetof(struct gnttab_copy, source.domid) == 8 &&
                   offsetof(struct gnttab_copy, source.offset) == 10 && offsetof(struct gnttab_copy, dest) == 16 &&
                   offsetof(struct gnttab_copy, dest.domid) == 24 && offsetof(struct gnttab_copy, dest.offset) == 26 &&
                   offsetof(struct gnttab_copy, len) == 32 && offsetof(struct gnttab_copy, flags) == 34 &&
                   offsetof(struct gnttab_copy, status) == 36,
               "copy");
_Static_assert(sizeof(struct gnttab_transfer) == 24 && offsetof(struct gnttab_transfer, status) == 16, "transfer");
_Static_assert(sizeof(struct gnttab_swap_grant_ref) == 12 && offsetof(struct gnttab_swap_grant_ref, ref_b) == 4 &&
                   offsetof(struct gnttab_swap_grant_ref, status) == 8,
               "swap_grant_ref");
_Static_assert(sizeof(struct gnttab_query_size) == 16 && offsetof(struct gnttab_query_size, nr_frames) == 4 &&
                   offsetof(struct gnttab_query_size, max_nr_frames) == 8 &&
                   offsetof(struct gnttab_query_size, status) == 12,
               "query_size");
_Static_assert(sizeof(struct gnttab_get_version) == 8 && offsetof(struct gnttab_get_version, version) == 4,
               "get_version");
_Static_assert(sizeof(struct gnttab_cache_flush) == 16, "cache_flush");
_Static_assert(sizeof(struct gnttab_get_status_frames) == 16 && offsetof(struct gnttab_get_status_frames, dom) == 4 &&
                   offsetof(struct gnttab_get_status_frames, status) == 6 &&
                   offsetof(struct gnttab_get_status_frames, frame_list) == 8,
               "get_status_frames");

#define CONT_VERSION 1   /* of the record: word 0 the index of the next element */
#define PREEMPT_EVERY 16 /* elements */
#define FLUSH_EVERY 1    /* GNTTABOP_cache_flush: each looks at a whole table */

SC_INLINE uint32_t low32(uint64_t w)
{
    return (uint32_t)w;
}
SC_INLINE uint32_t high32(uint64_t w)
{
    return (uint32_t)(w >> 32);
}
SC_INLINE uint64_t status16(int status)
{
    return (uint16_t)status;
}

/* GNTST_* of a DOMID field for a caller that needs control over that domain. */
SC_NODISCARD static int target_domain(struct vcpu *v, domid_t id, struct domain **out)
{
    struct domain *d = v->domain;

    *out = d;
    if (id == DOMID_SELF || id == d->id)
        return GNTST_okay;
    *out = domain_find(d, id);
    if (*out == NULL || (*out)->gnttab == NULL)
        return GNTST_bad_domain;
    return d->privileged ? GNTST_okay : GNTST_permission_denied;
}

SC_NODISCARD static int one_map(struct vcpu *v, gva_t at)
{
    struct gnttab_map_request req;
    uint32_t handle = 0;
    uint64_t w1, w2;
    mfn_t frame;
    int status;

    if (unlikely(guest_read_u64(&req.host_addr, at) != 0) || unlikely(guest_read_u64(&w1, gva_add(at, 8)) != 0) ||
        unlikely(guest_read_u64(&w2, gva_add(at, 16)) != 0))
        return -EFAULT;
    req.flags = low32(w1);
    req.ref = high32(w1);
    req.dom = (domid_t)w2;
    status = gnttab_map(v, &req, &handle, &frame);
    if (unlikely(status != GNTST_okay))
        return guest_write_u64(gva_add(at, 16), (w2 & ~0xffff0000UL) | status16(status) << 16);
    if (unlikely(guest_write_u64(gva_add(at, 16), req.dom | (uint64_t)handle << 32) != 0))
        return -EFAULT;
    return guest_write_u64(gva_add(at, 24), mfn_to_maddr(frame).v);
}

SC_NODISCARD static int one_unmap(struct vcpu *v, gva_t at, bool replace)
{
    struct gnttab_unmap_request req = { 0 };
    uint64_t second, w2;

    if (unlikely(guest_read_u64(&req.host_addr, at) != 0) || unlikely(guest_read_u64(&second, gva_add(at, 8)) != 0) ||
        unlikely(guest_read_u64(&w2, gva_add(at, 16)) != 0))
        return -EFAULT;
    if (replace)
        req.new_addr = second;
    else
        req.dev_bus_addr = second;
    req.handle = low32(w2);
    w2 &= ~0xffff00000000UL;
    return guest_write_u64(gva_add(at, 16), w2 | status16(gnttab_unmap(v, &req)) << 32);
}

/* The two words of one end of a copy. */
SC_NODISCARD static int read_copy_end(struct gnttab_copy_end *end, gva_t at)
{
    uint64_t w;

    if (unlikely(guest_read_u64(&end->number, at) != 0) || unlikely(guest_read_u64(&w, gva_add(at, 8)) != 0))
        return -EFAULT;
    end->domid = (domid_t)w;
    end->offset = (uint16_t)(w >> 16);
    return 0;
}

SC_NODISCARD static int one_copy(struct vcpu *v, gva_t at)
{
    struct gnttab_copy_request req;
    uint64_t w;

    if (unlikely(read_copy_end(&req.source, at) != 0) || unlikely(read_copy_end(&req.dest, gva_add(at, 16)) != 0) ||
        unlikely(guest_read_u64(&w, gva_add(at, 32)) != 0))
        return -EFAULT;
    req.len = (uint16_t)w;
    req.source.is_gref = (w >> 16 & GNTCOPY_source_gref) != 0;
    req.dest.is_gref = (w >> 16 & GNTCOPY_dest_gref) != 0;
    w &= ~0xffff00000000UL;
    return guest_write_u64(gva_add(at, 32), w | status16(gnttab_copy(v, &req)) << 32);
}

SC_NODISCARD static int one_swap(struct vcpu *v, gva_t at)
{
    int16_t status;
    uint64_t w;

    if (guest_read_u64(&w, at) != 0)
        return -EFAULT;
    status = (int16_t)gnttab_swap(v->domain, low32(w), high32(w));
    return guest_write(gva_add(at, offsetof(struct gnttab_swap_grant_ref, status)), &status, sizeof(status));
}

/* May the caller have the caches flushed for this frame: its own, or granted to it and in use?  0 or -Exxx. */
SC_NODISCARD static int flush_allowed(struct domain *d, mfn_t frame)
{
    struct domain *owner;
    domid_t id;

    if (!frame_valid(frame))
        return -EINVAL;
    id = frame_owner(frame);
    if (id == d->id)
        return 0;
    owner = domain_find(d, id);
    if (owner == NULL || owner->gnttab == NULL)
        return -EPERM;
    return gnttab_uses(owner, frame, d->id) ? 0 : -EINVAL;
}

/* Memory is coherent with devices: cleaning has nothing to do, and invalidating alone would lose data.  0 or -Exxx. */
SC_NODISCARD static int one_cache_flush(struct vcpu *v, gva_t at)
{
    uint32_t offset, length, op;
    uint64_t address, w;
    int rc;

    if (guest_read_u64(&address, at) != 0 || guest_read_u64(&w, gva_add(at, 8)) != 0)
        return -EFAULT;
    offset = (uint16_t)w;
    length = (uint16_t)(w >> 16);
    op = high32(w);
    if (offset >= PAGE_SIZE || length > PAGE_SIZE || offset + length > PAGE_SIZE ||
        (op & ~(GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL)) != 0)
        return -EINVAL; /* GNTTAB_CACHE_SOURCE_GREF too, as Xen */
    if (length == 0 || op == 0)
        return 0;
    rc = flush_allowed(v->domain, maddr_to_mfn(maddr(address)));
    return rc == 0 && op == GNTTAB_CACHE_INVAL ? -EOPNOTSUPP : rc;
}

SC_NODISCARD static int one_element(struct vcpu *v, uint32_t cmd, gva_t at)
{
    switch (cmd) {
    case GNTTABOP_map_grant_ref: return one_map(v, at);
    case GNTTABOP_unmap_grant_ref: return one_unmap(v, at, false);
    case GNTTABOP_unmap_and_replace: return one_unmap(v, at, true);
    case GNTTABOP_copy: return one_copy(v, at);
    case GNTTABOP_swap_grant_ref: return one_swap(v, at);
    default: return one_cache_flush(v, at);
    }
}

/* The index to go on at. */
static uint32_t cont_resume(struct continuation *cont)
{
    if (likely(!cont->active) || cont->op != __HYPERVISOR_grant_table_op)
        return 0;
    cont->active = false;
    return (uint32_t)cont->word[0];
}

static long cont_suspend(struct continuation *cont, uint32_t index)
{
    cont->active = true;
    cont->op = __HYPERVISOR_grant_table_op;
    cont->version = CONT_VERSION;
    cont->word[0] = index;
    return HC_CONTINUE;
}

/* count elements of elem_bytes at uop. */
static long op_batch(struct vcpu *v, uint32_t cmd, uint64_t uop, uint32_t count, uint64_t elem_bytes)
{
    uint32_t start = cont_resume(&v->cont), every = cmd == GNTTABOP_cache_flush ? FLUSH_EVERY : PREEMPT_EVERY;

    for (uint32_t i = start; i < count; i++) {
        int rc;

        if (unlikely(i % every == 0) && i != start && preempt_needed())
            return cont_suspend(&v->cont, i);
        rc = one_element(v, cmd, guest_elem(gva(uop), i, elem_bytes));
        if (unlikely(rc != 0))
            return rc;
    }
    return 0;
}

/* The frame numbers of d's table, which grows to nr_frames, to list.  GNTST_*. */
SC_NODISCARD static int setup_frames(struct domain *d, uint32_t nr_frames, gva_t list)
{
    int status = GNTST_okay;

    if (gnttab_grow(d, nr_frames) != 0)
        return GNTST_general_error;
    for (uint32_t i = 0; i < nr_frames; i++) {
        mfn_t frame;

        if (gnttab_frame(d, i, &frame) != 0)
            return GNTST_general_error;
        if (guest_write_u64(guest_elem(list, i, sizeof(xen_pfn_t)), frame.v) != 0)
            status = GNTST_bad_virt_addr;
    }
    return status;
}

static long op_setup_table(struct vcpu *v, uint64_t uop, uint32_t count)
{
    uint8_t raw[sizeof(struct gnttab_setup_table)];
    uint32_t nr_frames;
    struct domain *d;
    int16_t status;

    if (count != 1)
        return -EINVAL;
    if (guest_read(raw, gva(uop), sizeof(raw)) != 0)
        return -EFAULT;
    nr_frames = raw_u32(raw, offsetof(struct gnttab_setup_table, nr_frames));
    status = (int16_t)target_domain(v, raw_u16(raw, offsetof(struct gnttab_setup_table, dom)), &d);
    if (status == GNTST_okay)
        status =
            (int16_t)setup_frames(d, nr_frames, gva(raw_u64(raw, offsetof(struct gnttab_setup_table, frame_list))));
    return guest_write(gva_add(gva(uop), offsetof(struct gnttab_setup_table, status)), &status, sizeof(status));
}

/* Not supported.  As a Xen with gnttab=no-transfer: the whole call is refused, and no page has gone. */
static long op_transfer(uint64_t uop, uint32_t count)
{
    return guest_range(gva(uop), count * sizeof(struct gnttab_transfer)) ? -EOPNOTSUPP : -EFAULT;
}

/* The frame numbers of d's status array to list.  GNTST_*. */
SC_NODISCARD static int status_frames(struct domain *d, uint32_t nr_frames, gva_t list)
{
    int status = GNTST_okay;
    mfn_t frame;

    if (nr_frames != 0 && gnttab_status_frame(d, nr_frames - 1, &frame) != 0)
        return GNTST_general_error;
    for (uint32_t i = 0; i < nr_frames; i++) {
        if (gnttab_status_frame(d, i, &frame) != 0)
            return GNTST_general_error;
        if (guest_write_u64(guest_elem(list, i, sizeof(uint64_t)), frame.v) != 0)
            status = GNTST_bad_virt_addr;
    }
    return status;
}

static long op_get_status_frames(struct vcpu *v, uint64_t uop, uint32_t count)
{
    uint8_t raw[sizeof(struct gnttab_get_status_frames)];
    struct domain *d;
    int16_t status;

    if (count != 1)
        return -EINVAL;
    if (guest_read(raw, gva(uop), sizeof(raw)) != 0)
        return -EFAULT;
    status = (int16_t)target_domain(v, raw_u16(raw, offsetof(struct gnttab_get_status_frames, dom)), &d);
    if (status == GNTST_okay)
        status = (int16_t)status_frames(d, raw_u32(raw, offsetof(struct gnttab_get_status_frames, nr_frames)),
                                        gva(raw_u64(raw, offsetof(struct gnttab_get_status_frames, frame_list))));
    return guest_write(gva_add(gva(uop), offsetof(struct gnttab_get_status_frames, status)), &status, sizeof(status));
}

static long op_query_size(struct vcpu *v, uint64_t uop, uint32_t count)
{
    struct gnttab_query_size reply;
    struct domain *d;

    if (count != 1)
        return -EINVAL;
    if (guest_get(reply, gva(uop)) != 0)
        return -EFAULT;
    reply.status = (int16_t)target_domain(v, reply.dom, &d);
    if (reply.status == GNTST_okay)
        gnttab_query_size(d, &reply.nr_frames, &reply.max_nr_frames);
    return guest_put(gva(uop), reply);
}

/* Whatever comes of it, the guest is told which version it has now. */
static long op_set_version(struct vcpu *v, uint64_t uop)
{
    uint32_t version;
    int rc;

    if (guest_read_u32(&version, gva(uop)) != 0)
        return -EFAULT;
    rc = gnttab_set_version(v->domain, version);
    version = gnttab_version(v->domain);
    return guest_write(gva(uop), &version, sizeof(version)) != 0 ? -EFAULT : rc;
}

static long op_get_version(struct vcpu *v, uint64_t uop)
{
    struct domain *d;
    uint64_t w;

    if (guest_read_u64(&w, gva(uop)) != 0)
        return -EFAULT;
    switch (target_domain(v, (domid_t)w, &d)) {
    case GNTST_okay: return guest_write_u64(gva(uop), low32(w) | (uint64_t)gnttab_version(d) << 32);
    case GNTST_bad_domain: return -ESRCH;
    default: return -EPERM;
    }
}

long hc_grant_table_op(struct vcpu *v, uint64_t cmd64, uint64_t uop, uint64_t count64, uint64_t a4, uint64_t a5)
{
    uint32_t cmd = (uint32_t)cmd64, count = (uint32_t)count64;

    if (unlikely(count > INT32_MAX))
        return -EINVAL;
    switch (cmd) {
    case GNTTABOP_map_grant_ref: return op_batch(v, cmd, uop, count, sizeof(struct gnttab_map_grant_ref));
    case GNTTABOP_unmap_grant_ref:
    case GNTTABOP_unmap_and_replace: return op_batch(v, cmd, uop, count, sizeof(struct gnttab_unmap_grant_ref));
    case GNTTABOP_copy: return op_batch(v, cmd, uop, count, sizeof(struct gnttab_copy));
    case GNTTABOP_transfer: return op_transfer(uop, count);
    case GNTTABOP_swap_grant_ref: return op_batch(v, cmd, uop, count, sizeof(struct gnttab_swap_grant_ref));
    case GNTTABOP_cache_flush: return op_batch(v, cmd, uop, count, sizeof(struct gnttab_cache_flush));
    case GNTTABOP_setup_table: return op_setup_table(v, uop, count);
    case GNTTABOP_query_size: return op_query_size(v, uop, count);
    case GNTTABOP_set_version: return op_set_version(v, uop);
    case GNTTABOP_get_version: return op_get_version(v, uop);
    case GNTTABOP_get_status_frames: return op_get_status_frames(v, uop, count);
    default: /* GNTTABOP_dump_table too, as Xen */ return -ENOSYS;
    }
}
