/*
 * memory_op: pages given back and taken again.
 *
 * Checks: decrease_reservation takes an unmapped page away (its frame can no longer be mapped), populate_physmap and
 *   increase_reservation give a frame that can be mapped and belongs to the domain, the counts and the machine-to-physical
 *   table follow; a frame given twice is refused.
 */
#include "guest.h"

static u8 page[PAGE_SIZE] PAGE;
static xen_pfn_t frame, frames[8];

static long reservation(u32 op, xen_pfn_t *list, u64 count, u32 order, domid_t domid)
{
    struct xen_memory_reservation reservation = { .nr_extents = count, .extent_order = order, .domid = domid };

    set_xen_guest_handle(reservation.extent_start, list);
    return HC(memory_op, op, &reservation);
}

static long current(void)
{
    domid_t self = DOMID_SELF;

    return HC(memory_op, XENMEM_current_reservation, &self);
}

void test_main(void)
{
    long before = current();
    u64 old = mfn_of(page), pfn = ((u64)page - VIRT_BASE) >> 12;

    unmap(page);
    frame = old;
    check_eq("decrease", reservation(XENMEM_decrease_reservation, &frame, 1, 0, DOMID_SELF), 1);
    check_eq("decrease_counts", current(), before - 1);
    check("decreased_frame_cannot_be_mapped", va_update(page, (old << 12) | RW_PTE, UVMF_INVLPG) != 0);
    check_eq("decrease_twice", reservation(XENMEM_decrease_reservation, &frame, 1, 0, DOMID_SELF), 0);

    frame = pfn;
    check_eq("populate", reservation(XENMEM_populate_physmap, &frame, 1, 0, DOMID_SELF), 1);
    check_eq("populate_counts", current(), before);
    check("populate_gives_frame", frame != pfn);
    check_eq("populate_sets_m2p", (long)m2p()[frame], (long)pfn);
    check_eq("populated_frame_can_be_mapped", va_update(page, (frame << 12) | RW_PTE, UVMF_INVLPG), 0);

    u64 dirty = 0;

    for (u32 i = 0; i < PAGE_SIZE; i++)
        dirty |= page[i];
    check_eq("populated_frame_is_clean", (long)dirty, 0);
    page[17] = 42;
    check_eq("populated_frame_keeps", page[17], 42);

    unmap(page);
    check_eq("decrease_again", reservation(XENMEM_decrease_reservation, &frame, 1, 0, DOMID_SELF), 1);
    frame = 0;
    check_eq("increase", reservation(XENMEM_increase_reservation, &frame, 1, 0, DOMID_SELF), 1);
    check("increase_gives_frame", frame != 0);
    check_eq("increased_frame_can_be_mapped", va_update(page, (frame << 12) | RW_PTE, UVMF_INVLPG), 0);
    check_eq("machphys_update", mmu_update1((frame << 12) | MMU_MACHPHYS_UPDATE, pfn), 0);
    check_eq("machphys_updated", (long)m2p()[frame], (long)pfn);
    unmap(page);

    check_eq("decrease_third", reservation(XENMEM_decrease_reservation, &frame, 1, 0, DOMID_SELF), 1);
    for (u32 i = 0; i < 8; i++)
        frames[i] = pfn;
    check_eq("none", reservation(XENMEM_populate_physmap, frames, 0, 0, DOMID_SELF), 0);
    check_eq("populate_by_number", reservation(XENMEM_populate_physmap, frames, 1, 0, 0), 1);
    check_eq("populate_stranger_does_none", reservation(XENMEM_populate_physmap, frames, 1, 0, 1234), 0);
    check_eq("counts_as_before", current(), before);
}
