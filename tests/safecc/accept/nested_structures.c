/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Structures within structures within an array: an inner one is reached by one pointer, its
 * fields by name.
 */
#include "core/base.h"

#define NR_PLANES 3

struct point {
    int32_t x, y;
};

struct rectangle {
    struct point low;
    struct point high;
};

struct screen {
    struct rectangle visible;
    struct {
        struct rectangle dirty;
        bool any;
    } planes[NR_PLANES];
};

void screen_touch(struct screen *s, SC_RANGE(0, NR_PLANES - 1) uint32_t plane, struct point p)
{
    struct rectangle *dirty = &s->planes[plane].dirty;

    if (p.x < s->visible.low.x || p.x > s->visible.high.x || p.y < s->visible.low.y || p.y > s->visible.high.y)
        return;
    if (!s->planes[plane].any) {
        *dirty = (struct rectangle){ p, p };
        s->planes[plane].any = true;
        return;
    }
    dirty->low.x = p.x < dirty->low.x ? p.x : dirty->low.x;
    dirty->low.y = p.y < dirty->low.y ? p.y : dirty->low.y;
    dirty->high.x = p.x > dirty->high.x ? p.x : dirty->high.x;
    dirty->high.y = p.y > dirty->high.y ? p.y : dirty->high.y;
}
