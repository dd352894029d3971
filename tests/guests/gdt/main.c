/*
 * set_gdt: the guest's own descriptor table.
 *
 * Checks: a table of one frame and of several, selectors from it can be loaded and used, the frame cannot be mapped writable while it is a
 *   table and can again afterwards; too many entries, writably mapped frames, bad descriptors, foreign frames are refused.
 */
#include "guest.h"

static u64 table[512] PAGE, second[512] PAGE;
static unsigned long frames[16];
#define DATA_DESCRIPTOR 0x00cff3000000ffffUL // DPL 3, flat

static u64 load_es(u16 selector)
{
    u64 vector = TRY("mov %[selector], %%es", : : [selector] "r"((u32)selector) : "memory");

    TRY("mov %[selector], %%es", : : [selector] "r"(0) : "memory");
    return vector;
}

void test_main(void)
{
    table[5] = DATA_DESCRIPTOR;
    table[6] = 0x00aff3000000ffffUL | 0x80000000UL; // base not 0
    frames[0] = mfn_of(table);
    check("writable_frame", HC(set_gdt, frames, 512) < 0);
    map_ro(table);
    check_eq("one_frame", HC(set_gdt, frames, 512), 0);
    check("frame_cannot_be_writable", va_update(table, (mfn_of(table) << 12) | RW_PTE, UVMF_INVLPG) < 0);
    check_eq("selector", (long)load_es(5 << 3 | 3), NO_TRAP);
    check_eq("selector_second", (long)load_es(6 << 3 | 3), NO_TRAP);
    check("selector_empty", load_es(7 << 3 | 3) != NO_TRAP);
    check_eq("selector_empty_error", (long)last_trap.error, 7 << 3);

    frames[1] = mfn_of(second);
    second[9] = DATA_DESCRIPTOR;
    map_ro(second);
    check_eq("two_frames", HC(set_gdt, frames, 1024), 0);
    check_eq("selector_in_second", (long)load_es((512 + 9) << 3 | 3), NO_TRAP);
    check_eq("one_again", HC(set_gdt, frames, 512), 0);
    check("selector_in_second_gone", load_es((512 + 9) << 3 | 3) != NO_TRAP);
    check_eq("second_free", va_update(second, (mfn_of(second) << 12) | RW_PTE, UVMF_INVLPG), 0);

    check_eq("too_many", HC(set_gdt, frames, FIRST_RESERVED_GDT_ENTRY + 1), -XEN_EINVAL);
    check_eq("far_too_many", HC(set_gdt, frames, 0xffffffff), -XEN_EINVAL);
    check_eq("bad_list", HC(set_gdt, HYPERVISOR_PRIVATE, 512), -XEN_EFAULT);
    check_eq("null_list", HC(set_gdt, NULL, 512), -XEN_EFAULT);
    frames[0] = ~0UL;
    check("frame_nobodys", HC(set_gdt, frames, 512) < 0);
    frames[0] = 1;
    check("frame_of_machine", HC(set_gdt, frames, 512) < 0);
    frames[0] = mfn_of((void *)si->pt_base);
    check("frame_is_page_table", HC(set_gdt, frames, 512) < 0);
    check_eq("old_one_stays", (long)load_es(5 << 3 | 3), NO_TRAP);
    check_eq("none", HC(set_gdt, frames, 0), 0);
    check("none_selector", load_es(5 << 3 | 3) != NO_TRAP);
    check_eq("table_free", va_update(table, (mfn_of(table) << 12) | RW_PTE, UVMF_INVLPG), 0);

    // A descriptor of ring 0 in the table is made harmless or refused.
    table[8] = 0x00cf93000000ffffUL;
    map_ro(table);
    frames[0] = mfn_of(table);
    if (HC(set_gdt, frames, 512) == 0)
        check("ring_0_descriptor_unusable", (table[8] >> 45 & 3) != 0 || (table[8] >> 47 & 1) == 0);
    check_eq("end", HC(set_gdt, frames, 0), 0);
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
}
