/* SPDX-License-Identifier: MIT */
/* A function that says it returns text, and returns bytes; a table of texts with one that is none. */
#include "ports/safe.h"

static char raw[2] SC_BOOT = { 'a', 'b' };
static const char full[2] = "ab";
static const char *const names[2] SC_STRING = { "one", full }; // expect: SC-05
SC_STRING const char *f(unsigned i);
SC_STRING const char *f(unsigned i)
{
    if (i < 2)
        return names[i];
    return raw; // expect: SC-05
}
