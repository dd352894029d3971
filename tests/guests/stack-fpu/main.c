/*
 * stack_switch and fpu_taskswitch.
 *
 * Checks: fpu_taskswitch(1) makes the next FPU instruction deliver #NM once and clears TS, fpu_taskswitch(0) and clts undo it, CR0.TS
 *   reads so; stack_switch takes the guest's selector, sanitises a ring-0 one, and user mode then enters the kernel on that stack.
 */
#include "guest.h"

static u8 stack[8192] PAGE;
static volatile u64 seen_rsp;

static u64 cr0(void)
{
    u64 value = 0;

    TRY("mov %%cr0, %[value]", : [value] "=r"(value) : : "memory");
    return value;
}

static bool note_stack(struct regs *regs)
{
    seen_rsp = (u64)regs;
    return false;
}

static void user_leaves(u64 value)
{
    user_exit(value);
}

void test_main(void)
{
    check_eq("set_ts", HC(fpu_taskswitch, 1), 0);
    check_eq("cr0_ts", (long)(cr0() & 8), 8);
    check_eq("fpu_faults", (long)TRY("fninit", : : : "memory"), 7);
    check_eq("ts_cleared_by_fault", (long)(cr0() & 8), 0);
    check_eq("fpu_works", (long)TRY("fninit", : : : "memory"), NO_TRAP);
    check_eq("set_ts_again", HC(fpu_taskswitch, 1), 0);
    check_eq("sse_faults", (long)TRY("movaps %%xmm0, %%xmm1", : : : "memory"), 7);
    check_eq("set_ts_third", HC(fpu_taskswitch, 1), 0);
    check_eq("clear_ts", HC(fpu_taskswitch, 0), 0);
    check_eq("cleared_works", (long)TRY("fninit", : : : "memory"), NO_TRAP);
    check_eq("set_ts_fourth", HC(fpu_taskswitch, 1), 0);
    check_eq("clts", (long)TRY("clts", : : : "memory"), NO_TRAP);
    check_eq("clts_works", (long)TRY("fninit", : : : "memory"), NO_TRAP);
    check_eq("clts_cr0", (long)(cr0() & 8), 0);

    check_eq("user_once", run_user(user_leaves, 5), 5);
    check_eq("stack_switch", HC(stack_switch, KERNEL_SS, stack + sizeof(stack) - 64), 0);
    trap_hook = note_stack;
    check_eq("user_again", run_user(user_leaves, 6), 6);
    trap_hook = NULL;
    check("entered_on_that_stack", seen_rsp > (u64)stack && seen_rsp < (u64)stack + sizeof(stack));
    check_eq("ring_0_selector", HC(stack_switch, 0xe010, stack + sizeof(stack) - 64), 0);
    check_eq("user_after_ring_0_selector", run_user(user_leaves, 7), 7);
    check_eq("stack_switch_back", HC(stack_switch, KERNEL_SS, stack + sizeof(stack) - 64), 0);
    check_eq("hypervisor_stack", HC(stack_switch, KERNEL_SS, HYPERVISOR_PRIVATE), 0);
    check_eq("stack_switch_good", HC(stack_switch, KERNEL_SS, stack + sizeof(stack) - 64), 0);
    check_eq("user_last", run_user(user_leaves, 8), 8);
}
