/* SPDX-License-Identifier: MIT */
/* pv_boot.h - the domains that the boot modules and the command line ask for. */
#ifndef XEN_COMPAT_PV_BOOT_H
#define XEN_COMPAT_PV_BOOT_H

/*
 * Build the domains of domu=, then the hardware domain from module 0 (kernel) and 1 (initrd, unless
 * a domu= names it), free the modules, and make every first vcpu runnable.  A domu that cannot be
 * built is left out with a word on the log; without the hardware domain the machine stops.
 */
void pv_boot_domains(void);

#endif
