/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A list whose links are indices into a table: a link read from memory is brought into bounds by
 * a test before it is followed.
 */
#include "core/base.h"

#define NR_NODES 128
#define NONE NR_NODES

struct node {
    uint64_t key;
    uint32_t next;
};

struct handle_list {
    uint32_t first;
    struct node nodes[NR_NODES];
};

void handle_list_init(struct handle_list *l)
{
    l->first = NONE;
    for (uint32_t i = 0; i < NR_NODES; i++) {
        l->nodes[i].key = 0;
        l->nodes[i].next = NONE;
    }
}

void handle_list_push(struct handle_list *l, uint32_t handle, uint64_t key)
{
    if (handle >= NR_NODES)
        return;
    l->nodes[handle].key = key;
    l->nodes[handle].next = l->first;
    l->first = handle;
}

bool handle_list_has(const struct handle_list *l, uint64_t key)
{
    uint32_t at = l->first;

    for (uint32_t turns = 0; turns < NR_NODES; turns++) {
        if (at >= NR_NODES)
            return false;
        if (l->nodes[at].key == key)
            return true;
        at = l->nodes[at].next;
    }
    return false;
}
