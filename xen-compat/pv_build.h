/* SPDX-License-Identifier: MIT */
/* pv_build.h - the domain builder (Xen public header xen.h: start of day). */
#ifndef XEN_COMPAT_PV_BUILD_H
#define XEN_COMPAT_PV_BUILD_H

#include "core/boot_info.h"
#include "core/domain.h"

/* What a domain is built from. */
struct pv_config {
    domid_t id;
    bool privileged;
    const struct boot_module *kernel; /* with its command line */
    const struct boot_module *ramdisk SC_NULLABLE;
    uint64_t nr_pages;
    uint32_t vcpus;  /* 1 to MAX_VCPUS */
    uint32_t nodes;  /* bit a node: where its memory is and its vcpus run if they can */
    bool nodes_only; /* its vcpus run nowhere else */
    bool vnuma;      /* it is told of them (core/vnuma.h) */
    char name[16];
};

/*
 * Build the domain; its first vcpu is ready to go online, nothing of it runs.
 * 0; -EINVAL (no kernel that can run here), -ENOMEM, or an error of pvmmu: the log says
 * what is wrong and what to do, and nothing but a few frames is left of the domain.
 */
SC_NODISCARD int pv_build(const struct pv_config *c, struct domain **out);

#endif
