/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Transposes a rectangle stored row by row in one array whose count is the product of its sides.
 */
#include "core/base.h"

#define SIDE_MAX 256

void transpose(float *to SC_COUNT(rows * columns), const float *from SC_COUNT(rows * columns),
               SC_RANGE(0, SIDE_MAX) uint32_t rows, SC_RANGE(0, SIDE_MAX) uint32_t columns)
{
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t c = 0; c < columns; c++)
            to[c * rows + r] = from[r * columns + c];
}
