/* SPDX-License-Identifier: MIT */
/*
 * Propagation of electromagnetic waves on a bipartite graph: each E node's value falls by a
 * weighted sum of H nodes' values, and the other way round.  Tables of pointers with a count
 * of their own in each node; the count and both tables are copied into locals before a loop.
 */
#include "sc_host.h"

#define DEGREE 20
#define NODES_MAX 1000000

struct node {
    double value;
    double source;
    uint32_t degree;
    struct node **from SC_COUNT(degree);
    double *coeff SC_COUNT(degree);
    struct node *next SC_NULLABLE;
};

struct graph {
    struct node *e SC_NULLABLE;
    struct node *h SC_NULLABLE;
};

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

/* A list of n nodes, which table names too. */
SC_NULLABLE static struct node *make_nodes(struct node **table SC_COUNT(n), uint32_t n, uint32_t *seed)
{
    struct node *list SC_NULLABLE = NULL;

    for (uint32_t i = 0; i < n; i++) {
        struct node *node SC_NULLABLE = sc_new(struct node);

        if (node == NULL)
            exit(1);
        node->source = (next_random(seed) % 1000) / 1000.0;
        node->next = list;
        list = node;
        table[i] = node;
    }
    return list;
}

static void connect(struct node *list SC_NULLABLE, struct node **others SC_COUNT(n), uint32_t n, uint32_t *seed)
{
    SC_TRIPS(NODES_MAX)
    for (struct node *node SC_NULLABLE = list; node != NULL; node = node->next) {
        struct node **from SC_NULLABLE SC_COUNT(DEGREE) = sc_new_array(struct node *, DEGREE);
        double *coeff SC_NULLABLE SC_COUNT(DEGREE) = sc_new_array(double, DEGREE);

        if (from == NULL || coeff == NULL)
            exit(1);
        for (uint32_t i = 0; i < DEGREE; i++) {
            from[i] = others[next_random(seed) % n];
            coeff[i] = (next_random(seed) % 1000) / 30000.0;
        }
        node->from = from;
        node->coeff = coeff;
        node->degree = DEGREE;
    }
}

static void propagate(struct node *list SC_NULLABLE)
{
    SC_TRIPS(NODES_MAX)
    for (struct node *node SC_NULLABLE = list; node != NULL; node = node->next) {
        const uint32_t degree = node->degree;
        struct node **from SC_NULLABLE SC_COUNT(degree) = node->from;
        const double *coeff SC_NULLABLE SC_COUNT(degree) = node->coeff;
        double value = node->value;

        if (from == NULL || coeff == NULL)
            continue;
        for (uint32_t i = 0; i < degree; i++) {
            const struct node *other = from[i];

            value -= coeff[i] * other->value;
        }
        node->value = 0.5 * value + node->source;
    }
}

static double total(const struct node *list SC_NULLABLE)
{
    double sum = 0.0;

    SC_TRIPS(NODES_MAX)
    for (const struct node *node SC_NULLABLE = list; node != NULL; node = node->next)
        sum += node->value;
    return sum;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 2000);
    const uint32_t nr_rounds = (uint32_t)sc_arg(argc, argv, 2, 8000);
    uint32_t seed = 783;
    struct node **e_table SC_NULLABLE SC_COUNT(n) = sc_new_array(struct node *, n);
    struct node **h_table SC_NULLABLE SC_COUNT(n) = sc_new_array(struct node *, n);
    struct graph graph;

    if (e_table == NULL || h_table == NULL || n == 0 || n > NODES_MAX)
        return 1;
    graph.e = make_nodes(e_table, n, &seed);
    graph.h = make_nodes(h_table, n, &seed);
    connect(graph.e, h_table, n, &seed);
    connect(graph.h, e_table, n, &seed);
    for (uint32_t round = 0; round < nr_rounds; round++) {
        propagate(graph.e);
        propagate(graph.h);
    }
    printf("em3d: %u nodes, E %.9e H %.9e\n", 2 * n, total(graph.e), total(graph.h));
    return 0;
}
