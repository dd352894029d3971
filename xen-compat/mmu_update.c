/* SPDX-License-Identifier: MIT */
/* mmu_update, update_va_mapping (Xen public header xen.h). */
#include "core/priv.h"
#include "core/tlb.h"
#include "core/cont.h"
#include "core/guest.h"
#include "core/log.h"
#include "xen-compat/hypercalls.h"
#include "xen-compat/mmu_target.h"

int mmu_target(struct vcpu *v, uint64_t foreigndom, struct mmu_ctx *c)
{
    uint32_t who = (uint32_t)foreigndom, tables = who >> 16;
    domid_t frames = (domid_t)who;
    struct domain *pt_owner = v->domain, *pg_owner = v->domain;

    if (unlikely(who != DOMID_SELF)) {
        if (tables != 0)
            pt_owner = domain_find(v->domain, (domid_t)(tables - 1));
        /* DOMID_IO: device memory only */
        pg_owner = frames == DOMID_IO ? NULL : domain_find(v->domain, frames);
        /* A call that goes on, half through a table, ends properly though the frames' owner has gone. */
        if (pt_owner == NULL || (pg_owner == NULL && frames != DOMID_IO && !v->cont.active))
            return -ESRCH;
        if ((pt_owner != v->domain || pg_owner != v->domain) && !v->domain->privileged)
            return -EPERM;
    }
    *c = (struct mmu_ctx){ .v = v, .pt_owner = pt_owner, .pg_owner = pg_owner };
    return 0;
}

/* The last L1 that a batch updated stays held: the next request often means it again. */
struct held_l1 {
    fref_t ref;
    uint64_t mfn;
};

static void held_drop(struct mmu_ctx *c, struct held_l1 *held)
{
    if (fref_is_none(held->ref))
        return;
    table_put_to_end(c, held->ref, KIND_L1);
    c->to_end = false;
    held->ref = FREF_NONE;
}

/* A machine-to-phys entry of a frame the caller may describe. */
static int machphys_update(struct mmu_ctx *c, uint64_t ptr, uint64_t pfn)
{
    mfn_t m = maddr_to_mfn(maddr(ptr));
    fref_t r;
    int rc;

    if (c->pg_owner == NULL)
        return -EINVAL;
    rc = frame_get_ro(m, c->pg_owner->id, &r);
    if (rc != 0)
        return -EINVAL;
    m2p_set(m, pfn);
    frame_put(r);
    return 0;
}

/* A plain frame: just a word of memory. */
static int plain_update(struct mmu_ctx *c, mfn_t m, unsigned slot, uint64_t value)
{
    fref_t r;

    if (frame_get_rw(m, c->pt_owner->id, &r) != 0)
        return -EINVAL;
    shared_write64(&held_words(r)[slot % 512], value);
    frame_put(r);
    return 0;
}

static unsigned frame_kind_of(mfn_t m)
{
    return frame_valid(m) ? (unsigned)frame_word_type(frame_state(m)) : KIND_RW;
}

/* L2-L4, or a table that is not simply an L1 in use: in steps. */
static int table_update(struct mmu_ctx *c, const mmu_update_t *u, struct mmu_request *q)
{
    mfn_t m = maddr_to_mfn(maddr(u->ptr));
    unsigned kind = frame_kind_of(m), slot = (unsigned)(u->ptr & (PAGE_SIZE - 1)) / 8;

    if (kind == KIND_RW)
        return plain_update(c, m, slot, u->val);
    if (kind > KIND_L4)
        return -EINVAL;
    *q = (struct mmu_request){
        .op = MMU_UPDATE,
        .kind = (uint8_t)kind,
        .preserve_ad = (u->ptr & 3) == MMU_PT_UPDATE_PRESERVE_AD,
        .slot = (uint16_t)slot,
        .mfn = m,
        .value = u->val,
    };
    return mmu_request_run(c, q);
}

static int request_one(struct mmu_ctx *c, struct held_l1 *held, const mmu_update_t *u, struct mmu_request *q)
{
    uint64_t m = u->ptr >> PAGE_SHIFT;
    unsigned cmd = (unsigned)u->ptr & 3;

    if (unlikely((u->ptr & 4) != 0))
        return -EINVAL; /* entries are 8 bytes, aligned */
    if (likely(cmd == MMU_NORMAL_PT_UPDATE || cmd == MMU_PT_UPDATE_PRESERVE_AD)) {
        if (held->mfn != m || fref_is_none(held->ref)) {
            held_drop(c, held);
            if (frame_get_sealed(mfn(m), c->pt_owner->id, KIND_L1, &held->ref) != 0) {
                held->ref = FREF_NONE;
                return table_update(c, u, q);
            }
            held->mfn = m;
        }
        return update_l1(c, mfn(m), (unsigned)(u->ptr & (PAGE_SIZE - 1)) / 8, u->val, cmd == MMU_PT_UPDATE_PRESERVE_AD);
    }
    if (cmd == MMU_MACHPHYS_UPDATE)
        return machphys_update(c, u->ptr, u->val);
    return -ENOSYS;
}

