/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07 | trap SC-07 */
/*
 * The number of bytes is taken for the number of elements when the array is cleared.
 */
#include "sc_host.h"

static void fill(uint32_t *a SC_COUNT(n), uint32_t n, uint32_t value)
{
    for (uint32_t i = 0; i < n; i++)
        a[i] = value;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 12) & 0xff;
    uint32_t *a SC_NULLABLE SC_OWNED SC_COUNT(n) = sc_new_array(uint32_t, n);

    if (a == NULL || n == 0)
        return 1;
    fill(a, n * (uint32_t)sizeof(uint32_t), 9);
    printf("missed %u\n", a[0]);
    sc_delete_array(a);
    return 0;
}
