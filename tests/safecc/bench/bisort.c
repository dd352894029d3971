/* SPDX-License-Identifier: MIT */
/*
 * Bitonic sort of the values of a complete binary tree, first upward, then downward
 * (after Bilardi and Nicolau): values and subtrees change places while two pointers walk
 * down in step.  The sequence sorted is the tree's in-order values plus one spare.
 */
#include "sc_host.h"

#define DEPTH_MAX 24

struct node {
    uint32_t value;
    struct node *left SC_NULLABLE;
    struct node *right SC_NULLABLE;
};

SC_NULLABLE static struct node *random_tree(uint32_t depth, uint32_t *seed)
{
    struct node *n SC_NULLABLE;

    if (depth == 0)
        return NULL;
    n = sc_new(struct node);
    if (n == NULL)
        exit(1);
    n->left = random_tree(depth - 1, seed);
    *seed = *seed * 1664525U + 1013904223U;
    n->value = *seed >> 4;
    n->right = random_tree(depth - 1, seed);
    return n;
}

static bool out_of_order(uint32_t a, uint32_t b, bool down)
{
    return (a > b) != down;
}

/* Two halves sorted in opposite directions become one sorted sequence; returns its last value. */
static uint32_t merge(struct node *top, uint32_t spare, bool down, uint32_t depth)
{
    struct node *a SC_NULLABLE = top->left;
    struct node *b SC_NULLABLE = top->right;
    const bool swap_right = out_of_order(top->value, spare, down);

    if (depth == 0)
        exit(1);
    if (swap_right) {
        const uint32_t v = top->value;

        top->value = spare;
        spare = v;
    }
    /* Find where the sequences cross: exchange values, and the subtree on one side with them. */
    SC_TRIPS(DEPTH_MAX)
    while (a != NULL && b != NULL) {
        struct node *a_left SC_NULLABLE = a->left;
        struct node *a_right SC_NULLABLE = a->right;
        struct node *b_left SC_NULLABLE = b->left;
        struct node *b_right SC_NULLABLE = b->right;
        const uint32_t av = a->value;
        const uint32_t bv = b->value;
        const bool swap = out_of_order(av, bv, down);

        if (swap) {
            a->value = bv;
            b->value = av;
            if (swap_right) {
                a->right = b_right;
                b->right = a_right;
            } else {
                a->left = b_left;
                b->left = a_left;
            }
        }
        if (swap == swap_right) {
            a = a_left;
            b = b_left;
        } else {
            a = a_right;
            b = b_right;
        }
    }
    a = top->left;
    b = top->right;
    if (a != NULL && b != NULL) {
        top->value = merge(a, top->value, down, depth - 1);
        spare = merge(b, spare, down, depth - 1);
    }
    return spare;
}

static uint32_t sort(struct node *top, uint32_t spare, bool down, uint32_t depth)
{
    struct node *a SC_NULLABLE = top->left;
    struct node *b SC_NULLABLE = top->right;

    if (depth == 0)
        exit(1);
    if (a == NULL || b == NULL) {
        if (out_of_order(top->value, spare, down)) {
            const uint32_t v = top->value;

            top->value = spare;
            spare = v;
        }
        return spare;
    }
    top->value = sort(a, top->value, down, depth - 1);
    spare = sort(b, spare, !down, depth - 1);
    return merge(top, spare, down, depth);
}

/* Fold the values in order; *last and *nr_wrong tell whether they were sorted. */
static uint64_t check(const struct node *n SC_NULLABLE, uint64_t sum, uint32_t *last, uint32_t *nr_wrong, bool down,
                      uint32_t depth)
{
    if (n == NULL || depth == 0)
        return sum;
    sum = check(n->left, sum, last, nr_wrong, down, depth - 1);
    if (*last != n->value && out_of_order(*last, n->value, down))
        *nr_wrong += 1;
    *last = n->value;
    sum = sum * 31 + n->value;
    return check(n->right, sum, last, nr_wrong, down, depth - 1);
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint32_t depth = (uint32_t)sc_arg(argc, argv, 1, 20);
    uint32_t seed = 12345, spare = 777, nr_wrong = 0, last = 0;
    struct node *root SC_NULLABLE;
    uint64_t sum;

    if (depth == 0 || depth > DEPTH_MAX)
        return 1;
    root = random_tree(depth, &seed);
    if (root == NULL)
        return 1;
    spare = sort(root, spare, false, DEPTH_MAX + 1);
    sum = check(root, 0, &last, &nr_wrong, false, DEPTH_MAX + 1) + spare;
    spare = sort(root, spare, true, DEPTH_MAX + 1);
    last = UINT32_MAX;
    sum += check(root, 0, &last, &nr_wrong, true, DEPTH_MAX + 1) + spare;
    printf("bisort: depth %u, %u out of order, checksum %016lx\n", depth, nr_wrong, sum);
    return nr_wrong != 0;
}
