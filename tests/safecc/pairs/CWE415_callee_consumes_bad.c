/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-12 | trap SC-12 */
/*
 * A callee takes the object over and deletes it; the caller deletes it too.
 */
#include "sc_host.h"

struct packet {
    uint16_t length;
    uint8_t bytes[128];
};

static uint32_t packet_send(struct packet *p SC_OWNED)
{
    const uint32_t n = p->length;
    uint32_t sum = 0;

    for (uint32_t i = 0; i < n && i < sizeof(p->bytes); i++)
        sum += p->bytes[i];
    sc_delete(p);
    return sum;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    struct packet *p SC_NULLABLE SC_OWNED = sc_new(struct packet);
    uint32_t sum;

    if (p == NULL)
        return 1;
    p->length = (uint16_t)sc_arg(argc, argv, 1, 20);
    p->bytes[3] = 40;
    p->bytes[4] = 2;
    sum = packet_send(p);
    sc_delete(p);
    printf("missed %u\n", sum);
    return 0;
}
