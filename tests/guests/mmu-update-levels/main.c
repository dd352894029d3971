/*
 * mmu_update of level-2, level-3 and level-4 entries: tables built by hand, linked, used and unlinked.
 *
 * Checks: L1, L2 and L3 tables made of read-only pages are linked from below and from above, the address they map works; a table with a
 *   bad entry is refused as a whole; a frame that is writably mapped is no table; a table's frame is writable again when unlinked.
 */
#include "guest.h"

static u64 l1[512] PAGE, l2[512] PAGE, l3[512] PAGE, data[512] PAGE;
#define FAR_VA 0x0000123456789000UL // user half: its level-4 slot is empty
static volatile u64 *const far = (volatile u64 *)FAR_VA;

static u64 table_entry(const void *table)
{
    return (mfn_of(table) << 12) | TABLE_PTE;
}

static u64 slot(int level)
{
    return (FAR_VA >> (12 + 9 * (level - 1))) & 511;
}

void test_main(void)
{
    u64 l4_slot = mfn_of((void *)si->pt_base) << 12 | slot(4) * 8;

    data[5] = 0x1234;
    l1[slot(1)] = (mfn_of(data) << 12) | RW_PTE;
    check("l3_writably_mapped", mmu_update1(l4_slot, table_entry(l3)) < 0);
    map_ro(l1);
    map_ro(l2);
    map_ro(l3);
    check_eq("link_empty_l3", mmu_update1(l4_slot, table_entry(l3)), 0);
    check("l3_cannot_be_mapped_writable", va_update(l3, (mfn_of(l3) << 12) | RW_PTE, UVMF_INVLPG) < 0);
    check_eq("link_empty_l2", mmu_update1(maddr_of(&l3[slot(3)]), table_entry(l2)), 0);
    check("l2_cannot_be_mapped_writable", va_update(l2, (mfn_of(l2) << 12) | RW_PTE, UVMF_INVLPG) < 0);
    check_eq("link_l1", mmu_update1(maddr_of(&l2[slot(2)]), table_entry(l1)), 0);
    check("l1_cannot_be_mapped_writable", va_update(l1, (mfn_of(l1) << 12) | RW_PTE, UVMF_INVLPG) < 0);
    check_eq("use", (long)try_read(far + 5), NO_TRAP);
    check_eq("use_value", (long)try_value, 0x1234);
    check_eq("use_write", (long)try_write(far + 6, 0x77), NO_TRAP);
    check_eq("use_write_seen", (long)data[6], 0x77);
    check_eq("data_is_no_table", mmu_update1(maddr_of(&l2[slot(2) ^ 1]), table_entry(data)) < 0, 1);
    check_eq("l2_entry_twice", mmu_update1(maddr_of(&l2[slot(2) ^ 1]), table_entry(l1)), 0);
    check_eq("l2_entry_twice_gone", mmu_update1(maddr_of(&l2[slot(2) ^ 1]), 0), 0);
    check("l2_as_l1", mmu_update1(maddr_of(&l2[slot(2) ^ 1]), table_entry(l3)) < 0);
    check("l1_as_l2", mmu_update1(maddr_of(&l3[slot(3) ^ 1]), table_entry(l1)) < 0);
    check("l2_as_l3", mmu_update1(l4_slot ^ 8, table_entry(l2)) < 0);
    check_eq("entry_same_frame_other_flags", mmu_update1(maddr_of(&l3[slot(3)]), table_entry(l2) & ~PTE_A), 0);
    check("superpage_refused", mmu_update1(maddr_of(&l2[slot(2) ^ 2]), ((mfn_of(data) & ~511UL) << 12) | RW_PTE | PTE_PS) < 0);
    check("l3_superpage_refused", mmu_update1(maddr_of(&l3[slot(3) ^ 2]), RW_PTE | PTE_PS) < 0);

    check_eq("unlink_l2", mmu_update1(maddr_of(&l3[slot(3)]), 0), 0);
    mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
    check_eq("unlinked_faults", (long)try_read(far), 14);
    check_eq("l2_writable_again", va_update(l2, (mfn_of(l2) << 12) | RW_PTE, UVMF_INVLPG), 0);
    check_eq("l1_writable_again", va_update(l1, (mfn_of(l1) << 12) | RW_PTE, UVMF_INVLPG), 0);

    // One bad entry deep down spoils the whole.
    l1[7] = (mfn_of((void *)si->pt_base) << 12) | RW_PTE;
    map_ro(l1);
    map_ro(l2);
    check("spoilt_tree_refused", mmu_update1(maddr_of(&l3[slot(3)]), table_entry(l2)) < 0);
    map_rw(l1);
    l1[7] = 0;
    check_eq("l1_still_writable", (long)try_write(l1, 0), NO_TRAP);
    map_ro(l1);
    check_eq("mended_tree", mmu_update1(maddr_of(&l3[slot(3)]), table_entry(l2)), 0);
    check_eq("mended_use", (long)try_read(far + 5), NO_TRAP);
    check_eq("unlink_all", mmu_update1(l4_slot, 0), 0);
    mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
    check_eq("l3_writable_again", va_update(l3, (mfn_of(l3) << 12) | RW_PTE, UVMF_INVLPG), 0);
}
