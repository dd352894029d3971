/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Notes where the columns of a line of comma-separated values begin and end, quotes respected.
 */
#include "core/base.h"

#define COLUMNS_MAX 16

struct column {
    uint32_t start;
    uint32_t length;
};

struct row {
    uint32_t nr_columns SC_RANGE(0, COLUMNS_MAX);
    struct column columns[COLUMNS_MAX];
};

int row_split(struct row *r, const char *line SC_COUNT(n), SC_RANGE(0, 4096) uint32_t n)
{
    bool quoted = false;
    uint32_t start = 0;

    r->nr_columns = 0;
    for (uint32_t i = 0; i <= n; i++) {
        if (i < n && line[i] == '"')
            quoted = !quoted;
        if (i < n && (quoted || line[i] != ','))
            continue;
        if (r->nr_columns == COLUMNS_MAX)
            return -ENOSPC;
        r->columns[r->nr_columns++] = (struct column){ start, i - start };
        start = i + 1;
    }
    return quoted ? -EINVAL : 0;
}
