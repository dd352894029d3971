/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-11, SC-12 */
/*
 * A message is changed after it was given to a queue that owns it from then on.
 */
#include "sc_host.h"

struct message {
    uint32_t kind;
    uint32_t flags;
};

struct queue {
    uint32_t nr_handled;
    uint32_t sum;
};

static void queue_handle(struct queue *q, struct message *m SC_OWNED)
{
    q->nr_handled++;
    q->sum += m->kind + m->flags;
    sc_delete(m);
}

int main(int argc, char **argv SC_COUNT(argc))
{
    struct message *m SC_NULLABLE SC_OWNED = sc_new(struct message);
    struct queue q = { 0, 0 };

    if (m == NULL)
        return 1;
    m->kind = (uint32_t)sc_arg(argc, argv, 1, 4);
    queue_handle(&q, m);
    m->flags = 16;
    printf("missed %u %u\n", q.nr_handled, q.sum);
    return 0;
}
