/* SPDX-License-Identifier: MIT */
/*
 * module_op.h - the hypercall that manages modules: __HYPERVISOR_arch_7 (55), for the hardware domain only.
 *
 *     long module_op(struct sh_module_op *op)
 *
 * A module is what Xen calls a payload: sysctl livepatch_op does the same to the same modules. An operation that stops
 * the machine's CPUs for a moment goes on by itself (the call is made again until it is done); it returns when it is
 * done. Errors: -EPERM (not the hardware domain), -ENOSYS (no such cmd), -EFAULT, -EINVAL (name, size), -ENOENT (no
 * such module), -EEXIST (one of that name is loaded), -ENOMEM, -ENOEXEC (the file is refused; `problem` says why),
 * -EKEYREJECTED (its signature is; `problem` says why), -EBUSY (in use, or another operation is under way), -ETIME (not
 * all CPUs stopped, or its state was not handed over, in time), -EREMOTEIO (its state could not be handed over; the
 * old module serves). After any error everything is as it was. Strings end in a 0; numbers are little-endian. This file
 * is all that a tool needs (no other header but stdint.h).
 */
#ifndef PUBLIC_MODULE_OP_H
#define PUBLIC_MODULE_OP_H

#include <stdint.h>

#define SH_MODULE_OP 55
#define SH_MODULE_OP_VERSION 2
#define SH_MODULE_NAME_BYTES 128
#define SH_MODULE_TEXT_BYTES 160

enum sh_module_cmd {
    SH_MODULE_LOAD = 1, /* buffer, size: a signed NAME.sho, which becomes the provider of its ports. name: as what
                           (empty: its own) */
    SH_MODULE_UNLOAD,   /* name: its ports go back to who had them, and its memory is free again */
    SH_MODULE_LIST,     /* index: the index-th module into info; -ENOENT behind the last */
    SH_MODULE_SHOW,     /* name: its certificate into buffer, at most size bytes; size becomes how many there are */
    SH_MODULE_REPLACE,  /* as LOAD; then every other module that was loaded at run time is unloaded */
};

enum sh_module_state {
    SH_MODULE_BOOT = 1, /* came with the hypervisor, and serves */
    SH_MODULE_CHECKED,  /* uploaded by livepatch_op, not applied */
    SH_MODULE_APPLIED,  /* loaded at run time, and serves */
    SH_MODULE_REPLACED, /* another has its ports now */
    SH_MODULE_FAULTY,   /* it failed, and lost its ports: text says why */
};

struct sh_module_info {
    char name[SH_MODULE_NAME_BYTES];
    uint32_t state;
    uint32_t failures; /* checks that failed in it */
    uint64_t version;
    uint32_t epoch;
    uint32_t stack_bytes;
    uint32_t level; /* of its proofs: 0 safe, 1 contract */
    uint32_t unused;
    uint64_t text_bytes, readonly_bytes, data_bytes;
    uint64_t text_address;
    uint64_t key;                     /* the first 8 bytes of its signer's key id, as they stand in the file */
    uint64_t swap_ns;                 /* how long CPUs could not run guests when it was applied */
    char ports[SH_MODULE_TEXT_BYTES]; /* provided, a blank between two */
    char text[SH_MODULE_TEXT_BYTES];  /* why it is faulty, or empty */
};

struct sh_module_op {
    uint32_t cmd;
    uint32_t version; /* SH_MODULE_OP_VERSION */
    uint32_t index;
    uint32_t unused;
    uint64_t buffer; /* guest virtual address */
    uint64_t size;
    char name[SH_MODULE_NAME_BYTES];
    struct sh_module_info info;
    char problem[SH_MODULE_TEXT_BYTES];
};

#endif
