/* SPDX-License-Identifier: MIT */
/* guest_bytes.h - what an instruction is read with: guest_read() of bytes, which proofs can speak of. */
#ifndef MODULES_INSN_GUEST_BYTES_H
#define MODULES_INSN_GUEST_BYTES_H

#include "core/guest.h"
#include "ports/insn.h"

/* 0 or -EFAULT, as guest_read(). */
/*@ ensures \result == 0 || \result == -EFAULT; */
SC_NODISCARD SC_INLINE int guest_read_bytes(uint8_t *dst SC_COUNT(nr_bytes), gva_t src, uint64_t nr_bytes)
{
    return guest_read(dst, src, nr_bytes);
}

#endif
