/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07 | trap SC-07 */
/*
 * A signed offset moves a cursor in a screen line; only the right border is tested.
 */
#include "sc_host.h"

#define WIDTH 80

struct line {
    int32_t cursor SC_RANGE(0, WIDTH - 1);
    char cells[WIDTH];
};

static void put_at(struct line *l, int32_t offset, char c)
{
    const int32_t at = l->cursor + offset;

    if (at >= WIDTH)
        return;
    l->cells[at] = c;
}

static int32_t parse_offset(const char *text)
{
    const int32_t n = (int32_t)strtoul(text, NULL, 10) % 100;

    return -n;
}

int main(void)
{
    struct line l = { 3, { 0 } };

    put_at(&l, 2, 'x');
    put_at(&l, parse_offset("9"), 'y');
    printf("missed %c\n", l.cells[5]);
    return 0;
}
