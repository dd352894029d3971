/* SPDX-License-Identifier: MIT */
/* vnuma_info.h - XENMEM_get_vnumainfo (Xen public header memory.h). */
#ifndef XEN_COMPAT_VNUMA_INFO_H
#define XEN_COMPAT_VNUMA_INFO_H

#include "core/domain.h"

/*
 * Vnodes, distances, memory ranges and vcpus of the domain that the guest's struct xen_vnuma_topology_info names.  0;
 * -ENOBUFS: too little room, the struct says how much it takes; -EOPNOTSUPP: it is told of none; -ESRCH, -EPERM,
 * -EINVAL, -EFAULT.
 */
SC_NODISCARD long vnuma_info(struct vcpu *v, gva_t arg);

#endif
