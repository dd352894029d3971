/* SPDX-License-Identifier: MIT */
/* mmuext_op (Xen public header xen.h). */
#include "core/priv.h"
#include "core/tlb.h"
#include "core/cont.h"
#include "core/guest.h"
#include "core/log.h"
#include "xen-compat/hypercalls.h"
#include "xen-compat/mmu_target.h"
#include "xen-compat/raw.h"

/* struct mmuext_op, with no pointer in it. */
struct ext_args {
    uint32_t cmd;
    uint64_t arg1; /* mfn or linear address */
    uint64_t arg2; /* nr_ents, source mfn, or a guest address */
};

static int ext_copy_in(struct ext_args *e, gva_t at)
{
    uint8_t raw[sizeof(struct mmuext_op)];

    if (guest_get(raw, at) != 0)
        return -EFAULT;
    e->cmd = raw_u32(raw, offsetof(struct mmuext_op, cmd));
    e->arg1 = raw_u64(raw, offsetof(struct mmuext_op, arg1));
    e->arg2 = raw_u64(raw, offsetof(struct mmuext_op, arg2));
    return 0;
}

static int page_op(struct mmu_ctx *c, mfn_t dst, bool copy, mfn_t src)
{
    fref_t to, from = FREF_NONE;

    if (c->pg_owner == NULL || frame_get_rw(dst, c->pg_owner->id, &to) != 0)
        return -EINVAL;
    if (copy && frame_get_ro(src, c->pg_owner->id, &from) != 0) {
        frame_put(to);
        return -EINVAL;
    }
    if (copy)
        memcpy(held_bytes(to), held_bytes_ro(from), PAGE_SIZE);
    else
        memset(held_bytes(to), 0, PAGE_SIZE);
    frame_put(from);
    frame_put(to);
    return 0;
}

static int flush_one(uint64_t va)
{
    if (va < HV_VIRT_START || va >= HV_VIRT_END)
        priv_invlpg(va);
    return 0;
}

/* arg2: the address of a mask of vcpus, which must be readable. */
static int flush_multi(const struct vcpu *v, const struct ext_args *e, bool one)
{
    const struct domain *d = v->domain;
    uint64_t mask;

    for (unsigned first = 0; first < d->max_vcpus; first += 64) {
        if (guest_read_u64(&mask, gva(e->arg2 + first / 8)) != 0)
            return -EINVAL;
        if (v->id - first < 64 && (mask >> (v->id - first) & 1) != 0 && !one)
            tlb_flush_local();
        tlb_flush_vcpus_elsewhere(d, first, mask);
    }
    return one ? flush_one(e->arg1) : 0;
}

/* On all CPUs that hold the domain. */
static int flush_all(const struct vcpu *v, const struct ext_args *e, bool one)
{
    if (one) {
        tlb_flush_domain_elsewhere(v->domain);
        return flush_one(e->arg1);
    }
    tlb_flush_domain(v->domain);
    return 0;
}

static int tables_op(struct mmu_ctx *c, const struct ext_args *e, struct mmu_request *q)
{
    *q = (struct mmu_request){ .mfn = mfn(e->arg1) };
    switch (e->cmd) {
    case MMUEXT_PIN_L1_TABLE: q->kind = KIND_L1; break;
    case MMUEXT_PIN_L2_TABLE: q->kind = KIND_L2; break;
    case MMUEXT_PIN_L3_TABLE: q->kind = KIND_L3; break;
    case MMUEXT_PIN_L4_TABLE: q->kind = KIND_L4; break;
    default: break;
    }
    if (q->kind != 0)
        q->op = MMU_PIN;
    else
        q->op = e->cmd == MMUEXT_UNPIN_TABLE ? MMU_UNPIN : e->cmd == MMUEXT_NEW_BASEPTR ? MMU_BASE : MMU_USER_BASE;
    if (q->op == MMU_PIN || q->op == MMU_UNPIN) {
        if (c->pg_owner == NULL)
            return -EINVAL;
        c->pt_owner = c->pg_owner;
    } else {
        c->pt_owner = c->v->domain;
    }
    return mmu_request_run(c, q);
}

