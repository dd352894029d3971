/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Two queues in an array of queues: the urgent one is emptied first.
 */
#include "core/base.h"

enum priority { URGENT, ORDINARY, NR_PRIORITIES };
#define SLOTS 16

struct mailbox {
    struct {
        uint32_t head;
        uint32_t count;
        uint64_t slots[SLOTS];
    } queues[NR_PRIORITIES];
};

int mailbox_post(struct mailbox *m, enum priority p, uint64_t letter)
{
    if (p != URGENT && p != ORDINARY)
        return -EINVAL;
    const uint32_t count = m->queues[p].count;
    if (count >= SLOTS)
        return -ENOSPC;
    m->queues[p].slots[(m->queues[p].head + count) % SLOTS] = letter;
    m->queues[p].count = count + 1;
    return 0;
}

int mailbox_fetch(struct mailbox *m, uint64_t *letter)
{
    for (uint32_t p = 0; p < NR_PRIORITIES; p++) {
        const uint32_t head = m->queues[p].head % SLOTS;

        if (m->queues[p].count == 0)
            continue;
        *letter = m->queues[p].slots[head];
        m->queues[p].head = (head + 1) % SLOTS;
        m->queues[p].count--;
        return 0;
    }
    return -EAGAIN;
}
