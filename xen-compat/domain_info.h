/* SPDX-License-Identifier: MIT */
/* domain_info.h - what there is to know of a domain (Xen public header domctl.h, struct xen_domctl_getdomaininfo). */
#ifndef XEN_COMPAT_DOMAIN_INFO_H
#define XEN_COMPAT_DOMAIN_INFO_H

#include "core/domain.h"

/* The domain with the lowest id from this one on; or null. */
SC_NULLABLE struct domain *domain_from(uint32_t id);
/* To a guest address.  0, -EFAULT. */
SC_NODISCARD int domain_info_put(struct domain *d, gva_t at);
/* XEN_SYSCTL_getdomaininfolist: at most so many domains from first on, to buffer.  How many, or -EFAULT. */
SC_NODISCARD long domain_info_list(uint32_t first, uint32_t most, gva_t buffer);

#endif
