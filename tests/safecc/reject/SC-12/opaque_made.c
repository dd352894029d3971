/* SPDX-License-Identifier: MIT */
/* An opaque reference is forged outside of the core. */
#include "ports/safe.h"

struct SC_OPAQUE frame_ref { unsigned long bits; };
unsigned long f(void);
unsigned long f(void)
{
    struct frame_ref r = { 0x1234 }; // expect: SC-12
    r.bits = 7; // expect: SC-12
    return r.bits; // expect: SC-12
}
