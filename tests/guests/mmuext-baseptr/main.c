/*
 * mmuext_op NEW_BASEPTR and NEW_USER_BASEPTR.
 *
 * Checks: switch to a copy of the running table and back, the pinned copy stays usable, an unpinned table is validated on the switch, a
 *   table of a lower level or plain memory is refused and the running table stays; the user table may be none (0); a running table that is
 *   unpinned lives until the switch.
 */
#include "guest.h"

static u64 copy[512] PAGE, l1[512] PAGE, data[512] PAGE;

void test_main(void)
{
    u64 top = mfn_of((void *)si->pt_base), mfn = mfn_of(copy);

    for (u32 slot = 0; slot < 512; slot++)
        copy[slot] = slot >= 256 && slot < 272 ? 0 : ((u64 *)si->pt_base)[slot];
    map_ro(copy);
    check_eq("pin", mmuext(MMUEXT_PIN_L4_TABLE, mfn, 0), 0);
    check_eq("switch", mmuext(MMUEXT_NEW_BASEPTR, mfn, 0), 0);
    data[0] = 7;
    check_eq("memory_after_switch", (long)data[0], 7);
    check_eq("switch_same", mmuext(MMUEXT_NEW_BASEPTR, mfn, 0), 0);
    check_eq("update_after_switch", va_update(data, (mfn_of(data) << 12) | RO_PTE, UVMF_INVLPG), 0);
    map_rw(data);
    mmuext(MMUEXT_UNPIN_TABLE, mfn, 0);
    check_eq("unpinned_still_runs", HC(xen_version, XENVER_version, NULL) > 0, 1);
    check("unpinned_not_writable", va_update(copy, (mfn << 12) | RW_PTE, UVMF_INVLPG) < 0);
    check_eq("switch_back", mmuext(MMUEXT_NEW_BASEPTR, top, 0), 0);
    check_eq("left_is_free", va_update(copy, (mfn << 12) | RW_PTE, UVMF_INVLPG), 0);
    map_ro(copy);
    check_eq("switch_to_unpinned", mmuext(MMUEXT_NEW_BASEPTR, mfn, 0), 0);
    check_eq("switch_from_unpinned", mmuext(MMUEXT_NEW_BASEPTR, top, 0), 0);
    map_rw(copy);

    check("writable_memory", mmuext(MMUEXT_NEW_BASEPTR, mfn_of(data), 0) < 0);
    map_ro(l1);
    check_eq("pin_l1", mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(l1), 0), 0);
    check("l1", mmuext(MMUEXT_NEW_BASEPTR, mfn_of(l1), 0) < 0);
    check("l1_user", mmuext(MMUEXT_NEW_USER_BASEPTR, mfn_of(l1), 0) < 0);
    check("l3", mmuext(MMUEXT_NEW_BASEPTR, mfn_of(entry_of(data, 3)), 0) < 0);
    check("nobodys", mmuext(MMUEXT_NEW_BASEPTR, ~0UL, 0) < 0);
    check("of_machine", mmuext(MMUEXT_NEW_BASEPTR, 1, 0) < 0);
    check("foreign", mmuext_dom(MMUEXT_NEW_BASEPTR, top, 0, 1234) < 0);
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);

    check_eq("user_same", mmuext(MMUEXT_NEW_USER_BASEPTR, top, 0), 0);
    check_eq("user_none", mmuext(MMUEXT_NEW_USER_BASEPTR, 0, 0), 0);
    check("user_writable_memory", mmuext(MMUEXT_NEW_USER_BASEPTR, mfn_of(data), 0) < 0);
    for (u32 slot = 256; slot < 272; slot++)
        copy[slot] = 0;
    map_ro(copy);
    check_eq("user_unpinned", mmuext(MMUEXT_NEW_USER_BASEPTR, mfn, 0), 0);
    check("user_held", va_update(copy, (mfn << 12) | RW_PTE, UVMF_INVLPG) < 0);
    check_eq("user_replaced", mmuext(MMUEXT_NEW_USER_BASEPTR, top, 0), 0);
    check_eq("user_released", va_update(copy, (mfn << 12) | RW_PTE, UVMF_INVLPG), 0);
    check_eq("cr3_write", (long)TRY("mov %[cr3], %%cr3", : : [cr3] "r"(xen_pfn_to_cr3(top)) : "memory"), NO_TRAP);
    u64 cr3 = 0;
    check_eq("cr3_read", (long)TRY("mov %%cr3, %[cr3]", : [cr3] "=r"(cr3) : : "memory"), NO_TRAP);
    check_eq("cr3_value", (long)(cr3 >> 12), (long)top);
}
