/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Breadth-first search on a grid with a queue of cells; neighbours are taken from a table of
 * steps and tested for the border.
 */
#include "sc_host.h"

#define ROWS 6
#define COLUMNS 8

static const char maze[ROWS][COLUMNS + 1] = { "........", ".######.", ".#....#.", ".#.##.#.", ".#.#..#.", "...#####" };
static const int8_t steps[4][2] = { { -1, 0 }, { 1, 0 }, { 0, -1 }, { 0, 1 } };

struct cell {
    int8_t row, column;
};

static int32_t distance(struct cell from, struct cell to)
{
    struct cell queue[ROWS * COLUMNS];
    int32_t far[ROWS][COLUMNS];
    uint32_t nr_queued = 1;

    for (uint32_t r = 0; r < ROWS; r++)
        for (uint32_t c = 0; c < COLUMNS; c++)
            far[r][c] = -1;
    if (from.row < 0 || from.row >= ROWS || from.column < 0 || from.column >= COLUMNS)
        return -1;
    far[from.row][from.column] = 0;
    queue[0] = from;
    for (uint32_t next = 0; next < nr_queued && next < ROWS * COLUMNS; next++) {
        const struct cell at = queue[next];

        if (at.row == to.row && at.column == to.column)
            return far[at.row][at.column];
        for (uint32_t s = 0; s < 4; s++) {
            const int32_t row = at.row + steps[s][0], column = at.column + steps[s][1];

            if (row < 0 || row >= ROWS || column < 0 || column >= COLUMNS)
                continue;
            if (maze[row][column] == '#' || far[row][column] >= 0 || nr_queued >= ROWS * COLUMNS)
                continue;
            far[row][column] = far[at.row][at.column] + 1;
            queue[nr_queued++] = (struct cell){ (int8_t)row, (int8_t)column };
        }
    }
    return -1;
}

int main(void)
{
    if (distance((struct cell){ 0, 0 }, (struct cell){ 2, 3 }) != 11)
        return 1;
    return distance((struct cell){ 0, 0 }, (struct cell){ 4, 7 }) == 11 ? 0 : 2;
}
