/* SPDX-License-Identifier: MIT */
/*
 * Port evtchn: what the core and other modules ask of event channels.
 * Source of the semantics: Xen public header event_channel.h.
 *
 * Sending takes no lock of rank RANK_EVTCHN (a FIFO domain's queue lock at
 * most); everything else takes it.  All run inside an RCU read section.
 */
#ifndef PORTS_EVTCHN_H
#define PORTS_EVTCHN_H

#include "core/domain.h"

/* 0 or -ENOMEM.  evtchn_domain_init first, then evtchn_vcpu_init for each vcpu, at its creation. */
SC_NODISCARD int evtchn_domain_init(struct domain *d);
SC_NODISCARD int evtchn_vcpu_init(struct vcpu *v);
/*
 * EVTCHNOP_reset, and the end of a domain, in steps: close the ports of one chunk; *chunk is where the next step goes
 * on, at first 0.  True while there is more.  Then evtchn_reset_finish: back to the 2-level ABI.
 */
SC_NODISCARD bool evtchn_reset_step(struct domain *d, uint32_t *chunk);
void evtchn_reset_finish(struct domain *d);
/* All of that at once; d is dying. */
void evtchn_domain_destroy(struct domain *d);
/* Give back the memory; after evtchn_domain_destroy and a grace period: no CPU looks at d. */
void evtchn_domain_free(struct domain *d);
/* Highest port d may allocate (XEN_DOMCTL_createdomain: max_evtchn_port).
 * At first 1023; without limit but the ABI's for a privileged domain. */
void evtchn_set_max_port(struct domain *d, uint32_t max_port);

/* Raise a per-vcpu VIRQ (VIRQ_TIMER, VIRQ_DEBUG, ...); nothing if unbound. */
void evtchn_send_virq(struct vcpu *v, uint32_t virq);
/* Raise a global VIRQ (VIRQ_CONSOLE, VIRQ_DOM_EXC, ...) of d. */
void evtchn_send_global_virq(struct domain *d, uint32_t virq);
/* A physical interrupt bound to pirq of d has come; nothing if unbound. */
void evtchn_send_pirq(struct domain *d, uint32_t pirq);
/* Is this port of d pending?  (SCHEDOP_poll; false for a bad port.) */
bool evtchn_port_pending(struct domain *d, uint32_t port);
/* Is this a port number of d's event ABI?  (SCHEDOP_poll: -EINVAL if not.) */
bool evtchn_port_ok(struct domain *d, uint32_t port);
/* An unbound port of d for remote, also made by the hypervisor (console, xenstore rings).
 * 0, -EINVAL (dying), -ENOSPC, -ENOMEM. */
SC_NODISCARD int evtchn_alloc_unbound(struct domain *d, domid_t remote, uint32_t *port_out);
/* A port of d whose other end is the hypervisor: a send of d's sets d->hv_event (domain_hv_event).
 * Errors as evtchn_alloc_unbound. */
SC_NODISCARD int evtchn_alloc_hv(struct domain *d, uint32_t *port_out);
/* Make that port pending; nothing if d has closed it. */
void evtchn_send_hv(struct domain *d, uint32_t port);

/*
 * Hand-over to another version of the module, while nothing else runs: what hangs off domains and vcpus stays where it
 * is, and the memory for more of it goes along.  Refused (-EINVAL) by a version whose structures have other sizes.
 */
void evtchn_export_state(void);
SC_NODISCARD int evtchn_import_state(void);

#endif
