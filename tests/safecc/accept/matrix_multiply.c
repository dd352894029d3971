/* SPDX-License-Identifier: MIT */
// expect: ok
// run: ok
/*
 * Multiplies small square matrices held as two-dimensional arrays in structures, modulo a prime.
 */
#include "sc_host.h"

#define N 3
#define PRIME 1000000007U

struct matrix {
    uint64_t at[N][N];
};

static struct matrix multiply(const struct matrix *a, const struct matrix *b)
{
    struct matrix product = { { { 0 } } };

    for (uint32_t i = 0; i < N; i++)
        for (uint32_t j = 0; j < N; j++)
            for (uint32_t k = 0; k < N; k++)
                product.at[i][j] = (product.at[i][j] + a->at[i][k] * b->at[k][j]) % PRIME;
    return product;
}

/* By squaring. */
static struct matrix power(struct matrix base, uint64_t exponent)
{
    struct matrix result = { { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } } };

    SC_TRIPS(64)
    for (; exponent != 0; exponent >>= 1) {
        if ((exponent & 1) != 0)
            result = multiply(&result, &base);
        base = multiply(&base, &base);
    }
    return result;
}

int main(void)
{
    const struct matrix tribonacci = { { { 1, 1, 1 }, { 1, 0, 0 }, { 0, 1, 0 } } };

    return power(tribonacci, 10).at[0][2] == 149 && power(tribonacci, 0).at[1][1] == 1 ? 0 : 1;
}
