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

/* What lib_call runs, on the library's stack: defined by its caller (xen-compat/pv_image.c). */
int64_t lib_entry(void);

/* What lib_entry() returned. */
int64_t lib_call(void);
/* arch/gate.S: lib_entry() on the stack that ends there. */
SC_CORE int64_t lib_call_raw(uint64_t stack_top);
/* The library's stack protector, an assertion of its: stop. */
SC_CORE _Noreturn void lib_panic(const char *what SC_STRING);

#endif
