/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * The total length of two parts is kept in a type that holds it.
 */
#include "sc_host.h"

static void join(uint8_t *out SC_COUNT(na + nb), const uint8_t *a SC_COUNT(na), uint32_t na,
                 const uint8_t *b SC_COUNT(nb), uint32_t nb)
{
    for (uint32_t i = 0; i < na; i++)
        out[i] = a[i];
    for (uint32_t i = 0; i < nb; i++)
        out[na + i] = b[i];
}

int main(int argc, char **argv SC_COUNT(argc))
{
    uint8_t a[200], b[200];
    const uint32_t na = 200, nb = (uint32_t)sc_arg(argc, argv, 1, 100) % 200;
    const uint32_t total = na + nb;
    uint8_t *out SC_NULLABLE SC_OWNED SC_COUNT(total) = sc_new_array(uint8_t, total);

    if (out == NULL)
        return 1;
    for (uint32_t i = 0; i < 200; i++) {
        a[i] = 1;
        b[i] = 2;
    }
    join(out, a, na, b, nb);
    printf("ok %u %u\n", out[0], out[total - 1]);
    sc_delete_array(out);
    return 0;
}
