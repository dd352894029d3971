/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * Cutting off trailing spaces stops at the string's start.
 */
#include "sc_host.h"

#define TEXT_MAX 16

static int32_t trim(char *text SC_COUNT(TEXT_MAX), SC_RANGE(0, TEXT_MAX - 1) int32_t length)
{
    int32_t end = length;

    SC_TRIPS(TEXT_MAX)
    while (end > 0 && text[end - 1] == ' ') {
        end--;
        text[end] = '\0';
    }
    return end;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    struct {
        char before[TEXT_MAX];
        char text[TEXT_MAX];
    } s;
    const int32_t spaces = (int32_t)sc_arg(argc, argv, 1, 6) & 7;
    int32_t end;

    for (int32_t i = 0; i < TEXT_MAX; i++) {
        s.before[i] = i == TEXT_MAX - 1 ? ' ' : '.';
        s.text[i] = i < spaces ? ' ' : '\0';
    }
    end = trim(s.text, spaces);
    printf("ok %d %d\n", end, s.before[TEXT_MAX - 1]);
    return 0;
}
