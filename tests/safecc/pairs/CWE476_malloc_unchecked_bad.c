/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-02, SC-07, SC-08, SC-12, SC-20 */
/*
 * The result of a malloc that cannot succeed is written through.
 */
#include "sc_host.h"

struct big {
    uint64_t count;
    uint8_t bytes[4096];
};

int main(int argc, char **argv SC_COUNT(argc))
{
    const size_t n = (size_t)sc_arg(argc, argv, 1, SIZE_MAX / 8192);
    struct big *b = malloc(n * sizeof(struct big));

    b->count = n;
    printf("missed %lu\n", b->count);
    free(b);
    return 0;
}
