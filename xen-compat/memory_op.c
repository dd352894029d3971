/* SPDX-License-Identifier: MIT */
/* memory_op (Xen public header memory.h). */
#include "core/atomic.h"
#include "core/domain.h"

#include <xen/memory.h>

#include "core/cont.h"
#include "core/guest.h"
#include "core/hvmap.h"
#include "core/log.h"
#include "core/boot_info.h"
#include "modules/memory/memory.h"
#include "xen-compat/hypercalls.h"
#include "xen-compat/raw.h"
#include "xen-compat/vnuma_info.h"

#define MAX_ORDER_GUEST 9
#define MAX_ORDER_HARDWARE 12
#define EXTENTS_LOOK 16
#define RES(field) offsetof(struct xen_memory_reservation, field)
#define XCHG(field) offsetof(struct xen_memory_exchange, field)

enum { RESERVATION_BYTES = sizeof(struct xen_memory_reservation) };

struct reservation {
    uint64_t list; /* guest address of the extents, 0: none */
    uint64_t nr;
    uint32_t order;
    uint32_t flags;
    struct domain *d;
};

static int reservation_parse(struct vcpu *v, const uint8_t *raw SC_COUNT(RESERVATION_BYTES), struct reservation *r)
{
    *r = (struct reservation){
        .list = raw_u64(raw, RES(extent_start)),
        .nr = raw_u64(raw, RES(nr_extents)),
        .order = raw_u32(raw, RES(extent_order)),
        .flags = raw_u32(raw, RES(mem_flags)),
    };
    r->d = domain_find(v->domain, raw_u16(raw, RES(domid)));
    if (r->d == NULL)
        return -ESRCH;
    return r->d == v->domain || v->domain->privileged ? 0 : -EPERM;
}

static unsigned max_order(const struct domain *d)
{
    return d->privileged ? MAX_ORDER_HARDWARE : MAX_ORDER_GUEST;
}

static unsigned addr_bits(const struct reservation *r)
{
    unsigned bits = r->flags & 0xff;

    return bits != 0 ? bits : (unsigned)r->d->addr_bits;
}

/* ---- one extent of each kind: 0, or why it stops ---- */

static int extent_decrease(const struct reservation *r, gva_t at)
{
    uint64_t first;

    if (guest_read_u64(&first, at) != 0)
        return -EFAULT;
    for (uint64_t i = 0; i < 1UL << r->order; i++) {
        if (reserve_give_back(r->d, mfn(first + i)) != 0)
            return -EINVAL;
    }
    return 0;
}

static int extent_allocate(const struct reservation *r, gva_t at, bool populate)
{
    uint64_t pfn = 0;
    mfn_t m;
    int rc;

    /* The answer must find its place: see before anything is given. */
    if (at.v != 0 && (guest_read_u64(&pfn, at) != 0 || guest_write_u64(at, pfn) != 0))
        return -EFAULT;
    rc = reserve_take(r->d, r->order, addr_bits(r), &m);
    if (rc != 0)
        return rc;
    for (uint64_t i = 0; populate && i < 1UL << r->order; i++)
        m2p_set(mfn(m.v + i), pfn + i);
    if (at.v != 0 && guest_write_u64(at, m.v) != 0)
        return -EFAULT;
    return 0;
}

static int extent_do(unsigned op, const struct reservation *r, uint64_t i)
{
    gva_t at = r->list != 0 ? guest_elem(gva(r->list), i, sizeof(xen_pfn_t)) : gva(0);

    /* Only an increase may go without a list: the caller does not care which frames. */
    if (at.v == 0 && op != XENMEM_increase_reservation)
        return -EFAULT;
    switch (op) {
    case XENMEM_decrease_reservation: return extent_decrease(r, at);
    case XENMEM_populate_physmap: return extent_allocate(r, at, true);
    default: return extent_allocate(r, at, false);
    }
}

/* increase, decrease, populate: how many extents were done */
static long reservation_op(struct vcpu *v, unsigned op, gva_t arg)
{
    uint8_t raw[sizeof(struct xen_memory_reservation)];
    struct reservation r;
    uint64_t i = 0;
    int rc;

    if (v->cont.active) {
        i = v->cont.word[0];
        v->cont.active = false;
    }
    if (guest_get(raw, arg) != 0)
        return i != 0 ? (long)i : -EFAULT;
    rc = reservation_parse(v, raw, &r);
    if (rc == -ESRCH || rc == -EPERM)
        return op == XENMEM_decrease_reservation || rc == -EPERM ? rc : (long)i;
    if (r.order > max_order(v->domain) && op != XENMEM_decrease_reservation)
        return (long)i;
    if (r.order > MAX_ORDER_HARDWARE + 8 || r.nr > UINT64_MAX / 2)
        return (long)i;
    for (; i < r.nr; i++) {
        if (extent_do(op, &r, i) != 0)
            break;
        if (i % EXTENTS_LOOK == EXTENTS_LOOK - 1 && i + 1 < r.nr && preempt_needed()) {
            v->cont.active = true;
            v->cont.op = __HYPERVISOR_memory_op;
            v->cont.version = 1;
            v->cont.word[0] = i + 1;
            return HC_CONTINUE;
        }
    }
    return (long)i;
}

