/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A stack of frames with a fixed limit: push fails at the top, pop at the bottom, and the top is
 * reached by a nullable pointer.
 */
#include "core/base.h"

#define DEPTH_MAX 16

struct frame {
    uint64_t return_to;
    uint32_t nr_locals;
};

struct frames {
    uint32_t depth SC_RANGE(0, DEPTH_MAX);
    struct frame frame[DEPTH_MAX];
};

int frames_push(struct frames *f, uint64_t return_to, uint32_t nr_locals)
{
    if (f->depth == DEPTH_MAX)
        return -ENOSPC;
    f->frame[f->depth] = (struct frame){ return_to, nr_locals };
    f->depth++;
    return 0;
}

SC_NULLABLE struct frame *frames_top(struct frames *f)
{
    return f->depth == 0 ? NULL : &f->frame[f->depth - 1];
}

int frames_pop(struct frames *f, uint64_t *return_to)
{
    const struct frame *top SC_NULLABLE = frames_top(f);

    if (top == NULL)
        return -ENOENT;
    *return_to = top->return_to;
    f->depth--;
    return 0;
}
