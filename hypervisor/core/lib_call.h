/* SPDX-License-Identifier: MIT */
/*
 * lib_call.h - the one way to call Debian's static libraries (docs/decisions/0010).
 *
 * fn runs on a private stack with interrupts off, FS on a block with a random
 * stack-protector canary at +0x28, the FPU usable and its old state kept.
 */
#ifndef CORE_LIB_CALL_H
#define CORE_LIB_CALL_H

#include "core/base.h"

/* What the libraries are called for. */
enum lib_job {
    LIB_KERNEL,    /* unpack a kernel: pv_image_job() of xen-compat/pv_image.c */
    LIB_SIGNATURE, /* signature_job(), core/signature.h */
};

/* The job's own answer. */
int64_t lib_call(enum lib_job job);
/* LIB_KERNEL's (xen-compat/pv_image.c); no one else calls it. */
int64_t pv_image_job(void);

/* What is changed of the machine for a library: FS, the FPU. */
struct lib_machine {
    uint64_t fs;
};
SC_CORE struct lib_machine lib_machine_take(void);
SC_CORE void lib_machine_give(struct lib_machine saved);
/* On the library's stack: does the job. */
SC_CORE int64_t lib_entry(enum lib_job job);
/* arch/gate.S: lib_entry(job) on the stack that ends there. */
SC_CORE int64_t lib_call_raw(uint64_t stack_top, enum lib_job job);
/* The library's stack protector, an assertion of its: stop. */
SC_CORE _Noreturn void lib_panic(const char *what SC_STRING);

#endif
