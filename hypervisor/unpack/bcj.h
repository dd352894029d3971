/* SPDX-License-Identifier: MIT */
/*
 * xz's x86 branch filter, decoding side: compressors replace the relative operand of call and jmp by an absolute
 * one. liblzma has it too, at 9 instructions a byte; this one looks at eight bytes at a time.
 */
#ifndef UNPACK_BCJ_H
#define UNPACK_BCJ_H

#include <stddef.h>
#include <stdint.h>

#include "../ports/safe.h"

struct bcj_x86 {
    uint32_t ip;   /* the filter's address of the next byte */
    uint32_t near; /* bit n: the byte n+1 before it is an opcode whose operand was left alone */
};

/* Restores bytes[0 .. len-1] in place; returns how many are final. The rest, at most 4, belong to the next call. */
size_t bcj_x86_decode(struct bcj_x86 *state, uint8_t *bytes SC_COUNT(len), size_t len);

#endif
