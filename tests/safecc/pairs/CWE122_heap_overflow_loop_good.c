/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * A heap array of n elements is filled from 0 to n - 1.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 100) % 1000;
    uint32_t *squares SC_NULLABLE SC_OWNED SC_COUNT(n) = sc_new_array(uint32_t, n);
    uint32_t sum = 0;

    if (squares == NULL)
        return 1;
    for (uint32_t i = 0; i < n; i++) {
        squares[i] = i * i;
        sum += squares[i];
    }
    sc_delete_array(squares);
    printf("ok %u\n", sum);
    return 0;
}
