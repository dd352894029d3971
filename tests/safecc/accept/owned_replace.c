/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Replaces an owned object in a field: the old one is taken out, the new one put in, the old one
 * deleted.
 */
#include "sc_host.h"

struct picture {
    uint32_t width, height;
};

struct window {
    struct picture *picture SC_OWNED SC_NULLABLE;
    uint32_t nr_changes;
};

static void window_show(struct window *w, struct picture *fresh SC_OWNED)
{
    struct picture *old SC_NULLABLE SC_OWNED = sc_take(w->picture);

    w->picture = fresh;
    w->nr_changes++;
    if (old != NULL)
        sc_delete(old);
}

static void window_close(struct window *w)
{
    struct picture *old SC_NULLABLE SC_OWNED = sc_take(w->picture);

    if (old != NULL)
        sc_delete(old);
}

int main(void)
{
    struct window w = { NULL, 0 };

    for (uint32_t i = 1; i <= 10; i++) {
        struct picture *p SC_NULLABLE SC_OWNED = sc_new(struct picture);

        if (p == NULL)
            return 1;
        p->width = i;
        window_show(&w, p);
    }
    window_close(&w);
    window_close(&w);
    return w.nr_changes == 10 ? 0 : 2;
}
