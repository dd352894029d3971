/* SPDX-License-Identifier: MIT */
/*
 * acpi.h - the firmware's tables (ACPI 6.3, chapter 5), read once at boot.
 *
 * Nothing the firmware says is trusted to be well formed: arch/acpi_parse.h.
 * All functions but acpi_init may be called at any time after it, from any CPU,
 * with any lock: the answers do not change.
 */
#ifndef ARCH_ACPI_H
#define ARCH_ACPI_H

#include "arch/acpi_parse.h"

/* What the SRAT and the SLIT say of nodes, if they can be reached before hvmap_init has run: it wants to know. */
SC_CORE void acpi_read_nodes(void);
/* Find the RSDP, where the loader or UEFI says or in the BIOS's areas; MADT, FADT, HPET, MCFG; a line in the log for
 * each.  Before apic_init and time_init. */
SC_CORE void acpi_init(void);
/* What was found; zero where nothing was. */
const struct acpi_info *acpi_get(void);
/* Reset by the FADT's reset register, if there is one (ACPI 6.3, 4.8.3.6). */
SC_CORE void acpi_reset(void);
/* Enter a sleep state by the PM1 control registers (ACPI 6.3, 4.8.3.2); the values are the
 * hardware domain's, sleep-enable bit included.  -ENODEV: no PM1a control register. */
SC_NODISCARD int acpi_sleep(uint16_t pm1a, uint16_t pm1b);
/* From the MADT; where x86 has it at reset if there is none. */
SC_CORE uint64_t acpi_lapic_address(void);

#endif
