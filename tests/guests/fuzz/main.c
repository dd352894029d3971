/*
 * Random hypercalls: the hypervisor lives, whatever a guest asks.
 *
 * Checks: count= hypercalls (seed= chooses them) with numbers 0 to 63 and arguments that are half plausible (pointers to structures with plausible
 *   contents, small numbers, own frames) and half hostile (hypervisor and non-canonical addresses, huge counts, random frames, special
 *   domains). Left out: sched_op (old and new) but yield and poll, because shutdown, block and the watchdog end or stop the run;
 *   vcpu_op down and initialise of vcpu 0; iret and callbacks and the trap table, which would change who handles the guest's traps; console_io
 *   write (its output is not the test); platform_op, domctl, sysctl, kexec_op, xsm_op and hvm_op of the first domain with good versions, which
 *   may rightly stop the machine; CLEAR_PAGE, COPY_PAGE, page-table updates and reservations only on the pages set aside for it. The
 *   grant table is mapped and scribbled on, in both of its versions. (smp-fuzz: the same on several vcpus at once.)
 * Expect: the end is reached, or the domain crashes with a report and the hypervisor lives.
 * Xen differs: physdev_op prepare_msix and release_msix (and the old physdev_op) are left out: Xen 4.17 panics on a device without MSI-X (a null pointer in
 *   pci_prepare_msix); kexec_op is left out: Xen trusts the first domain's image lists and walks them
 * Run: ends=either timeout=150 args=seed=1,count=200000
 */
#include "grant.h"
#include "smp.h"

#ifndef FUZZERS
#define FUZZERS 1 // vcpus that make calls
#endif
#define ARENA_PAGES 48
// All arguments that are pointers, and what they point to. A page that is not there ends the lists that have a huge count.
static u8 arena[(ARENA_PAGES + 1) * PAGE_SIZE] PAGE;
static volatile u64 *arena_entry[ARENA_PAGES];
static struct fuzzer {
    u8 *usable[ARENA_PAGES]; // pages of it that are still there and writable
    u32 usable_count;
    u64 refused, done;
} fuzzers[FUZZERS];

// Of the pages that this vcpu found usable; another may have taken it away since.
static u8 *usable_page(void)
{
    const struct fuzzer *f = &fuzzers[this_vcpu()];

    return f->usable[below(f->usable_count)];
}

static u64 hostile(void)
{
    static const u64 values[] = {
        0, 1, ~0UL, ~0UL - 7, NON_CANONICAL, 0x0000800000000000, 0x00007fffffffffff, 0x00007ffffffff000, HYPERVISOR_START,
        HYPERVISOR_START - 8, HYPERVISOR_PRIVATE, HYPERVISOR_END - 8, HYPERVISOR_END, 0xffff820000000ff8, 0xffff82d040000000,
        0xffff830000000000, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0xfffffffff, 0x000ffffffffff000, 1UL << 52, DOMID_SELF,
        DOMID_IO, DOMID_XEN, DOMID_COW, DOMID_INVALID, 0x7fef, 0xfee00, 0xa0, 4096, 4095, 65536, 1UL << 40,
    };

    return below(4) == 0 ? smp_random() : values[below(ARRAY_SIZE(values))];
}

static u64 number(void)
{
    switch (below(6)) {
    case 0: return below(4);
    case 1: return below(40);
    case 2: return mfn_of(arena + below(ARENA_PAGES) * PAGE_SIZE);
    case 3: return DOMID_SELF;
    case 4: return 1UL << below(64);
    default: return hostile();
    }
}

static u64 pointer(void)
{
    return below(5) == 0 ? hostile() : (u64)(usable_page() + below(PAGE_SIZE - 256) / 8 * 8);
}

// Fills a structure with numbers and pointers.
static void *structure(void)
{
    u64 *at = (u64 *)(usable_page() + below(PAGE_SIZE - 512) / 8 * 8);

    for (u32 i = 0; i < 12; i++)
        switch (below(4)) {
        case 0: smp_write(&at[i], pointer()); break;
        case 1: smp_write(&at[i], (u32)number() | number() << 32); break;
        case 2: smp_write(&at[i], 0); break;
        default: smp_write(&at[i], number()); break;
        }
    return at;
}

static u64 argument_value(void)
{
    switch (below(4)) {
    case 0: return (u64)structure();
    case 1: return pointer();
    default: return number();
    }
}

// Page-table updates go to entries of the arena only, so that the guest cannot cut off the branch it sits on.
static long mmu_random(void)
{
    mmu_update_t *update = structure();
    u8 *page = arena + below(ARENA_PAGES) * PAGE_SIZE;

    smp_write(&update->ptr, below(4) != 0 ? maddr_of(page) + below(4096) : hostile() << 12 >> below(12));
    smp_write(&update->val, below(2) != 0 ? number() << 12 | below(4096) : hostile());
    return HC(mmu_update, update, below(8) == 0 ? hostile() : 1, below(3) == 0 ? pointer() : 0, number());
}

