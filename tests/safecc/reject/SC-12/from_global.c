/* SPDX-License-Identifier: MIT */
/* A reference in a global, or in an element of one, that is given away and stays there. */
// options: default-profile
#include "core/frame.h"

static SC_OWNED fref_t one SC_BOOT;
static SC_OWNED fref_t four[4] SC_BOOT;
void f(unsigned i);
void f(unsigned i)
{
    frame_put(one); // expect: SC-12
    frame_put(four[i & 3]); // expect: SC-12
    frame_put(fref_take(one));
    frame_put(fref_take(four[i & 3]));
}
