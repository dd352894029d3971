/* SPDX-License-Identifier: MIT */
/*
 * safe.h - the annotations of Safe-C.
 *
 * A module is plain C11 plus this header.  Each macro states a fact once; a
 * plain C compiler sees nothing of it.  Source: docs/decisions/0002.
 */
#ifndef PORTS_SAFE_H
#define PORTS_SAFE_H

/* SC_COUNT(n): the pointer declared has n elements (SC-07). */
#define SC_COUNT(n)
/* SC_NULLABLE: the pointer may be null and is tested on a local copy (SC-08). */
#define SC_NULLABLE
/* SC_OWNED: a linear value; consumed exactly once (SC-12). */
#define SC_OWNED
/* SC_OPAQUE: a type whose fields only the core reads or makes (SC-12). */
#define SC_OPAQUE
/* SC_GUARDED_BY(lock): read and written only with the lock held (SC-14). */
#define SC_GUARDED_BY(lock)
/* SC_KEEPS_BORROWS: calling this ends no borrow (SC-11). */
#define SC_KEEPS_BORROWS
/* SC_VARIANT(e): a loop variant: e falls with each turn and is never negative (SC-17). */
#define SC_VARIANT(e)
/* SC_UNSAFE("DEV-nn: why it is sound"): the next block is an unsafe island (SC-21); core only. */
#define SC_UNSAFE(why)

#define SC_NODISCARD __attribute__((warn_unused_result))
#define SC_INLINE static inline __attribute__((always_inline, unused))

#endif
