/*
 * mmu_update of level-1 entries: what a guest may map, and how.
 *
 * Checks: change of rights, unmap and map, PRESERVE_AD keeps the accessed and dirty bits, MACHPHYS_UPDATE, batches with pdone, a batch
 *   stops at the first bad one; frames of others, of page tables (writable), of no memory, and reserved bits are refused.
 */
#include "guest.h"

static volatile u64 page[512] PAGE, other[512] PAGE;
static mmu_update_t batch[64];

static long update(const volatile void *va, u64 pte)
{
    long ret = mmu_update1(entry_maddr((void *)va, 1) | MMU_NORMAL_PT_UPDATE, pte);

    mmuext(MMUEXT_INVLPG_LOCAL, (u64)va, 0);
    return ret;
}

static void check_rights(u64 frame)
{
    check_eq("read_only", update(page, (frame << 12) | RO_PTE), 0);
    check_eq("read_only_write_faults", (long)try_write(page, 1), 14);
    check_eq("read_only_error_code", (long)last_trap.error & 7, 3);
    check_eq("read_only_cr2", (long)last_trap.cr2, (long)page);
    check_eq("writable_again", update(page, (frame << 12) | RW_PTE), 0);
    check_eq("writable_write", (long)try_write(page, 77), NO_TRAP);
    check_eq("not_present", update(page, 0), 0);
    check_eq("not_present_read_faults", (long)try_read(page), 14);
    check_eq("not_present_error_code", (long)last_trap.error & 5, 0);
    check_eq("not_present_any_value", update(page, 0xdeadbeef000UL | RW_PTE >> 1 << 1), 0);
    check_eq("no_execute", update(page, (frame << 12) | RW_PTE | PTE_NX), 0);
    page[0] = 0xc3; // ret
    check_eq("no_execute_faults", (long)try_call((void *)page), 14);
    check_eq("execute", update(page, (frame << 12) | RW_PTE), 0);
    check_eq("execute_runs", (long)try_call((void *)page), NO_TRAP);
    check_eq("other_frame", update(page, (mfn_of((void *)other) << 12) | RW_PTE), 0);
    page[3] = 33;
    check_eq("other_frame_shared", (long)other[3], 33);
    check_eq("uncached", update(page, (frame << 12) | RW_PTE | PTE_PCD | PTE_PWT), 0);
    check_eq("available_bits", update(page, (frame << 12) | RW_PTE | 0xe00), 0);
    check_eq("back", update(page, (frame << 12) | RW_PTE), 0);
}

static void check_preserve(u64 frame)
{
    u64 at = entry_maddr((void *)page, 1);

    update(page, (frame << 12) | PTE_P | PTE_RW | PTE_US);
    page[0]++;
    check_eq("hardware_sets_ad", (long)(*entry_of((void *)page, 1) & (PTE_A | PTE_D)), PTE_A | PTE_D);
    check_eq("preserve_ad", mmu_update1(at | MMU_PT_UPDATE_PRESERVE_AD, (frame << 12) | PTE_P | PTE_RW | PTE_US), 0);
    check_eq("preserve_ad_kept", (long)(*entry_of((void *)page, 1) & (PTE_A | PTE_D)), PTE_A | PTE_D);
    check_eq("normal", mmu_update1(at, (frame << 12) | PTE_P | PTE_RW | PTE_US), 0);
    check_eq("normal_not_kept", (long)(*entry_of((void *)page, 1) & PTE_D), 0);
    update(page, (frame << 12) | RW_PTE);
}

static void check_refused(u64 frame)
{
    static xen_pfn_t m2p_frames[16];
    struct xen_machphys_mfn_list list = { .max_extents = ARRAY_SIZE(m2p_frames) };
    u64 table = mfn_of((void *)si->pt_base);

    for (int level = 1; level <= 4; level++) {
        u64 mfn = mfn_of(entry_of((void *)page, level));

        check("table_writable_refused", update(page, (mfn << 12) | RW_PTE) < 0);
        check_eq("table_read_only", update(page, (mfn << 12) | RO_PTE), 0);
    }
    set_xen_guest_handle(list.extent_start, m2p_frames);
    check_eq("machphys_mfn_list", HC(memory_op, XENMEM_machphys_mfn_list, &list), 0);
    check("m2p_writable_refused", update(page, (m2p_frames[0] << 12) | RW_PTE) < 0);
    check_eq("top_of_physical", update(page, (0xffffffffffUL << 12) | RO_PTE) < 0, 1);
    check_eq("global", update(page, (frame << 12) | RW_PTE | 0x100), 0); // accepted; Xen sets it itself for user pages
    check_eq("page_size_bit", update(page, (table << 12) | RO_PTE), 0);
    check("reserved_high_bits", update(page, (frame << 12) | RW_PTE | 1UL << 51) < 0);
    check_eq("after_refusals", update(page, (frame << 12) | RW_PTE), 0);
}

static void check_batches(u64 frame)
{
    u64 at = entry_maddr((void *)page, 1);
    u32 done = 99;

    for (u32 i = 0; i < 64; i++)
        batch[i] = (mmu_update_t){ at, (frame << 12) | ((i & 1) != 0 ? RW_PTE : RO_PTE) };
    check_eq("batch", HC(mmu_update, batch, 64, &done, DOMID_SELF), 0);
    check_eq("batch_done", done, 64);
    check_eq("batch_last_counts", (long)(*entry_of((void *)page, 1) & PTE_RW), PTE_RW);
    batch[10].val = (mfn_of((void *)si->pt_base) << 12) | RW_PTE;
    check("batch_bad", HC(mmu_update, batch, 64, &done, DOMID_SELF) < 0);
    check_eq("batch_bad_done", done, 10);
    check_eq("empty", HC(mmu_update, batch, 0, &done, DOMID_SELF), 0);
    check_eq("empty_done", done, 0);
    check_eq("machphys", mmu_update1((frame << 12) | MMU_MACHPHYS_UPDATE, 0x123), 0);
    check_eq("machphys_read", (long)m2p()[frame], 0x123);
    check_eq("machphys_back", mmu_update1((frame << 12) | MMU_MACHPHYS_UPDATE, ((u64)page - VIRT_BASE) >> 12), 0);
}

void test_main(void)
{
    u64 frame = mfn_of((void *)page);

    check_rights(frame);
    check_preserve(frame);
    check_refused(frame);
    check_batches(frame);
}
