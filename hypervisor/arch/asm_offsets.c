/* SPDX-License-Identifier: MIT */
/* Offsets for assembly; the build turns each line into a #define. */
#include "core/domain.h"
#include "core/speculation.h"

#define OFFSET(name, type, field) __asm__ volatile("\n.ascii \"=>" #name " %c0\"" : : "i"(offsetof(type, field)))
#define VALUE(name, value) __asm__ volatile("\n.ascii \"=>" #name " %c0\"" : : "i"(value))

void asm_offsets(void);
void asm_offsets(void)
{
    OFFSET(REGS_RBX, struct guest_regs, rbx);
    OFFSET(REGS_R11, struct guest_regs, r11);
    OFFSET(REGS_R10, struct guest_regs, r10);
    OFFSET(REGS_R9, struct guest_regs, r9);
    OFFSET(REGS_R8, struct guest_regs, r8);
    OFFSET(REGS_RAX, struct guest_regs, rax);
    OFFSET(REGS_RDX, struct guest_regs, rdx);
    OFFSET(REGS_RSI, struct guest_regs, rsi);
    OFFSET(REGS_RDI, struct guest_regs, rdi);
    OFFSET(REGS_VECTOR, struct guest_regs, vector);
    OFFSET(REGS_RIP, struct guest_regs, rip);
    OFFSET(REGS_CS, struct guest_regs, cs);
    OFFSET(REGS_RFLAGS, struct guest_regs, rflags);
    OFFSET(REGS_RSP, struct guest_regs, rsp);
    OFFSET(REGS_ES, struct guest_regs, es);
    OFFSET(TOP_CPU, struct cpu_top, cpu);
    OFFSET(TOP_CURRENT, struct cpu_top, current);
    OFFSET(TOP_GUEST_CR3, struct cpu_top, guest_cr3);
    OFFSET(TOP_HV_CR3, struct cpu_top, hv_cr3);
    VALUE(ROOT_COPY, ROOT_COPY);
    OFFSET(TOP_ROOT_STALE, struct cpu_top, root_stale);
    OFFSET(TOP_WORKER, struct cpu_top, worker);
    OFFSET(TOP_SPEC_CTRL, struct cpu_top, spec_ctrl);
    OFFSET(CPU_CR3, struct cpu, cr3);
    OFFSET(TOP_FUEL, struct cpu_top, fuel);
    OFFSET(CPU_PENDING, struct cpu, pending);
    OFFSET(CPU_HOOKED, struct cpu, hooked);
    OFFSET(VCPU_KERNEL_MODE, struct vcpu, kernel_mode);
    OFFSET(VCPU_INFO, struct vcpu, info);
    VALUE(SIZEOF_TOP, sizeof(struct cpu_top));
}
