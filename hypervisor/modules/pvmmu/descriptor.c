/* SPDX-License-Identifier: MIT */
/* GDT and LDT frames (AMD APM vol. 2, 4.7 and 4.8; Xen public xen.h: set_gdt, update_descriptor). */
#include "core/guest.h"
#include "core/log.h"
#include "core/segments.h"
#include "core/tlb.h"
#include "modules/pvmmu/pvmmu.h"
#include "ports/pvmmu.h"

/* Hold a frame as descriptor page of v's domain; building one takes no other table. */
static int seg_get(struct vcpu *v, mfn_t m, SC_OWNED fref_t *out)
{
    struct mmu_ctx c = { .v = v, .pt_owner = v->domain, .pg_owner = v->domain };
    int rc = table_get(&c, m, KIND_SEG, out);

    if (rc != WALK_PREEMPTED)
        return rc;
    rc = walk_to_end(&c); /* 512 descriptors at most */
    mmu_finish(&c);
    return rc;
}

static void seg_put(struct vcpu *v, SC_OWNED fref_t r)
{
    struct mmu_ctx c = { .v = v, .pt_owner = v->domain, .pg_owner = v->domain };

    table_put_to_end(&c, r, KIND_SEG);
    mmu_finish(&c);
}

void pvmmu_drop_gdt(struct vcpu *v)
{
    for (unsigned i = 0; i < GDT_GUEST_PAGES; i++) {
        seg_put(v, vcpu_unmap_gdt(v, i));
    }
    v->gdt_entries = 0;
}

int pvmmu_set_gdt(struct vcpu *v, const uint64_t *frames, unsigned nr, unsigned entries)
{
    fref_t refs[GDT_GUEST_PAGES] = { { 0 } };
    int rc = 0;
    unsigned n;

    if (entries > GDT_GUEST_PAGES * 512U || nr > GDT_GUEST_PAGES)
        return -EINVAL;
    for (n = 0; n < nr; n++) {
        rc = seg_get(v, mfn(frames[n]), &refs[n]);
        if (rc != 0)
            break;
    }
    if (rc != 0) {
        while (n > 0)
            seg_put(v, refs[--n]);
        return -EINVAL;
    }
    pvmmu_drop_gdt(v);
    for (n = 0; n < nr; n++)
        vcpu_map_gdt(v, n, fref_take(refs[n]));
    v->gdt_entries = (uint16_t)entries;
    tlb_flush_local();
    return 0;
}

void pvmmu_drop_ldt(struct vcpu *v)
{
    for (unsigned i = 0; i < LDT_PAGES; i++)
        seg_put(v, vcpu_unmap_ldt(v, i));
}

int pvmmu_set_ldt(struct vcpu *v, uint64_t base, uint64_t nr_entries)
{
    bool in_hv = base < HV_VIRT_END && base + nr_entries * 8 > HV_VIRT_START;

    if ((base & (PAGE_SIZE - 1)) != 0 || nr_entries > 8192 || (nr_entries != 0 && in_hv)) {
        log_guest(LOG_INFO, "bad LDT: base %lx, %lu entries", base, nr_entries);
        return -EINVAL;
    }
    if (v->ldt_entries == 0 && nr_entries == 0)
        return 0;
    pvmmu_drop_ldt(v);
    tlb_flush_local();
    v->ldt_base = base;
    v->ldt_entries = (uint32_t)nr_entries;
    segments_load_ldt(v);
    return 0;
}

bool pvmmu_ldt_fault(struct vcpu *v, uint64_t offset)
{
    unsigned page = (unsigned)(offset >> PAGE_SHIFT) & 15;
    uint64_t pte;
    fref_t r;

    if (offset >= (uint64_t)v->ldt_entries * 8)
        return false;
    if (pvmmu_lookup(v, gva(v->ldt_base + (uint64_t)page * PAGE_SIZE), &pte) != 0)
        return false;
    if (!fref_is_none(v->ldt_ref[page]) || seg_get(v, pte_mfn(pte), &r) != 0)
        return false;
    vcpu_map_ldt(v, page, r);
    return true;
}

int pvmmu_update_descriptor(struct vcpu *v, maddr_t where, uint64_t desc)
{
    mfn_t m = maddr_to_mfn(where);
    unsigned i = (unsigned)(where.v & (PAGE_SIZE - 1)) / 8;
    fref_t r;

    if ((where.v & 7) != 0 || !descriptor_fix(&desc))
        return -EINVAL;
    if (frame_get_sealed(m, v->domain->id, KIND_SEG, &r) == 0) {
        pt_adopt(m, i, desc);
        seg_put(v, r);
        return 0;
    }
    if (frame_get_rw(m, v->domain->id, &r) != 0)
        return -EINVAL;
    shared_write64(&held_words(r)[i % 512], desc);
    frame_put(r);
    return 0;
}
