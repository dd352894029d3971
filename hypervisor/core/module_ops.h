/* SPDX-License-Identifier: MIT */
/*
 * module_ops.h - what the control domain does to modules: hypercall module_op (dispatch/module_op.c), and sysctl
 * livepatch_op (xen-compat/livepatch.c).
 *
 * One operation is under way at a time; while it lasts, its vcpu is in a continuation. Checking a file, linking it and
 * finding what has to be written take long and give the CPU away (core/worker.h).  Each operation leaves everything as
 * it was when it fails.
 */
#ifndef CORE_MODULE_OPS_H
#define CORE_MODULE_OPS_H

#include "core/guest.h"
#include "core/modules.h"

/* What an operation does, in this order. */
#define MODULE_UPLOAD 1U   /* a file of the guest's is copied, checked, and linked at its place, serving nobody */
#define MODULE_SERVE 2U    /* it becomes the provider of what it exports */
#define MODULE_WITHDRAW 4U /* or it stops to be, if it is */
#define MODULE_ALONE 8U    /* then all others that were loaded at run time stop to be */
#define MODULE_FORGET 16U  /* what does not serve in the end is forgotten */

struct module_order {
    uint32_t acts;
    struct module *module SC_NULLABLE; /* unless it is uploaded */
    gva_t buffer;                      /* the file */
    uint64_t size;
    uint64_t timeout_ns;          /* swap_begin(); 0: the default */
    char name[MODULE_NAME_BYTES]; /* empty: the module's own */
};

/*
 * Begins.  -EAGAIN: it is under way; who calls continues, and calls module_op_go_on() then, until that is something
 * else.  0; -EINVAL (size; it serves already, or does not); -EEXIST; -ENOMEM; -EFAULT; -ENOEXEC and
 * -MODULE_EKEYREJECTED (the file; module_problem() says why); -EBUSY (another operation; in use; it came with the
 * hypervisor); -ETIME, -EREMOTEIO, -ENOSPC as core/module_swap.h.
 */
SC_NODISCARD int module_op(const struct module_order *order);
SC_NODISCARD int module_op_go_on(void);
/* Why the last file was refused, or empty: for who has just got the error. */
void module_problem(char text[MODULE_TEXT_BYTES]);
/* By what it is called, or null. */
SC_NULLABLE struct module *module_named(const char name[MODULE_NAME_BYTES]);

/* The worker's part (core/worker.h); no one else calls it. */
SC_CORE int64_t module_job(void);

#endif
