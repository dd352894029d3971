/* SPDX-License-Identifier: MIT */
/* Fails over the 50th event. */
#include "ports/hooks.h"
#include "tests/modules/trap.h"

int hook_event_send(struct domain *d, uint32_t port)
{
    trap_from(50);
    return 0;
}
