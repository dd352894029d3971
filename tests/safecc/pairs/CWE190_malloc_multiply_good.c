/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * sc_new_array gets the count, and its own multiplication cannot wrap.
 */
#include "sc_host.h"

struct point {
    int32_t x, y;
};

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t count = (uint32_t)sc_arg(argc, argv, 1, 0x20000002UL);
    struct point *points SC_NULLABLE SC_OWNED SC_COUNT(count) = sc_new_array(struct point, count);

    if (points == NULL) {
        printf("ok no memory for %u\n", count);
        return 0;
    }
    for (uint32_t i = 0; i < 100 && i < count; i++)
        points[i].x = (int32_t)i;
    printf("ok %d\n", points[0].x);
    sc_delete_array(points);
    return 0;
}
