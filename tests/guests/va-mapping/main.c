/*
 * update_va_mapping: level-1 entries by address.
 *
 * Checks: flags 0 (no flush), 1 (TLB flush), 2 (INVLPG) and with ALL (5, 6) or a vcpu mask; addresses without a table, non-canonical and
 *   in the hypervisor; rights as with mmu_update; update_va_mapping_otherdomain.
 */
#include "guest.h"

static volatile u64 page[512] PAGE, other[512] PAGE;

void test_main(void)
{
    u64 frame = mfn_of((void *)page), rw = (frame << 12) | RW_PTE, ro = (frame << 12) | RO_PTE;
    const u64 flags[] = { UVMF_TLB_FLUSH, UVMF_INVLPG, UVMF_TLB_FLUSH | UVMF_ALL, UVMF_INVLPG | UVMF_ALL };
    static u64 mask = 1;

    for (u32 i = 0; i < ARRAY_SIZE(flags); i++) {
        check_eq("read_only", va_update((void *)page, ro, flags[i]), 0);
        check_eq("read_only_faults", (long)try_write(page, i), 14);
        check_eq("writable", va_update((void *)page, rw, flags[i]), 0);
        check_eq("writable_works", (long)try_write(page, i), NO_TRAP);
    }
    check_eq("no_flush", va_update((void *)page, rw, 0), 0);
    check_eq("mask", va_update((void *)page, ro, UVMF_INVLPG | (u64)&mask), 0);
    check_eq("mask_faults", (long)try_write(page, 0), 14);
    check_eq("flush_mask", va_update((void *)page, rw, UVMF_TLB_FLUSH | (u64)&mask), 0);
    check_eq("mask_bad", va_update((void *)page, rw, UVMF_INVLPG | (HYPERVISOR_PRIVATE + 8)), -XEN_EFAULT);
    check_eq("flush_type_3", va_update((void *)page, rw, 3), 0);

    const u64 bad[] = { NON_CANONICAL, HYPERVISOR_PRIVATE & ~(0xffffUL << 48), (u64)page & ~(1UL << 63), HYPERVISOR_START, HYPERVISOR_PRIVATE,
                        HYPERVISOR_END - PAGE_SIZE, HYPERVISOR_END, 0x0000700000000000, 0xffffffffc0000000 + (500UL << 21) };

    for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
        check("bad_address", va_update((void *)bad[i], rw, UVMF_INVLPG) < 0);
    check_eq("unaligned_address", va_update((char *)page + 123, rw, UVMF_INVLPG), 0);
    check_eq("other_frame", va_update((void *)page, (mfn_of((void *)other) << 12) | RW_PTE, UVMF_INVLPG), 0);
    other[9] = 99;
    check_eq("other_frame_seen", (long)page[9], 99);
    check("table_writable", va_update((void *)page, (mfn_of((void *)si->pt_base) << 12) | RW_PTE, UVMF_INVLPG) < 0);
    check_eq("refused_changes_nothing", (long)page[9], 99);
    check_eq("otherdomain_self", HC(update_va_mapping_otherdomain, page, rw, UVMF_INVLPG, DOMID_SELF), 0);
    check_eq("otherdomain_stranger", HC(update_va_mapping_otherdomain, page, rw, UVMF_INVLPG, 1234), -XEN_ESRCH);
    check_eq("otherdomain_invalid", HC(update_va_mapping_otherdomain, page, rw, UVMF_INVLPG, 0x12345678) < 0, 1);
    page[0] = 1;
    check_eq("works_after", (long)page[0], 1);
}
