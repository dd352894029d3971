/*
 * Tables that contain themselves or each other: linear page tables.
 *
 * Checks: an L4 that maps itself, an L3 or L2 linked as its own, an L4 linked from an L3, circular chains over two tables; a read-only
 *   self entry may be accepted (linear page tables) but a writable use of the table must never come of it.
 * Expect: whatever is accepted, the page tables cannot be written and unpinning gives the memory back.
 */
#include "guest.h"

static u64 a[512] PAGE, b[512] PAGE;

static void release(u64 *table)
{
    mmuext(MMUEXT_UNPIN_TABLE, mfn_of(table), 0);
    check_eq("writable_again", va_update(table, (mfn_of(table) << 12) | RW_PTE, UVMF_INVLPG), 0);
    memset(table, 0, 4096);
}

static void check_self(u32 pin)
{
    u64 mfn = mfn_of(a);

    // The entry is there before the pin.
    a[3] = (mfn << 12) | TABLE_PTE;
    map_ro(a);
    check("self_writable_before_pin", mmuext(pin, mfn, 0) < 0);
    map_rw(a);
    a[3] = 0;
    map_ro(a);
    // And after it.
    check_eq("pin", mmuext(pin, mfn, 0), 0);
    check("self_writable", mmu_update1(maddr_of(&a[3]), (mfn << 12) | TABLE_PTE) < 0);
    mmu_update1(maddr_of(&a[3]), (mfn << 12) | RO_PTE);
    check("not_mapped_writable", va_update(b, (mfn << 12) | RW_PTE, UVMF_INVLPG) < 0);
    mmu_update1(maddr_of(&a[3]), 0);
    release(a);
}

static void check_circle(u32 pin)
{
    map_ro(a);
    map_ro(b);
    check_eq("pin_a", mmuext(pin, mfn_of(a), 0), 0);
    check_eq("pin_b", mmuext(pin, mfn_of(b), 0), 0);
    check("a_to_b_writable", mmu_update1(maddr_of(&a[1]), (mfn_of(b) << 12) | TABLE_PTE) < 0);
    mmu_update1(maddr_of(&a[1]), (mfn_of(b) << 12) | RO_PTE);
    mmu_update1(maddr_of(&b[1]), (mfn_of(a) << 12) | RO_PTE);
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
    mmu_update1(maddr_of(&a[1]), 0);
    mmu_update1(maddr_of(&b[1]), 0);
    release(a);
    release(b);
}

void test_main(void)
{
    const u32 pins[3] = { MMUEXT_PIN_L2_TABLE, MMUEXT_PIN_L3_TABLE, MMUEXT_PIN_L4_TABLE };
    u64 top = mfn_of((void *)si->pt_base), slot = top << 12 | 5 * 8;

    for (u32 i = 0; i < 3; i++) {
        check_self(pins[i]);
        check_circle(pins[i]);
    }
    // The running L4: a linear mapping of itself shows page tables, read-only.
    check("running_l4_self_writable", mmu_update1(slot, (top << 12) | TABLE_PTE) < 0);
    if (mmu_update1(slot, (top << 12) | RO_PTE) == 0) {
        u64 linear = 5UL << 39 | 5UL << 30 | 5UL << 21 | 5UL << 12;

        check_eq("linear_read", (long)try_read((void *)(linear + 5 * 8)), NO_TRAP);
        check_eq("linear_read_value", (long)(PTE_MFN(try_value)), (long)top);
        check("linear_write_refused", try_write((void *)(linear + 6 * 8), (top << 12) | TABLE_PTE) != NO_TRAP);
        check_eq("linear_removed", mmu_update1(slot, 0), 0);
        mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
    }
    // A lower table of the running tree as an upper one and the other way round.
    u64 l3 = mfn_of(entry_of(a, 3)), l2 = mfn_of(entry_of(a, 2)), l1 = mfn_of(entry_of(a, 1));

    check("l4_in_l3", mmu_update1(l3 << 12 | 8, (top << 12) | TABLE_PTE) < 0);
    check("l3_in_l2", mmu_update1(l2 << 12 | 511 * 8, (l3 << 12) | TABLE_PTE) < 0);
    check("l2_in_l1_writable", mmu_update1(entry_maddr(b, 1), (l2 << 12) | RW_PTE) < 0);
    check("l1_in_l4", mmu_update1(slot, (l1 << 12) | TABLE_PTE) < 0);
    check("l2_in_l4", mmu_update1(slot, (l2 << 12) | TABLE_PTE) < 0);
    check_eq("l3_in_l4_twice", mmu_update1(slot, (l3 << 12) | TABLE_PTE), 0);
    check_eq("l3_in_l4_removed", mmu_update1(slot, 0), 0);
    check_eq("top_unlinked_while_running", mmuext(MMUEXT_UNPIN_TABLE, top, 0), 0);
    check("alive_after_unpin", HC(xen_version, XENVER_version, NULL) > 0);
}
