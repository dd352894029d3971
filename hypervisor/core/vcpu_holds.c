/* SPDX-License-Identifier: MIT */
/* What the machine reads of a vcpu's frames: its base tables, descriptor pages, vcpu_info.  The vcpu owns their
 * references. */
#include "core/domain.h"
#include "core/guest.h"
#include "core/hvmap.h"
#include "core/time.h"
#include "core/tlb.h"
#include "ports/sched.h"

static bool is_sealed_l4(fref_t r)
{
    uint64_t state = frame_state(fref_mfn(r));

    return (r.v & FREF_TAG_PT) != 0 && frame_word_type(state) == KIND_L4 && frame_word_sealed(state);
}

SC_OWNED fref_t vcpu_set_base(struct vcpu *v, bool user, SC_OWNED fref_t l4)
{
    fref_t old;

    SC_REQUIRE((user && fref_is_none(l4)) || is_sealed_l4(l4));
    SC_REQUIRE(!user || v != this_cpu()->current || v->kernel_mode);
    if (user) {
        old = fref_take(v->user_pt);
        v->user_pt = l4;
        return old;
    }
    if (v == this_cpu()->current && v->kernel_mode)
        cr3_load(mfn_to_maddr(fref_mfn(l4)).v);
    old = fref_take(v->kernel_pt);
    v->kernel_pt = l4;
    return old;
}

static bool is_gone(const struct vcpu *v)
{
    return v->domain->dying && atomic_read8(&v->on_cpu) == 0;
}

SC_OWNED fref_t vcpu_drop_base(struct vcpu *v, bool user)
{
    SC_REQUIRE(is_gone(v));
    return user ? fref_take(v->user_pt) : fref_take(v->kernel_pt);
}

/* ---- the per-domain area ---- */

void perdom_map(const struct vcpu *v, unsigned page, uint64_t pte)
{
    unsigned n = v->id * PERDOM_VCPU_PAGES + page;

    frame_words(v->domain->perdom_l1[n / 512])[n % 512] = pte;
}

/* Selectors of pages that the guest did not give find zeroes: not present, not a fault of ours. */
static void map_zeroes(const struct vcpu *v, unsigned page)
{
    static mfn_t zero SC_BOOT;

    if (zero.v == 0 && frame_alloc_hv(&zero) != 0)
        return;
    perdom_map(v, page, mfn_to_maddr(zero).v | HVMAP_R);
}

void perdom_init_gdt(const struct vcpu *v)
{
    for (unsigned page = 0; page < GDT_GUEST_PAGES; page++)
        map_zeroes(v, page);
}

void vcpu_map_gdt(struct vcpu *v, unsigned page, SC_OWNED fref_t held)
{
    mfn_t m = fref_mfn(held);

    SC_REQUIRE(page < GDT_GUEST_PAGES && fref_is_none(v->gdt_ref[page]) && fref_is_segments(held));
    v->gdt_ref[page] = held;
    perdom_map(v, page, mfn_to_maddr(m).v | HVMAP_RW);
}

SC_OWNED fref_t vcpu_unmap_gdt(struct vcpu *v, unsigned page)
{
    SC_REQUIRE(page < GDT_GUEST_PAGES);
    map_zeroes(v, page);
    return fref_take(v->gdt_ref[page]);
}

void vcpu_map_ldt(struct vcpu *v, unsigned page, SC_OWNED fref_t held)
{
    mfn_t m = fref_mfn(held);

    SC_REQUIRE(page < LDT_PAGES && fref_is_none(v->ldt_ref[page]) && fref_is_segments(held));
    v->ldt_ref[page] = held;
    perdom_map(v, LDT_FIRST_PAGE + page, mfn_to_maddr(m).v | HVMAP_RW);
}

SC_OWNED fref_t vcpu_unmap_ldt(struct vcpu *v, unsigned page)
{
    SC_REQUIRE(page < LDT_PAGES);
    perdom_map(v, LDT_FIRST_PAGE + page, 0);
    return fref_take(v->ldt_ref[page]);
}

/* ---- vcpu_info ---- */

static struct vcpu_info *frame_vcpu_info(fref_t held, uint32_t offset)
{
    SC_REQUIRE(fref_is_rw(held) && offset <= PAGE_SIZE - sizeof(struct vcpu_info));
    SC_UNSAFE("DEV-14: the frame is held for writing, the offset is aligned and inside it")
    {
        return (struct vcpu_info *)(void *)&frame_bytes(fref_mfn(held))[offset & (PAGE_SIZE - 8)];
    }
}

void vcpu_drop_info(struct vcpu *v)
{
    SC_REQUIRE(is_gone(v));
    if (fref_is_none(v->info_ref))
        return;
    slot_publish(v->info, &v->domain->shared->vcpu_info[0]);
    frame_put(fref_take(v->info_ref));
}

/* Who sends an event may still tell the old one, until a grace period has passed. */
void vcpu_set_info(struct vcpu *v, SC_OWNED fref_t held, uint32_t offset)
{
    struct vcpu_info *info = frame_vcpu_info(held, offset), *before = v->info;

    SC_REQUIRE(fref_is_none(v->info_ref));
    v->info_ref = held;
    info->evtchn_upcall_mask = before->evtchn_upcall_mask;
    info->arch = before->arch;
    info->evtchn_pending_sel = shared_xchg64(&before->evtchn_pending_sel, 0);
    info->evtchn_upcall_pending = shared_xchg8(&before->evtchn_upcall_pending, 0);
    v->info_before = before;
    slot_publish(v->info, info);
    time_fill_guest(&info->time);
    rcu_defer(&v->info_left, RCU_VCPU_INFO, v);
}

void vcpu_info_settle(struct vcpu *v)
{
    struct vcpu_info *before = v->info_before;

    if (before == NULL)
        return;
    (void)shared_or64(&v->info->evtchn_pending_sel, shared_read64(&before->evtchn_pending_sel));
    if (shared_read8(&before->evtchn_upcall_pending) != 0 && shared_xchg8(&v->info->evtchn_upcall_pending, 1) == 0)
        vcpu_kick(v);
    v->info_before = NULL;
    if (v->info_frame.v != 0)
        frame_free_hv(v->info_frame);
    v->info_frame = mfn(0);
}
