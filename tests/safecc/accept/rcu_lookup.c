/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A configuration published in a typed slot: readers take the pointer once and use that copy.
 */
#include "core/atomic.h"

struct limits {
    uint32_t max_domains;
    uint32_t max_vcpus;
};

struct policy {
    struct limits *current SC_SLOT SC_NULLABLE;
};

uint32_t policy_max_vcpus(const struct policy *p)
{
    const struct limits *l SC_NULLABLE = slot_read(p->current);

    if (l == NULL)
        return 1;
    return l->max_vcpus;
}

void policy_publish(struct policy *p, struct limits *fresh)
{
    slot_publish(p->current, fresh);
}