static long batch_end(struct mmu_ctx *c, uint64_t done, uint64_t pdone, long rc)
{
    uint32_t n = (uint32_t)done;

    mmu_finish(c);
    if (pdone != 0 && guest_put(gva(pdone), n) != 0)
        return -EFAULT;
    return rc;
}

/* Every how many requests the batch looks whether something waits. */
#define BATCH_LOOK 64

long hc_mmu_update(struct vcpu *v, uint64_t reqs, uint64_t count, uint64_t pdone, uint64_t foreigndom, uint64_t a5)
{
    struct held_l1 held = { FREF_NONE, 0 };
    struct mmu_request q;
    struct mmu_ctx c;
    mmu_update_t u;
    uint64_t i = 0, n = (uint32_t)count;
    bool resumed = false;
    int rc;

    rc = mmu_target(v, foreigndom, &c);
    if (rc != 0) {
        v->cont.active = false; /* the tables' owner has gone: nothing of it is held */
        return rc;
    }
    if (unlikely(v->cont.active)) {
        i = mmu_request_restore(&c, &q);
        resumed = q.phase != 0;
    }
    for (; i < n; i++) {
        if (unlikely(resumed)) {
            rc = mmu_request_run(&c, &q);
            resumed = false;
        } else {
            if (guest_get(u, guest_elem(gva(reqs), i, sizeof(u))) != 0)
                rc = -EFAULT;
            else
                rc = request_one(&c, &held, &u, &q);
        }
        if (unlikely(rc == WALK_PREEMPTED))
            goto wait;
        if (unlikely(rc != 0))
            break;
        if (unlikely(i % BATCH_LOOK == BATCH_LOOK - 1) && i + 1 < n && preempt_needed()) {
            i++;
            q = (struct mmu_request){ 0 };
            goto wait;
        }
    }
    held_drop(&c, &held);
    return batch_end(&c, i, pdone, rc);
wait:
    held_drop(&c, &held);
    mmu_request_save(&c, &q, i, __HYPERVISOR_mmu_update);
    return HC_CONTINUE;
}

/* UVMF_* flags: what to flush once the entry is in, and where: here, on all the domain's CPUs, or by a mask of vcpus.
 */
static int uvm_flush(const struct vcpu *v, uint64_t va, uint64_t flags)
{
    uint64_t mask = 0, where = flags & ~(uint64_t)UVMF_FLUSHTYPE_MASK, type = flags & UVMF_FLUSHTYPE_MASK;

    /* Beyond UVMF_LOCAL and UVMF_ALL: the address of a mask of vcpus, which must be readable. */
    if (unlikely((where & ~(uint64_t)UVMF_ALL) != 0) && guest_read_u64(&mask, gva(where)) != 0)
        return -EFAULT;
    if (type != UVMF_TLB_FLUSH && type != UVMF_INVLPG)
        return 0; /* as Xen: no such kind of flush, so none */
    if (unlikely(where == UVMF_ALL))
        tlb_flush_domain_elsewhere(v->domain);
    else if (unlikely(where != 0))
        tlb_flush_vcpus_elsewhere(v->domain, 0, mask);
    if (type == UVMF_TLB_FLUSH)
        tlb_flush_local();
    else if (va < HV_VIRT_START || va >= HV_VIRT_END)
        priv_invlpg(va);
    return 0;
}

static long update_va(struct vcpu *v, struct mmu_ctx *c, uint64_t va, uint64_t value, uint64_t flags)
{
    fref_t table;
    unsigned slot;
    int rc = l1_find(v, va, &table, &slot);

    if (unlikely(rc != 0))
        return -EINVAL;
    rc = update_l1(c, fref_mfn(table), slot, value, false);
    table_put_to_end(c, table, KIND_L1);
    mmu_finish(c);
    if (rc != 0)
        return rc;
    return uvm_flush(v, va, flags);
}

long hc_update_va_mapping(struct vcpu *v, uint64_t va, uint64_t value, uint64_t flags, uint64_t a4, uint64_t a5)
{
    struct mmu_ctx c = { .v = v, .pt_owner = v->domain, .pg_owner = v->domain };

    return update_va(v, &c, va, value, flags);
}

long hc_update_va_mapping_otherdomain(struct vcpu *v, uint64_t va, uint64_t value, uint64_t flags, uint64_t domid,
                                      uint64_t a5)
{
    struct mmu_ctx c;
    int rc;

    rc = mmu_target(v, (domid_t)domid, &c);
    return rc != 0 ? rc : update_va(v, &c, va, value, flags);
}
