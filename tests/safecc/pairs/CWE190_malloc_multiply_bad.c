/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-01, SC-02, SC-07, SC-10, SC-12, SC-20 */
/*
 * malloc of count times size, where the product wraps to a few bytes.
 */
#include "sc_host.h"

struct point {
    int32_t x, y;
};

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t count = (uint32_t)sc_arg(argc, argv, 1, 0x20000002UL);
    struct point *points = malloc(count * (uint32_t)sizeof(struct point));

    if (points == NULL) {
        return 1;
    }
    for (uint32_t i = 0; i < 100 && i < count; i++)
        points[i].x = (int32_t)i;
    printf("missed %d\n", points[0].x);
    free(points);
    return 0;
}
