/* SPDX-License-Identifier: MIT */
/* rtc_decode.c - a date out of the CMOS clock's registers.  See rtc.h. */
#include "arch/rtc.h"

#define MODE_24_HOURS 0x02
#define MODE_BINARY 0x04
#define HOUR_PM 0x80

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
