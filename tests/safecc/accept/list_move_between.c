/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Moves the head of one list to the tail of another; both lists keep head and tail.
 */
#include "core/base.h"

struct request {
    uint32_t id;
    struct request *next SC_NULLABLE;
};

struct request_list {
    struct request *head SC_NULLABLE;
    struct request *tail SC_NULLABLE;
};

static void append(struct request_list *l, struct request *r)
{
    struct request *tail SC_NULLABLE = l->tail;

    r->next = NULL;
    if (tail == NULL)
        l->head = r;
    else
        tail->next = r;
    l->tail = r;
}

bool request_start(struct request_list *waiting, struct request_list *running)
{
    struct request *r SC_NULLABLE = waiting->head;

    if (r == NULL)
        return false;
    waiting->head = r->next;
    if (waiting->head == NULL)
        waiting->tail = NULL;
    append(running, r);
    return true;
}
