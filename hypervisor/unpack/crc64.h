/* SPDX-License-Identifier: MIT */
/*
 * xz's CRC64 (ECMA-182, reflected). liblzma's own is reached through a pointer that a constructor sets, and the core
 * runs no constructors.
 */
#ifndef UNPACK_CRC64_H
#define UNPACK_CRC64_H

#include <stddef.h>
#include <stdint.h>

#include "../ports/safe.h"

/* Call before the first crc64_add(). */
void crc64_init(void);

/* The sum over what sum covers (0: nothing) and bytes[0 .. len-1]. */
uint64_t crc64_add(const uint8_t *bytes SC_COUNT(len), size_t len, uint64_t sum);

#endif
