/*
 * mmuext_op SET_LDT and use of the table.
 *
 * Checks: selectors of the LDT can be loaded after SET_LDT, the table's page cannot be writable while in use, LDT of none; unaligned, huge,
 *   hypervisor and writable tables are refused or cannot be used; an LDT page that is not mapped faults at use.
 */
#include "guest.h"

static u64 table[1024] PAGE, away[512] PAGE;

static u64 load_es(u16 selector)
{
    u64 vector = TRY("mov %[selector], %%es", : : [selector] "r"((u32)selector) : "memory");

    TRY("mov %[selector], %%es", : : [selector] "r"(0) : "memory");
    return vector;
}

void test_main(void)
{
    table[3] = 0x00cff3000000ffffUL;
    table[600] = 0x00cff3000000ffffUL;
    check("before", load_es(3 << 3 | 7) != NO_TRAP);
    map_ro(table);
    map_ro(&table[512]);
    check_eq("set", mmuext(MMUEXT_SET_LDT, (u64)table, 1024), 0);
    check_eq("use", (long)load_es(3 << 3 | 7), NO_TRAP);
    check_eq("use_second_page", (long)load_es((u16)(600 << 3 | 7)), NO_TRAP);
    check("use_empty", load_es(4 << 3 | 7) != NO_TRAP);
    check("in_use_not_writable", va_update(table, (mfn_of(table) << 12) | RW_PTE, UVMF_INVLPG) < 0);
    check_eq("again_shorter", mmuext(MMUEXT_SET_LDT, (u64)table, 8), 0);
    check_eq("shorter_use", (long)load_es(3 << 3 | 7), NO_TRAP);
    check("shorter_beyond", load_es((u16)(600 << 3 | 7)) != NO_TRAP);
    check_eq("none", mmuext(MMUEXT_SET_LDT, 0, 0), 0);
    check("none_use", load_es(3 << 3 | 7) != NO_TRAP);
    check_eq("writable_again", va_update(table, (mfn_of(table) << 12) | RW_PTE, UVMF_INVLPG), 0);

    // A writable page cannot be a descriptor table: refused when set or when used.
    long ret = mmuext(MMUEXT_SET_LDT, (u64)table, 512);

    check("writable_table", ret < 0 || load_es(3 << 3 | 7) != NO_TRAP);
    mmuext(MMUEXT_SET_LDT, 0, 0);
    unmap(away);
    ret = mmuext(MMUEXT_SET_LDT, (u64)away, 512);
    check("unmapped_table", ret < 0 || load_es(3 << 3 | 7) != NO_TRAP);
    mmuext(MMUEXT_SET_LDT, 0, 0);
    check("unaligned", mmuext(MMUEXT_SET_LDT, (u64)table + 8, 512) < 0);
    check("too_many", mmuext(MMUEXT_SET_LDT, (u64)table, 8193) < 0);
    check("far_too_many", mmuext(MMUEXT_SET_LDT, (u64)table, 0xffffffff) < 0);
    check("hypervisor_table", mmuext(MMUEXT_SET_LDT, HYPERVISOR_PRIVATE, 512) < 0);
    check("m2p_table", mmuext(MMUEXT_SET_LDT, HYPERVISOR_START, 512) < 0);
    check("end_of_guest_range", mmuext(MMUEXT_SET_LDT, HYPERVISOR_START - PAGE_SIZE, 8192) < 0);

    // A ring-0 descriptor in the LDT cannot be used.
    table[5] = 0x00cf93000000ffffUL;
    table[6] = 0x0000ec0000080000UL;
    map_ro(table);
    if (mmuext(MMUEXT_SET_LDT, (u64)table, 512) == 0) {
        check("call_gate", try_far(6 << 3 | 7) != NO_TRAP);
        check("ring_0_data_harmless", load_es(5 << 3 | 4) != NO_TRAP || (table[5] >> 45 & 3) != 0);
    }
    mmuext(MMUEXT_SET_LDT, 0, 0);
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
}
