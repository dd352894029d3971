/* SPDX-License-Identifier: MIT */
/* acpi.h - the firmware's tables (ACPI 6.3, chapter 5). */
#ifndef ARCH_ACPI_H
#define ARCH_ACPI_H

#include "core/base.h"

/* Find RSDP, MADT, FADT, HPET, MCFG.  Before apic_init and time_init. */
void acpi_init(void);
/* Reset by the FADT's reset register, if there is one. */
void acpi_reset(void);
/* Machine address of the RSDP; 0: none. */
uint64_t acpi_rsdp(void);
/* From the MADT. */
uint64_t acpi_lapic_address(void);

#endif
