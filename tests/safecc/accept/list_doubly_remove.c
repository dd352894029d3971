/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Removes an element from a doubly linked list; each of the two links may be null.
 */
#include "core/base.h"

struct waiter {
    uint32_t vcpu;
    struct waiter *next SC_NULLABLE;
    struct waiter *previous SC_NULLABLE;
};

struct wait_queue {
    struct waiter *head SC_NULLABLE;
    struct waiter *tail SC_NULLABLE;
    uint32_t length;
};

void wait_queue_add(struct wait_queue *q, struct waiter *w)
{
    struct waiter *tail SC_NULLABLE = q->tail;

    w->next = NULL;
    w->previous = tail;
    if (tail != NULL)
        tail->next = w;
    else
        q->head = w;
    q->tail = w;
    q->length++;
}

void wait_queue_remove(struct wait_queue *q, struct waiter *w)
{
    struct waiter *next SC_NULLABLE = w->next;
    struct waiter *previous SC_NULLABLE = w->previous;

    if (previous != NULL)
        previous->next = next;
    else
        q->head = next;
    if (next != NULL)
        next->previous = previous;
    else
        q->tail = previous;
    w->next = NULL;
    w->previous = NULL;
    if (q->length > 0)
        q->length--;
}
