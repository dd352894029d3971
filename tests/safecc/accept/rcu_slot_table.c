/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A table of published slots: the index is tested, the pointer read once, and the object checked
 * against the key.
 */
#include "core/atomic.h"

#define NR_PORTS 128

struct port {
    uint32_t number;
    uint32_t remote;
};

struct port_table {
    struct port *slots[NR_PORTS] SC_SLOT;
};

/* The port's remote end, or -ENOENT. */
int64_t port_remote(const struct port_table *t, uint32_t number)
{
    const struct port *p SC_NULLABLE;

    if (number >= NR_PORTS)
        return -ENOENT;
    p = slot_read(t->slots[number]);
    if (p == NULL || p->number != number)
        return -ENOENT;
    return p->remote;
}

int port_publish(struct port_table *t, struct port *p)
{
    const uint32_t number = p->number;

    if (number >= NR_PORTS)
        return -ERANGE;
    slot_publish(t->slots[number], p);
    return 0;
}
