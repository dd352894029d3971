/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-12 | trap SC-12 */
/*
 * Two variables name one object and each is deleted.
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
    struct node *b = a;
    sum = a->key + b->key;
    sc_delete(a);
    sc_delete(b);
    printf("missed %d\n", sum);
    return 0;
}
