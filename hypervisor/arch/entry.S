/* SPDX-License-Identifier: MIT */
/*
 * entry.S - ways into the hypervisor and back.
 *
 * A guest enters by SYSCALL (hypercalls, and its users' system calls) or by an
 * IDT gate.  Either way a struct guest_regs ends up at the top of this CPU's
 * stack.  Interrupts stay off until the way back.
 * Source: AMD APM vol. 2, 6.1 (SYSCALL) and 8.9 (long-mode interrupts).
 */
#include "asm_offsets.h"
#include "core/fuel.h"
#include "core/layout.h"

#define GUEST_CS 0xe033
#define GUEST_SS 0xe02b
#define NR_HYPERCALLS 64
#define RFLAGS_IF 0x200
#define RFLAGS_IOPL 0x3000

        .macro SAVE_REGS
        pushq   %rdi
        pushq   %rsi
        pushq   %rdx
        pushq   %rcx
        pushq   %rax
        pushq   %r8
        pushq   %r9
        pushq   %r10
        pushq   %r11
        pushq   %rbx
        pushq   %rbp
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        .endm

        .macro EXTABLE from, to
        .pushsection .extable, "a"
        .long   \from - .
        .long   \to - .
        .popsection
        .endm

        .macro SMAP_CLOSE
992:    nopl    (%rax)
        .pushsection .altinstr, "a"
        .long   992b - .
        .long   0xca010f                    /* clac, where the CPU has SMAP (core/alternatives.c) */
        .popsection
        .endm

/*
 * Each CPU has a copy of this page, its data page behind it: word 0 scratch,
 * word 1 the stack (top of the frame's hardware part).  The two displacements
 * marked PATCH are made anew for the copy (core/cpu_setup.c).
 */
        .section .rodata
        .balign 4096
        .globl  stub_template, stub_template_cstar, stub_template_end, stub_patch_lstar, stub_patch_cstar
stub_template:
        movq    %rsp, stub_template + 4096(%rip)
        movq    stub_template + 4104(%rip), %rsp
        pushq   $GUEST_SS
        pushq   stub_template + 4096(%rip)
        pushq   %r11
        pushq   $GUEST_CS
        pushq   %rcx
        .byte   0xe9
stub_patch_lstar:
        .long   0                           /* PATCH: jmp syscall_entry */
stub_template_cstar:
        movq    %rsp, stub_template + 4096(%rip)
        movq    stub_template + 4104(%rip), %rsp
        pushq   $GUEST_SS
        pushq   stub_template + 4096(%rip)
        pushq   %r11
        pushq   $0xe023                     /* FLAT_USER_CS32 */
        pushq   %rcx
        .byte   0xe9
stub_patch_cstar:
        .long   0                           /* PATCH: jmp syscall32_entry */
stub_template_end:
        .byte   0xcc
        .balign 4096

        .section .text.entry, "ax"
        .globl  syscall_entry, syscall32_entry
        .balign 64
syscall_entry:
        pushq   $-1                         /* vector: TRAP_SYSCALL */
        SAVE_REGS
#ifdef SCALE_CONTROL                        /* build/safehype-scale-control: what make bench-scale must see */
        lock incq scale_control(%rip)
        .pushsection .data
        .balign 64
        .type   scale_control, @object
        .size   scale_control, 64
scale_control:
        .fill   64, 1, 0
        .popsection
#endif
        movq    %r8, %r9
        movq    %r10, %r8
        movq    %rdx, %rcx
        movq    %rsi, %rdx
        movq    %rdi, %rsi
        movq    TOP_CURRENT(%rsp), %rdi
        movq    $ENTRY_FUEL, TOP_FUEL(%rsp)
        cmpb    $0, VCPU_KERNEL_MODE(%rdi)
        je      user_syscall
        cmpq    $NR_HYPERCALLS, %rax
        jae     unknown_hypercall
        andl    $(NR_HYPERCALLS - 1), %eax  /* no speculation past the table */
        leaq    hypercall_table(%rip), %r11
        call    *(%r11,%rax,8)
hypercall_done:
        movq    %rax, REGS_RAX(%rsp)
        /* C kept the callee-saved registers: they are still the guest's. */
exit_fast:
        movq    TOP_CPU(%rsp), %rdx
        movq    TOP_CURRENT(%rsp), %rdi
        cmpl    $0, CPU_PENDING(%rdx)
        jne     exit_slow
        movq    VCPU_INFO(%rdi), %rcx
        movzwl  (%rcx), %ecx                /* upcall pending | mask << 8 */
        decl    %ecx
        cmpl    $0xff, %ecx
        jb      exit_upcall
restore_fast:
        movq    REGS_RIP(%rsp), %rcx
        movq    %rcx, %rdx
        shlq    $16, %rdx
        sarq    $16, %rdx
        cmpq    %rcx, %rdx
        jne     restore_all                 /* SYSRET would fault in ring 0 */
        cmpl    $-1, REGS_VECTOR(%rsp)
        jne     restore_all
        movl    REGS_RFLAGS(%rsp), %r11d
        andl    $~RFLAGS_IOPL, %r11d
        orl     $RFLAGS_IF, %r11d
        movq    REGS_R10(%rsp), %r10
        movq    REGS_R9(%rsp), %r9
        movq    REGS_R8(%rsp), %r8
        movq    REGS_RAX(%rsp), %rax
        movq    REGS_RDX(%rsp), %rdx
        movq    REGS_RSI(%rsp), %rsi
        movq    REGS_RDI(%rsp), %rdi
        movq    REGS_RSP(%rsp), %rsp
        sysretq

