// Other vcpus, and user mode on vcpu 0.
#include "guest.h"

void (*vcpu_function[VCPUS_MAX])(u32 vcpu);
long (*user_syscall)(struct regs *);
static u8 vcpu_stack[VCPUS_MAX][16384] PAGE;
static u8 user_stack[16384] PAGE, entry_stack[16384] PAGE;
static bool user_ready;
static u8 saved_mask;

extern char vcpu_entry[], failsafe_entry[], syscall_entry[];
extern u64 entry_of_vector[21];
long user_enter(u64 rip, u64 rsp, u64 rflags, u64 cs, u64 argument);
__attribute__((noreturn)) void user_leave(long value);
void guest_user_trap(struct regs *regs);
enum { USER_EXIT = 1 };

// By its stack: vcpu 0 has its own.
u32 this_vcpu(void)
{
    u64 offset = (u64)__builtin_frame_address(0) - (u64)vcpu_stack;

    return offset < sizeof(vcpu_stack) ? (u32)(offset / sizeof(vcpu_stack[0])) : 0;
}

void vcpu_main(u32 vcpu)
{
    vcpu_function[vcpu](vcpu);
    for (;;)
        block();
}

long vcpu_context(u32 vcpu, struct vcpu_guest_context *context)
{
    memset(context, 0, sizeof(*context));
    context->flags = VGCF_in_kernel;
    context->user_regs.rip = (u64)vcpu_entry;
    context->user_regs.rsp = (u64)(vcpu_stack[vcpu] + sizeof(vcpu_stack[vcpu]) - 64);
    context->user_regs.rdi = vcpu;
    context->user_regs.cs = KERNEL_CS;
    context->user_regs.ss = KERNEL_SS;
    context->user_regs.rflags = 0x200;
    context->kernel_ss = KERNEL_SS;
    context->kernel_sp = context->user_regs.rsp;
    context->ctrlreg[3] = xen_pfn_to_cr3(mfn_of((void *)si->pt_base));
    context->event_callback_eip = entry_of_event[vcpu];
    context->failsafe_callback_eip = (u64)failsafe_entry;
    context->syscall_callback_eip = (u64)syscall_entry;
    for (u32 vector = 0; vector <= 20; vector++) {
        context->trap_ctxt[vector].vector = (u8)vector;
        context->trap_ctxt[vector].cs = KERNEL_CS;
        context->trap_ctxt[vector].address = entry_of_vector[vector];
    }
    return 0;
}

long vcpu_start(u32 vcpu, void (*function)(u32))
{
    static struct vcpu_guest_context context;
    long ret = vcpu_context(vcpu, &context);

    vcpu_function[vcpu] = function;
    if (ret == 0)
        ret = HC(vcpu_op, VCPUOP_initialise, vcpu, &context);
    if (ret == 0)
        ret = HC(vcpu_op, VCPUOP_up, vcpu, NULL);
    return ret;
}

// An exception or a system call in user mode; entry_stack is the current stack.
void guest_user_trap(struct regs *regs)
{
    if (regs->vector == ENTRY_SYSCALL && regs->rax != USER_EXIT) {
        last_trap.count--;
        regs->rax = user_syscall != NULL ? (u64)user_syscall(regs) : (u64)-XEN_ENOSYS;
        return;
    }
    shared->vcpu_info[0].evtchn_upcall_mask = saved_mask;
    user_leave(regs->vector == ENTRY_SYSCALL ? (long)regs->rdi : -1);
}

long run_user_frame(u64 rip, u64 rsp, u64 rflags, u64 cs, u64 argument)
{
    if (!user_ready) {
        if (HC(stack_switch, KERNEL_SS, entry_stack + sizeof(entry_stack) - 64) != 0 ||
            mmuext(MMUEXT_NEW_USER_BASEPTR, mfn_of((void *)si->pt_base), 0) != 0)
            fatal("cannot prepare user mode");
        user_ready = true;
    }
    last_trap.vector = NO_TRAP;
    saved_mask = shared->vcpu_info[0].evtchn_upcall_mask;
    return user_enter(rip, rsp, rflags, cs, argument);
}

long run_user(void (*function)(u64), u64 argument)
{
    return run_user_frame((u64)function, (u64)(user_stack + sizeof(user_stack) - 8), 0x202, KERNEL_CS, argument);
}

long user_call(u64 number, u64 argument)
{
    long ret = (long)number;

    __asm__ volatile("syscall" : "+a"(ret), "+D"(argument) : : "rcx", "r11", "rsi", "rdx", "r8", "r9", "r10", "memory", "cc");
    return ret;
}

void user_exit(u64 value)
{
    user_call(USER_EXIT, value);
    __builtin_unreachable();
}
