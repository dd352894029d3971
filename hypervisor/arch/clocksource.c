/* SPDX-License-Identifier: MIT */
/* clocksource.c - see clocksource.h. */
#include "arch/clocksource.h"

#include "arch/acpi.h"
#include "arch/cpu.h"
#include "arch/mmio.h"
#include "core/hvmap.h"

#define PIT_HZ 1193182UL
#define PM_TIMER_HZ 3579545UL
#define FS_PER_NS 1000000UL
#define FS_PER_S 1000000000000000UL

#define HPET_BYTES 0x400
#define HPET_PERIOD 0x004
#define HPET_CONFIG 0x010
#define HPET_COUNTER 0x0f0
#define HPET_ENABLE 1U
#define HPET_PERIOD_MAX_FS 100000000U /* 1.0a, 2.3.4: at most 100 ns */
/* Reads within which a clock must move; the slowest ticks each 0.84 us. */
#define EDGE_READS 100000

enum clock { CLOCK_PIT, CLOCK_PM_TIMER, CLOCK_HPET };

static enum clock clock SC_BOOT;
static volatile uint8_t *hpet SC_BOOT SC_COUNT(HPET_BYTES);
static uint64_t period_fs SC_BOOT;
static uint64_t counter_mask SC_BOOT;

static uint64_t pit_read(void)
{
    uint64_t lo;

    outb(0x80, 0x43); /* latch channel 2 */
    lo = inb(0x42);
    return ~(lo | (uint64_t)inb(0x42) << 8); /* it counts down */
}

/* Some chipsets latch it badly: three reads in order are right (Intel 82371AB specification update, erratum 20). */
static uint64_t pm_timer_read(void)
{
    uint16_t port = (uint16_t)acpi_get()->pm_timer_port;
    uint32_t a = inl(port), b = inl(port), c = inl(port);

    for (unsigned i = 0; i < 10 && !(a <= b && b <= c); i++) {
        a = b;
        b = c;
        c = inl(port);
    }
    return b;
}

static uint64_t ticks(void)
{
    switch (clock) {
    case CLOCK_HPET: return mmio_get(hpet, HPET_COUNTER);
    case CLOCK_PM_TIMER: return pm_timer_read();
    default: return pit_read();
    }
}

/* Spin until the clock moves; false when it does not. */
static bool edge(uint64_t *at)
{
    uint64_t first = ticks() & counter_mask;

    for (unsigned i = 0; i < EDGE_READS; i++) {
        *at = ticks() & counter_mask;
        if (*at != first)
            return true;
    }
    return false;
}

static bool hpet_start(uint64_t *at)
{
    uint64_t maddr = acpi_get()->hpet;
    uint32_t period;

    if (maddr == 0 || (maddr & 0x3ff) != 0 || maddr >> 46 != 0)
        return false;
    hpet = hvmap_device(maddr, HPET_BYTES);
    period = mmio_get(hpet, HPET_PERIOD);
    if (period == 0 || period > HPET_PERIOD_MAX_FS)
        return false;
    mmio_set(hpet, HPET_CONFIG, mmio_get(hpet, HPET_CONFIG) | HPET_ENABLE);
    clock = CLOCK_HPET;
    period_fs = period;
    counter_mask = 0xffffffff;
    return edge(at);
}

static bool pm_timer_start(uint64_t *at)
{
    if (acpi_get()->pm_timer_port == 0)
        return false;
    clock = CLOCK_PM_TIMER;
    period_fs = FS_PER_S / PM_TIMER_HZ;
    counter_mask = acpi_get()->pm_timer_32bit ? 0xffffffff : 0xffffff;
    return edge(at);
}

/* Channel 2, gated on, mode 0: from 0xffff down and round, without a pause. */
static void pit_start(uint64_t *at)
{
    outb((uint8_t)((inb(0x61) & ~2) | 1), 0x61);
    outb(0xb0, 0x43);
    outb(0xff, 0x42);
    outb(0xff, 0x42);
    clock = CLOCK_PIT;
    period_fs = FS_PER_S / PIT_HZ;
    counter_mask = 0xffff;
    (void)edge(at);
}

void clocksource_begin(struct clocksource_ref *ref)
{
    if (hpet_start(&ref->start)) {
        ref->name = "HPET";
    } else if (pm_timer_start(&ref->start)) {
        ref->name = "ACPI PM timer";
    } else {
        pit_start(&ref->start);
        ref->name = "PIT";
    }
}

uint64_t clocksource_wait(const struct clocksource_ref *ref, uint64_t ns)
{
    uint64_t gone;

    do {
        gone = ((ticks() - ref->start) & counter_mask) * period_fs / FS_PER_NS;
    } while (gone < ns);
    return gone;
}
