/*
 * A grant's mapping that several vcpus use, at two addresses, is gone for all when the unmap returns.
 *
 * Checks: the entry of a new mapping is not marked accessed, of a used one it is; vcpu 1 writes without pause through the mapping, at its
 *   own address and through a second one of the same table, and never again once the unmap has returned; nor does vcpu 0, which looked
 *   through both; a mapping that nobody used, or that vcpu 1 begins to use while it is unmapped; two vcpus that map and unmap at
 *   once, each its own grant, leave nothing in use.
 * Run: vcpus=2 smp=2
 */
#include "grant.h"
#include "smp.h"

#define ROUNDS 20
#define REF 9
#define OWN_MAPPINGS 200 // of each vcpu at a time, in its own table

static volatile u64 page[512] PAGE, other_page[512] PAGE;
static u64 table[512] PAGE, tables[2][512] PAGE;
static volatile u64 *volatile target;
static volatile u64 written, faults;
static volatile u32 loops, ending;
static u32 handles[2][OWN_MAPPINGS], errors[2];

static u64 *address(u32 slot) // of a 2 MB slot
{
    return (u64 *)(VIRT_BASE + slot * (512 * PAGE_SIZE));
}
#define FIRST address(256)
#define SECOND address(257)

static void own_mappings(u32 vcpu)
{
    u32 ref = REF + 1 + vcpu;

    for (u32 i = 0; i < OWN_MAPPINGS; i++)
        errors[vcpu] += grant_map(ref, address(258 + vcpu) + 512 * i, GNTMAP_host_map, 0, &handles[vcpu][i]) != 0;
}

static void own_unmappings(u32 vcpu, u32 who)
{
    for (u32 i = 0; i < OWN_MAPPINGS; i++)
        errors[vcpu] += grant_unmap(handles[who][i], address(258 + who) + 512 * i) != 0;
}

static void hot(u32 vcpu)
{
    while (ending == 0) {
        volatile u64 *at = target;

        if (at != NULL && smp_write(at, ++written) == 14)
            __atomic_add_fetch(&faults, 1, __ATOMIC_SEQ_CST);
        add32(&loops, 1); // locked: no round that vcpu 0 counts later has looked at the target before
    }
    for (u32 i = 0; i < ROUNDS; i++) {
        own_mappings(vcpu);
        own_unmappings(vcpu, vcpu);
    }
}

static void twice_round(void)
{
    smp_wait(&loops, loops + 3, "vcpu 1's loop");
}

static void table_at(u32 slot, u64 *l1)
{
    if (mmu_update1(entry_maddr(address(slot), 2), mfn_of(l1) << 12 | TABLE_PTE) != 0)
        fatal("no table at slot %u", slot);
}

// Seen by vcpu 1 before anything that vcpu 0 looks at afterwards: its rounds with no target are shorter than a store takes.
static void aim(volatile u64 *at)
{
    __atomic_store_n(&target, at, __ATOMIC_SEQ_CST);
}

// Of the table that nobody maps but the checks.
static u64 marked(void)
{
    return table[0] & PTE_A;
}

static void try_address(const char *what, volatile u64 *at, bool look)
{
    u64 refused = 0, changed = 0, not_written = 0, still_there = 0;
    u32 handle;

    for (u32 i = 0; i < ROUNDS; i++) {
        refused += grant_map(REF, FIRST, GNTMAP_host_map, 0, &handle) != 0;
        u64 value = page[0];
        aim(at);
        twice_round();
        not_written += page[0] == value;
        if (look)
            still_there += try_read(FIRST) != NO_TRAP || try_read(SECOND) != NO_TRAP;
        refused += grant_unmap(handle, FIRST) != 0;
        value = page[0];
        still_there += try_read(FIRST) != 14 || try_read(SECOND) != 14;
        twice_round();
        changed += page[0] != value;
        aim(NULL);
        twice_round();
    }
    check_eq(what, (long)refused, 0);
    check_eq("not_written_while_mapped", (long)not_written, 0);
    check_eq("written_after_the_unmap", (long)changed, 0);
    check_eq("seen_after_the_unmap", (long)still_there, 0);
}

// Vcpu 1 is at it all the while: its first use may be while the entry goes.
static void try_unused(void)
{
    u64 refused = 0, changed = 0, used = 0;
    u32 handle;

    aim(SECOND);
    for (u32 i = 0; i < 10 * ROUNDS; i++) {
        u64 before = page[0];

        refused += grant_map(REF, FIRST, GNTMAP_host_map, 0, &handle) != 0;
        refused += grant_unmap(handle, FIRST) != 0;
        u64 value = page[0];
        used += value != before;
        if (i % 16 == 0)
            twice_round();
        changed += page[0] != value;
    }
    say("INFO %u of %u were used\n", (u32)used, 10 * ROUNDS);
    aim(NULL);
    check_eq("unused", (long)refused, 0);
    check_eq("written_after_these", (long)changed, 0);
    check("they_fault", faults > 0);
}

static void try_marks(void)
{
    u32 handle;

    check_eq("map", grant_map(REF, FIRST, GNTMAP_host_map, 0, &handle), 0);
    check_eq("not_accessed", (long)marked(), 0);
    check_eq("read", (long)try_read(SECOND), NO_TRAP);
    check("accessed", marked() != 0);
    check_eq("unmap", grant_unmap(handle, FIRST), 0);
    check_eq("gone", (long)try_read(SECOND), 14);
}

void test_main(void)
{
    grant_setup();
    for (u32 i = 0; i < 3; i++)
        grant_give(REF + i, mfn_of(i == 0 ? (void *)page : (void *)other_page), 0);
    map_ro(table);
    table_at(256, table);
    table_at(257, table);
    for (u32 i = 0; i < 2; i++) {
        map_ro(tables[i]);
        table_at(258 + i, tables[i]);
    }
    try_marks();
    smp_start(2, hot);
    smp_wait(&loops, 1, "vcpu 1");
    try_address("first_address", FIRST, false);
    try_address("second_address", SECOND, false);
    try_address("both_looked_through", SECOND, true);
    try_unused();
    ending = 1;
    for (u32 i = 0; i < ROUNDS; i++) {
        own_mappings(0);
        own_unmappings(0, 0);
    }
    smp_join(2);
    check_eq("own_mappings", errors[0], 0);
    check_eq("own_mappings_1", errors[1], 0);
    check_eq("nothing_in_use", grant(REF + 1)->flags & (GTF_reading | GTF_writing), 0);
    check_eq("nothing_in_use_1", grant(REF + 2)->flags & (GTF_reading | GTF_writing), 0);
}
