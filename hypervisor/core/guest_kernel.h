/* SPDX-License-Identifier: MIT */
/*
 * guest_kernel.h - what a guest's kernel maps, while its user mode runs.
 *
 * A PV guest's user mode has page tables of its own, in which the kernel's half
 * is absent (Xen public header xen.h: MMUEXT_NEW_USER_BASEPTR).
 */
#ifndef CORE_GUEST_KERNEL_H
#define CORE_GUEST_KERNEL_H

#include "core/domain.h"

/* guest_read (core/guest.h) of the kernel's address space of the vcpu that runs; the address space that
 * was loaded is loaded again.  -EFAULT.  No lock. */
SC_NODISCARD int guest_kernel_read(const struct vcpu *v, void *dst SC_COUNT(nr_bytes), gva_t src, uint64_t nr_bytes);

#endif
