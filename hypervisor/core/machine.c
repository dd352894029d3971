/* SPDX-License-Identifier: MIT */
#include "core/fuel.h"
#include "core/machine.h"

#include <stdarg.h>

#include "arch/acpi.h"
#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/stack.h"
#include "core/atomic.h"
#include "core/cmdline.h"
#include "core/log.h"
#include "core/percpu.h"
#include "core/timerq.h"
#include "core/trap.h"

static uint8_t stopping SC_ATOMIC;

bool machine_stopping(void)
{
    return atomic_read8(&stopping) != 0;
}

/* The other CPUs halt (core/trap.c); once is enough. */
static void others_stop(void)
{
    if (atomic_xchg8(&stopping, 1) == 0 && nr_cpus > 1)
        apic_nmi_others();
}

_Noreturn void machine_halt(void)
{
    others_stop();
    cpu_halt_forever();
    __builtin_unreachable();
}

_Noreturn void machine_reset(void)
{
    others_stop();
    acpi_reset();
    for (unsigned i = 0; i < 1000 && (inb(0x64) & 2) != 0; i++)
        ;
    outb(0xfe, 0x64);
    outb(0x06, 0xcf9);
    lidt(0, 0);
    raise_int3(); /* no IDT: a triple fault */
    machine_halt();
}

_Noreturn void machine_dead(void)
{
    uint64_t end = now_ns() + 5000000000UL;

    others_stop();
    if (opt_noreboot) {
        log_err("Halted ('noreboot' specified).");
        machine_halt();
    }
    log_err("Reboot in five seconds...");
    while (now_ns() < end)
        cpu_pause();
    machine_reset();
}

SC_UNSAFE_DECL("DEV-39: hands its arguments on; the return address is for people")
_Noreturn void panic(const char *fmt, ...)
{
    static bool again;
    va_list ap;

    if (again)
        machine_halt();
    again = true;
    others_stop();
    *fuel_word() = INT64_MAX;
    gate_unwind(&this_cpu()->gate);
    log_err("****************************************");
    log_err("Panic on CPU %u:", this_cpu()->id);
    va_start(ap, fmt);
    log_vprint(LOG_ERR, fmt, ap);
    va_end(ap);
    dump_backtrace(read_rsp(), (uint64_t)__builtin_return_address(0));
    log_err("****************************************");
    machine_dead();
}
