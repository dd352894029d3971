/* SPDX-License-Identifier: MIT */
/* No TLB on the host: only what core/frame.c asks for. */
#ifndef MOCK_ARCH_TLB_H
#define MOCK_ARCH_TLB_H

#include "core/base.h"

static inline void tlb_flush_local(void) {}
static inline void tlb_flush_if_older(uint64_t stamp) { (void)stamp; }
static inline void tlb_note_free(void) {}
void tlb_flush_asked(void); /* who waits for a lock is here: another thread may have the CPU */
static inline void tlb_flush_before_alloc(void) {}

#endif
