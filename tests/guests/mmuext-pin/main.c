/*
 * mmuext_op PIN and UNPIN of each level.
 *
 * Checks: good tables with entries at each level, validation of the whole tree below, reference counts (a pinned lower table survives the
 *   upper one), batches with pdone, bad frames, foreign domains.
 */
#include "guest.h"

static u64 l1[512] PAGE, l2[512] PAGE, l3[512] PAGE, l4[512] PAGE, data[512] PAGE;
static struct mmuext_op ops[4];

static u64 link(const void *table)
{
    return (mfn_of(table) << 12) | TABLE_PTE;
}

void test_main(void)
{
    for (u32 i = 0; i < 512; i++)
        l1[i] = (mfn_of(data) << 12) | (i % 2 != 0 ? RW_PTE : RO_PTE);
    for (u32 i = 0; i < 4; i++)
        l2[i * 7] = link(l1);
    l3[1] = link(l2);
    l4[3] = link(l3);
    for (u32 i = 0; i < 4; i++)
        map_ro((void *[]){ l1, l2, l3, l4 }[i]);

    check_eq("pin_tree", mmuext(MMUEXT_PIN_L4_TABLE, mfn_of(l4), 0), 0);
    check_eq("pin_lower_too", mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(l1), 0), 0);
    check_eq("unpin_tree", mmuext(MMUEXT_UNPIN_TABLE, mfn_of(l4), 0), 0);
    check_eq("l4_free", va_update(l4, (mfn_of(l4) << 12) | RW_PTE, UVMF_INVLPG), 0);
    check_eq("l2_free", va_update(l2, (mfn_of(l2) << 12) | RW_PTE, UVMF_INVLPG), 0);
    check("l1_still_pinned", va_update(l1, (mfn_of(l1) << 12) | RW_PTE, UVMF_INVLPG) < 0);
    check_eq("unpin_l1", mmuext(MMUEXT_UNPIN_TABLE, mfn_of(l1), 0), 0);
    map_rw(l1);
    map_rw(l3);

    // Bad entries at each level
    const u64 bad[] = { (mfn_of((void *)si->pt_base) << 12) | RW_PTE, (0xffffffffffUL << 12) | RO_PTE };

    for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
        l1[100] = bad[i];
        map_ro(l1);
        check("l1_with_bad_entry", mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(l1), 0) < 0);
        check_eq("l1_not_kept", va_update(l1, (mfn_of(l1) << 12) | RW_PTE, UVMF_INVLPG), 0);
        l1[100] = 0;
    }
    l2[300] = (mfn_of(data) << 12) | TABLE_PTE; // writably mapped: no L1
    map_ro(l1);
    map_ro(l2);
    check("l2_with_bad_entry", mmuext(MMUEXT_PIN_L2_TABLE, mfn_of(l2), 0) < 0);
    map_rw(l2);
    check_eq("l1_not_kept_by_l2", va_update(l1, (mfn_of(l1) << 12) | RW_PTE, UVMF_INVLPG), 0);
    map_ro(l1);
    l2[300] = 0;
    map_ro(l2);
    check_eq("l2_mended", mmuext(MMUEXT_PIN_L2_TABLE, mfn_of(l2), 0), 0);
    check_eq("l2_unpin", mmuext(MMUEXT_UNPIN_TABLE, mfn_of(l2), 0), 0);

    u32 done = 99;
    memset(ops, 0, sizeof(ops));
    ops[0].cmd = MMUEXT_PIN_L1_TABLE, ops[0].arg1.mfn = mfn_of(l1);
    ops[1].cmd = MMUEXT_PIN_L2_TABLE, ops[1].arg1.mfn = mfn_of(l2);
    ops[2].cmd = MMUEXT_UNPIN_TABLE, ops[2].arg1.mfn = mfn_of(l2);
    ops[3].cmd = MMUEXT_UNPIN_TABLE, ops[3].arg1.mfn = mfn_of(l1);
    check_eq("batch", HC(mmuext_op, ops, 4, &done, DOMID_SELF), 0);
    check_eq("batch_done", done, 4);
    ops[2].arg1.mfn = mfn_of(data);
    check("batch_bad", HC(mmuext_op, ops, 4, &done, DOMID_SELF) < 0);
    check_eq("batch_bad_done", done, 2);
    mmuext(MMUEXT_UNPIN_TABLE, mfn_of(l2), 0);
    mmuext(MMUEXT_UNPIN_TABLE, mfn_of(l1), 0);

    check_eq("pin_writable", mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(data), 0) < 0, 1);
    check("unpin_unpinned", mmuext(MMUEXT_UNPIN_TABLE, mfn_of(data), 0) < 0);
    check("unpin_linked_only", mmuext(MMUEXT_UNPIN_TABLE, mfn_of(entry_of(data, 1)), 0) < 0);
    for (u32 pin = MMUEXT_PIN_L1_TABLE; pin <= MMUEXT_UNPIN_TABLE; pin++) {
        check("frame_nobodys", mmuext(pin, ~0UL >> 12, 0) < 0);
        check("frame_all_ones", mmuext(pin, ~0UL, 0) < 0);
        check("frame_of_machine", mmuext(pin, 1, 0) < 0);
        check("foreign", mmuext_dom(pin, mfn_of(l1), 0, 1234) < 0);
    }
    map_rw(l1);
    l1[0] = 1;
    check_eq("all_free", (long)l1[0], 1);
}
