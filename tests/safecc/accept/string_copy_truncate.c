/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Copies a string into an array of any size, cut if need be and always terminated; says whether
 * it fitted.
 */
#include "sc_host.h"

static bool copy_text(char *to SC_COUNT(size), uint32_t size, const char *from SC_COUNT(n), uint32_t n)
{
    uint32_t i = 0;

    if (size == 0)
        return false;
    while (i < size - 1 && i < n && from[i] != '\0') {
        to[i] = from[i];
        i++;
    }
    to[i] = '\0';
    return i == n || from[i] == '\0';
}

int main(void)
{
    static const char source[] = "dom0_mem";
    char small[4] = { 'x', 'x', 'x', 'x' }, large[16];

    if (copy_text(small, sizeof(small), source, sizeof(source)))
        return 1;
    if (small[2] != 'm' || small[3] != '\0')
        return 2;
    if (!copy_text(large, sizeof(large), source, sizeof(source)))
        return 3;
    return large[7] == 'm' && large[8] == '\0' && !copy_text(large, 0, source, sizeof(source)) ? 0 : 4;
}
