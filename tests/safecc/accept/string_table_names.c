/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A table of names by an enumeration; a number out of range gets a name of its own.
 */
#include "core/base.h"

enum reason { REASON_POWEROFF, REASON_REBOOT, REASON_SUSPEND, REASON_CRASH, REASON_WATCHDOG, NR_REASONS };

static const char *const reason_names[NR_REASONS] SC_NONNULL = {
    [REASON_POWEROFF] = "poweroff", [REASON_REBOOT] = "reboot",     [REASON_SUSPEND] = "suspend",
    [REASON_CRASH] = "crash",       [REASON_WATCHDOG] = "watchdog",
};

const char *reason_name(uint32_t reason)
{
    if (reason >= NR_REASONS)
        return "unknown";
    return reason_names[reason];
}

bool reason_ends_domain(uint32_t reason)
{
    return reason < NR_REASONS && reason != REASON_SUSPEND;
}
