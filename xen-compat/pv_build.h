/* SPDX-License-Identifier: MIT */
/* pv_build.h - the domain builder (Xen public header xen.h: start of day). */
#ifndef XEN_COMPAT_PV_BUILD_H
#define XEN_COMPAT_PV_BUILD_H

/* Build the hardware domain from the first boot module (kernel) and the second (initrd),
 * and make its first vcpu runnable.  Stops the machine when it cannot. */
void pv_build_hardware_domain(void);

#endif
