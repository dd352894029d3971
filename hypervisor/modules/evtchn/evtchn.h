/* SPDX-License-Identifier: MIT */
/*
 * evtchn.h - event channels: the operations of EVTCHNOP_*, typed.
 *
 * Source: Xen public header event_channel.h.  Callers hold no lock of rank
 * RANK_EVTCHN or above and are inside an RCU read section.  Errors are those
 * that Xen 4.17 gives.  evtchn_alloc_unbound is in ports/evtchn.h.
 */
#ifndef MODULES_EVTCHN_EVTCHN_H
#define MODULES_EVTCHN_EVTCHN_H

#include "ports/evtchn.h"

#include <xen/event_channel.h>

/*
 * EVTCHNOP_send: make the other end of v's port pending.  A port without another
 * end yet (unbound) drops the event.
 * -EINVAL: no such port, or one that cannot send (closed, VIRQ, PIRQ).
 */
/*@ requires \valid_read(v) && \valid(v->domain) && \valid(v->domain->evtchn);
  @ ensures \result == 0 || \result == -EINVAL; */
SC_NODISCARD int evtchn_send(struct vcpu *v, uint32_t port);

/*
 * EVTCHNOP_close: free a port; an interdomain peer goes back to unbound.
 * -EINVAL: no such port, or not in use.  -EBUSY: rebound again and again meanwhile.
 */
/*@ requires \valid(d) && \valid(d->evtchn);
  @ ensures \result == 0 || \result == -EINVAL || \result == -EBUSY; */
SC_NODISCARD int evtchn_close(struct domain *d, uint32_t port);

/* EVTCHNOP_bind_interdomain.  -ESRCH, -EINVAL (remote port not unbound for d), -ENOSPC, -ENOMEM. */
/*@ requires \valid(d) && \valid(d->evtchn) && \valid(port_out);
  @ ensures \result <= 0;
  @ ensures \result == 0 ==> 0 < *port_out < EVTCHN_FIFO_NR_CHANNELS; */
SC_NODISCARD int evtchn_bind_interdomain(struct domain *d, domid_t remote, uint32_t remote_port, uint32_t *port_out);

/* EVTCHNOP_bind_virq.  -EINVAL (no such VIRQ, global and vcpu not 0), -ENOENT, -EEXIST, -ENOSPC,
 * -ENOMEM. */
SC_NODISCARD int evtchn_bind_virq(struct domain *d, uint32_t virq, uint32_t vcpu, uint32_t *port_out);
/* EVTCHNOP_bind_ipi.  -ENOENT, -ENOSPC, -ENOMEM. */
SC_NODISCARD int evtchn_bind_ipi(struct domain *d, uint32_t vcpu, uint32_t *port_out);
/* EVTCHNOP_bind_pirq.  -EINVAL, -EPERM, -EEXIST, -ENOSPC, -ENOMEM, or physdev_pirq_bind's. */
SC_NODISCARD int evtchn_bind_pirq(struct domain *d, uint32_t pirq, bool share, uint32_t *port_out);
/* EVTCHNOP_bind_vcpu: notify another vcpu.  -ENOENT, -EINVAL (no port, or bound for good). */
SC_NODISCARD int evtchn_bind_vcpu(struct domain *d, uint32_t port, uint32_t vcpu);
/* EVTCHNOP_unmask: unmask, and deliver what is pending.  -EINVAL. */
SC_NODISCARD int evtchn_unmask(struct domain *d, uint32_t port);
/* EVTCHNOP_set_priority.  -EINVAL, -ENOSYS (2-level ABI). */
SC_NODISCARD int evtchn_set_priority(struct domain *d, uint32_t port, uint32_t priority);

struct evtchn_status_reply {
    uint32_t status; /* EVTCHNSTAT_* */
    uint32_t vcpu;
    domid_t dom;     /* unbound, interdomain */
    uint32_t number; /* interdomain: port; else the pirq or the VIRQ */
};

/* EVTCHNOP_status.  -EINVAL. */
/*@ requires \valid(d) && \valid(d->evtchn) && \valid(reply);
  @ ensures \result == 0 || \result == -EINVAL;
  @ ensures \result == 0 ==> reply->status <= EVTCHNSTAT_ipi && reply->vcpu < MAX_VCPUS; */
SC_NODISCARD int evtchn_status(struct domain *d, uint32_t port, struct evtchn_status_reply *reply);

/*
 * EVTCHNOP_init_control: vcpu's control block is at offset in frame gfn (PV: an mfn).
 * The first one switches the domain to the FIFO ABI.
 * -ENOENT, -EINVAL (offset, frame, or a block is there already), -ENOMEM.
 */
SC_NODISCARD int evtchn_fifo_init_control(struct domain *d, gfn_t frame, uint32_t offset, uint32_t vcpu);
/* EVTCHNOP_expand_array.  -EOPNOTSUPP (2-level ABI), -ENOSPC, -EINVAL. */
SC_NODISCARD int evtchn_fifo_expand_array(struct domain *d, gfn_t frame);

#endif
