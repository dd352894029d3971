/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-12 | trap SC-12 */
/*
 * A scratch array made before a loop is deleted in each turn.
 */
#include "sc_host.h"

#define SCRATCH 32

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t nr_rounds = (uint32_t)sc_arg(argc, argv, 1, 3);
    uint32_t *scratch SC_NULLABLE SC_OWNED SC_COUNT(SCRATCH) = sc_new_array(uint32_t, SCRATCH);
    uint32_t sum = 0;

    if (scratch == NULL)
        return 1;
    for (uint32_t round = 0; round < nr_rounds; round++) {
        for (uint32_t i = 0; i < SCRATCH; i++) {
            scratch[i] = i ^ round;
            sum += scratch[i];
        }
        sc_delete_array(scratch);
    }
    printf("missed %u\n", sum);
    return 0;
}
