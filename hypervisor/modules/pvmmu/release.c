/* SPDX-License-Identifier: MIT */
/* What a domain that ends has of page tables.  Where a walk is stands in a vcpu's record, as with a hypercall. */
#include "core/cont.h"
#include "modules/pvmmu/pvmmu.h"
#include "ports/pvmmu.h"

/* True: done; false: it goes on with record_finish. */
static bool request_go(struct mmu_ctx *c, struct mmu_request *q)
{
    if (mmu_request_run(c, q) == WALK_PREEMPTED) {
        mmu_request_save(c, q, 0, __HYPERVISOR_mmu_update);
        return false;
    }
    mmu_finish(c);
    return true;
}

static bool drop_base(struct vcpu *v, enum mmu_op op)
{
    struct mmu_ctx c = { .v = v, .pt_owner = v->domain, .pg_owner = v->domain };
    struct mmu_request q = { .op = (uint8_t)op };

    return request_go(&c, &q);
}

/* The records of other calls than these two hold nothing; nor do theirs between two requests. */
static bool record_finish(struct vcpu *v)
{
    struct mmu_ctx c = { .v = v, .pt_owner = v->domain, .pg_owner = v->domain };
    struct mmu_request q;

    if (!v->cont.active)
        return true;
    v->cont.active = false;
    v->cont.in_multicall = false;
    if (v->cont.op != __HYPERVISOR_mmu_update && v->cont.op != __HYPERVISOR_mmuext_op)
        return true;
    (void)mmu_request_restore(&c, &q);
    return q.phase == 0 || request_go(&c, &q);
}

bool pvmmu_vcpu_release(struct vcpu *v)
{
    if (!record_finish(v))
        return false;
    if (!fref_is_none(v->user_pt) && !drop_base(v, MMU_DROP_USER_BASE))
        return false;
    if (!fref_is_none(v->kernel_pt) && !drop_base(v, MMU_DROP_BASE))
        return false;
    pvmmu_drop_gdt(v);
    pvmmu_drop_ldt(v);
    return true;
}

bool pvmmu_unpin_release(struct domain *d, mfn_t m)
{
    struct vcpu *v = domain_vcpu(d, 0);
    struct mmu_request q = { .op = MMU_UNPIN, .mfn = m };
    /* Without a vcpu there is no record: then at once. */
    struct mmu_ctx c = { .v = v != NULL ? v : current_vcpu(), .pt_owner = d, .pg_owner = d, .to_end = v == NULL };

    if (v != NULL && !record_finish(v))
        return false;
    if (frame_owner(m) != d->id || (frame_state(m) & FS_PINNED) == 0)
        return true;
    return request_go(&c, &q);
}
