/* SPDX-License-Identifier: MIT */
/*
 * start.S - multiboot1 entry: 32-bit protected mode to 64-bit C.
 * Source: Multiboot Specification 0.6.96, sections 3.1 and 3.2.
 */
#include "core/layout.h"

#define MB_MAGIC 0x1badb002
#define MB_FLAGS 0x00010003 /* page-align modules, memory map, address fields */

#define PHYS(sym) ((sym) - WINDOW_BASE)

        .section .boot, "ax"
        .code32
        .globl _start
multiboot_header:
        .long MB_MAGIC
        .long MB_FLAGS
        .long -(MB_MAGIC + MB_FLAGS)
        .long multiboot_header
        .long LOAD_PHYS
        .long __phys_data_end
        .long __phys_bss_end
        .long _start

_start:
        cli
        cld
        movl    %ebx, %edi                  /* multiboot information: first C argument */
        movl    %eax, %ebp                  /* magic */
        movl    $__phys_boot_stack_top, %esp /* below the (zeroed) struct cpu_top */

        /* page tables: pml4 slots 0, window and direct map all show the first 4 GiB */
        movl    $__phys_boot_pml4, %ebx
        movl    $__phys_boot_pdpt, %edx
        leal    3(%edx), %eax
        movl    %eax, (%ebx)
        movl    %eax, 257*8(%ebx)
        movl    %eax, 264*8(%ebx)
        movl    $__phys_boot_pd, %esi
        leal    3(%esi), %eax
        xorl    %ecx, %ecx
1:      movl    %eax, (%edx,%ecx,8)
        addl    $0x1000, %eax
        incl    %ecx
        cmpl    $4, %ecx
        jne     1b
        movl    $0x83, %eax                 /* present, writable, 2 MiB */
        xorl    %ecx, %ecx
2:      movl    %eax, (%esi,%ecx,8)
        addl    $0x200000, %eax
        incl    %ecx
        cmpl    $2048, %ecx
        jne     2b

        movl    %cr4, %eax
        orl     $0x20, %eax                 /* PAE */
        movl    %eax, %cr4
        movl    %ebx, %cr3
        movl    $0xc0000080, %ecx           /* EFER: LME, SCE, NX (checked by C later) */
        rdmsr
        orl     $0x901, %eax
        wrmsr
        movl    %cr0, %eax
        orl     $0x80010000, %eax           /* PG, WP */
        movl    %eax, %cr0
        lgdt    boot_gdtr
        ljmp    $8, $start64

        .code64
start64:
        xorl    %eax, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %ss
        movl    %eax, %fs
        movl    %eax, %gs
        movabsq $boot_stack_top - 256, %rsp /* struct cpu_top stands above */
        movl    %edi, %edi
        movl    %ebp, %esi
        xorl    %ebp, %ebp
        movabsq $boot_main, %rax
        call    *%rax
        ud2

        .align 8
boot_gdt:
        .quad 0
        .quad 0x00af9a000000ffff            /* 64-bit code */
boot_gdtr:
        .word . - boot_gdt - 1
        .long boot_gdt

        .section .bss.boot, "aw", @nobits
        .align 4096
        .globl boot_pml4, boot_pdpt, boot_pd
boot_pml4: .skip 4096
boot_pdpt: .skip 4096
boot_pd:   .skip 4 * 4096
        .section .note.GNU-stack, "", @progbits
