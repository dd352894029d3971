/* SPDX-License-Identifier: MIT */
#include "core/time.h"

#include <xen/xen.h>

#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/clocksource.h"
#include "core/atomic.h"
#include "core/guest.h"
#include "core/log.h"
#include "core/timerq.h"

#define NS_PER_S 1000000000UL
#define APIC_TICKS_MAX 0xffffffffUL

static uint64_t hz SC_BOOT;
static uint64_t apic_hz SC_BOOT;
static uint64_t tsc_start SC_BOOT TEXT_AFTER_BOOT;
static uint32_t scale_mul SC_BOOT TEXT_AFTER_BOOT;
static int8_t scale_shift SC_BOOT TEXT_AFTER_BOOT;
static uint64_t boot_wallclock_ns SC_ATOMIC;

uint64_t tsc_hz(void)
{
    return hz;
}

/* (delta << shift) * mul >> 32, as a guest computes it (Xen public: struct vcpu_time_info). */
static uint64_t scale(uint64_t delta)
{
    uint64_t hi, lo;

    if (scale_shift >= 0)
        delta <<= scale_shift;
    else
        delta >>= -scale_shift;
    hi = (delta >> 32) * scale_mul;
    lo = (delta & 0xffffffff) * scale_mul;
    return hi + (lo >> 32);
}

uint64_t now_ns(void)
{
    return scale(rdtsc() - tsc_start);
}

static void scale_init(void)
{
    uint64_t f = hz;

    scale_shift = 0;
    while (f > NS_PER_S * 2) {
        f >>= 1;
        scale_shift--;
    }
    while (f <= NS_PER_S) {
        f <<= 1;
        scale_shift++;
    }
    scale_mul = (uint32_t)((NS_PER_S << 32) / f);
}

void time_init(void)
{
    struct clocksource_ref ref;
    uint64_t t0, t1, ns;
    uint32_t a0, a1;

    clocksource_begin(&ref);
    apic_timer_count(0xffffffff);
    t0 = rdtsc();
    a0 = apic_timer_current();
    ns = clocksource_wait(&ref, 10000000); /* 10 ms */
    t1 = rdtsc();
    a1 = apic_timer_current();
    apic_timer_count(0);
    hz = (t1 - t0) * NS_PER_S / ns;
    apic_hz = (uint64_t)(a0 - a1) * NS_PER_S / ns;
    tsc_start = 0; /* system time counts from the TSC's zero: the machine's reset */
    scale_init();
    log_info("TSC %lu kHz, APIC timer %lu kHz, measured against %s", hz / 1000, apic_hz / 1000, ref.name);
}

void apic_timer_set(uint64_t deadline_ns)
{
    uint64_t now = now_ns(), delta, ticks;

    if (deadline_ns == UINT64_MAX) {
        apic_timer_count(0);
        return;
    }
    delta = deadline_ns > now ? deadline_ns - now : 0;
    if (delta > NS_PER_S)
        delta = NS_PER_S; /* look again in a second */
    ticks = delta * (apic_hz / 1000) / 1000000 + 1;
    apic_timer_count((uint32_t)min_u64(ticks, APIC_TICKS_MAX));
}

void time_fill_guest(struct vcpu_time_info *t)
{
    uint32_t version = t->version | 1;

    shared_write32(&t->version, version);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    t->tsc_timestamp = tsc_start;
    t->system_time = 0;
    t->tsc_to_system_mul = scale_mul;
    t->tsc_shift = scale_shift;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    shared_write32(&t->version, version + 1);
}

uint64_t wallclock_boot_ns(void)
{
    return atomic_read64(&boot_wallclock_ns);
}

void wallclock_set_boot_ns(uint64_t ns)
{
    atomic_write64(&boot_wallclock_ns, ns);
}
