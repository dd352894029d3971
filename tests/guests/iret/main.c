/*
 * The iret hypercall: to kernel and to user mode.
 *
 * Checks: every register and the arithmetic flags come back from an exception, a frame may go elsewhere with another stack, interrupt flag of
 *   the frame sets the event mask, I/O privilege level cannot be set by it; user mode is entered with its own
 *   registers and rflags.
 */
#include "guest.h"

static u8 other_stack[8192] PAGE;
static volatile u64 seen_rsp, seen_flags;

static u64 flags_after(u64 flags)
{
    u64 after = 0;

    __asm__ volatile("mov %%rsp, %%rbx; mov %%ss, %%eax; push %%rax; push %%rbx; push %[flags]; push $0xe030; lea 1f(%%rip), %%rax;"
                     "push %%rax; push $0; jmp hypercall_page + 23 * 32; 1: pushfq; pop %[after]"
                     : [after] "=&r"(after) : [flags] "r"(flags) : "rax", "rbx", "rcx", "r11", "memory", "cc");
    return after;
}

static void user_state(u64 argument)
{
    u64 flags, rsp;

    __asm__ volatile("pushfq; pop %[flags]; mov %%rsp, %[rsp]" : [flags] "=r"(flags), [rsp] "=r"(rsp));
    seen_flags = flags;
    seen_rsp = rsp;
    user_exit(argument);
}

static u64 iret_elsewhere(void)
{
    u64 rsp = 0;
    u64 target = (u64)(other_stack + sizeof(other_stack) - 256);

    __asm__ volatile("mov %%rsp, %%rbx; push $0xe02b; push %[target]; push $0x202; push $0xe030; lea 1f(%%rip), %%rax; push %%rax; push $0;"
                     "jmp hypercall_page + 23 * 32; 1: mov %%rsp, %[rsp]; mov %%rbx, %%rsp"
                     : [rsp] "=&r"(rsp) : [target] "r"(target) : "rax", "rbx", "rcx", "r11", "memory", "cc");
    return rsp - target;
}

void test_main(void)
{
    check_eq("other_stack", (long)iret_elsewhere(), 0);
    check_eq("carry_set", (long)(flags_after(0x203) & 1), 1);
    check_eq("carry_clear", (long)(flags_after(0x202) & 1), 0);
    check_eq("direction", (long)(flags_after(0x602) & 0x400), 0x400);
    __asm__ volatile("cld");
    check_eq("iopl_not_set", (long)(flags_after(0x3202) & 0x3000), 0);
    check_eq("interrupts_stay_on", (long)(flags_after(0x002) & 0x200), 0x200);
    flags_after(0x202);
    check_eq("if_set_unmasks", shared->vcpu_info[0].evtchn_upcall_mask, 0);
    flags_after(0x002);
    check_eq("if_clear_masks", shared->vcpu_info[0].evtchn_upcall_mask, 1);
    check_eq("user", run_user(user_state, 42), 42);
    check_range("user_rflags_plain", seen_flags & ~0x8d5UL, 0x202, 0x202);
    check_eq("user_carry", run_user_frame((u64)user_state, (u64)(other_stack + 4096), 0x203, KERNEL_CS, 43), 43);
    check("user_rsp", seen_rsp <= (u64)(other_stack + 4096) && seen_rsp > (u64)other_stack);
    check_eq("user_iopl", run_user_frame((u64)user_state, (u64)(other_stack + 4096), 0x3202, KERNEL_CS, 44), 44);
    check_eq("user_iopl_not_set", (long)(seen_flags & 0x3000), 0);
    check_eq("user_if_clear", run_user_frame((u64)user_state, (u64)(other_stack + 4096), 0x002, KERNEL_CS, 45), 45);
    check_eq("user_if_stays_on", (long)(seen_flags & 0x200), 0x200);
}
