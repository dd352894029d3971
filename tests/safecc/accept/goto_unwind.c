/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Nested acquisition with a single way out by forward goto: each label undoes one step.
 */
#include "core/base.h"

#define NR_LINES 32
#define NR_BUFFERS 8

struct port {
    uint32_t lines; /* a bit per line in use */
    uint8_t buffers;
    bool powered;
};

int port_open(struct port *p, uint32_t line, uint32_t buffer)
{
    int result;

    if (line >= NR_LINES || buffer >= NR_BUFFERS)
        return -EINVAL;
    if (p->powered)
        return -EBUSY;
    p->powered = true;
    if ((p->lines & 1U << line) != 0) {
        result = -EADDRINUSE;
        goto off;
    }
    p->lines |= 1U << line;
    if ((p->buffers & 1U << buffer) != 0) {
        result = -ENOMEM;
        goto release;
    }
    p->buffers |= (uint8_t)(1U << buffer);
    return 0;

release:
    p->lines &= ~(1U << line);
off:
    p->powered = false;
    return result;
}
