/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-08, SC-12 | trap SC-08 */
/*
 * An owned object is taken out of its field, which is then null, and followed through the field.
 */
#include "sc_host.h"

struct buffer {
    uint32_t used;
};

struct device {
    struct buffer *pending SC_OWNED SC_NULLABLE;
    uint32_t nr_sent;
};

static uint32_t device_flush(struct device *d)
{
    struct buffer *b SC_NULLABLE SC_OWNED = sc_take(d->pending);
    uint32_t used;

    if (b == NULL)
        return 0;
    used = d->pending->used;
    d->nr_sent += used;
    sc_delete(b);
    return used;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    struct device d = { NULL, 0 };
    struct buffer *b SC_NULLABLE SC_OWNED = sc_new(struct buffer);

    if (b == NULL)
        return 1;
    b->used = (uint32_t)sc_arg(argc, argv, 1, 60);
    d.pending = b;
    printf("missed %u\n", device_flush(&d));
    return 0;
}
