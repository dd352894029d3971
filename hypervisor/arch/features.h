/* SPDX-License-Identifier: MIT */
/* features.h - what the CPU offers that the hypervisor turns on (Intel SDM vol. 2, CPUID). */
#ifndef ARCH_FEATURES_H
#define ARCH_FEATURES_H

#include "core/percpu.h"

/* Turn on, on this CPU, what all of them have. */
SC_CORE void features_init(struct cpu *cpu);
/* Bits of a machine address. */
SC_CORE unsigned cpu_address_bits(void);
/* SMEP is there, and the command line leaves it on. */
SC_CORE bool smep_wanted(void);
/* SMAP is there, and the command line leaves it on. */
SC_CORE bool smap_wanted(void);

#endif
