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
#include "ports/physdev.h"
#include "ports/record.h"

#include <xen/event_channel.h>

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
 * Hand-over to another version of the module, while nothing else runs: who serves offers its pools, who comes accepts
 * them.  Where both were made of the same structures (evtchn_layout) what hangs off domains and vcpus stays where it
 * is, and the memory for more of it goes along.
 *
 * Otherwise it is converted: the old one writes it into records, the new one makes its own of them, and says -EINVAL
 * when a record holds what cannot be.  What records refer to (references, domains) is then of who serves in the end.
 */
void evtchn_export_state(void);
SC_NODISCARD int evtchn_import_state(void);

#define EVTCHN_RECORD_NR_PORTS 64
#define EVTCHN_RECORD_NR_PAGES 128
/* States of a port besides EVTCHNSTAT_*: the ABI's port 0; the other end is the hypervisor. */
#define EVTCHN_RECORD_RESERVED 0xffU
#define EVTCHN_RECORD_HV 0xfeU

struct evtchn_record_port {
    uint8_t state;
    uint8_t priority;
    uint8_t saved;                     /* 1: became pending while its FIFO array page was missing */
    uint8_t last_priority;             /* the FIFO queue it was last linked in */
    uint16_t last_vcpu;                /* and whose */
    uint16_t vcpu;                     /* whom to notify */
    domid_t dom;                       /* unbound, interdomain: the other domain */
    uint32_t number;                   /* the other port, VIRQ or pirq */
    struct domain *remote SC_NULLABLE; /* interdomain: the other domain */
};

enum evtchn_record_kind { EVTCHN_RECORD_DOMAIN, EVTCHN_RECORD_PORTS, EVTCHN_RECORD_VCPU };

/* One a domain, then one for each EVTCHN_RECORD_NR_PORTS of its ports from 0 on, then one a vcpu. */
struct evtchn_record {
    struct evtchn_record *next SC_NULLABLE; /* the core's */
    struct domain *domain;                  /* whose */
    struct record_at at;                    /* enum evtchn_record_kind; which ports; which vcpu */
    /* EVTCHN_RECORD_DOMAIN */
    uint32_t max_port;
    bool fifo;         /* the ABI */
    uint32_t nr_pages; /* of its array */
    fref_t page[EVTCHN_RECORD_NR_PAGES];
    uint32_t pirq_port[NR_PIRQS];
    /* EVTCHN_RECORD_PORTS */
    struct evtchn_record_port port[EVTCHN_RECORD_NR_PORTS];
    /* EVTCHN_RECORD_VCPU */
    fref_t control; /* none before init_control */
    uint32_t control_at;
    uint32_t tail[EVTCHN_FIFO_MAX_QUEUES];
};

/* Fills r, which is all zero, with what is at `at` of d's state, and moves that on: enum record. */
SC_NODISCARD enum record evtchn_export(struct domain *d, struct record_at *at, struct evtchn_record *r);
/* 0, -EINVAL, -ENOMEM. */
SC_NODISCARD int evtchn_import(const struct evtchn_record *r);

/* All structures of the module by value.  Nobody calls it: that two versions export it with the same type says that
 * they can do with each other's. */
struct evtchn_layout;
void evtchn_layout(struct evtchn_layout layout);

#endif
