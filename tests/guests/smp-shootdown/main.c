/*
 * Translations that another vcpu holds are gone when the call that asked for it returns.
 *
 * Checks: vcpu 1 reads one page and writes another without pause, vcpu 0 gives the pages other frames: by each way to flush (UVMF_ALL and
 *   UVMF_MULTI with one address or all, the four MMUEXT calls, update_va_mapping and mmu_update before them) vcpu 1 never again reads or
 *   writes an old frame once the call has returned; a page that vcpu 1 writes becomes a page table without any flush asked for: from
 *   the pin on the writes fault and the table stays as it is. Two vcpus that compute find two CPUs.
 * Run: vcpus=2 smp=2
 */
#include "smp.h"

#define FRAMES 16 // an old frame comes back so many changes later
#define CHANGES 25
#define PINS 30

static volatile u64 read_page[512] PAGE, write_page[512] PAGE, table_page[512] PAGE;
static volatile u64 read_frames[FRAMES][512] PAGE, write_frames[FRAMES][512] PAGE;
static volatile u64 newest, written, stale_reads, faults, tries;
static volatile u32 rounds, mode, ending;
enum { IDLE, PAGES, TABLE };

// A value that is no present entry, so that the frame may be a table.
static void write_table(void)
{
    if (smp_write(&table_page[0], ++tries << 1) == 14)
        __atomic_add_fetch(&faults, 1, __ATOMIC_SEQ_CST);
}

static void use_pages(void)
{
    u64 least = __atomic_load_n(&newest, __ATOMIC_SEQ_CST);

    if (read_page[0] < least)
        stale_reads++;
    write_page[0] = ++written;
}

static void hot(u32 vcpu)
{
    (void)vcpu;
    while (ending == 0) {
        if (mode == PAGES)
            use_pages();
        else if (mode == TABLE)
            write_table();
        rounds++;
    }
}

// Vcpu 1 goes round its loop twice: what it began before is done.
static void twice_round(void)
{
    smp_wait(&rounds, rounds + 3, "vcpu 1's loop");
}

static u64 mask = 2;
static u64 flush_flags;
static u32 flush_command;

// Gives the page a frame as the case says, without a flush if one is asked for afterwards.
static long change(volatile void *page, volatile void *frame)
{
    u64 pte = maddr_of((const void *)frame) | RW_PTE;

    if (flush_command != 0 && (newest & 1) != 0)
        return mmu_update1(entry_maddr((const void *)page, 1), pte);
    return va_update((const void *)page, pte, flush_flags);
}

static long flush(volatile void *page)
{
    return flush_command == 0 ? 0 : mmuext(flush_command, (u64)page, (u64)&mask);
}

static void try_way(const char *what, u64 flags, u32 command)
{
    u64 wrong_writes = 0, refused = 0, before = written;

    flush_flags = flags;
    flush_command = command;
    stale_reads = 0;
    for (u32 i = 0; i < CHANGES; i++) {
        u64 next = newest + 1;
        volatile u64 *old = write_frames[newest % FRAMES];

        read_frames[next % FRAMES][0] = next;
        refused += change(read_page, read_frames[next % FRAMES]) != 0 || flush(read_page) != 0;
        refused += change(write_page, write_frames[next % FRAMES]) != 0 || flush(write_page) != 0;
        __atomic_store_n(&newest, next, __ATOMIC_SEQ_CST);
        u64 last = old[0];
        mode = PAGES;
        twice_round();
        wrong_writes += old[0] != last;
    }
    check_eq(what, (long)refused, 0);
    check_eq("stale_reads", (long)stale_reads, 0);
    check_eq("stale_writes", (long)wrong_writes, 0);
    check("vcpu_1_wrote", written > before + CHANGES);
    mode = IDLE;
    twice_round();
}

static void into_a_table(void)
{
    u64 mfn = mfn_of((void *)table_page), changed = 0, refused = 0, unheld = 0, not_written = 0;

    for (u32 i = 0; i < PINS; i++) {
        mode = TABLE;
        u64 value = table_page[0];
        twice_round();
        not_written += table_page[0] == value;
        refused += va_update((void *)table_page, mfn << 12 | RO_PTE, 0) != 0;
        refused += mmuext(MMUEXT_PIN_L2_TABLE, mfn, 0) != 0;
        value = table_page[0];
        u64 faulted = faults;
        twice_round();
        changed += table_page[0] != value;
        unheld += faults == faulted;
        refused += mmuext(MMUEXT_UNPIN_TABLE, mfn, 0) != 0;
        refused += va_update((void *)table_page, mfn << 12 | RW_PTE, UVMF_ALL | UVMF_INVLPG) != 0;
    }
    check_eq("pins", (long)refused, 0);
    check_eq("written_while_plain", (long)not_written, 0);
    check_eq("tables_changed", (long)changed, 0);
    check_eq("tables_written_without_a_fault", (long)unheld, 0);
}

static u64 cpu_of(u32 vcpu)
{
    struct vcpu_get_physid id = { 0 };

    HC(vcpu_op, VCPUOP_get_physid, vcpu, &id);
    return id.phys_id;
}

// Both compute without end: no CPU has nothing to do while the two take turns on the other.
static void check_apart(const char *what)
{
    u64 until = now_ns() + PATIENCE_S * 1000000000UL;

    while (cpu_of(0) == cpu_of(1) && now_ns() < until)
        yield();
    check(what, cpu_of(0) != cpu_of(1));
}

void test_main(void)
{
    smp_start(2, hot);
    smp_wait(&rounds, 1, "vcpu 1");
    check_apart("on_two_cpus");
    newest = FRAMES;
    try_way("all_one", UVMF_INVLPG | UVMF_ALL, 0);
    try_way("all_everything", UVMF_TLB_FLUSH | UVMF_ALL, 0);
    try_way("multi_one", UVMF_INVLPG | (u64)&mask, 0);
    try_way("multi_everything", UVMF_TLB_FLUSH | (u64)&mask, 0);
    try_way("mmuext_all", 0, MMUEXT_TLB_FLUSH_ALL);
    try_way("mmuext_all_one", 0, MMUEXT_INVLPG_ALL);
    mask = 3;
    try_way("mmuext_multi", 0, MMUEXT_TLB_FLUSH_MULTI);
    try_way("mmuext_multi_one", 0, MMUEXT_INVLPG_MULTI);
    into_a_table();
    check_apart("still_on_two_cpus");
    ending = 1;
    smp_join(2);
}
