/* SPDX-License-Identifier: MIT */
/*
 * mmu_target.h - whose tables and frames an MMU hypercall means.
 *
 * foreigndom: the low half names the owner of frames to map (DOMID_SELF, DOMID_IO,
 * a domain); the high half, minus one, the owner of the tables (Xen public xen.h).
 * 0, -ESRCH, -EPERM.
 */
#ifndef XEN_COMPAT_MMU_TARGET_H
#define XEN_COMPAT_MMU_TARGET_H

#include "modules/pvmmu/pvmmu.h"

SC_NODISCARD int mmu_target(struct vcpu *v, uint64_t foreigndom, struct mmu_ctx *c);

#endif
