// Entry points of a test guest: ELF notes, start, exception, event and system-call entries.
#define __ASSEMBLY__
#include <xen/elfnote.h>

.macro NOTE type, desc:vararg
    .pushsection .note.Xen, "a", @note
    .align 4
    .long 2f - 1f, 4f - 3f, \type
1:  .asciz "Xen"
2:  .align 4
3:  \desc
4:  .align 4
    .popsection
.endm

    NOTE XEN_ELFNOTE_GUEST_OS, .asciz "test-guest"
    NOTE XEN_ELFNOTE_XEN_VERSION, .asciz "xen-3.0"
    NOTE XEN_ELFNOTE_LOADER, .asciz "generic"
    NOTE XEN_ELFNOTE_VIRT_BASE, .quad 0xffffffff80000000
    NOTE XEN_ELFNOTE_PADDR_OFFSET, .quad 0xffffffff80000000
    NOTE XEN_ELFNOTE_ENTRY, .quad _start
    NOTE XEN_ELFNOTE_HYPERCALL_PAGE, .quad hypercall_page
    NOTE XEN_ELFNOTE_SUPPORTED_FEATURES, .long (1 << 11) /* XENFEAT_dom0 */

    .text
    .globl _start, hypercall_page
_start:
    cld
    mov %rsi, %rdi
    lea boot_stack_top(%rip), %rsp
    xor %ebp, %ebp
    call guest_main
1:  jmp 1b

    .align 4096
hypercall_page:
    .fill 4096, 1, 0x90

// The frame that C sees is struct regs: 15 registers, vector, error, and what the hypervisor pushed.
.macro SAVE_REGS
    push %rdi
    push %rsi
    push %rdx
    push %rcx
    push %rax
    push %r8
    push %r9
    push %r10
    push %r11
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
.endm
.macro RESTORE_REGS
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rax
    pop %rcx
    pop %rdx
    pop %rsi
    pop %rdi
.endm

// HYPERVISOR_iret: the hypercall page's slot 23 pushes rcx, r11 and rax itself.
return_to_frame:
    RESTORE_REGS
    add $16, %rsp
    push $0
    jmp hypercall_page + 23 * 32

common_entry:
    SAVE_REGS
    mov %rsp, %rdi
    cld
    call guest_trap
    jmp return_to_frame

// The hypervisor pushes rcx and r11 on top of the usual exception frame.
.macro ENTRY_PLAIN vector
entry_\vector:
    pop %rcx
    pop %r11
    push $0
    push $\vector
    jmp common_entry
.endm
.macro ENTRY_ERROR vector
entry_\vector:
    pop %rcx
    pop %r11
    push $\vector
    jmp common_entry
.endm
    .irp vector, 0, 1, 2, 3, 4, 5, 6, 7, 9, 15, 16, 18, 19, 20, 128, 129, 256, 257
    ENTRY_PLAIN \vector
    .endr
    .irp vector, 8, 10, 11, 12, 13, 14, 17
    ENTRY_ERROR \vector
    .endr

.macro ENTRY_EVENT vcpu
    .globl event_entry_\vcpu
event_entry_\vcpu:
    pop %rcx
    pop %r11
    push $0
    push $(512 + \vcpu)
    jmp common_entry
.endm
    .irp vcpu, 0, 1, 2, 3, 4, 5, 6, 7
    ENTRY_EVENT \vcpu
    .endr

// The failsafe callback: ds, es, fs, gs on top of the frame.
    .globl failsafe_entry, syscall_entry, syscall32_entry
failsafe_entry:
    pop %rcx
    pop %r11
    add $32, %rsp
    push $0
    push $1024
    jmp common_entry
    .set syscall_entry, entry_256
    .set syscall32_entry, entry_257

    .section .rodata
    .globl entry_of_vector
    .align 8
entry_of_vector:
    .irp vector, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20
    .quad entry_\vector
    .endr
    .globl entry_of_event
entry_of_event:
    .irp vcpu, 0, 1, 2, 3, 4, 5, 6, 7
    .quad event_entry_\vcpu
    .endr
    .globl entry_of_int80, entry_of_int81
entry_of_int80: .quad entry_128
entry_of_int81: .quad entry_129

    .text
// long user_enter(rip, rsp, rflags, cs, argument): to user mode; comes back through user_leave with its value.
    .globl user_enter, user_leave
user_enter:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, user_saved_rsp(%rip)
    push $0xe02b
    push %rsi
    push %rdx
    push %rcx
    push %rdi
    mov %r8, %rdi
    push $0
    jmp hypercall_page + 23 * 32
user_leave:
    mov user_saved_rsp(%rip), %rsp
    mov %rdi, %rax
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret

// u64 smp_read(at, value), smp_write(at, value): a trap of the access comes back as its vector.
    .globl smp_read, smp_read_at, smp_write, smp_write_at, smp_faulted
smp_read:
smp_read_at:
    mov (%rdi), %rax
    mov %rax, (%rsi)
    mov $9999, %eax
    ret
smp_write:
smp_write_at:
    mov %rsi, (%rdi)
    mov $9999, %eax
smp_faulted:
    ret

    .globl vcpu_entry
vcpu_entry:
    call vcpu_main
1:  jmp 1b

    .bss
    .align 4096
    .globl boot_stack, boot_stack_top
boot_stack:
    .skip 65536
boot_stack_top:
    .skip 4096
user_saved_rsp: .skip 8