// For a base pointer: not an empty frame of our own (some numbers come to be that), which would be taken, and we would be nowhere.
static u64 no_base(void)
{
    switch (below(3)) {
    case 0: return 1;                                   // the machine's
    case 1: return PTE_MFN(*entry_of(arena, 2));        // a level-1 table
    default: return hostile() | 1UL << 40;              // no memory
    }
}

static long mmuext_random(void)
{
    struct mmuext_op *op = structure();
    u64 mfn = below(3) != 0 ? mfn_of(arena + below(ARENA_PAGES) * PAGE_SIZE) : hostile();

    u64 cmd = below(22);

    if (cmd == MMUEXT_NEW_BASEPTR)
        mfn = no_base();
    if (cmd == MMUEXT_UNPIN_TABLE || cmd == MMUEXT_CLEAR_PAGE || cmd == MMUEXT_COPY_PAGE)
        mfn = mfn_of(arena + below(ARENA_PAGES) * PAGE_SIZE);
    smp_write(&op->cmd, cmd);
    smp_write(&op->arg1.mfn, mfn);
    return HC(mmuext_op, op, below(8) == 0 ? hostile() : 1, below(3) == 0 ? pointer() : 0, below(3) != 0 ? DOMID_SELF : number());
}

static long reservation_random(void)
{
    u64 *words = structure();
    u32 op = (u32)below(32);

    if (op == XENMEM_decrease_reservation || op == XENMEM_exchange || op == XENMEM_remove_from_physmap)
        smp_write(&words[1], below(2) != 0 ? 1 : hostile()); // counts; the lists hold arena frames or nonsense
    return HC(memory_op, op | (below(16) == 0 ? hostile() & ~63UL : 0), below(6) == 0 ? pointer() : (u64)words);
}

// The vcpus that make calls keep their vcpu_info, and are not taken down.
static long vcpu_random(void)
{
    static const u8 for_self[] = { VCPUOP_up, VCPUOP_is_up, VCPUOP_get_runstate_info, VCPUOP_register_runstate_memory_area,
                                   VCPUOP_set_periodic_timer, VCPUOP_stop_periodic_timer, VCPUOP_set_singleshot_timer,
                                   VCPUOP_stop_singleshot_timer, VCPUOP_get_physid, VCPUOP_register_vcpu_time_memory_area };

    if (below(2) == 0)
        return HC(vcpu_op, for_self[below(ARRAY_SIZE(for_self))], this_vcpu(), argument_value());
    return HC(vcpu_op, below(3) != 0 ? below(14) : number(), below(2) != 0 ? FUZZERS + below(5) : hostile() | 8, argument_value());
}

// Another vcpu may change the version meanwhile.
static long status_random(void)
{
    static u64 frame;

    if (PTE_MFN(*entry_of(status_page, 1)) != mfn_of(status_page)) {
        smp_write((u64 *)status_page + below(16), hostile());
        return below(2) == 0 ? va_update(status_page, mfn_of(status_page) << 12 | RW_PTE, UVMF_INVLPG | UVMF_ALL) : 0;
    }
    if (grant_version != 2 || grant_status_frames(DOMID_SELF, 1, &frame) != GNTST_okay)
        return 0;
    return va_update(status_page, frame << 12 | RW_PTE, UVMF_INVLPG);
}

// The table and its status words are the guest's to scribble on; most grants are of arena pages, of either version.
static long grant_random(void)
{
    u32 ref = (u32)below(16);
    u64 mfn = mfn_of(arena + below(ARENA_PAGES) * PAGE_SIZE);

    switch (below(8)) {
    case 0: return grant_set_version(1 + (u32)below(2));
    case 1: grant(ref)->domid = 0; grant(ref)->frame = (u32)mfn; grant(ref)->flags = (u16)(1 + below(512)); return 0;
    case 2: grant2_give(ref, 0, mfn, (u16)below(512)); return 0;
    case 3: ((volatile u64 *)grant_page)[below(64)] = hostile(); return 0;
    case 4: return status_random();
    case 5: return grant_copy_from(0, ref, (u32)below(5000), (u32)below(5000), usable_page());
    default: return HC(grant_table_op, below(14), argument_value(), below(3) != 0 ? 1 : hostile());
    }
}

static long physdev_random(void)
{
    u64 op = below(40);

    if (on_xen() && (op == PHYSDEVOP_prepare_msix || op == PHYSDEVOP_release_msix))
        return 0;
    return HC(physdev_op, op, argument_value());
}

