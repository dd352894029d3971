/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * Two variables name two objects and each is deleted.
 */
#include "sc_host.h"

struct node {
    int32_t key;
};

int main(int argc, char **argv SC_COUNT(argc))
{
    struct node *a SC_NULLABLE SC_OWNED = sc_new(struct node);
    int32_t sum;

    if (a == NULL)
        return 1;
    a->key = (int32_t)sc_arg(argc, argv, 1, 6);
    struct node *b SC_NULLABLE SC_OWNED = sc_new(struct node);
    if (b == NULL) {
        sc_delete(a);
        return 1;
    }
    b->key = 1;
    sum = a->key + b->key;
    sc_delete(a);
    sc_delete(b);
    printf("ok %d\n", sum);
    return 0;
}
