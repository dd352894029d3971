/* SPDX-License-Identifier: MIT */
#include "ports/hooks.h"

int hook_event_send(struct domain *d, uint32_t port)
{
    return 0;
}

void hook_hypercall_enter(struct vcpu *v, uint32_t nr) {}

void hook_hypercall_exit(struct vcpu *v, uint32_t nr) {}

long hook_extension(struct vcpu *v, uint64_t op, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{
    return -ENOSYS;
}
