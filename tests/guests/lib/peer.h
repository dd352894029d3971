// Tests of several domains: the first and the further ones are one image, and find each other without a xenstore.
#pragma once
#include "guest.h"

bool first_domain(void);
u32 timer_port(void);      // VIRQ_TIMER of vcpu 0
u32 ends_port(void);       // VIRQ_DOM_EXC: a further domain has ended
void sleep_ns(u64 ns);     // blocks
// Waits, blocked, until more than so many events of a port came; fatal after ten seconds.
void peer_wait(u32 port, u32 above);

// What a domain offers to another is its lowest unbound port for it. event_count begins at 0 with a binding.
u32 peer_offer(domid_t to);    // an unbound port for that domain, unmasked
u32 peer_bind(domid_t domain); // the other end of what domain offers, as soon as it does; fatal after ten seconds
long bind_interdomain(domid_t remote, u32 remote_port, u32 *port);

// The end of a further domain, seen by VIRQ_DOM_EXC: it waits in peer_wait(port, ..) for the first domain's word.
void peer_finish(u32 port);
