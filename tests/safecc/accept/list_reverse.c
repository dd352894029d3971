/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Reverses a list in place with three local pointers.
 */
#include "sc_host.h"

#define LENGTH_MAX 64

struct cell {
    int32_t value;
    struct cell *next SC_NULLABLE;
};

SC_NULLABLE static struct cell *reverse(struct cell *list SC_NULLABLE)
{
    struct cell *done SC_NULLABLE = NULL;
    struct cell *rest SC_NULLABLE = list;

    SC_TRIPS(LENGTH_MAX)
    while (rest != NULL) {
        struct cell *next SC_NULLABLE = rest->next;

        rest->next = done;
        done = rest;
        rest = next;
    }
    return done;
}

int main(void)
{
    struct cell cells[5];
    const struct cell *at SC_NULLABLE;

    for (int32_t i = 0; i < 5; i++) {
        cells[i].value = i;
        cells[i].next = i < 4 ? &cells[i + 1] : NULL;
    }
    at = reverse(&cells[0]);
    for (int32_t i = 4; i >= 0; i--) {
        if (at == NULL || at->value != i)
            return 1;
        at = at->next;
    }
    return at == NULL ? 0 : 2;
}
