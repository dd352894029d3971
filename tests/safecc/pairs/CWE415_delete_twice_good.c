/* SPDX-License-Identifier: MIT */
/* expect-good: run */
/*
 * An object is deleted once.
 */
#include "sc_host.h"

struct session {
    uint32_t id;
    uint64_t nr_bytes;
};

int main(int argc, char **argv SC_COUNT(argc))
{
    struct session *s SC_NULLABLE SC_OWNED = sc_new(struct session);
    uint32_t id;

    if (s == NULL)
        return 1;
    s->id = (uint32_t)sc_arg(argc, argv, 1, 17);
    id = s->id;
    sc_delete(s);
    printf("ok %u\n", id);
    return 0;
}
