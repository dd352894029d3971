/* SPDX-License-Identifier: MIT */
/*
 * start.S - multiboot1, multiboot2 and PVH entry: 32-bit protected mode to 64-bit C.
 * Source: Multiboot Specification 0.6.96, 3.1 and 3.2; Multiboot2 Specification 2.0, 3.1 to 3.3
 * (i386 state, which GRUB makes on UEFI too, boot services ended); Xen public headers
 * elfnote.h and arch-x86/hvm/start_info.h.
 */
#include "core/layout.h"

#define MB_MAGIC 0x1badb002
#define MB_FLAGS 0x00010003 /* page-align modules, memory map, address fields */

#define MB2_MAGIC 0xe85250d6
#define MB2_BYTES (multiboot2_end - multiboot2_header)
#define MB2_INFORMATION 1
#define MB2_ADDRESS 2
#define MB2_ENTRY 3
#define MB2_ALIGN 6

#define NOTE_PHYS32_ENTRY 18
#define PVH_MAGIC 0x336ec578 /* of its start info; boot/loader.h */

#define PHYS(sym) ((sym) - WINDOW_BASE)

        .section .multiboot1, "a"
        .balign 4
multiboot_header:
        .long MB_MAGIC
        .long MB_FLAGS
        .long -(MB_MAGIC + MB_FLAGS)
        .long multiboot_header
        .long LOAD_PHYS
        .long __phys_data_end
        .long __phys_bss_end
        .long _start

        .section .note.Xen, "a", @note
        .balign 4
        .long 4, 8, NOTE_PHYS32_ENTRY
        .asciz "Xen"
        .quad pvh_start

        .section .boot, "ax"
        .code32
        .globl _start
        .balign 8
multiboot2_header:
        .long MB2_MAGIC
        .long 0                             /* i386 */
        .long MB2_BYTES
        .long 0x100000000 - (MB2_MAGIC + MB2_BYTES)

        .balign 8
        .short MB2_INFORMATION, 0           /* what must be told: command line, modules, memory map */
        .long 20
        .long 1, 3, 6
        .balign 8
        .short MB2_ADDRESS, 0
        .long 24
        .long multiboot2_header
        .long LOAD_PHYS
        .long __phys_data_end
        .long __phys_bss_end
        .balign 8
        .short MB2_ENTRY, 0
        .long 12
        .long _start
        .balign 8
        .short MB2_ALIGN, 0
        .long 8
        .balign 8
        .short 0, 0
        .long 8
multiboot2_end:

pvh_start:
        movl    $PVH_MAGIC, %eax
_start:
        cli
        cld
        movl    %ebx, %edi                  /* the loader's information: first C argument */
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
