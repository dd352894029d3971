/* SPDX-License-Identifier: MIT */
/* enter.S - from the boot stack to a CPU's own, and from there to guests. */
        .text
/* _Noreturn void stack_continue(struct cpu_top *top): boot_on_stack() on the CPU's own stack */
        .globl  stack_continue
stack_continue:
        movq    %rdi, %rsp
        xorl    %ebp, %ebp
        call    boot_on_stack
        ud2

/* _Noreturn void guest_enter(struct guest_regs *regs): work is pending, so a vcpu is picked first */
        .globl  guest_enter
guest_enter:
        movq    %rdi, %rsp
        jmp     exit_full
        .section .note.GNU-stack, "", @progbits
