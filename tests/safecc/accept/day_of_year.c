/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Dates by a constant table of two rows, ordinary and leap years, and a do-while that finds the
 * month again.
 */
#include "sc_host.h"

static const uint16_t days_before[2][13] = {
    { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 },
    { 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366 },
};

struct date {
    uint32_t month; /* 1-12 */
    uint32_t day;
};

static uint32_t leap(uint32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint32_t day_of_year(uint32_t year, struct date d)
{
    if (d.month == 0 || d.month > 12)
        return 0;
    return days_before[leap(year)][d.month - 1] + d.day;
}

static struct date date_of_day(uint32_t year, SC_RANGE(1, 366) uint32_t day)
{
    const uint16_t *before SC_COUNT(13) = days_before[leap(year)];
    uint32_t month = 0;

    SC_TRIPS(12)
    do {
        month++;
    } while (month < 12 && before[month] < day);
    return (struct date){ month, day - before[month - 1] };
}

int main(void)
{
    for (uint32_t year = 1896; year < 1912; year++) {
        for (uint32_t day = 1; day <= 365 + leap(year); day++) {
            const struct date d = date_of_day(year, day);

            if (d.day == 0 || d.day > 31 || day_of_year(year, d) != day)
                return 1;
        }
    }
    return day_of_year(2024, (struct date){ 12, 31 }) == 366 ? 0 : 2;
}
