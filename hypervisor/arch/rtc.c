/* SPDX-License-Identifier: MIT */
/* rtc.c - see rtc.h. */
#include "arch/rtc.h"

#include "arch/cpu.h"
#include "core/time.h"
#include "core/log.h"
#include "core/timerq.h"

#define CMOS_INDEX 0x70
#define CMOS_DATA 0x71
#define NMI_DISABLE 0x80
#define REG_STATUS_A 0x0a
#define REG_STATUS_B 0x0b
#define REG_CENTURY 0x32 /* where PCs have it */
#define UPDATE_IN_PROGRESS 0x80
/* An update takes 2 ms at most; a port access about a microsecond. */
#define UPDATE_READS 10000
#define TRIES 5

static uint8_t cmos_read(uint8_t reg)
{
    outb(NMI_DISABLE | reg, CMOS_INDEX);
    return inb(CMOS_DATA);
}

static void registers_read(struct rtc_registers *r)
{
    for (unsigned i = 0; i < UPDATE_READS && (cmos_read(REG_STATUS_A) & UPDATE_IN_PROGRESS) != 0; i++)
        ;
    r->second = cmos_read(0x00);
    r->minute = cmos_read(0x02);
    r->hour = cmos_read(0x04);
    r->day = cmos_read(0x07);
    r->month = cmos_read(0x08);
    r->year = cmos_read(0x09);
    r->century = cmos_read(REG_CENTURY);
    r->status_b = cmos_read(REG_STATUS_B);
}

void rtc_init(void)
{
    struct rtc_registers r, again;
    uint64_t s;

    /* Two readings alike: no update came between the registers. */
    registers_read(&again);
    for (unsigned i = 0; i < TRIES; i++) {
        r = again;
        registers_read(&again);
        if (memcmp(&r, &again, sizeof(r)) == 0)
            break;
    }
    (void)cmos_read(0x0d);
    outb(0x0d, CMOS_INDEX); /* NMIs pass again */
    (void)inb(CMOS_DATA);
    s = rtc_seconds(&again);
    if (s == 0) {
        log_warn("the CMOS clock holds no date: wall clock starts in 1970");
        return;
    }
    wallclock_set_boot_ns(s * 1000000000UL - now_ns());
    log_info("wall clock: %lu s since 1970 (CMOS clock)", s);
}
