/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * The last element is read before the heap array is deleted.
 */
#include "sc_host.h"

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 20) % 100 + 2;
    uint64_t *fib SC_NULLABLE SC_OWNED SC_COUNT(n) = sc_new_array(uint64_t, n);
    uint64_t last;

    if (fib == NULL)
        return 1;
    fib[0] = 0;
    fib[1] = 1;
    for (uint32_t i = 2; i < n; i++)
        fib[i] = fib[i - 1] + fib[i - 2];
    last = fib[n - 1];
    sc_delete_array(fib);
    printf("ok %lu\n", last);
    return 0;
}
