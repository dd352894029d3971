/*
 * memory_op reservations with hostile arguments.
 *
 * Checks: bad pointers of the structure and of the list, orders and counts out of range, frames that are not the domain's, page-table
 *   frames and frames still mapped do not free what is in use; the domain keeps its memory.
 * Xen differs: increase_bad_list_gives_nothing: it allocates before it finds that it cannot write the frame number back.
 */
#include "guest.h"

static u8 page[PAGE_SIZE] PAGE;
static xen_pfn_t frame;

static long reservation(u32 op, const void *list, u64 count, u32 order)
{
    struct xen_memory_reservation reservation = { .nr_extents = count, .extent_order = order, .domid = DOMID_SELF };

    set_xen_guest_handle(reservation.extent_start, (xen_pfn_t *)list);
    return HC(memory_op, op, &reservation);
}

void test_main(void)
{
    const u32 ops[] = { XENMEM_increase_reservation, XENMEM_decrease_reservation, XENMEM_populate_physmap };
    domid_t self = DOMID_SELF;
    long before = HC(memory_op, XENMEM_current_reservation, &self);

    for (u32 i = 0; i < 3; i++) {
        check("bad_structure", HC(memory_op, ops[i], HYPERVISOR_PRIVATE) <= 0);
        check("null_structure", HC(memory_op, ops[i], NULL) <= 0);
        check("non_canonical_structure", HC(memory_op, ops[i], NON_CANONICAL) <= 0);
        if (ops[i] != XENMEM_increase_reservation) { // it only writes the list: see below
            check("bad_list", reservation(ops[i], (void *)HYPERVISOR_PRIVATE, 4, 0) <= 0);
            check("null_list", reservation(ops[i], NULL, 4, 0) <= 0);
            check("non_canonical_list", reservation(ops[i], (void *)NON_CANONICAL, 4, 0) <= 0);
            check("unmapped_list", reservation(ops[i], (void *)HYPERVISOR_END, 4, 0) <= 0);
        }
        frame = 0x7fffffffffffffffUL;
        check("order_31", reservation(ops[i], &frame, 1, 31) <= 0);
        check("order_63", reservation(ops[i], &frame, 1, 63) <= 0);
        check("order_max", reservation(ops[i], &frame, 1, 0xffffffff) <= 0);
        check("count_max", reservation(ops[i], &frame, ~0UL, 0) <= 0);
    }
    for (u64 bad = 0; bad < 4; bad++) {
        const u64 frames[] = { ~0UL, 1UL << 52, 1UL << 40, HC(memory_op, XENMEM_maximum_ram_page, NULL) + 1 };

        frame = frames[bad];
        check("decrease_no_frame", reservation(XENMEM_decrease_reservation, &frame, 1, 0) <= 0);
    }
    frame = 1;
    check("decrease_frame_of_machine", reservation(XENMEM_decrease_reservation, &frame, 1, 0) <= 0);
    check_eq("memory_unchanged", HC(memory_op, XENMEM_current_reservation, &self), before);

    check("increase_bad_list", reservation(XENMEM_increase_reservation, (void *)HYPERVISOR_END, 4, 0) <= 0);
    check_differs("increase_bad_list_gives_nothing", HC(memory_op, XENMEM_current_reservation, &self) - before, 0, 1);

    // A frame that is mapped may be given up, but not given to anybody while the mapping is there.
    frame = mfn_of(page);
    memset(page, 0x5a, sizeof(page));
    reservation(XENMEM_decrease_reservation, &frame, 1, 0);
    check_eq("mapped_frame_keeps_contents", page[100], 0x5a);
    page[100] = 1;
    check_eq("mapped_frame_still_ours", page[100], 1);
    unmap(page);
    // The same for the frame of the top page table.
    frame = mfn_of((void *)si->pt_base);
    reservation(XENMEM_decrease_reservation, &frame, 1, 0);
    check_eq("page_table_survives", (long)PTE_MFN(*entry_of(page, 4)) > 0, 1);
    check("page_table_still_read_only", try_write((void *)si->pt_base, 0) != NO_TRAP);
    check("still_alive", HC(xen_version, XENVER_version, NULL) > 0);
}
