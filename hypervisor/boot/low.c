/* SPDX-License-Identifier: MIT */
#include "boot/low.h"

#include "core/layout.h"

uint8_t low_get8(uint64_t at)
{
    if (at >= LOW_END)
        return 0;
    SC_UNSAFE("DEV-91: the boot tables' direct map shows all of the first 4 GiB, whatever is there")
    {
        return *(const volatile uint8_t *)(DIRECTMAP_BASE + at);
    }
}