static int ext_one(struct mmu_ctx *c, const struct ext_args *e, struct mmu_request *q)
{
    struct vcpu *v = c->v;

    switch (e->cmd) {
    case MMUEXT_PIN_L1_TABLE:
    case MMUEXT_PIN_L2_TABLE:
    case MMUEXT_PIN_L3_TABLE:
    case MMUEXT_PIN_L4_TABLE:
    case MMUEXT_UNPIN_TABLE:
    case MMUEXT_NEW_BASEPTR:
    case MMUEXT_NEW_USER_BASEPTR: return tables_op(c, e, q);
    case MMUEXT_TLB_FLUSH_LOCAL: tlb_flush_local(); return 0;
    case MMUEXT_INVLPG_LOCAL: return flush_one(e->arg1);
    case MMUEXT_TLB_FLUSH_ALL: return flush_all(v, e, false);
    case MMUEXT_INVLPG_ALL: return flush_all(v, e, true);
    case MMUEXT_TLB_FLUSH_MULTI: return flush_multi(v, e, false);
    case MMUEXT_INVLPG_MULTI: return flush_multi(v, e, true);
    case MMUEXT_FLUSH_CACHE:
        if (!v->domain->privileged)
            return -EACCES;
        priv_wbinvd();
        return 0;
    case MMUEXT_FLUSH_CACHE_GLOBAL:
        if (!v->domain->privileged)
            return -EPERM;
        priv_wbinvd();
        return 0;
    case MMUEXT_SET_LDT: return pvmmu_set_ldt(v, e->arg1, (uint32_t)e->arg2);
    case MMUEXT_CLEAR_PAGE: return page_op(c, mfn(e->arg1), false, mfn(0));
    case MMUEXT_COPY_PAGE: return page_op(c, mfn(e->arg1), true, mfn(e->arg2));
    case MMUEXT_MARK_SUPER:
    case MMUEXT_UNMARK_SUPER: return -EOPNOTSUPP;
    default: return -ENOSYS;
    }
}

long hc_mmuext_op(struct vcpu *v, uint64_t ops, uint64_t count, uint64_t pdone, uint64_t foreigndom, uint64_t a5)
{
    struct mmu_request q = { 0 };
    struct ext_args e;
    struct mmu_ctx c;
    uint64_t i = 0, n = (uint32_t)count;
    uint32_t done;
    bool resumed = false;
    int rc;

    rc = mmu_target(v, foreigndom, &c);
    if (rc != 0) {
        v->cont.active = false; /* the tables' owner has gone: nothing of it is held */
        return rc;
    }
    if (unlikely(v->cont.active)) {
        i = mmu_request_restore(&c, &q);
        resumed = true;
        if (c.pg_owner != NULL && (q.op == MMU_PIN || q.op == MMU_UNPIN))
            c.pt_owner = c.pg_owner;
    }
    for (; i < n; i++) {
        if (unlikely(resumed && q.phase != 0))
            rc = mmu_request_run(&c, &q);
        else
            rc = ext_copy_in(&e, guest_elem(gva(ops), i, sizeof(struct mmuext_op))) ?: ext_one(&c, &e, &q);
        resumed = false;
        if (unlikely(rc == WALK_PREEMPTED)) {
            mmu_request_save(&c, &q, i, __HYPERVISOR_mmuext_op);
            return HC_CONTINUE;
        }
        if (unlikely(rc != 0))
            break;
        if (i + 1 < n && i % 16 == 15 && preempt_needed()) {
            q = (struct mmu_request){ 0 };
            mmu_request_save(&c, &q, i + 1, __HYPERVISOR_mmuext_op);
            return HC_CONTINUE;
        }
    }
    mmu_finish(&c);
    done = (uint32_t)i;
    if (pdone != 0 && guest_put(gva(pdone), done) != 0)
        return -EFAULT;
    return rc;
}
