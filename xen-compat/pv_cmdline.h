/* SPDX-License-Identifier: MIT */
/* pv_cmdline.h - a new domain's command line. */
#ifndef XEN_COMPAT_PV_CMDLINE_H
#define XEN_COMPAT_PV_CMDLINE_H

#include "xen-compat/pv_build.h"

/*
 * Into text, all 0 before: the kernel module's words.  For the first domain the
 * hypervisor's own words after `--` follow, and before them comes acpi_rsdp=ADDRESS (a
 * parameter of Linux) where a BIOS's areas do not have the RSDP.  What does not fit is cut.
 */
void pv_cmdline_write(const struct pv_config *c, int8_t *text SC_COUNT(nr_bytes), uint32_t nr_bytes);

#endif
