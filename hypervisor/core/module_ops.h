/* SPDX-License-Identifier: MIT */
/*
 * module_ops.h - what the control domain does to modules: hypercall module_op (dispatch/module_op.c), and sysctl
 * livepatch_op (xen-compat/livepatch.c).  One operation at a time; each leaves everything as it was when it fails.
 */
#ifndef CORE_MODULE_OPS_H
#define CORE_MODULE_OPS_H

#include "core/guest.h"
#include "core/modules.h"

/* A file of the guest's, copied first: signature, form, declarations; linked at its place, serving nobody.  0, -EINVAL
 * (size), -EEXIST, -ENOMEM, -EFAULT, -ENOEXEC, -MODULE_EKEYREJECTED; problem says why. */
SC_NODISCARD int module_upload(gva_t buffer, uint64_t size, const char name[MODULE_NAME_BYTES], struct module **out,
                               char problem[MODULE_TEXT_BYTES]);
/* m begins or stops to serve; for a continuation, which calls again with the same *step, 0 at first, as long as it gets
 * -EAGAIN. 0, -EBUSY, -ETIME, -EREMOTEIO, -ENOSPC; -EINVAL: it is so already. */
SC_NODISCARD int module_change(struct module *m, bool serve, uint64_t *step);
/* Forget one that serves nobody and was loaded at run time: 0, -EBUSY, -EINVAL. */
SC_NODISCARD int module_forget(struct module *m);
/* By what it is called, or null. */
SC_NULLABLE struct module *module_named(const char name[MODULE_NAME_BYTES]);
/* m failed: what it has goes back to who had it. */
SC_CORE void module_failed(struct module *m);

#endif
