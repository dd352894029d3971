/* SPDX-License-Identifier: MIT */
/*
 * regs.h - the trap frame.  Same layout as the Xen public struct cpu_user_regs
 * (asserted in xen-compat/abi_asserts.c), with plain 64-bit names.
 */
#ifndef CORE_REGS_H
#define CORE_REGS_H

#include "core/base.h"

struct guest_regs {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint32_t error_code;
    uint32_t vector; /* exception vector, or TRAP_SYSCALL for entries by SYSCALL */
    uint64_t rip;
    uint16_t cs, pad0;
    uint8_t saved_upcall_mask, pad1[3];
    uint64_t rflags, rsp;
    uint64_t ss;             /* low 16 bits */
    uint64_t es, ds, fs, gs; /* low 16 bits; filled on vcpu switch only */
};

/* vector of an entry by SYSCALL: the exit may then use SYSRET */
#define TRAP_SYSCALL 0xffffffffU

enum {
    TRAP_DE = 0,
    TRAP_DB = 1,
    TRAP_NMI = 2,
    TRAP_BP = 3,
    TRAP_OF = 4,
    TRAP_BR = 5,
    TRAP_UD = 6,
    TRAP_NM = 7,
    TRAP_DF = 8,
    TRAP_TS = 10,
    TRAP_NP = 11,
    TRAP_SS = 12,
    TRAP_GP = 13,
    TRAP_PF = 14,
    TRAP_MF = 16,
    TRAP_AC = 17,
    TRAP_MC = 18,
    TRAP_XM = 19,
    TRAP_CP = 21,
};

#define RFLAGS_CF 0x1UL
#define RFLAGS_FIXED 0x2UL
#define RFLAGS_TF 0x100UL
#define RFLAGS_IF 0x200UL
#define RFLAGS_DF 0x400UL
#define RFLAGS_IOPL 0x3000UL
#define RFLAGS_NT 0x4000UL
#define RFLAGS_RF 0x10000UL
#define RFLAGS_VM 0x20000UL
#define RFLAGS_AC 0x40000UL
#define RFLAGS_VIF 0x80000UL
#define RFLAGS_VIP 0x100000UL

#define PF_PRESENT 0x1U
#define PF_WRITE 0x2U
#define PF_USER 0x4U
#define PF_RSVD 0x8U
#define PF_FETCH 0x10U

#endif
