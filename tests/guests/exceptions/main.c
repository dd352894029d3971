/*
 * Exceptions of guest kernel and user mode reach the guest's handler as the processor raised them.
 *
 * Checks: #DE, #BP, #UD, #GP with error codes, #PF with each error code and CR2, #MF; the saved instruction pointer is the
 *   faulting one (the next for #BP), registers survive the handler, the carry flag survives, user mode is told from kernel mode. (TCG raises
 *   neither #SS for an address that is not canonical nor #XM nor #AC, so they are not here.)
 */
#include "guest.h"

static u64 page[512] PAGE;

static void user_ud(u64 unused)
{
    (void)unused;
    __asm__ volatile("ud2");
}

static void user_read(u64 at)
{
    user_exit(*(volatile u64 *)at);
}

static void user_write(u64 at)
{
    *(volatile u64 *)at = 1;
    user_exit(1);
}

static void user_divide(u64 zero)
{
    __asm__ volatile("divq %[zero]" : : "a"(1), "d"(0), [zero] "r"(zero));
    user_exit(1);
}

static bool skip_ud(struct regs *regs)
{
    if (regs->vector != 6)
        return false;
    regs->rip += 2;
    return true;
}

static void check_user(void)
{
    check_eq("user_ud", run_user(user_ud, 0), -1);
    check_eq("user_ud_vector", (long)last_trap.vector, 6);
    check_eq("user_cs_ring_3", (long)(last_trap.cs & 3), 3);
    check_eq("user_read_absent", run_user(user_read, 0x1000), -1);
    check_eq("user_read_absent_vector", (long)last_trap.vector, 14);
    check_eq("user_read_absent_error", (long)(last_trap.error & 7), 4);
    check_eq("user_read_absent_cr2", (long)last_trap.cr2, 0x1000);
    map_ro(page);
    check_eq("user_write_read_only", run_user(user_write, (u64)page), -1);
    check_eq("user_write_read_only_error", (long)(last_trap.error & 7), 7);
    map_rw(page);
    check_eq("user_write_good", run_user(user_write, (u64)page), 1);
    check_eq("user_divide", run_user(user_divide, 0), -1);
    check_eq("user_divide_vector", (long)last_trap.vector, 0);
    check_eq("user_non_canonical", run_user(user_read, NON_CANONICAL), -1);
    check_eq("user_non_canonical_vector", (long)last_trap.vector, 13);
}

void test_main(void)
{
    u64 zero = 0;

    check_eq("de", (long)TRY("divq %[zero]", : : "a"(1), "d"(0), [zero] "r"(zero) : "cc"), 0);
    check_eq("bp", (long)TRY("int3", : : : "memory"), 3);
    check_eq("bp_rip_is_next", (long)*(u8 *)(last_trap.rip - 1), 0xcc);
    check_eq("ud", (long)TRY("ud2", : : : "memory"), 6);
    check_eq("ud_rip_is_faulting", (long)*(u16 *)last_trap.rip, 0x0b0f);
    check_eq("gp_non_canonical", (long)try_read((void *)NON_CANONICAL), 13);
    check_eq("gp_error_0", (long)last_trap.error, 0);
    check_eq("gp_selector", (long)TRY("mov %[selector], %%ds", : : [selector] "r"(0x1230) : "memory"), 13);
    check_eq("gp_selector_error", (long)last_trap.error, 0x1230);
    check_eq("pf_absent", (long)try_read((void *)0x1000), 14);
    check_eq("pf_absent_error", (long)last_trap.error & 7, 0);
    check_eq("pf_absent_cr2", (long)last_trap.cr2, 0x1000);
    check_eq("pf_absent_write", (long)try_write((void *)0x2008, 1), 14);
    check_eq("pf_absent_write_error", (long)last_trap.error & 7, 2);
    check_eq("pf_execute", (long)try_call((void *)0x3000), 14);
    check_eq("pf_execute_cr2", (long)last_trap.cr2, 0x3000);
    check_eq("pf_execute_rip", (long)last_trap.rip, 0x3000);
    u16 x87_control = 0x0340;
    __asm__ volatile("fninit; fldcw %[control]" : : [control] "m"(x87_control));
    check_eq("mf", (long)TRY("fld1; fldz; fdivrp; fwait", : : : "memory"), 16);
    __asm__ volatile("fnclex; fninit");

    u64 sum = 0;
    trap_hook = skip_ud;
    __asm__ volatile("mov $1, %%rax; mov $2, %%rbx; mov $3, %%rcx; mov $4, %%rdx; mov $5, %%rsi; mov $6, %%rdi; mov $7, %%r8;"
                     "mov $8, %%r9; mov $9, %%r10; mov $10, %%r11; mov $11, %%r12; mov $12, %%r13; mov $13, %%r14; mov $14, %%r15;"
                     "stc; ud2; adc $0, %%rax; add %%rbx, %%rax; add %%rcx, %%rax; add %%rdx, %%rax; add %%rsi, %%rax;"
                     "add %%rdi, %%rax; add %%r8, %%rax; add %%r9, %%rax; add %%r10, %%rax; add %%r11, %%rax; add %%r12, %%rax;"
                     "add %%r13, %%rax; add %%r14, %%rax; add %%r15, %%rax"
                     : "=a"(sum) : : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc");
    trap_hook = NULL;
    check_eq("registers_and_carry_survive", (long)sum, 14 * 15 / 2 + 1);
    check_user();
}
