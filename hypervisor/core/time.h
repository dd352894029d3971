/* SPDX-License-Identifier: MIT */
/*
 * time.h - the time stamp counter as system time, and the local APIC timer.
 * Source: Intel SDM vol. 3, 11.5.4 (APIC timer), 18.17 (TSC); Xen public xen.h
 * (struct vcpu_time_info).
 */
#ifndef CORE_TIME_H
#define CORE_TIME_H

#include "core/base.h"

struct vcpu_time_info;

/* Calibrate the TSC (and the APIC timer) once, at boot. */
SC_CORE void time_init(void);
uint64_t tsc_hz(void);
/* Fire this CPU's timer interrupt at system time deadline_ns; UINT64_MAX: never. */
SC_CORE void apic_timer_set(uint64_t deadline_ns);
/* Fill a guest's time record: version, scale, base (readers retry on an odd version). */
void time_fill_guest(struct vcpu_time_info *t);
/* Seconds and nanoseconds since 1970 at system time 0. */
SC_CORE uint64_t wallclock_boot_ns(void);
SC_CORE void wallclock_set_boot_ns(uint64_t ns);

#endif