static long other_random(void)
{
    u64 nr = below(64);

    switch (nr) {
    case __HYPERVISOR_set_trap_table:
    case __HYPERVISOR_set_callbacks:
    case __HYPERVISOR_callback_op:
    case __HYPERVISOR_iret:
    case __HYPERVISOR_sched_op_compat:
    case __HYPERVISOR_multicall: // see multicall_random
    case __HYPERVISOR_stack_switch:
    case __HYPERVISOR_set_gdt:
        return 0;
    case __HYPERVISOR_mmu_update:
        return mmu_random();
    case __HYPERVISOR_mmuext_op:
        return mmuext_random();
    case __HYPERVISOR_memory_op:
        return reservation_random();
    case __HYPERVISOR_sched_op:
        return HC(sched_op, SCHEDOP_yield, argument_value());
    case __HYPERVISOR_vcpu_op:
        return vcpu_random();
    case __HYPERVISOR_console_io:
        return HC(console_io, CONSOLEIO_read, number(), pointer());
    case __HYPERVISOR_update_va_mapping:
        return HC(update_va_mapping, below(2) != 0 ? (u64)(arena + below(ARENA_PAGES * PAGE_SIZE)) : hostile(), number() << 12 | below(4096), number());
    case __HYPERVISOR_update_va_mapping_otherdomain:
        return HC(update_va_mapping_otherdomain, arena + below(ARENA_PAGES * PAGE_SIZE), number() << 12 | below(4096), number(), number());
    case __HYPERVISOR_set_timer_op:
        return HC(set_timer_op, hostile());
    case __HYPERVISOR_event_channel_op:
        return HC(event_channel_op, below(16), argument_value());
    case __HYPERVISOR_grant_table_op:
        return grant_random();
    case __HYPERVISOR_kexec_op:
        return on_xen() ? 0 : HC(kexec_op, below(8), argument_value());
    case __HYPERVISOR_domctl:
    case __HYPERVISOR_sysctl:
    case __HYPERVISOR_platform_op:
    case __HYPERVISOR_xsm_op:
    case __HYPERVISOR_hvm_op:
        return hypercall_raw(nr, argument_value(), argument_value(), argument_value(), hostile(), hostile());
    case __HYPERVISOR_physdev_op_compat:
        return on_xen() ? 0 : HC(physdev_op_compat, argument_value());
    case __HYPERVISOR_physdev_op:
        return physdev_random();
    case __HYPERVISOR_set_segment_base:
        return HC(set_segment_base, below(5), hostile());
    default:
        return hypercall_raw(nr, argument_value(), argument_value(), argument_value(), argument_value(), argument_value());
    }
}

// Mends what the guest did to its own pages; those that cannot be mended (gone, pinned by another) are used no more.
static void mend(struct fuzzer *f)
{
    f->usable_count = 0;
    for (u32 i = 0; i < ARENA_PAGES; i++) {
        u8 *page = arena + i * PAGE_SIZE;
        u64 pte = (mfn_of(page) << 12) | RW_PTE, keep = PTE_P | PTE_RW | PTE_US | PTE_PS;
        bool good = (*arena_entry[i] & keep) == (pte & keep) && PTE_MFN(*arena_entry[i]) == mfn_of(page);

        if (!good && below(64) == 0) {
            mmuext(MMUEXT_UNPIN_TABLE, mfn_of(page), 0);
            good = va_update(page, pte, UVMF_INVLPG) == 0;
        }
        if (good)
            f->usable[f->usable_count++] = page;
    }
}

// Debug exceptions come of set_debugreg.
static bool recover(struct regs *regs)
{
    HC(set_debugreg, 7, 0);
    regs->rflags &= ~0x100UL;
    return regs->vector == 1;
}

static u64 count;

static void fuzz(u32 vcpu)
{
    struct fuzzer *f = &fuzzers[vcpu];

    for (; f->done < count; f->done++) {
        if (f->done % 20000 == 0)
            say("TEST %s vcpu %u at %lu\n", test_name, vcpu, f->done);
        mend(f);
        if (f->usable_count == 0)
            break; // all pages were given away
        f->refused += other_random() < 0;
    }
}

void test_main(void)
{
    u64 refused = 0, done = 0;

    count = argument("count", 200000);
    trap_hook = recover;
    unmap(arena + ARENA_PAGES * PAGE_SIZE);
    grant_setup();
    for (u32 i = 0; i < ARENA_PAGES; i++)
        arena_entry[i] = entry_of(arena + i * PAGE_SIZE, 1);
    say("TEST %s seed=%lu count=%lu vcpus=%u\n", test_name, argument("seed", 1), count, FUZZERS);
    smp_start(FUZZERS, fuzz);
    fuzz(0);
    smp_join(FUZZERS);
    for (u32 vcpu = 0; vcpu < FUZZERS; vcpu++) {
        refused += fuzzers[vcpu].refused;
        done += fuzzers[vcpu].done;
    }
    say("TEST %s completed=%lu refused=%lu\n", test_name, done, refused);
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
    check("most_refused", refused > done / 4);
    check("completed", done == count * FUZZERS);
}
