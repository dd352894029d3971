/* SPDX-License-Identifier: MIT */
/* enter.h - how a CPU gets onto its own stack, and to its first guest (arch/enter.S, boot/start.S). */
#ifndef ARCH_ENTER_H
#define ARCH_ENTER_H

#include "core/percpu.h"

struct guest_regs;

/* Called by boot/start.S on the boot stack: %ebx and %eax of the loader. */
SC_CORE _Noreturn void boot_main(uint32_t mbi_phys, uint32_t magic);
/* boot_on_stack() on the CPU's own stack, of which top is the end. */
SC_CORE _Noreturn void stack_continue(struct cpu_top *top);
SC_CORE void boot_on_stack(void);
/* Leave for a guest; work is pending, so a vcpu is picked first. */
SC_CORE _Noreturn void guest_enter(struct guest_regs *regs);

#endif
