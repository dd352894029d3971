// Exceptions: every vector comes here; TRY, a hook or user mode may have asked for it, otherwise the test fails.
#include "guest.h"

volatile struct trap last_trap;
volatile u64 try_resume, try_value;
bool (*trap_hook)(struct regs *);

extern u64 entry_of_vector[21], entry_of_int80, entry_of_int81;
extern char smp_read_at[], smp_write_at[], smp_faulted[];
void guest_user_trap(struct regs *regs);
void guest_trap(struct regs *regs);

void traps_install(void)
{
    trap_info_t table[24];
    u32 count = 0;

    memset(table, 0, sizeof(table));
    for (u32 vector = 0; vector <= 20; vector++) {
        if (vector == 2 || vector == 15)
            continue;
        table[count].vector = (u8)vector;
        table[count].flags = vector == 3 || vector == 4 ? 3 : 0;
        table[count].cs = KERNEL_CS;
        table[count++].address = entry_of_vector[vector];
    }
    if (HC(set_trap_table, table) != 0)
        fatal("set_trap_table refused the test's own table");
}

bool from_user(const struct regs *regs)
{
    return (regs->cs & 3) == 3;
}

// Only vcpu 0 uses TRY, so one record is enough; smp_read and smp_write are for all (smp.h).
void guest_trap(struct regs *regs)
{
    if (regs->vector >= ENTRY_EVENT && regs->vector < ENTRY_EVENT + VCPUS_MAX) {
        guest_event((u32)(regs->vector - ENTRY_EVENT));
        return;
    }
    if (regs->rip == (u64)smp_read_at || regs->rip == (u64)smp_write_at) {
        regs->rax = regs->vector;
        regs->rip = (u64)smp_faulted;
        return;
    }
    if (trap_hook != NULL && trap_hook(regs))
        return;
    last_trap.vector = regs->vector;
    last_trap.error = regs->error;
    last_trap.cr2 = shared->vcpu_info[0].arch.cr2;
    last_trap.rip = regs->rip;
    last_trap.cs = regs->cs & 0xffff;
    last_trap.rflags = regs->rflags;
    last_trap.count++;
    if (from_user(regs)) {
        guest_user_trap(regs);
    } else if (try_resume != 0) {
        regs->rip = try_resume;
        regs->cs = (regs->cs & ~0xffffUL) | (KERNEL_CS & ~3UL); // a far transfer may have changed it
        regs->rflags &= ~0x100UL;                               // and a single step is over
        try_resume = 0;
    } else {
        fatal("unexpected trap %lu error %lx rip %lx cr2 %lx", regs->vector, regs->error, regs->rip, last_trap.cr2);
    }
}

u64 try_read(const volatile void *at)
{
    u64 value = 0;
    u64 vector = TRY("movq (%[at]), %[value]", : [value] "+r"(value) : [at] "r"(at) : "memory");

    try_value = value;
    return vector;
}

u64 try_write(volatile void *at, u64 value)
{
    return TRY("movq %[value], (%[at])", : : [value] "r"(value), [at] "r"(at) : "memory");
}

u64 try_far(u16 selector)
{
    last_trap.vector = NO_TRAP;
    __asm__ volatile("movq $77f, try_resume\n\tmovq %%rsp, %%rbx\n\tpushq %[selector]\n\tpushq $0\n\tlretq\n"
                     "77: movq %%rbx, %%rsp\n\tmovq $0, try_resume"
                     : : [selector] "r"((u64)selector)
                     : "rax", "rbx", "memory", "cc");
    return last_trap.vector;
}

u64 try_call(const void *at)
{
    last_trap.vector = NO_TRAP;
    __asm__ volatile("movq $77f, try_resume\n\tmovq %%rsp, %%rbx\n\tcall *%[at]\n77: movq %%rbx, %%rsp\n\tmovq $0, try_resume"
                     : : [at] "r"(at)
                     : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc");
    return last_trap.vector;
}
