/* SPDX-License-Identifier: MIT */
/* One of two is given away, and then one of them again. */
// options: default-profile
#include "core/frame.h"

void f(int c);
void f(int c)
{
    fref_t a, b;

    if (frame_get_ro(mfn(3), 1, &a) != 0)
        return;
    if (frame_get_ro(mfn(4), 1, &b) != 0) {
        frame_put(a);
        return;
    }
    frame_put(c ? a : b);
    frame_put(a); // expect: SC-12
}
