/* SPDX-License-Identifier: MIT */
/* Does nothing, with a table that makes its file 64 KiB. */
#include "ports/hooks.h"

#define ENTRIES 64000
static const uint8_t table[ENTRIES] = { [0 ... ENTRIES - 1] = 1 };

int hook_event_send(struct domain *d, uint32_t port)
{
    return table[port % ENTRIES] == 1 ? 0 : -EAGAIN;
}