/* ---- exchange ---- */

#define EXCHANGE_FRAMES 1024 /* of one chunk: order 10 */

struct exchange {
    struct reservation in, out;
    uint64_t done; /* input extents exchanged before this call */
};

static int exchange_parse(struct vcpu *v, gva_t arg, struct exchange *x)
{
    uint8_t raw[sizeof(struct xen_memory_exchange)];
    int rc;

    if (guest_get(raw, arg) != 0)
        return -EFAULT;
    if (raw_u16(raw, XCHG(in.domid)) != raw_u16(raw, XCHG(out.domid)))
        return -EINVAL;
    x->done = raw_u64(raw, XCHG(nr_exchanged));
    rc = reservation_parse(v, raw, &x->in);
    if (rc != 0)
        return rc;
    x->out = x->in;
    x->out.list = raw_u64(raw, XCHG(out.extent_start));
    x->out.nr = raw_u64(raw, XCHG(out.nr_extents));
    x->out.order = raw_u32(raw, XCHG(out.extent_order));
    x->out.flags = raw_u32(raw, XCHG(out.mem_flags));
    if (x->in.d->dying)
        return -ESRCH;
    if (x->in.order > max_order(v->domain) || x->out.order > max_order(v->domain))
        return -EPERM;
    if (x->in.nr > UINT64_MAX >> x->in.order || x->out.nr > UINT64_MAX >> x->out.order ||
        x->in.nr << x->in.order != x->out.nr << x->out.order || x->done > x->in.nr)
        return -EINVAL;
    return 0;
}

/* The i-th input frame. */
static int exchange_input(const struct exchange *x, uint64_t i, mfn_t *m)
{
    uint64_t first, extent = i >> x->in.order;

    if (guest_read_u64(&first, guest_elem(gva(x->in.list), extent, sizeof(xen_pfn_t))) != 0)
        return -EFAULT;
    *m = mfn(first + (i & ((1UL << x->in.order) - 1)));
    return 0;
}

/*
 * Exchange frames [from, from + nr) of the input: take them out of the domain, put
 * fresh ones in, named by the output list.
 */
static int exchange_chunk(struct exchange *x, uint64_t from, uint64_t nr)
{
    uint64_t taken = 0, outs = nr >> x->out.order, out_first = from >> x->out.order, pfn;
    mfn_t m, fresh;
    int rc = 0;

    /* First see that everything can be had, then do what cannot fail. */
    for (; taken < nr; taken++) {
        rc = exchange_input(x, from + taken, &m);
        if (rc == 0)
            rc = reserve_steal(x->in.d, m);
        if (rc != 0)
            break;
    }
    if (rc == 0)
        rc = reserve_exchange_ready(x->out.d, x->out.order, addr_bits(&x->out), outs);
    if (rc != 0) {
        while (taken > 0) {
            if (exchange_input(x, from + --taken, &m) == 0)
                reserve_unsteal(x->in.d, m);
        }
        return rc;
    }
    for (uint64_t i = 0; i < outs; i++) {
        gva_t at = guest_elem(gva(x->out.list), out_first + i, sizeof(xen_pfn_t));

        fresh = reserve_exchange_next(x->out.d, x->out.order);
        if (guest_read_u64(&pfn, at) != 0) {
            rc = -EFAULT;
            pfn = 0;
        }
        for (uint64_t k = 0; rc == 0 && k < 1UL << x->out.order; k++)
            m2p_set(mfn(fresh.v + k), pfn + k);
        if (guest_write_u64(at, fresh.v) != 0)
            rc = -EFAULT;
    }
    for (uint64_t i = 0; i < nr; i++) {
        if (exchange_input(x, from + i, &m) == 0)
            reserve_free_stolen(m);
    }
    return rc;
}

static long exchange_op(struct vcpu *v, gva_t arg)
{
    struct exchange x;
    uint64_t total, chunk, at;
    int rc = exchange_parse(v, arg, &x);

    if (rc != 0)
        return rc;
    total = x.in.nr << x.in.order;
    chunk = 1UL << (x.in.order > x.out.order ? x.in.order : x.out.order);
    if (chunk > EXCHANGE_FRAMES * 4)
        return -ENOMEM;
    for (at = x.done << x.in.order; at < total; at += chunk) {
        rc = exchange_chunk(&x, at, chunk);
        if (rc != 0)
            break;
    }
    if (guest_write_u64(gva_add(arg, XCHG(nr_exchanged)), at >> x.in.order) != 0)
        return -EFAULT;
    return rc;
}

