/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07 | trap SC-07 */
/*
 * Two heap arrays of different lengths are walked by the length of the longer one.
 */
#include "sc_host.h"

static int64_t dot(const int32_t *a SC_COUNT(na), uint32_t na, const int32_t *b SC_COUNT(nb), uint32_t nb)
{
    const uint32_t n = na > nb ? na : nb;
    int64_t sum = 0;

    for (uint32_t i = 0; i < n; i++)
        sum += (int64_t)a[i] * b[i];
    return sum;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t na = 40, nb = (uint32_t)sc_arg(argc, argv, 1, 25) & 31;
    int32_t *a SC_NULLABLE SC_OWNED SC_COUNT(na) = sc_new_array(int32_t, na);
    int32_t *b SC_NULLABLE SC_OWNED SC_COUNT(nb) = sc_new_array(int32_t, nb);

    if (a == NULL || b == NULL)
        return 1;
    for (uint32_t i = 0; i < na; i++)
        a[i] = (int32_t)i;
    for (uint32_t i = 0; i < nb; i++)
        b[i] = 2;
    printf("missed %ld\n", dot(a, na, b, nb));
    sc_delete_array(a);
    sc_delete_array(b);
    return 0;
}
