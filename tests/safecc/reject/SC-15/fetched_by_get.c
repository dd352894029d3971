/* SPDX-License-Identifier: MIT */
/* The first fetch is by guest_get(). */
#include "core/guest.h"

int f(gva_t at);
int f(gva_t at)
{
    uint64_t a = 0, b = 0;
    if (guest_get(a, at) != 0)
        return -1;
    if (guest_read_u64(&b, at) != 0) // expect: SC-15
        return -1;
    return (int)(a + b);
}
