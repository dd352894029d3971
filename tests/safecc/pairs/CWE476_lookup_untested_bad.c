/* SPDX-License-Identifier: MIT */
/* expect-bad: reject SC-08 | trap SC-08 */
/*
 * A look-up that finds nothing returns null, and its result is used untested.
 */
#include "sc_host.h"

struct service {
    uint16_t port;
    uint16_t backlog;
};

static struct service services[] = { { 22, 5 }, { 80, 128 }, { 443, 256 } };

SC_NULLABLE static struct service *service_find(uint16_t port)
{
    for (uint32_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
        if (services[i].port == port)
            return &services[i];
    return NULL;
}

int main(int argc, char **argv SC_COUNT(argc))
{
    const uint16_t port = (uint16_t)sc_arg(argc, argv, 1, 8080);
    const struct service *s SC_NULLABLE = service_find(port);

    printf("missed %u\n", s->backlog);
    return 0;
}
