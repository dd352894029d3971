/*
 * A level-4 entry that one vcpu writes is there for another that runs on the same tables, at once.
 *
 * Checks: vcpu 0 links a level-3 table while vcpu 1, which enters the hypervisor for nothing, waits for the word to use it: the read finds
 *   the page. Unlinked, and the TLBs flushed, the read faults. Many rounds; with xpti=1 each CPU runs on a copy of the level-4 table.
 * Run: vcpus=2 smp=2
 */
#include "smp.h"

#define ROUNDS 200
#define FAR_VA 0x0000123456789000UL // user half: its level-4 slot is empty

static u64 l1[512] PAGE, l2[512] PAGE, l3[512] PAGE, data[512] PAGE;
static volatile u32 said, answered;
static u32 missed, stale, wrong;

static u64 slot(int level)
{
    return (FAR_VA >> (12 + 9 * (level - 1))) & 511;
}

static u64 table_entry(const void *table)
{
    return (mfn_of(table) << 12) | TABLE_PTE;
}

static void await(const volatile u32 *what, u32 value)
{
    while (*what < value)
        relax();
}

static void reader(u32 vcpu)
{
    (void)vcpu;
    for (u32 round = 1; round <= ROUNDS; round++) {
        u64 value = 0;

        await(&said, 2 * round - 1);
        missed += smp_read((volatile u64 *)FAR_VA + 5, &value) != NO_TRAP;
        wrong += value != round;
        answered = 2 * round - 1;
        await(&said, 2 * round);
        stale += smp_read((volatile u64 *)FAR_VA + 5, &value) != 14;
        answered = 2 * round;
    }
}

void test_main(void)
{
    u64 l4_slot = mfn_of((void *)si->pt_base) << 12 | slot(4) * 8;
    u32 refused = 0;

    l1[slot(1)] = mfn_of(data) << 12 | RW_PTE;
    map_ro(l1);
    l2[slot(2)] = table_entry(l1);
    map_ro(l2);
    l3[slot(3)] = table_entry(l2);
    map_ro(l3);
    smp_start(2, reader);
    for (u32 round = 1; round <= ROUNDS; round++) {
        data[5] = round;
        refused += mmu_update1(l4_slot, table_entry(l3)) != 0;
        said = 2 * round - 1;
        await(&answered, 2 * round - 1);
        refused += mmu_update1(l4_slot, 0) != 0;
        mmuext(MMUEXT_TLB_FLUSH_ALL, 0, 0);
        said = 2 * round;
        await(&answered, 2 * round);
    }
    smp_join(2);
    check_eq("refused", refused, 0);
    check_eq("linked_not_seen", missed, 0);
    check_eq("wrong_page", wrong, 0);
    check_eq("unlinked_still_seen", stale, 0);
}
