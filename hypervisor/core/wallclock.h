/* SPDX-License-Identifier: MIT */
/*
 * wallclock.h - the wall clock that domains read in their shared_info page
 * (Xen public header xen.h: wc_version, wc_sec, wc_nsec, wc_sec_hi).
 */
#ifndef CORE_WALLCLOCK_H
#define CORE_WALLCLOCK_H

#include "core/domain.h"

/* Seconds and nanoseconds since 1970 at system time 0 change to boot_ns (modulo 2^64):
 * every domain is told.  Inside an RCU read section; no lock. */
void wallclock_set(uint64_t boot_ns);
/* Tell one domain, with its offset; a new domain's first time too. */
void wallclock_publish(struct domain *d);

#endif
