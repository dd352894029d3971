/* SPDX-License-Identifier: MIT */
/*
 * entry.S - ways into the hypervisor and back.
 *
 * A guest enters by SYSCALL (hypercalls, and its users' system calls) or by an
 * IDT gate.  Either way a struct guest_regs ends up at the top of this CPU's
 * stack.  Interrupts stay off until the way back.
 * Source: AMD APM vol. 2, 6.1 (SYSCALL) and 8.9 (long-mode interrupts).
 */
#include "arch/entry.inc"
#include "asm_offsets.h"
#include "core/fuel.h"
#include "core/layout.h"

#define GUEST_CS 0xe033
#define GUEST_SS 0xe02b
#define NR_HYPERCALLS 64
#define RFLAGS_IF 0x200
#define RFLAGS_IOPL 0x3000

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
        GUARD_IN
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
        movq    TOP_CPU(%rsp), %r11
        cmpb    $0, CPU_HOOKED(%r11)        /* somebody looks on: ports/hooks.h */
        jne     hypercall_by_hooks
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
        GUARD_OUT
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
        GUARD_IN
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
        GUARD_OUT
        RESTORE_REGS
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
        GUARD_IN
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
        RESTORE_REGS
        addq    $8, %rsp
        iretq
1:      movq    %rax, %rsp
        testl   %edx, %edx
        jz      iret_failed
        cmpl    $2, %edx                    /* a module trapped while it took another's place */
        je      exit_full
        jmp     gate_failed

hypercall_by_hooks:
        call    hypercall_call_hooked
        jmp     hypercall_done

        .balign 64
irq_common:
        SAVE_REGS
        cld
        SMAP_CLOSE                          /* a guest may have set RFLAGS.AC */
        GUARD_IN
        movl    REGS_VECTOR(%rsp), %edi
        call    irq_handle                  /* (vector) */
        testb   $3, REGS_CS(%rsp)
        jnz     exit_full
        STACK_END %rcx
        cmpb    $0, FROM_END(TOP_WORKER)(%rcx)
        je      restore_hv
        /* A worker (core/worker.h): who called it goes on, if there is something to do. */
        movq    FROM_END(TOP_CPU)(%rcx), %rdx
        cmpl    $0, CPU_PENDING(%rdx)
        je      restore_hv
        movq    %rsp, worker_rsp(%rip)
        movl    $1, %eax
worker_leave:
        movq    worker_back(%rip), %rsp
        POP_KEPT
        ret

        .macro  WORKER_ENTER
        PUSH_KEPT
        movq    %rsp, worker_back(%rip)
        .endm

/* bool worker_begin_raw(uint64_t stack_top) */
        .globl  worker_begin_raw, worker_resume_raw
worker_begin_raw:
        WORKER_ENTER
        movq    %rdi, %rsp
        sti
        call    worker_entry
        cli
        xorl    %eax, %eax
        jmp     worker_leave
/* bool worker_resume_raw(void) */
worker_resume_raw:
        WORKER_ENTER
        movq    worker_rsp(%rip), %rsp
        jmp     restore_hv
        .pushsection .bss
        .balign 8
        .type   worker_rsp, @object
        .size   worker_rsp, 8
        .type   worker_back, @object
        .size   worker_back, 8
worker_rsp:
        .skip   8                           /* where it was interrupted */
worker_back:
        .skip   8                           /* who called it */
        .popsection

/* NMI, #DF, #MC: own stacks (IST); they return to where they came from. */
ist_common:
        SAVE_REGS
        cld
        SMAP_CLOSE                          /* a guest may have set RFLAGS.AC */
        UNLESS  ALT_GUARD, 1f
        jmp     ist_guarded
1:      movq    %rsp, %rdi
        call    trap_ist                    /* (regs) */
        jmp     restore_hv

/* They come anywhere on the way in and out: what is loaded is put back as it was. */
ist_guarded:
        movq    %cr3, %rbx
        STACK_END %rbp
        movq    FROM_END(TOP_HV_CR3)(%rbp), %r12
        UNLESS  ALT_SPEC_CTRL, 2f
        movl    $MSR_SPEC_CTRL, %ecx
        rdmsr
        movl    %eax, %r13d
2:      GUARD_IN
        movq    %rsp, %rdi
        call    trap_ist
        UNLESS  ALT_SPEC_CTRL, 3f
        movl    $MSR_SPEC_CTRL, %ecx
        movl    %r13d, %eax
        xorl    %edx, %edx
        wrmsr
3:      testq   %r12, %r12
        jz      4f
        movq    %r12, FROM_END(TOP_HV_CR3)(%rbp)
        movq    %rbx, %cr3
4:      UNLESS  ALT_VERW, 5f
        verw    verw_selector(%rip)
5:      jmp     restore_hv

/* Called on the way out: to this CPU's root table, if the guest is under XPTI.  Loses all but rcx's copy in r8, r11. */
root_enter:
        movq    8 + TOP_GUEST_CR3(%rsp), %rdx
        testq   %rdx, %rdx
        jz      2f
        movq    8 + TOP_CPU(%rsp), %rax
        movq    CPU_CR3(%rax), %rax
        movzbl  8 + TOP_ROOT_STALE(%rsp), %ecx
        testl   %ecx, %ecx
        jz      1f
        movb    $0, 8 + TOP_ROOT_STALE(%rsp)
        cmpl    $ROOT_COPY, %ecx
        jne     3f
        movabsq $DIRECTMAP_BASE, %r9
        leaq    (%rax,%r9), %rsi
        leaq    (%rdx,%r9), %rdi
        andq    $~0xfff, %rdi
        movl    $HV_L4_FIRST + 1, %ecx      /* the guest's lower half, and the M2P */
        rep movsq
        movq    8 * (PERDOM_SLOT - HV_L4_FIRST - 1)(%rsi), %r10
        movq    %r10, 8 * (PERDOM_SLOT - HV_L4_FIRST - 1)(%rdi)
        addq    $8 * (HV_L4_LAST - HV_L4_FIRST), %rsi
        addq    $8 * (HV_L4_LAST - HV_L4_FIRST), %rdi
        movl    $511 - HV_L4_LAST, %ecx
        rep movsq
        jmp     3f
1:      orq     cr3_noflush(%rip), %rdx     /* nothing that the guest has in the TLB is old */
3:      orq     cr3_noflush(%rip), %rax
        movq    %rax, 8 + TOP_HV_CR3(%rsp)
        movq    %rdx, %cr3
2:      ret

        .balign 2
verw_selector:
        .short  0xe010                      /* SEL_HV_DS */

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
