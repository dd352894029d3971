/* SPDX-License-Identifier: MIT */
/* Port hypercall_page: the page of stubs a guest calls through (Xen public header xen.h). */
#ifndef PORTS_HYPERCALL_PAGE_H
#define PORTS_HYPERCALL_PAGE_H

#include "core/domain.h"

/* Write the stubs into a frame that the caller may write. */
void hypercall_page_fill(uint8_t page[PAGE_SIZE]);
/* A guest asks for them by MSR: value is the frame's machine address | page index.  False: #GP. */
bool hypercall_page_at(struct vcpu *v, uint64_t value);

#endif
