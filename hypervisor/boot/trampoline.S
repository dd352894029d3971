/* SPDX-License-Identifier: MIT */
/*
 * trampoline.S - how a CPU other than the first gets from its start-up interrupt, in real mode in a page below 1 MiB, to
 * C.  boot/smp.c copies the first part there and fills in the words at its end.
 * Source: Intel SDM vol. 3, 8.4 (MP initialization), 9.9 (switching modes).
 */
#include "core/layout.h"

        .section .rodata
        .globl  trampoline_start, trampoline_end, trampoline_cr3, trampoline_entry
        .balign 16
        .code16
trampoline_start:
        cli
        cld
        movw    %cs, %ax
        movw    %ax, %ds
        xorl    %ebx, %ebx
        movw    %ax, %bx
        shll    $4, %ebx                    /* where the page is */
        leal    (tramp_gdt - trampoline_start)(%ebx), %eax
        movl    %eax, tramp_gdtr - trampoline_start + 2
        leal    (tramp32 - trampoline_start)(%ebx), %eax
        movl    %eax, tramp_far32 - trampoline_start
        leal    (tramp64 - trampoline_start)(%ebx), %eax
        movl    %eax, tramp_far64 - trampoline_start
        lgdtl   tramp_gdtr - trampoline_start
        movl    %cr0, %eax
        orl     $1, %eax                    /* PE */
        movl    %eax, %cr0
        ljmpl   *(tramp_far32 - trampoline_start)

        .code32
tramp32:
        movw    $16, %ax
        movw    %ax, %ds
        movl    %cr4, %eax
        orl     $0x20, %eax                 /* PAE */
        movl    %eax, %cr4
        movl    (trampoline_cr3 - trampoline_start)(%ebx), %eax
        movl    %eax, %cr3
        movl    $0xc0000080, %ecx           /* EFER: LME, SCE, NX, as boot/start.S */
        rdmsr
        orl     $0x901, %eax
        wrmsr
        movl    %cr0, %eax
        orl     $0x80010000, %eax           /* PG, WP */
        andl    $0x9fffffff, %eax           /* caches on: CD and NW are set after INIT */
        movl    %eax, %cr0
        ljmpl   *(tramp_far64 - trampoline_start)(%ebx)

        .code64
tramp64:
        movq    (trampoline_entry - trampoline_start)(%rbx), %rax
        jmp     *%rax

        .balign 8
tramp_gdt:
        .quad   0
        .quad   0x00cf9a000000ffff          /* 8: 32-bit code */
        .quad   0x00cf92000000ffff          /* 16: data */
        .quad   0x00af9a000000ffff          /* 24: 64-bit code */
tramp_gdtr:
        .word   . - tramp_gdt - 1
        .long   0
tramp_far32:
        .long   0
        .word   8
tramp_far64:
        .long   0
        .word   24
        .balign 8
trampoline_cr3:
        .quad   0                           /* the boot tables, which show the page and the window */
trampoline_entry:
        .quad   0
trampoline_end:

        .text
/* On the boot tables: to the hypervisor's own, and to the stack that boot/smp.c made. */
        .globl  ap_start
ap_start:
        movq    ap_cr3(%rip), %rax
        movq    %rax, %cr3
        movq    ap_stack(%rip), %rsp
        xorl    %eax, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %ss
        movl    %eax, %fs
        movl    %eax, %gs
        xorl    %ebp, %ebp
        leaq    ap_main(%rip), %rax
        addq    ap_text(%rip), %rax         /* its node's */
        call    *%rax
        ud2
        .section .note.GNU-stack, "", @progbits
