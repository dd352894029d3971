/*
 * mmuext_op: the flushes.
 *
 * Checks: TLB_FLUSH_LOCAL, INVLPG_LOCAL, TLB_FLUSH_MULTI, INVLPG_MULTI, TLB_FLUSH_ALL, INVLPG_ALL make a change of an entry visible;
 *   INVLPG of hypervisor and non-canonical addresses and bad vcpu masks harm nobody; FLUSH_CACHE and an unknown command; the
 *   invlpg instruction is done or refused.
 */
#include "guest.h"

static volatile u64 page[512] PAGE, other[512] PAGE;

void test_main(void)
{
    static u64 mask = 1;
    const u32 commands[] = { MMUEXT_TLB_FLUSH_LOCAL, MMUEXT_INVLPG_LOCAL, MMUEXT_TLB_FLUSH_MULTI, MMUEXT_INVLPG_MULTI,
                             MMUEXT_TLB_FLUSH_ALL, MMUEXT_INVLPG_ALL };
    u64 at = entry_maddr((void *)page, 1);

    page[0] = 1;
    other[0] = 2;
    for (u32 i = 0; i < ARRAY_SIZE(commands); i++) {
        u64 frame = i % 2 == 0 ? mfn_of((void *)other) : mfn_of((void *)page);

        (void)page[0]; // fills the TLB
        check_eq("update", mmu_update1(at, (frame << 12) | RO_PTE), 0);
        check_eq("flush", mmuext(commands[i], (u64)page, (u64)&mask), 0);
        check_eq("visible", (long)page[0], i % 2 == 0 ? 2 : 1);
        check_eq("read_only", (long)try_write(page, 0), 14);
    }
    check_eq("rw", mmu_update1(at, (mfn_of((void *)page) << 12) | RW_PTE), 0);
    check_eq("flush_last", mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0), 0);

    const u64 bad[] = { 0, NON_CANONICAL, HYPERVISOR_START, HYPERVISOR_PRIVATE, ~0UL };

    for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
        check_eq("invlpg_anywhere", mmuext(MMUEXT_INVLPG_LOCAL, bad[i], 0), 0);
        check_eq("invlpg_all_anywhere", mmuext(MMUEXT_INVLPG_ALL, bad[i], 0), 0);
    }
    check("mask_in_hypervisor", mmuext(MMUEXT_TLB_FLUSH_MULTI, 0, HYPERVISOR_PRIVATE) < 0);
    check("mask_non_canonical", mmuext(MMUEXT_INVLPG_MULTI, (u64)page, NON_CANONICAL) < 0);
    mask = ~0UL;
    check_eq("mask_of_absent_vcpus", mmuext(MMUEXT_TLB_FLUSH_MULTI, 0, (u64)&mask), 0);
    mask = 0;
    check_eq("mask_empty", mmuext(MMUEXT_TLB_FLUSH_MULTI, 0, (u64)&mask), 0);
    u64 vector = TRY("invlpg (%[at])", : : [at] "r"(page) : "memory");
    check("invlpg_instruction", vector == NO_TRAP || vector == 13);
    check_eq("flush_cache", mmuext(MMUEXT_FLUSH_CACHE, 0, 0), 0);
    check_eq("unknown_command", mmuext(99, 0, 0), -XEN_ENOSYS);
    check("flush_foreign", mmuext_dom(MMUEXT_TLB_FLUSH_LOCAL, 0, 0, 1234) < 0);
}
