/*
 * User mode: system calls, its own page tables, its own GS base.
 *
 * Checks: arguments and results of system calls, many of them; rflags and the callee's registers survive; memory that only the kernel's table
 *   maps faults in user mode and not in kernel mode; the GS base is swapped on each crossing; hypercalls from user mode are refused.
 */
#include "guest.h"

static u64 user_l4[512] PAGE, l3[512] PAGE, l2[512] PAGE, l1[512] PAGE, data[512] PAGE;
static u64 user_gs[2] = { 1, 2222 }, kernel_gs[2] = { 3, 4444 };
#define FAR_VA 0x0000123456789000UL

static long add(struct regs *regs)
{
    u64 gs;

    __asm__ volatile("movq %%gs:8, %[gs]" : [gs] "=r"(gs));
    return gs == 4444 ? (long)(regs->rax + regs->rdi) : -1;
}

static void user_calls(u64 rounds)
{
    u64 sum = 0, kept;

    for (u64 i = 0; i < rounds; i++)
        sum += (u64)user_call(1000, i);
    __asm__ volatile("mov $0x1234, %%r15; mov $2, %%eax; mov $5, %%edi; stc; syscall; sbb %%rdx, %%rdx; add %%rdx, %%r15; mov %%r15, %[kept]"
                     : [kept] "=r"(kept) : : "rax", "rcx", "rdx", "rdi", "r11", "r15", "cc", "memory");
    user_exit(kept == 0x1233 ? sum : 0);
}

static void user_reads(u64 at)
{
    user_exit(*(volatile u64 *)at);
}

static void user_reads_gs(u64 unused)
{
    u64 gs;

    (void)unused;
    __asm__ volatile("movq %%gs:8, %[gs]" : [gs] "=r"(gs));
    user_exit(gs);
}

void test_main(void)
{
    u64 top = mfn_of((void *)si->pt_base) << 12;

    check_eq("gs_kernel", HC(set_segment_base, SEGBASE_GS_KERNEL, kernel_gs), 0);
    check_eq("gs_user", HC(set_segment_base, SEGBASE_GS_USER, user_gs), 0);
    user_syscall = add;
    check_eq("system_calls", run_user(user_calls, 100), 100 * 1000 + 99 * 100 / 2);
    check_eq("user_gs", run_user(user_reads_gs, 0), 2222);
    u64 gs;
    __asm__ volatile("movq %%gs:8, %[gs]" : [gs] "=r"(gs));
    check_eq("kernel_gs_after", (long)gs, 4444);

    // A user table without what the kernel's has at FAR_VA
    for (u32 slot = 0; slot < 512; slot++)
        user_l4[slot] = slot >= 256 && slot < 272 ? 0 : ((u64 *)si->pt_base)[slot];
    l3[(FAR_VA >> 30) & 511] = (mfn_of(l2) << 12) | TABLE_PTE;
    l2[(FAR_VA >> 21) & 511] = (mfn_of(l1) << 12) | TABLE_PTE;
    l1[(FAR_VA >> 12) & 511] = (mfn_of(data) << 12) | RW_PTE;
    data[0] = 987;
    map_ro(user_l4);
    map_ro(l3);
    map_ro(l2);
    map_ro(l1);
    check_eq("kernel_table", mmu_update1(top | ((FAR_VA >> 39) & 511) * 8, (mfn_of(l3) << 12) | TABLE_PTE), 0);
    check_eq("same_table_reads", run_user(user_reads, FAR_VA), 987);
    check_eq("pin_user_table", mmuext(MMUEXT_PIN_L4_TABLE, mfn_of(user_l4), 0), 0);
    check_eq("set_user_table", mmuext(MMUEXT_NEW_USER_BASEPTR, mfn_of(user_l4), 0), 0);
    check_eq("kernel_still_reads", (long)try_read((void *)FAR_VA), NO_TRAP);
    check_eq("user_faults", run_user(user_reads, FAR_VA), -1);
    check_eq("user_faults_vector", (long)last_trap.vector, 14);
    check_eq("user_faults_cr2", (long)last_trap.cr2, FAR_VA);
    check_eq("kernel_reads_after", (long)try_read((void *)FAR_VA), NO_TRAP);
    check_eq("system_calls_after", run_user(user_calls, 10), 10 * 1000 + 9 * 10 / 2);
    check_eq("other_table_reads", (mmu_update1(mfn_of(user_l4) << 12 | ((FAR_VA >> 39) & 511) * 8, (mfn_of(l3) << 12) | TABLE_PTE),
                                   run_user(user_reads, FAR_VA)), 987);
    check_eq("set_user_table_back", mmuext(MMUEXT_NEW_USER_BASEPTR, top >> 12, 0), 0);
    check_eq("unpin", mmuext(MMUEXT_UNPIN_TABLE, mfn_of(user_l4), 0), 0);
}
