/* SPDX-License-Identifier: MIT */
/*
 * rtc.h - the CMOS real-time clock (Motorola MC146818A) as the wall clock at boot.
 */
#ifndef ARCH_RTC_H
#define ARCH_RTC_H

#include "core/base.h"

/* Read the clock once (takes at most some 2 ms) and set wallclock_boot_ns.  After time_init. */
SC_CORE void rtc_init(void);

/* The clock's registers, decoded by rtc_seconds. */
struct rtc_registers {
    uint8_t second, minute, hour, day, month, year, century;
    uint8_t status_b; /* bit 1: 24 hours, bit 2: binary */
};
/* Seconds since 1970-01-01 00:00 UTC; 0 when the registers hold no date. */
SC_CORE uint64_t rtc_seconds(const struct rtc_registers *r);

#endif
