/* SPDX-License-Identifier: MIT */
/*
 * The cost of a minimum spanning tree by Bentley's method: vertices in a list, each with a
 * hash table from the other vertex's number to the edge's weight; in each step one vertex
 * joins the tree and every other one looks up its distance to it.
 */
#include "sc_host.h"

#define VERTICES_MAX 4096
#define CHAIN_MAX 4096
#define FAR 0x7fffffffU

struct entry {
    uint32_t key;
    uint32_t weight;
    struct entry *next SC_NULLABLE;
};

struct hash {
    uint32_t nr_buckets; /* a power of two */
    struct entry **buckets SC_COUNT(nr_buckets);
};

struct vertex {
    uint32_t id;
    uint32_t distance; /* to the tree so far */
    struct hash edges;
    struct vertex *next SC_NULLABLE;
    struct vertex *also SC_NULLABLE; /* the list of all, which stays */
};

static uint32_t bucket_of(uint32_t key)
{
    return (key * 0x9e3779b1U) >> 16;
}

static void hash_put(struct hash *h, uint32_t key, uint32_t weight)
{
    const uint32_t n = h->nr_buckets;
    struct entry **buckets SC_NULLABLE SC_COUNT(n) = h->buckets;
    struct entry *e SC_NULLABLE = sc_new(struct entry);

    if (e == NULL || buckets == NULL || n == 0)
        exit(1);
    e->key = key;
    e->weight = weight;
    e->next = buckets[bucket_of(key) % n];
    buckets[bucket_of(key) % n] = e;
}

static uint32_t hash_get(const struct hash *h, uint32_t key)
{
    const uint32_t n = h->nr_buckets;
    struct entry **buckets SC_NULLABLE SC_COUNT(n) = h->buckets;
    uint32_t b;

    if (buckets == NULL || n == 0)
        return FAR;
    b = bucket_of(key) & (n - 1);
    SC_TRIPS(CHAIN_MAX)
    for (const struct entry *e SC_NULLABLE = buckets[b]; e != NULL; e = e->next)
        if (e->key == key)
            return e->weight;
    return FAR;
}

static uint32_t edge_weight(uint32_t a, uint32_t b)
{
    const uint32_t low = a < b ? a : b, high = a < b ? b : a;

    return 1 + ((low * 2654435761U ^ high * 40503U) >> 7) % 2048;
}

SC_NULLABLE static struct vertex *graph_make(uint32_t nr_vertices, uint32_t nr_buckets)
{
    struct vertex *list SC_NULLABLE = NULL;

    for (uint32_t id = 0; id < nr_vertices; id++) {
        struct vertex *v SC_NULLABLE = sc_new(struct vertex);
        struct entry **buckets SC_NULLABLE SC_COUNT(nr_buckets) = sc_new_array(struct entry *, nr_buckets);

        if (v == NULL || buckets == NULL)
            exit(1);
        v->id = id;
        v->distance = FAR;
        v->edges.buckets = buckets;
        v->edges.nr_buckets = nr_buckets;
        for (uint32_t other = 0; other < nr_vertices; other++)
            if (other != id)
                hash_put(&v->edges, other, edge_weight(id, other));
        v->also = list;
        list = v;
    }
    return list;
}

/* One step: take the joined vertex's edges into account, take the nearest one out of the list. */
SC_NULLABLE static struct vertex *nearest(struct vertex **list, uint32_t joined)
{
    struct vertex *best SC_NULLABLE = NULL;
    struct vertex *before_best SC_NULLABLE = NULL;
    struct vertex *before SC_NULLABLE = NULL;
    uint32_t best_distance = FAR;

    SC_TRIPS(VERTICES_MAX)
    for (struct vertex *v SC_NULLABLE = *list; v != NULL; v = v->next) {
        const uint32_t weight = hash_get(&v->edges, joined);

        if (weight < v->distance)
            v->distance = weight;
        if (v->distance < best_distance) {
            best_distance = v->distance;
            best = v;
            before_best = before;
        }
        before = v;
    }
    if (best == NULL)
        return NULL;
    if (before_best == NULL)
        *list = best->next;
    else
        before_best->next = best->next;
    return best;
}

/* Grow the tree from the graph's k-th vertex. */
static uint64_t tree_cost(struct vertex *graph SC_NULLABLE, uint32_t nr_vertices, uint32_t k)
{
    struct vertex *list SC_NULLABLE = NULL;
    uint32_t joined = k;
    uint64_t cost = 0;

    SC_TRIPS(VERTICES_MAX)
    for (struct vertex *v SC_NULLABLE = graph; v != NULL; v = v->also) {
        v->distance = FAR;
        if (v->id == k)
            continue;
        v->next = list;
        list = v;
    }
    for (uint32_t i = 1; i < nr_vertices; i++) {
        const struct vertex *v SC_NULLABLE = nearest(&list, joined);

        if (v == NULL)
            break;
        cost += v->distance;
        joined = v->id;
    }
    return cost;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t nr_vertices = (uint32_t)sc_arg(argc, argv, 1, 768);
    const uint32_t nr_rounds = (uint32_t)sc_arg(argc, argv, 2, 150);
    struct vertex *graph SC_NULLABLE;
    uint64_t cost = 0;

    if (nr_vertices == 0 || nr_vertices > VERTICES_MAX)
        return 1;
    graph = graph_make(nr_vertices, 256);
    for (uint32_t round = 0; round < nr_rounds; round++)
        cost += tree_cost(graph, nr_vertices, round % nr_vertices);
    printf("mst: %u vertices, cost %lu\n", nr_vertices, cost);
    return 0;
}
