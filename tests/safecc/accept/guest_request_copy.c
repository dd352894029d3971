/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A handler copies its argument structure in from the guest once, checks the copy and acts on
 * it.
 */
#include "core/guest.h"

#define NR_VIRQS 24
#define VCPUS 128

struct bind_request {
    uint32_t virq;
    uint32_t vcpu;
    uint32_t port; /* out */
};

struct bindings {
    uint32_t next_port;
    uint32_t port[NR_VIRQS];
};

int bind_virq(struct bindings *b, gva_t argument)
{
    struct bind_request r;
    int result = guest_get(r, argument);

    if (result != 0)
        return result;
    if (r.virq >= NR_VIRQS || r.vcpu >= VCPUS)
        return -EINVAL;
    if (b->port[r.virq] != 0)
        return -EEXIST;
    r.port = b->next_port;
    result = guest_put(argument, r);
    if (result != 0)
        return result;
    b->port[r.virq] = b->next_port++;
    return 0;
}
