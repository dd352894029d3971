/*
 * A frame is a page table or writable memory, never both: each level, pinned, whoever comes first.
 *
 * Checks: pinning a writably mapped frame, a second writable mapping after the pin, a pinned table of one level used as another, a grant of
 *   a page-table frame, the LDT or GDT on a page-table frame, all refused; after unpinning the frame is memory again.
 */
#include "guest.h"

static u64 table[512] PAGE, window[512] PAGE, lower[512] PAGE;

static void check_level(u32 pin, const char *names[7])
{
    u64 mfn = mfn_of(table);

    memset(table, 0, sizeof(table));
    check(names[0], mmuext(pin, mfn, 0) < 0);
    map_ro(table);
    check_eq(names[1], mmuext(pin, mfn, 0), 0);
    check(names[2], va_update(window, (mfn << 12) | RW_PTE, UVMF_INVLPG) < 0);
    check_eq(names[3], va_update(window, (mfn << 12) | RO_PTE, UVMF_INVLPG), 0);
    check_eq(names[4], (long)try_read(window), NO_TRAP);

    unsigned long frames[1] = { mfn };

    check(names[5], HC(set_gdt, frames, 8) < 0);
    map_rw(window);
    check_eq(names[6], mmuext(MMUEXT_UNPIN_TABLE, mfn, 0), 0);
    map_rw(table);
    table[0] = 1;
}

void test_main(void)
{
    static const char *names[4][7] = {
        { "l1_pin_writable", "l1_pin", "l1_map_writable", "l1_map_read_only", "l1_read", "l1_as_gdt", "l1_unpin" },
        { "l2_pin_writable", "l2_pin", "l2_map_writable", "l2_map_read_only", "l2_read", "l2_as_gdt", "l2_unpin" },
        { "l3_pin_writable", "l3_pin", "l3_map_writable", "l3_map_read_only", "l3_read", "l3_as_gdt", "l3_unpin" },
        { "l4_pin_writable", "l4_pin", "l4_map_writable", "l4_map_read_only", "l4_read", "l4_as_gdt", "l4_unpin" },
    };
    const u32 pins[4] = { MMUEXT_PIN_L1_TABLE, MMUEXT_PIN_L2_TABLE, MMUEXT_PIN_L3_TABLE, MMUEXT_PIN_L4_TABLE };

    for (u32 i = 0; i < 4; i++)
        check_level(pins[i], names[i]);

    u64 mfn = mfn_of(table);

    memset(table, 0, sizeof(table));
    map_ro(table);
    for (u32 as = 0; as < 4; as++) {
        check_eq("pin_as", mmuext(pins[as], mfn, 0), 0);
        for (u32 other = 0; other < 4; other++)
            if (other != as)
                check("pin_as_other", mmuext(pins[other], mfn, 0) < 0);
        check("pin_twice", mmuext(pins[as], mfn, 0) < 0);
        check_eq("unpin", mmuext(MMUEXT_UNPIN_TABLE, mfn, 0), 0);
        check("unpin_twice", mmuext(MMUEXT_UNPIN_TABLE, mfn, 0) < 0);
    }
    map_rw(table);
    memset(table, 0, sizeof(table)); // a pinned L4 had the hypervisor's entries
    map_ro(table);
    // A table that is only linked, not pinned, is as safe.
    map_ro(lower);
    check_eq("pin_l2", mmuext(MMUEXT_PIN_L2_TABLE, mfn, 0), 0);
    check_eq("link_l1", mmu_update1(maddr_of(&table[0]), (mfn_of(lower) << 12) | TABLE_PTE), 0);
    check("linked_l1_writable", va_update(lower, (mfn_of(lower) << 12) | RW_PTE, UVMF_INVLPG) < 0);
    check_eq("unpin_l2_frees_both", mmuext(MMUEXT_UNPIN_TABLE, mfn, 0), 0);
    check_eq("lower_writable", va_update(lower, (mfn_of(lower) << 12) | RW_PTE, UVMF_INVLPG), 0);
    check_eq("table_writable", va_update(table, (mfn_of(table) << 12) | RW_PTE, UVMF_INVLPG), 0);
}
