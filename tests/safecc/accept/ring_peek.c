/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Looks at the k-th oldest entry of a ring without taking it; null when there is none.
 */
#include "core/base.h"

#define DEPTH 32

struct command {
    uint16_t opcode;
    uint16_t flags;
    uint32_t argument;
};

struct command_queue {
    uint32_t head;
    uint32_t count;
    struct command commands[DEPTH];
};

SC_NULLABLE const struct command *command_peek(const struct command_queue *q, uint32_t k)
{
    const uint32_t head = q->head;
    const uint32_t count = q->count;

    if (count > DEPTH || k >= count)
        return NULL;
    return &q->commands[(head % DEPTH + k) % DEPTH];
}

bool command_is_pending(const struct command_queue *q, uint16_t opcode)
{
    for (uint32_t k = 0; k < DEPTH; k++) {
        const struct command *c SC_NULLABLE = command_peek(q, k);

        if (c == NULL)
            break;
        if (c->opcode == opcode)
            return true;
    }
    return false;
}
