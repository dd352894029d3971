/* SPDX-License-Identifier: MIT */
#include "ports/hooks.h"

/*@ assigns \nothing;
    ensures goes_on: \result == 0;
*/
int hook_event_send(struct domain *d, uint32_t port)
{
    return 0;
}

/*@ assigns \nothing; */
void hook_hypercall_enter(struct vcpu *v, uint32_t nr) {}

/*@ assigns \nothing; */
void hook_hypercall_exit(struct vcpu *v, uint32_t nr) {}

/*@ assigns \nothing;
    ensures none: \result == -ENOSYS;
*/
long hook_extension(struct vcpu *v, uint64_t op, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5)
{
    return -ENOSYS;
}
