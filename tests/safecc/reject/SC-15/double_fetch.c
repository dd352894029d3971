/* SPDX-License-Identifier: MIT */
/* Fetched twice. */

#include "core/guest.h"
int f(gva_t at);
int f(gva_t at)
{
    uint64_t length = 0, again = 0;
    if (guest_read_u64(&length, at) != 0 || length > 8)
        return -1;
    if (guest_read_u64(&again, at) != 0) // expect: SC-15
        return -1;
    return (int)again;
}
