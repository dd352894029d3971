/*
 * Level-4 slots 256 to 271 belong to the hypervisor.
 *
 * Checks: none of them can be written by mmu_update in the running table nor in another; a guest's table that has something there when it is
 *   pinned does not get it mapped; slots 255 and 272 are the guest's; slots of a pinned table read as the guest or the hypervisor set
 *   them but never lead to the guest's frames.
 */
#include "guest.h"

static u64 l4[512] PAGE, l3[512] PAGE;

void test_main(void)
{
    u64 top = mfn_of((void *)si->pt_base) << 12, link = 0;

    map_ro(l3);
    check_eq("pin_l3", mmuext(MMUEXT_PIN_L3_TABLE, mfn_of(l3), 0), 0);
    link = (mfn_of(l3) << 12) | TABLE_PTE;
    for (u64 slot = 256; slot < 272; slot++) {
        check("slot_refused", mmu_update1(top | slot * 8, link) < 0);
        check("slot_clear_refused", mmu_update1(top | slot * 8, 0) < 0);
    }
    check_eq("slot_255", mmu_update1(top | 255 * 8, link), 0);
    check_eq("slot_255_clear", mmu_update1(top | 255 * 8, 0), 0);
    check_eq("slot_272", mmu_update1(top | 272 * 8, link), 0);
    check_eq("slot_272_clear", mmu_update1(top | 272 * 8, 0), 0);
    check("slot_not_writable_directly", try_write((u64 *)si->pt_base + 256, 0) != NO_TRAP);

    // The guest prepares a table of its own with its L3 in the hypervisor's slots.
    for (u32 slot = 0; slot < 512; slot++)
        l4[slot] = slot >= 256 && slot < 272 ? link : ((u64 *)si->pt_base)[slot];
    map_ro(l4);
    long ret = mmuext(MMUEXT_PIN_L4_TABLE, mfn_of(l4), 0);

    check_eq("pin_l4_with_entries", ret, 0);
    for (u64 slot = 256; slot < 272; slot++) {
        check("slot_replaced", PTE_MFN(l4[slot]) != mfn_of(l3) || (l4[slot] & PTE_P) == 0);
        check("other_table_slot_refused", mmu_update1(mfn_of(l4) << 12 | slot * 8, link) < 0);
    }
    check_eq("switch_to_it", mmuext(MMUEXT_NEW_BASEPTR, mfn_of(l4), 0), 0);
    check("hypervisor_works", HC(xen_version, XENVER_version, NULL) > 0);
    check_eq("m2p_readable", (long)try_read(m2p()), NO_TRAP);
    check_eq("switch_back", mmuext(MMUEXT_NEW_BASEPTR, top >> 12, 0), 0);
    check_eq("unpin", mmuext(MMUEXT_UNPIN_TABLE, mfn_of(l4), 0), 0);
    check_eq("memory_again", va_update(l4, (mfn_of(l4) << 12) | RW_PTE, UVMF_INVLPG), 0);
    l4[256] = 7;
    check_eq("written", (long)l4[256], 7);
}
