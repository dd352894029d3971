/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Two rows of a dynamic programme change places as local pointers of one count: the edit
 * distance of two words.
 */
#include "sc_host.h"

#define LENGTH_MAX 32

static uint32_t least(uint32_t a, uint32_t b, uint32_t c)
{
    const uint32_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

static uint32_t edit_distance(const char *a SC_COUNT(na), uint32_t na, const char *b SC_COUNT(nb), uint32_t nb)
{
    uint32_t one[LENGTH_MAX + 1], two[LENGTH_MAX + 1];
    uint32_t *above SC_COUNT(LENGTH_MAX + 1) = one;
    uint32_t *row SC_COUNT(LENGTH_MAX + 1) = two;

    if (nb > LENGTH_MAX)
        return UINT32_MAX;
    for (uint32_t j = 0; j <= LENGTH_MAX; j++) {
        one[j] = j;
        two[j] = 0;
    }
    for (uint32_t i = 0; i < na; i++) {
        row[0] = i + 1;
        for (uint32_t j = 0; j < nb; j++)
            row[j + 1] = least(above[j] + (a[i] != b[j]), above[j + 1] + 1, row[j] + 1);
        uint32_t *done SC_COUNT(LENGTH_MAX + 1) = row;
        row = above;
        above = done;
    }
    return above[nb];
}

int main(void)
{
    static const char kitten[] = "kitten", sitting[] = "sitting";

    if (edit_distance(kitten, 6, sitting, 7) != 3)
        return 1;
    return edit_distance(kitten, 0, sitting, 7) == 7 && edit_distance(sitting, 7, sitting, 7) == 0 ? 0 : 2;
}
