/* SPDX-License-Identifier: MIT */
/*
 * Minimum spanning tree by Prim's method over a priority queue with decrease-key: a pairing
 * heap whose nodes hang together by pointers (child, next, previous) inside the vertices.
 * Every link is tested on a local copy.
 */
#include "sc_host.h"

#define VERTICES_MAX 1000000
#define DEGREE 8

struct vertex;

struct edge {
    struct vertex *to;
    uint32_t weight;
};

struct vertex {
    uint32_t id;
    uint32_t key; /* least weight of an edge into the tree */
    bool queued;
    bool done;
    struct vertex *child SC_NULLABLE;
    struct vertex *next SC_NULLABLE;     /* sibling */
    struct vertex *previous SC_NULLABLE; /* sibling, or the parent of a first child */
    struct edge edges[DEGREE];
};

/* Two heaps become one; the root with the larger key becomes a child. */
static struct vertex *meld(struct vertex *a, struct vertex *b)
{
    struct vertex *top = a->key <= b->key ? a : b;
    struct vertex *sub = a->key <= b->key ? b : a;
    struct vertex *first SC_NULLABLE = top->child;

    sub->next = first;
    sub->previous = top;
    if (first != NULL)
        first->previous = sub;
    top->child = sub;
    return top;
}

static void heap_insert(struct vertex **heap, struct vertex *v)
{
    struct vertex *root SC_NULLABLE = *heap;

    v->child = NULL;
    v->next = NULL;
    v->previous = NULL;
    v->queued = true;
    *heap = root == NULL ? v : meld(root, v);
}

/* v's key became smaller: cut it out of its siblings and meld it again. */
static void heap_decrease(struct vertex **heap, struct vertex *v)
{
    struct vertex *root SC_NULLABLE = *heap;
    struct vertex *before SC_NULLABLE = v->previous;
    struct vertex *after SC_NULLABLE = v->next;

    if (root == NULL || before == NULL)
        return;
    if (before->child == v)
        before->child = after;
    else
        before->next = after;
    if (after != NULL)
        after->previous = before;
    v->next = NULL;
    v->previous = NULL;
    *heap = meld(root, v);
}

SC_NULLABLE static struct vertex *heap_take_least(struct vertex **heap)
{
    struct vertex *least SC_NULLABLE = *heap;
    struct vertex *rest SC_NULLABLE;
    struct vertex *pairs SC_NULLABLE = NULL;
    struct vertex *root SC_NULLABLE = NULL;

    if (least == NULL)
        return NULL;
    rest = least->child;
    SC_TRIPS(VERTICES_MAX)
    while (rest != NULL) {
        struct vertex *a = rest;
        struct vertex *b SC_NULLABLE = a->next;

        rest = NULL;
        if (b != NULL) {
            rest = b->next;
            a = meld(a, b);
        }
        a->previous = NULL;
        a->next = pairs;
        pairs = a;
    }
    SC_TRIPS(VERTICES_MAX)
    while (pairs != NULL) {
        struct vertex *next SC_NULLABLE = pairs->next;

        pairs->next = NULL;
        root = root == NULL ? pairs : meld(root, pairs);
        pairs = next;
    }
    least->child = NULL;
    least->queued = false;
    *heap = root;
    return least;
}

static void graph_make(struct vertex **table SC_COUNT(n), SC_RANGE(1, VERTICES_MAX) uint32_t n)
{
    uint32_t seed = 99;

    for (uint32_t i = 0; i < n; i++) {
        struct vertex *v SC_NULLABLE = sc_new(struct vertex);

        if (v == NULL)
            exit(1);
        v->id = i;
        table[i] = v;
    }
    for (uint32_t i = 0; i < n; i++) {
        struct vertex *v = table[i];

        for (uint32_t k = 0; k < DEGREE; k++) {
            seed = seed * 1664525U + 1013904223U;
            v->edges[k].to = table[k == 0 ? (i + 1) % n : (seed >> 3) % n];
            v->edges[k].weight = k == 0 ? 50000 : 1 + (seed >> 9) % 30000;
        }
    }
}

static uint64_t tree_cost(struct vertex *first, uint32_t n)
{
    struct vertex *heap SC_NULLABLE = NULL;
    uint64_t cost = 0;

    first->key = 0;
    heap_insert(&heap, first);
    for (uint32_t step = 0; step < n; step++) {
        struct vertex *v SC_NULLABLE = heap_take_least(&heap);

        if (v == NULL)
            break;
        v->done = true;
        cost += v->key;
        for (uint32_t k = 0; k < DEGREE; k++) {
            struct vertex *to SC_NULLABLE = v->edges[k].to;
            const uint32_t weight = v->edges[k].weight;

            if (to == NULL || to->done || weight >= to->key)
                continue;
            to->key = weight;
            if (to->queued)
                heap_decrease(&heap, to);
            else
                heap_insert(&heap, to);
        }
    }
    return cost;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t n = (uint32_t)sc_arg(argc, argv, 1, 20000);
    const uint32_t nr_rounds = (uint32_t)sc_arg(argc, argv, 2, 100);
    struct vertex **table SC_NULLABLE SC_COUNT(n) = sc_new_array(struct vertex *, n);
    uint64_t cost = 0;

    if (table == NULL || n == 0 || n > VERTICES_MAX)
        return 1;
    graph_make(table, n);
    for (uint32_t round = 0; round < nr_rounds; round++) {
        for (uint32_t i = 0; i < n; i++) {
            struct vertex *v = table[i];

            v->key = UINT32_MAX;
            v->done = false;
        }
        struct vertex *first = table[round % n];
        cost += tree_cost(first, n);
    }
    printf("ft: %u vertices, %u rounds, cost %lu\n", n, nr_rounds, cost);
    return 0;
}
