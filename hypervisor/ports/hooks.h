/* SPDX-License-Identifier: MIT */
/*
 * Port hooks: where an extension looks on or has a say.  Module hooks, which comes with the hypervisor, does nothing; a
 * module that is loaded provides those that it wants, and takes them from who had them.  Called with interrupts off; at
 * most locks of rank RANK_POOL; short, as each is on somebody's hot path.
 */
#ifndef PORTS_HOOKS_H
#define PORTS_HOOKS_H

#include "core/domain.h"

/* An event is about to be sent to a port of d.  0: go on; anything else: it is dropped, and the sender told so. */
SC_NODISCARD int hook_event_send(struct domain *d, uint32_t port);
/* Around every hypercall of a guest, by its number; one that goes on later ends and begins again. */
void hook_hypercall_enter(struct vcpu *v, uint32_t nr);
void hook_hypercall_exit(struct vcpu *v, uint32_t nr);
/* Hypercall 54 (__HYPERVISOR_arch_6): the extension's own.  -ENOSYS: there is none. */
long hook_extension(struct vcpu *v, uint64_t op, uint64_t arg, uint64_t a3, uint64_t a4, uint64_t a5);

#endif
