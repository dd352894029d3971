/* SPDX-License-Identifier: MIT */
/*
 * Multiplication of matrices held in arrays of fixed size: every index is bounded by a
 * constant, so nothing is left to check and the inner loop becomes vector code.
 */
#include "sc_host.h"

#define N 192

struct matrix {
    double at[N][N];
};

static void multiply(struct matrix *restrict out, const struct matrix *a, const struct matrix *b)
{
    for (uint32_t i = 0; i < N; i++) {
        for (uint32_t j = 0; j < N; j++)
            out->at[i][j] = 0.0;
        for (uint32_t k = 0; k < N; k++) {
            const double f = a->at[i][k];

            for (uint32_t j = 0; j < N; j++)
                out->at[i][j] += f * b->at[k][j];
        }
    }
}

/* Bring the values back to about one, so that powers stay finite. */
static double normalise(struct matrix *m)
{
    double trace = 0.0;

    for (uint32_t i = 0; i < N; i++)
        trace += m->at[i][i];
    if (trace == 0.0)
        return 0.0;
    for (uint32_t i = 0; i < N; i++)
        for (uint32_t j = 0; j < N; j++)
            m->at[i][j] = m->at[i][j] * N / trace;
    return trace;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t nr_rounds = (uint32_t)sc_arg(argc, argv, 1, 180);
    struct matrix *a SC_NULLABLE = sc_new(struct matrix);
    struct matrix *b SC_NULLABLE = sc_new(struct matrix);
    struct matrix *c SC_NULLABLE = sc_new(struct matrix);
    double sum = 0.0;

    if (a == NULL || b == NULL || c == NULL)
        return 1;
    for (uint32_t i = 0; i < N; i++) {
        for (uint32_t j = 0; j < N; j++) {
            a->at[i][j] = (i * 7 + j * 3) % 13 / 13.0;
            b->at[i][j] = (i == j ? 2.0 : 0.0) + (i * 5 + j) % 11 / 11.0;
        }
    }
    for (uint32_t round = 0; round < nr_rounds; round++) {
        multiply(c, a, b);
        sum += normalise(c);
        multiply(a, c, b);
        sum += normalise(a);
    }
    printf("matmul: %u x %u, sum of traces %.6f\n", N, N, sum);
    return 0;
}
