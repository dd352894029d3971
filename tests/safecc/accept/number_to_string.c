/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Writes a number's digits into an array from the end toward the front with do-while.
 */
#include "sc_host.h"

#define DIGITS_MAX 20

struct text {
    uint32_t first SC_RANGE(0, DIGITS_MAX);
    char digits[DIGITS_MAX];
};

static void text_of(struct text *t, uint64_t value)
{
    uint32_t at = DIGITS_MAX;

    SC_TRIPS(DIGITS_MAX)
    do {
        at--;
        t->digits[at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0 && at > 0);
    t->first = at;
}

int main(void)
{
    struct text t = { 0, { 0 } };
    uint64_t back = 0;

    text_of(&t, UINT64_MAX);
    if (t.first != 0 || t.digits[0] != '1' || t.digits[19] != '5')
        return 1;
    text_of(&t, 9070);
    for (uint32_t i = t.first; i < DIGITS_MAX; i++)
        back = back * 10 + (uint64_t)(t.digits[i] - '0');
    text_of(&t, 0);
    return back == 9070 && t.first == DIGITS_MAX - 1 && t.digits[19] == '0' ? 0 : 2;
}
