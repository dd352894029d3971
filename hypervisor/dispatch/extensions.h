/* SPDX-License-Identifier: MIT */
/*
 * extensions.h - calls that Xen has not (docs/handbook/module.md).
 *
 * One row a call: a number that Xen's ABI leaves to us, arch_1 to arch_6, and the module whose hc_MODULE it is:
 * ROW(arch_1, tally).  Part of the table in dispatch/hypercall.c.
 */
#ifndef DISPATCH_EXTENSIONS_H
#define DISPATCH_EXTENSIONS_H

#include "xen-compat/hypercalls.h"

#define EXTENSION_LIST(ROW)

#define EXTENSION_DECLARATION(number, module) hypercall_fn hc_##module;
EXTENSION_LIST(EXTENSION_DECLARATION)

#endif
