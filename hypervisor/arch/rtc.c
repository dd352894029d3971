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
#define MODE_24_HOURS 0x02
#define MODE_BINARY 0x04
#define HOUR_PM 0x80
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

static unsigned decode(uint8_t v, bool binary)
{
    return binary ? v : (unsigned)(v >> 4) * 10 + (v & 15);
}

static unsigned hour_decode(const struct rtc_registers *r, bool binary)
{
    unsigned h = decode((uint8_t)(r->hour & ~HOUR_PM), binary);

    if ((r->status_b & MODE_24_HOURS) != 0)
        return decode(r->hour, binary);
    return h % 12 + ((r->hour & HOUR_PM) != 0 ? 12 : 0);
}

/* Days from 1970-01-01 to a date of the Gregorian calendar; years begin in March, so that February ends them. */
static uint64_t days_since_1970(uint64_t year, unsigned month, unsigned day)
{
    uint64_t y = month > 2 ? year : year - 1, m = (month + 9) % 12;

    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

uint64_t rtc_seconds(const struct rtc_registers *r)
{
    bool binary = (r->status_b & MODE_BINARY) != 0;
    unsigned century = decode(r->century, binary), year = decode(r->year, binary), month = decode(r->month, binary);
    unsigned day = decode(r->day, binary), hour = hour_decode(r, binary), minute = decode(r->minute, binary);
    unsigned second = decode(r->second, binary);

    if (year > 99 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59)
        return 0;
    if (century < 19 || century > 29)
        century = year < 70 ? 20 : 19; /* no century register */
    year += century * 100;
    if (year < 1970)
        return 0;
    return days_since_1970(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
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
