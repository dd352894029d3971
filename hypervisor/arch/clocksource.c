/* SPDX-License-Identifier: MIT */
/* The PIT's channel 2 (Intel 8254), when nothing better is found. */
#include "arch/clocksource.h"

#include "arch/cpu.h"

#define PIT_HZ 1193182UL

void clocksource_begin(struct clocksource_ref *ref)
{
    ref->name = "PIT";
    outb((uint8_t)((inb(0x61) & ~2) | 1), 0x61);
    outb(0xb0, 0x43);
    outb(0xff, 0x42);
    outb(0xff, 0x42);
    ref->start = 0xffff;
}

static uint64_t pit_count(void)
{
    uint64_t lo;

    outb(0x80, 0x43);
    lo = inb(0x42);
    return lo | (uint64_t)inb(0x42) << 8;
}

uint64_t clocksource_wait(const struct clocksource_ref *ref, uint64_t ns)
{
    uint64_t gone;

    do {
        gone = ref->start - pit_count();
    } while (gone * 1000000000UL / PIT_HZ < ns);
    return gone * 1000000000UL / PIT_HZ;
}
