/* SPDX-License-Identifier: MIT */
/* livepatch.h - sysctl livepatch_op: what Xen calls a payload is a module (core/module_ops.h). */
#ifndef XEN_COMPAT_LIVEPATCH_H
#define XEN_COMPAT_LIVEPATCH_H

#include "core/domain.h"
#include "core/guest.h"

#define LIVEPATCH_RAW_BYTES 136 /* sizeof(struct xen_sysctl) */

/* op: a sysctl's bytes; at: where they came from.  0, an error of Xen's, or HC_CONTINUE. */
long livepatch_op(struct vcpu *v, const uint8_t op[LIVEPATCH_RAW_BYTES], gva_t at);
/* Is v's continuation one of these?  Then it goes on. */
bool livepatch_continues(const struct vcpu *v);
long livepatch_continue(struct vcpu *v);

#endif