/* ---- maps and figures ---- */

static long machphys_mapping(gva_t arg)
{
    struct xen_machphys_mapping m = { .v_start = M2P_RO_BASE,
                                      .v_end = M2P_RO_BASE + L4_SLOT_SIZE / 2,
                                      .max_mfn = max_mfn - 1 };

    return guest_put(arg, m);
}

static long machine_memory_map(struct vcpu *v, gva_t arg)
{
    uint8_t raw[sizeof(struct xen_memory_map)];
    uint32_t room, i;
    uint64_t buffer;

    if (!v->domain->privileged)
        return -EPERM;
    if (guest_get(raw, arg) != 0)
        return -EFAULT;
    room = raw_u32(raw, offsetof(struct xen_memory_map, nr_entries));
    if (room < boot_info.nr_e820)
        return -EINVAL;
    buffer = raw_u64(raw, offsetof(struct xen_memory_map, buffer));
    for (i = 0; i < boot_info.nr_e820 && i < E820_MAX; i++) {
        if (buffer != 0 && guest_put(guest_elem(gva(buffer), i, sizeof(boot_info.e820[0])), boot_info.e820[i]) != 0)
            return -EFAULT;
    }
    return guest_put(gva_add(arg, offsetof(struct xen_memory_map, nr_entries)), i);
}

/* The M2P's 2 MiB pieces, as many as there is room for. */
static long machphys_mfn_list(gva_t arg)
{
    uint8_t raw[sizeof(struct xen_machphys_mfn_list)];
    uint32_t room, n = 0;
    uint64_t list;
    mfn_t m;

    if (guest_get(raw, arg) != 0)
        return -EFAULT;
    room = raw_u32(raw, offsetof(struct xen_machphys_mfn_list, max_extents));
    list = raw_u64(raw, offsetof(struct xen_machphys_mfn_list, extent_start));
    for (; n < room && hvmap_m2p_piece(n, &m); n++) {
        if (guest_write_u64(guest_elem(gva(list), n, sizeof(xen_pfn_t)), m.v) != 0)
            return -EFAULT;
    }
    return guest_put(gva_add(arg, offsetof(struct xen_machphys_mfn_list, nr_extents)), n);
}

static long figure_of(struct vcpu *v, unsigned op, gva_t arg)
{
    struct domain *d;
    domid_t id;

    if (guest_get(id, arg) != 0)
        return -EFAULT;
    d = domain_find(v->domain, id);
    if (d == NULL)
        return -ESRCH;
    if (d != v->domain && !v->domain->privileged)
        return -EPERM;
    if (op == XENMEM_maximum_gpfn) /* what the guest says of itself */
        return (long)d->shared->arch.max_pfn - 1;
    return (long)(op == XENMEM_current_reservation ? domain_nr_frames(d) : d->max_frames);
}

/* A PV domain has no physmap of the hypervisor's: nothing can be put into it, the grant table neither. */
static long add_to_physmap(struct vcpu *v, gva_t arg)
{
    uint8_t raw[sizeof(struct xen_add_to_physmap)];
    struct domain *d;

    if (guest_get(raw, arg) != 0)
        return -EFAULT;
    d = domain_find(v->domain, raw_u16(raw, offsetof(struct xen_add_to_physmap, domid)));
    if (d == NULL)
        return -ESRCH;
    if (d != v->domain && !v->domain->privileged)
        return -EPERM;
    return raw_u32(raw, offsetof(struct xen_add_to_physmap, space)) == XENMAPSPACE_gmfn_foreign ? -ENOSYS : -EACCES;
}

long hc_memory_op(struct vcpu *v, uint64_t cmd, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{
    unsigned op = (uint32_t)cmd & 0x3f; /* the high part was an older way to continue */
    gva_t at = gva(arg);

    switch (op) {
    case XENMEM_increase_reservation:
    case XENMEM_decrease_reservation:
    case XENMEM_populate_physmap: return reservation_op(v, op, at);
    case XENMEM_exchange: return exchange_op(v, at);
    case XENMEM_maximum_ram_page: return (long)max_mfn - 1;
    case XENMEM_current_reservation:
    case XENMEM_maximum_gpfn:
    case XENMEM_maximum_reservation: return figure_of(v, op, at);
    case XENMEM_machphys_mapping: return machphys_mapping(at);
    case XENMEM_machphys_mfn_list: return machphys_mfn_list(at);
    case XENMEM_machine_memory_map: return machine_memory_map(v, at);
    case XENMEM_add_to_physmap: return add_to_physmap(v, at);
    case XENMEM_get_vnumainfo: return vnuma_info(v, at);
    case XENMEM_memory_map: return -ENOSYS; /* only for a domain that was given one */
    default: log_guest(LOG_INFO, "memory_op %u: not implemented", op); return -ENOSYS;
    }
}
