/* SPDX-License-Identifier: MIT */
/*
 * clocksource.h - a clock of known rate to measure the TSC against: the HPET
 * (IA-PC HPET 1.0a, 2.3), the ACPI PM timer (ACPI 6.3, 4.8.3.3) or the PIT
 * (Intel 8254).  For boot, on one CPU, interrupts off; no locks.
 */
#ifndef ARCH_CLOCKSOURCE_H
#define ARCH_CLOCKSOURCE_H

#include "core/base.h"

struct clocksource_ref {
    uint64_t start; /* ticks */
    const char *name SC_STRING;
};

/* Take the best clock there is (acpi_init has run) and note its time at an edge. */
SC_CORE void clocksource_begin(struct clocksource_ref *ref);
/* Wait until at least ns have passed since (ns at most 30 ms); how many really. */
SC_CORE uint64_t clocksource_wait(const struct clocksource_ref *ref, uint64_t ns);

#endif
