/* SPDX-License-Identifier: MIT */
/* smp.h - starting the other CPUs (Intel SDM vol. 3, 8.4). */
#ifndef BOOT_SMP_H
#define BOOT_SMP_H

#include "core/base.h"

/* Start the CPUs that the firmware names, at most maxcpus= of them with this one; those that do not come are named in
 * the log and left out.  They wait, halted.  After acpi_init, apic_init and time_init. */
SC_CORE void smp_start(void);
/* They may run guests. */
SC_CORE void smp_release(void);

/* A CPU's first C, on its own stack: boot/trampoline.S. */
SC_CORE _Noreturn void ap_main(void);

#endif
