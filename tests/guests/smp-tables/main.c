/*
 * Several vcpus build, change and tear down the same page tables.
 *
 * Checks: three vcpus at once pin and unpin the same level-1, level-2 and level-4 tables, write entries by mmu_update, update_va_mapping and plain
 *   writes, map the tables' own frames read-only and writable, hook them into the running tree, reach through it, take and leave a common base
 *   pointer: whatever each call answers, at every pause no table is writable, and at the end every frame can be plain, written and a table again.
 * Run: vcpus=3 smp=3
 */
#include "smp.h"

#define COUNT 3
#define ROUNDS 6
#define ACTIONS 250
#define TABLES 4 // of each kind
#define PLAIN 4
#define POOL (3 * TABLES + PLAIN)

enum { L1_FIRST = 0, L2_FIRST = TABLES, L4_FIRST = 2 * TABLES, PLAIN_FIRST = 3 * TABLES };
static volatile u64 pool[POOL][512] PAGE;
static u64 frames[POOL];
static volatile u32 done[16], refused[16];
static const char *const names[] = { "pin_l1", "pin_l2", "pin_l4", "unpin", "entry_l1", "entry_l2", "map_read_only", "map_writable", "write",
                                     "hook", "unhook", "base" };
enum { PIN_L1, PIN_L2, PIN_L4, UNPIN, ENTRY_L1, ENTRY_L2, MAP_RO, MAP_RW, WRITE, HOOK, UNHOOK, BASE, KINDS };

// The level-3 slots behind the image's: nothing else is there.
static u64 hook_entry(u32 i)
{
    return maddr_of(entry_of((const void *)VIRT_BASE, 3)) - 8 * (1 + i);
}

static u64 hook_address(u32 i)
{
    return VIRT_BASE - ((1 + i) << 30);
}

static u64 random_entry(void)
{
    static const u64 flags[] = { RW_PTE, RO_PTE, RO_PTE, 0 };

    return frames[below(POOL)] << 12 | flags[below(ARRAY_SIZE(flags))];
}

static long act(u32 kind)
{
    u32 l1 = L1_FIRST + (u32)below(TABLES), l2 = L2_FIRST + (u32)below(TABLES), l4 = L4_FIRST + (u32)below(TABLES);
    u32 any = (u32)below(POOL), table = (u32)below(2 * TABLES), slot = (u32)below(8);
    u64 value;
    long ret;

    switch (kind) {
    case PIN_L1: return mmuext(MMUEXT_PIN_L1_TABLE, frames[l1], 0);
    case PIN_L2: return mmuext(MMUEXT_PIN_L2_TABLE, frames[l2], 0);
    case PIN_L4: return mmuext(MMUEXT_PIN_L4_TABLE, frames[l4], 0);
    case UNPIN: return mmuext(MMUEXT_UNPIN_TABLE, frames[any], 0);
    case ENTRY_L1: return mmu_update1((frames[l1] << 12) + 8 * slot, random_entry());
    case ENTRY_L2: return mmu_update1((frames[l2] << 12) + 8 * slot, below(3) == 0 ? 0 : frames[table] << 12 | TABLE_PTE);
    case MAP_RO: return va_update((void *)pool[any], frames[any] << 12 | RO_PTE, UVMF_INVLPG | UVMF_ALL);
    case MAP_RW: return va_update((void *)pool[any], frames[any] << 12 | RW_PTE, UVMF_INVLPG);
    case WRITE: // into a table: what the hypervisor does for us, or refuses; level-4 tables keep what they have
        return smp_write(&pool[table][slot], random_entry()) == NO_TRAP ? 0 : -1;
    case HOOK:
        ret = mmu_update1(hook_entry(slot % TABLES), frames[l2] << 12 | TABLE_PTE);
        smp_read((void *)(hook_address(slot % TABLES) + (below(8) << 21) + (below(8) << 12)), &value);
        return ret;
    case UNHOOK: return mmu_update1(hook_entry(slot % TABLES), 0);
    default:
        ret = mmuext(MMUEXT_NEW_BASEPTR, frames[l4], 0);
        if (mmuext(MMUEXT_NEW_BASEPTR, mfn_of((void *)si->pt_base), 0) != 0)
            fatal("vcpu %u cannot go back to its base", this_vcpu());
        return ret;
    }
}

static void check_pause(void)
{
    u32 found = tables_writable(NULL, 0);

    if (found != 0)
        fatal("%u entries give write access to tables", found);
}

static void work(u32 vcpu)
{
    for (u32 round = 0; round < ROUNDS; round++) {
        smp_barrier(COUNT);
        for (u32 i = 0; i < ACTIONS; i++) {
            u32 kind = (u32)below(KINDS);

            add32(act(kind) == 0 ? &done[kind] : &refused[kind], 1);
        }
        smp_barrier(COUNT);
        if (vcpu == 0)
            check_pause();
    }
}

static void make_pool(void)
{
    const u64 *base = (const u64 *)si->pt_base;

    for (u32 i = 0; i < POOL; i++) {
        frames[i] = mfn_of((void *)pool[i]);
        if (i >= L4_FIRST && i < PLAIN_FIRST)
            for (u32 slot = 0; slot < 512; slot++)
                pool[i][slot] = slot >= 256 && slot < 272 ? 0 : base[slot];
        if (i < PLAIN_FIRST)
            map_ro((void *)pool[i]);
    }
}

static void take_apart(void)
{
    for (u32 i = 0; i < TABLES; i++)
        if (mmu_update1(hook_entry(i), 0) != 0)
            fatal("hook %u stays", i);
    for (u32 i = 0; i < POOL; i++)
        mmuext(MMUEXT_UNPIN_TABLE, frames[i], 0);
}

// Every count is 0 again: each frame can be whatever it likes.
static void check_frames(void)
{
    u32 not_plain = 0, not_written = 0, no_table = 0;

    for (u32 i = 0; i < POOL; i++) {
        not_plain += va_update((void *)pool[i], frames[i] << 12 | RW_PTE, UVMF_INVLPG | UVMF_ALL) != 0;
        not_written += smp_write(&pool[i][0], 0) != NO_TRAP;
        for (u32 slot = 0; slot < 512 && not_written == 0; slot++)
            pool[i][slot] = 0;
    }
    for (u32 i = 0; i < POOL; i++) {
        no_table += va_update((void *)pool[i], frames[i] << 12 | RO_PTE, UVMF_INVLPG | UVMF_ALL) != 0;
        no_table += mmuext(MMUEXT_PIN_L3_TABLE, frames[i], 0) != 0;
        no_table += mmuext(MMUEXT_UNPIN_TABLE, frames[i], 0) != 0;
        not_plain += va_update((void *)pool[i], frames[i] << 12 | RW_PTE, UVMF_INVLPG | UVMF_ALL) != 0;
    }
    check_eq("plain_again", not_plain, 0);
    check_eq("written_again", not_written, 0);
    check_eq("table_again", no_table, 0);
}

void test_main(void)
{
    say("TEST %s seed=%lu\n", test_name, argument("seed", 1));
    make_pool();
    smp_start(COUNT, work);
    work(0);
    smp_join(COUNT);
    check("no_table_was_writable", true);
    for (u32 kind = 0; kind < KINDS; kind++)
        check(names[kind], done[kind] > 0);
    check("some_refused", refused[MAP_RW] > 0 && refused[PIN_L1] > 0 && refused[ENTRY_L1] > 0);
    take_apart();
    check_frames();
}
