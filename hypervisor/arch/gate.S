/* SPDX-License-Identifier: MIT */
/*
 * gate.S - places where a fault is expected, and guest copies.
 * An exception table entry sends a fault at the first address to the second.
 */
        .macro EXTABLE from, to
        .pushsection .extable, "a"
        .long   \from - .
        .long   \to - .
        .popsection
        .endm
/* STAC/CLAC where the CPU has SMAP: three bytes patched at boot (core/alternatives.c). */
        .macro SMAP_OPEN
991:    nopl    (%rax)
        .pushsection .altinstr, "a"
        .long   991b - .
        .long   0xcb010f                    /* stac */
        .popsection
        .endm
        .macro SMAP_CLOSE
992:    nopl    (%rax)
        .pushsection .altinstr, "a"
        .long   992b - .
        .long   0xca010f                    /* clac */
        .popsection
        .endm

        .text
/* uint64_t guest_copy_raw(void *dst, const void *src, uint64_t n): bytes not copied */
        .globl  guest_copy_raw
        .balign 16
guest_copy_raw:
        SMAP_OPEN
        movq    %rdx, %rcx
        shrq    $3, %rcx
1:      rep movsq
        movl    %edx, %ecx
        andl    $7, %ecx
2:      rep movsb
        SMAP_CLOSE
        movq    %rcx, %rax
        ret
3:      leaq    (,%rcx,8), %rax             /* fault in the words */
        andl    $7, %edx
        addq    %rdx, %rax
        SMAP_CLOSE
        ret
4:      movq    %rcx, %rax
        SMAP_CLOSE
        ret
        EXTABLE 1b, 3b
        EXTABLE 2b, 4b

/* int load_segment_X(uint16_t sel) */
        .macro  LOAD_SEGMENT reg
        .globl  load_segment_\reg
        .balign 16
load_segment_\reg:
        xorl    %eax, %eax
1:      movw    %di, %\reg
        ret
2:      xorl    %eax, %eax
        movw    %ax, %\reg
        movl    $-1, %eax
        ret
        EXTABLE 1b, 2b
        .endm
        LOAD_SEGMENT ds
        LOAD_SEGMENT es
        LOAD_SEGMENT fs
        LOAD_SEGMENT gs

        .globl  load_segment_gs_user
        .balign 16
load_segment_gs_user:
        xorl    %eax, %eax
        swapgs
1:      movw    %di, %gs
        swapgs
        ret
2:      xorl    %eax, %eax
        movw    %ax, %gs
        swapgs
        movl    $-1, %eax
        ret
        EXTABLE 1b, 2b

/* int rdmsr_safe(uint32_t msr, uint64_t *value) */
        .globl  rdmsr_safe
        .balign 16
rdmsr_safe:
        movl    %edi, %ecx
1:      rdmsr
        shlq    $32, %rdx
        orq     %rdx, %rax
        movq    %rax, (%rsi)
        xorl    %eax, %eax
        ret
2:      movl    $-1, %eax
        ret
        EXTABLE 1b, 2b

/* int wrmsr_safe(uint32_t msr, uint64_t value) */
        .globl  wrmsr_safe
        .balign 16
wrmsr_safe:
        movl    %edi, %ecx
        movl    %esi, %eax
        movq    %rsi, %rdx
        shrq    $32, %rdx
1:      wrmsr
        xorl    %eax, %eax
        ret
2:      movl    $-1, %eax
        ret
        EXTABLE 1b, 2b

/*
 * int64_t lib_call_raw(stack_top, job): lib_entry(job) on a stack of its own,
 * where Debian's static libraries find the FPU usable and FS on a canary block.
 * The C wrapper (core/lib_call.c) has set FS and the FPU.
 */
        .globl  lib_call_raw
        .balign 16
lib_call_raw:
        pushq   %rbp
        movq    %rsp, %rbp
        movq    %rdi, %rsp
        movl    %esi, %edi
        call    lib_entry
        movq    %rbp, %rsp
        popq    %rbp
        ret
        .section .note.GNU-stack, "", @progbits
