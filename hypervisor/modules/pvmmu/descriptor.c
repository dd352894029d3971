/* SPDX-License-Identifier: MIT */
/* GDT and LDT frames (AMD APM vol. 2, 4.7 and 4.8; Xen public xen.h: set_gdt, update_descriptor). */
#include "core/guest.h"
#include "core/log.h"
#include "core/segments.h"
#include "core/tlb.h"
#include "modules/pvmmu/pvmmu.h"
#include "ports/pvmmu.h"

/* Hold a frame as descriptor page of v's domain; building one takes no other table. */
/*@ requires \valid(v) && \valid_read(v->domain) && \separated(v, v->domain);
    requires \separated(out, v) && \separated(out, v->domain);
    assigns *out, ref_got, ref_for, entry_kind, tables_begun;
    ensures refused: \result <= 0;
    ensures held: \result == 0 ==> out->v == m.v * 4096 + FREF_TAG_PT;
    ensures his: \result == 0 ==> ref_for == v->domain->id && entry_kind == KIND_SEG;
*/
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

/*@ requires \valid(v) && \valid_read(v->domain) && \separated(v, v->domain);
    assigns \nothing;
*/
static void seg_put(struct vcpu *v, SC_OWNED fref_t r)
{
    struct mmu_ctx c = { .v = v, .pt_owner = v->domain, .pg_owner = v->domain };

    table_put_to_end(&c, r, KIND_SEG);
    mmu_finish(&c);
}

void pvmmu_drop_gdt(struct vcpu *v)
{
    /*@ loop invariant 0 <= i <= GDT_GUEST_PAGES;
        loop invariant none: \forall integer k; 0 <= k < i ==> v->gdt_ref[k].v == 0;
        loop assigns i, v->gdt_ref[0 .. GDT_GUEST_PAGES - 1];
        loop variant GDT_GUEST_PAGES - i;
    */
    for (unsigned i = 0; i < GDT_GUEST_PAGES; i++)
        seg_put(v, vcpu_unmap_gdt(v, i));
    v->gdt_entries = 0;
}

int pvmmu_set_gdt(struct vcpu *v, const uint64_t *frames, unsigned nr, unsigned entries)
{
    fref_t refs[GDT_GUEST_PAGES] = { { 0 } };
    int rc = 0;
    unsigned n;

    if (entries > GDT_GUEST_PAGES * 512U || nr > GDT_GUEST_PAGES)
        return -EINVAL;
    /*@ loop invariant 0 <= n <= nr <= GDT_GUEST_PAGES && rc == 0;
        loop invariant got: \forall integer k; 0 <= k < n ==> refs[k].v == frames[k] * 4096 + FREF_TAG_PT;
        loop assigns n, rc, refs[0 .. GDT_GUEST_PAGES - 1], ref_got, ref_for, entry_kind, tables_begun;
        loop variant nr - n;
    */
    for (n = 0; n < nr; n++) {
        rc = seg_get(v, mfn(frames[n]), &refs[n]);
        if (rc != 0)
            break;
    }
    if (rc != 0) {
        /*@ loop invariant 0 <= n <= GDT_GUEST_PAGES;
            loop assigns n;
            loop variant n;
        */
        while (n > 0)
            seg_put(v, refs[--n]);
        return -EINVAL;
    }
    pvmmu_drop_gdt(v);
    /*@ loop invariant 0 <= n <= nr <= GDT_GUEST_PAGES;
        loop invariant left: \forall integer k; n <= k < nr ==> refs[k].v == frames[k] * 4096 + FREF_TAG_PT;
        loop invariant in: \forall integer k; 0 <= k < n ==> v->gdt_ref[k].v == frames[k] * 4096 + FREF_TAG_PT;
        loop invariant out: \forall integer k; n <= k < GDT_GUEST_PAGES ==> v->gdt_ref[k].v == 0;
        loop assigns n, refs[0 .. GDT_GUEST_PAGES - 1], v->gdt_ref[0 .. GDT_GUEST_PAGES - 1];
        loop variant nr - n;
    */
    for (n = 0; n < nr; n++)
        vcpu_map_gdt(v, n, fref_take(refs[n]));
    v->gdt_entries = (uint16_t)entries;
    tlb_flush_local();
    return 0;
}

void pvmmu_drop_ldt(struct vcpu *v)
{
    /*@ loop invariant 0 <= i <= LDT_PAGES;
        loop invariant none: \forall integer k; 0 <= k < i ==> v->ldt_ref[k].v == 0;
        loop assigns i, v->ldt_ref[0 .. LDT_PAGES - 1], v->ldt_mapped;
        loop variant LDT_PAGES - i;
    */
    for (unsigned i = 0; i < LDT_PAGES; i++)
        seg_put(v, vcpu_unmap_ldt(v, i));
}

int pvmmu_set_ldt(struct vcpu *v, uint64_t base, uint64_t nr_entries)
{
    bool in_hv = base < HV_VIRT_END && base + nr_entries * 8 > HV_VIRT_START;

    if (base % PAGE_SIZE != 0 || nr_entries > 8192 || (nr_entries != 0 && in_hv)) {
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
    unsigned page = (unsigned)(offset / PAGE_SIZE % LDT_PAGES);
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
    unsigned i = (unsigned)(where.v % PAGE_SIZE / 8);
    fref_t r;

    if (where.v % 8 != 0 || !descriptor_fix(&desc))
        return -EINVAL;
    if (frame_get_sealed(m, v->domain->id, KIND_SEG, &r) == 0) {
        pt_adopt_descriptor(m, i, desc);
        seg_put(v, r);
        return 0;
    }
    if (frame_get_rw(m, v->domain->id, &r) != 0)
        return -EINVAL;
    held_word_set(r, i, desc);
    frame_put(r);
    return 0;
}
