/* SPDX-License-Identifier: MIT */
#include "core/guest_kernel.h"

#include "core/guest.h"
#include "core/priv.h"

int guest_kernel_read(const struct vcpu *v, void *dst, gva_t src, uint64_t nr_bytes)
{
    int rc;

    if (v->kernel_mode)
        return guest_read(dst, src, nr_bytes);
    write_cr3(v->kernel_pt.v & PAGE_MASK);
    rc = guest_read(dst, src, nr_bytes);
    write_cr3(v->user_pt.v & PAGE_MASK);
    return rc;
}
