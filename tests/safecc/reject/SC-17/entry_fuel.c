/* SPDX-License-Identifier: MIT */
/* Where there is an entry's fuel, all loops that are not short take their turns from there. */
// options: default-profile
#include "core/fuel.h"

uint64_t nested(uint32_t x, uint32_t y);
uint64_t nested(uint32_t x, uint32_t y)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < x; i++)     // expect-check: SC-17
        for (uint32_t k = 0; k < y; k++) // expect-check: SC-17
            sum ^= i ^ k;
    return sum;
}

/* 64 by 64 turns are few, 64 by 65 are not; but then the inner loop is. */
uint64_t squares(void);
uint64_t squares(void)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < 64; i++)    // expect-check: SC-17
        for (uint32_t k = 0; k < 65; k++)
            sum ^= i ^ k;
    return sum;
}

/* Short itself, but what it calls loops. */
uint64_t calls(uint32_t y);
uint64_t calls(uint32_t y)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < 8; i++)     // expect-check: SC-17
        sum ^= nested(i, y);
    return sum;
}

/* What the loop says of itself is not believed for its entry. */
uint64_t says(uint64_t x);
uint64_t says(uint64_t x)
{
    uint64_t n = 0;

    SC_TRIPS(1000000)
    while (x != 1) {                     // expect-check: SC-17
        x = x % 2 == 0 ? x / 2 : x + 1;
        n ^= x;
    }
    return n;
}

/* Not one of the core's. */
bool burn(void);
bool burn(void)
{
    return fuel_take();                  // expect: SC-21
}
