/* SPDX-License-Identifier: MIT */
/* string.S - memory functions (C11 7.24); only general registers. */
        .text
        .globl memcpy, memmove, memset, memcmp
        .align 16
memcpy:
        movq    %rdi, %rax
        movq    %rdx, %rcx
        shrq    $3, %rcx
        rep movsq
        movl    %edx, %ecx
        andl    $7, %ecx
        rep movsb
        ret

        .align 16
memmove:
        movq    %rdi, %rax
        movq    %rdi, %rcx
        subq    %rsi, %rcx
        cmpq    %rdx, %rcx
        jae     memcpy                      /* no harmful overlap */
        leaq    -1(%rdi,%rdx), %rdi
        leaq    -1(%rsi,%rdx), %rsi
        movq    %rdx, %rcx
        std
        rep movsb
        cld
        ret

        .align 16
memset:
        movq    %rdi, %r9
        movzbl  %sil, %eax
        movabsq $0x0101010101010101, %rcx
        imulq   %rcx, %rax
        movq    %rdx, %rcx
        shrq    $3, %rcx
        rep stosq
        movl    %edx, %ecx
        andl    $7, %ecx
        rep stosb
        movq    %r9, %rax
        ret

        .align 16
memcmp:
        movq    %rdx, %rcx
        xorl    %eax, %eax
        cmpq    %rcx, %rcx
        repe cmpsb
        je      1f
        movzbl  -1(%rdi), %eax
        movzbl  -1(%rsi), %ecx
        subl    %ecx, %eax
1:      ret
        .section .note.GNU-stack, "", @progbits
