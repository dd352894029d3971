/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Splits "key=value" pairs at commas and calls a handler by a switch on the key's length and
 * first letter.
 */
#include "core/base.h"

struct boot_options {
    uint32_t memory_mb;
    uint32_t nr_cpus;
    bool quiet;
};

static uint32_t number_of(const char *text SC_COUNT(n), uint32_t n, uint32_t from, uint32_t to)
{
    uint32_t value = 0;

    for (uint32_t i = from; i < to && i < n; i++) {
        if (text[i] < '0' || text[i] > '9' || value > 100000000)
            return value;
        value = value * 10 + (uint32_t)(text[i] - '0');
    }
    return value;
}

void boot_options_parse(struct boot_options *o, const char *text SC_COUNT(n), SC_RANGE(0, 4096) uint32_t n)
{
    uint32_t start = 0, equals = n;

    for (uint32_t i = 0; i <= n; i++) {
        if (i < n && text[i] == '=' && equals == n) {
            equals = i;
            continue;
        }
        if (i < n && text[i] != ',')
            continue;
        switch (start < n ? text[start] : '\0') {
        case 'm':
            o->memory_mb = number_of(text, n, equals + 1, i);
            break;
        case 'c':
            o->nr_cpus = number_of(text, n, equals + 1, i);
            break;
        case 'q':
            o->quiet = true;
            break;
        default:
            break;
        }
        start = i + 1;
        equals = n;
    }
}
