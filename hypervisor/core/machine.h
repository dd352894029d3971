/* SPDX-License-Identifier: MIT */
/* machine.h - the end of the machine: reset and halt. */
#ifndef CORE_MACHINE_H
#define CORE_MACHINE_H

#include "core/base.h"

/* By the ACPI reset register, the keyboard controller, a triple fault. */
SC_CORE _Noreturn void machine_reset(void);
SC_CORE _Noreturn void machine_halt(void);
/* After a fatal error: reset after five seconds, or halt with noreboot. */
SC_CORE _Noreturn void machine_dead(void);

/* The machine is being stopped: a CPU that an NMI reaches halts. */
SC_CORE bool machine_stopping(void);

#endif
