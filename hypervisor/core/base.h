/* SPDX-License-Identifier: MIT */
/*
 * base.h - integers, error numbers and the few macros every file uses.
 *
 * Error numbers are Xen's (public header xen/errno.h), under their plain names.
 */
#ifndef CORE_BASE_H
#define CORE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ports/safe.h"

enum xen_errno_plain {
#define XEN_ERRNO(name, value) name = (value),
#include <xen/errno.h>
};

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096UL
#define PAGE_MASK (~(PAGE_SIZE - 1))

/* Of a variable that the first CPU writes at boot, and that is read often then: each node has a copy (core/text.h). */
#define TEXT_AFTER_BOOT __attribute__((section(".ro_after_init")))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define ALIGN_UP(x, a) (((x) + ((a) - 1)) & ~((a) - 1))
#define ALIGN_DOWN(x, a) ((x) & ~((a) - 1))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Memory functions of arch/string.S; the compiler calls them too. */
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

SC_INLINE uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

SC_INLINE uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

#endif
