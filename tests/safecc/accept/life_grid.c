/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * A cellular automaton on a torus: neighbours by modulo, two grids in one array that alternate.
 */
#include "sc_host.h"

#define SIDE 8

struct life {
    uint32_t now SC_RANGE(0, 1);
    uint8_t grid[2][SIDE][SIDE];
};

static void life_step(struct life *l)
{
    const uint32_t now = l->now, next = 1 - now;

    for (uint32_t r = 0; r < SIDE; r++) {
        for (uint32_t c = 0; c < SIDE; c++) {
            uint32_t around = 0;

            for (uint32_t dr = SIDE - 1; dr <= SIDE + 1; dr++)
                for (uint32_t dc = SIDE - 1; dc <= SIDE + 1; dc++)
                    if (dr != SIDE || dc != SIDE)
                        around += l->grid[now][(r + dr) % SIDE][(c + dc) % SIDE];
            l->grid[next][r][c] = around == 3 || (around == 2 && l->grid[now][r][c] != 0);
        }
    }
    l->now = next;
}

int main(void)
{
    struct life l = { 0 };

    /* a glider is itself again after 4 steps a side */
    l.grid[0][0][1] = l.grid[0][1][2] = l.grid[0][2][0] = l.grid[0][2][1] = l.grid[0][2][2] = 1;
    for (uint32_t i = 0; i < 4 * SIDE; i++)
        life_step(&l);
    uint32_t alive = 0;
    for (uint32_t r = 0; r < SIDE; r++)
        for (uint32_t c = 0; c < SIDE; c++)
            alive += l.grid[l.now][r][c];
    return alive == 5 && l.grid[l.now][1][2] == 1 && l.grid[l.now][0][1] == 1 ? 0 : 1;
}