exit_upcall:
        movq    %rsp, %rsi
        call    pv_deliver_upcall           /* (v, regs) */
        jmp     exit_fast

unknown_hypercall:
        movl    %eax, %esi
        call    hypercall_unknown           /* (v, nr) */
        jmp     hypercall_done

user_syscall:
        movq    %rsp, %rsi
        call    pv_syscall                  /* (v, regs) */
        jmp     exit_fast

syscall32_entry:
        pushq   $-1
        SAVE_REGS
        movl    $0, REGS_VECTOR(%rsp)       /* leave by IRETQ: compatibility mode */
        movq    TOP_CURRENT(%rsp), %rdi
        movq    %rsp, %rsi
        call    pv_syscall32                /* (v, regs) */
        jmp     exit_full

/* Softirqs, another vcpu, a continuation; then look again. */
exit_slow:
        movq    %rsp, %rdi
        call    exit_work
        /* fall through: everything is restored from the frame */
        .globl  exit_full
exit_full:
        movq    TOP_CPU(%rsp), %rdx
        movq    TOP_CURRENT(%rsp), %rdi
        cmpl    $0, CPU_PENDING(%rdx)
        jne     exit_slow
        movq    VCPU_INFO(%rdi), %rcx
        movzwl  (%rcx), %ecx
        decl    %ecx
        cmpl    $0xff, %ecx
        jb      exit_full_upcall
restore_all:
        /* Whatever was written into the frame: ring 3, interrupts on, no I/O privilege. */
        orl     $3, REGS_CS(%rsp)
        andl    $~RFLAGS_IOPL, REGS_RFLAGS(%rsp)
        orl     $RFLAGS_IF, REGS_RFLAGS(%rsp)
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbp
        popq    %rbx
        popq    %r11
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rax
        popq    %rcx
        popq    %rdx
        popq    %rsi
        popq    %rdi
        addq    $8, %rsp
        .globl  guest_iret
guest_iret:
        iretq

exit_full_upcall:
        movq    %rsp, %rsi
        call    pv_deliver_upcall
        jmp     exit_full

/* IRETQ to the guest faulted: the frame has been put back; tell the guest. */
iret_failed:
        movq    TOP_CURRENT(%rsp), %rdi
        movq    %rsp, %rsi
        call    pv_iret_failed              /* (v, regs) */
        jmp     exit_full

/* A module trapped under a hypercall gate: its frames are gone. */
gate_failed:
        movq    TOP_CURRENT(%rsp), %rdi
        call    hypercall_fault             /* (v): what the guest finds in rax */
        movq    %rax, REGS_RAX(%rsp)
        jmp     exit_full

/* ---- exceptions and interrupts ---- */

        .balign 64
exception_common:
        SAVE_REGS
        cld
        SMAP_CLOSE                          /* a guest may have set RFLAGS.AC */
        testb   $3, REGS_CS(%rsp)
        jz      exception_from_hv
        movq    $ENTRY_FUEL, TOP_FUEL(%rsp)
        movq    %rsp, %rdi
        movq    TOP_CURRENT(%rsp), %rsi
        call    trap_from_guest             /* (regs, v) */
        jmp     exit_full

exception_from_hv:
        movq    %rsp, %rdi
        call    trap_from_hv                /* rax: stack to go on with, or 0; edx: where */
        testq   %rax, %rax
        jnz     1f
restore_hv:
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbp
        popq    %rbx
        popq    %r11
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rax
        popq    %rcx
        popq    %rdx
        popq    %rsi
        popq    %rdi
        addq    $8, %rsp
        iretq
1:      movq    %rax, %rsp
        testl   %edx, %edx
        jz      iret_failed
        jmp     gate_failed

        .balign 64
irq_common:
        SAVE_REGS
        cld
        SMAP_CLOSE                          /* a guest may have set RFLAGS.AC */
        movl    REGS_VECTOR(%rsp), %edi
        call    irq_handle                  /* (vector) */
        testb   $3, REGS_CS(%rsp)
        jnz     exit_full
        jmp     restore_hv

/* NMI, #DF, #MC: own stacks (IST); they return to where they came from. */
ist_common:
        SAVE_REGS
        cld
        SMAP_CLOSE                          /* a guest may have set RFLAGS.AC */
        movq    %rsp, %rdi
        call    trap_ist                    /* (regs) */
        jmp     restore_hv

        .macro  ENTRY_STUB vec
        .balign 16
        .if     \vec == 8 || (\vec >= 10 && \vec <= 14) || \vec == 17 || \vec == 21 || \vec == 29 || \vec == 30
        .else
        pushq   $0
        .endif
        movl    $\vec, 4(%rsp)
        .if     \vec == 2 || \vec == 8 || \vec == 18
        jmp     ist_common
        .elseif \vec < 32
        jmp     exception_common
        .else
        jmp     irq_common
        .endif
        .endm

        /* entry_stub_offsets[v]: where vector v enters, from entry_stubs */
        .globl  entry_stubs, entry_stub_offsets
        .pushsection .rodata.stubs, "a"
        .balign 4
entry_stub_offsets:
        .popsection
        .balign 64
entry_stubs:
        .altmacro
        .macro  STUB_ROW v
        .pushsection .rodata.stubs, "a"
        .long   entry_stub_\v - entry_stubs
        .popsection
        .balign 16
entry_stub_\v:
        ENTRY_STUB \v
        .endm
        .set    n, 0
        .rept   256
        STUB_ROW %n
        .set    n, n + 1
        .endr
        .section .note.GNU-stack, "", @progbits
