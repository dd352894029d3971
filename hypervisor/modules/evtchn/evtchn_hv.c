/* SPDX-License-Identifier: MIT */
/* evtchn_hv.c - ports whose other end is the hypervisor: a domain's console. */
#include "modules/evtchn/evtchn_private.h"

int evtchn_alloc_hv(struct domain *d, uint32_t *port_out)
{
    struct evtchn_domain *ed = d->evtchn;
    int rc;

    spin_lock(&ed->lock);
    rc = evtchn_find_closed_locked(d, port_out);
    if (rc == 0)
        evtchn_take_locked(ed, *port_out, bind_make(BIND_HV, DOMID_XEN, 0), 0, NULL);
    spin_unlock(&ed->lock);
    return rc;
}

void evtchn_send_hv(struct domain *d, uint32_t port)
{
    struct evtchn_port *p = evtchn_port_find(d->evtchn, port);

    /* The guest may have closed it, and opened it as something else. */
    if (p != NULL && bind_state(atomic_read64(&p->bind)) == BIND_HV)
        evtchn_set_pending(d, evtchn_notify_vcpu(d, p), p, port);
}
