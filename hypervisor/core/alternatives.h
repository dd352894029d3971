/* SPDX-License-Identifier: MIT */
/*
 * alternatives.h - code that depends on the CPU, patched once at boot.
 *
 * A section .altinstr names the places: each is three bytes, to be overwritten if its feature is there.
 */
#ifndef CORE_ALTERNATIVES_H
#define CORE_ALTERNATIVES_H

/* Numbers known to assembly. */
#define ALT_SMAP 0      /* STAC and CLAC in place of a no-op */
#define ALT_GUARD 1     /* any of those below; each: a no-op in place of a jump past it */
#define ALT_XPTI 2      /* another root table while a guest runs */
#define ALT_SPEC_CTRL 3 /* IA32_SPEC_CTRL is written on the way in and out */
#define ALT_RSB 4       /* the return stack buffer is overwritten on the way in */
#define ALT_VERW 5      /* buffers are overwritten on the way out */
#define NR_ALT 6

#ifndef __ASSEMBLER__
#include "core/base.h"

/* Overwrite the places of a feature: before hvmap_init makes text read-only. */
SC_CORE void alternatives_apply(unsigned feature);
#endif

#endif
