/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-07 | trap SC-07 */
/*
 * Row and column change places in a table on the stack whose sides differ.
 */
#include "sc_host.h"

#define ROWS 3
#define COLUMNS 5

static void transpose(uint32_t *line SC_COUNT(ROWS), uint32_t column)
{
    for (uint32_t row = 0; row < ROWS; row++)
        line[row] = row * 10 + column;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    uint32_t table[ROWS][COLUMNS] = { { 0 } };
    uint32_t line[ROWS] = { 0 };
    const uint32_t columns = (uint32_t)sc_arg(argc, argv, 1, COLUMNS);
    uint32_t sum = 0;

    for (uint32_t c = 0; c < columns && c < COLUMNS; c++) {
        transpose(line, c);
        for (uint32_t r = 0; r < ROWS; r++)
            table[c][r] = line[r];
    }
    for (uint32_t r = 0; r < ROWS; r++)
        sum += table[r][r];
    printf("missed %u\n", sum);
    return 0;
}
