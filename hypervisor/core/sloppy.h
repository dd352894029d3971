/* SPDX-License-Identifier: MIT */
/*
 * sloppy.h - a count that many CPUs change: each keeps what it added for itself, and hands it in only when that has
 * grown to SLOPPY_MOST either way.  Ups and downs on one CPU write a line of that CPU's alone.
 */
#ifndef CORE_SLOPPY_H
#define CORE_SLOPPY_H

#include "core/cluster.h"

#define SLOPPY_MOST 32

struct sloppy_part {
    uint64_t part; /* atomic; its own CPU's */
} __attribute__((aligned(64)));

SC_CLUSTER_TYPE(sloppy_parts, struct sloppy_part);

/* All zero: 0. */
struct sloppy {
    uint64_t total; /* atomic: what has been handed in */
    struct sloppy_parts parts;
};

void sloppy_add(struct sloppy *s, int64_t n);
/* The sum; exact when nobody adds meanwhile, and never too low when nobody adds more than 0. */
uint64_t sloppy_read(const struct sloppy *s);
/* One read; off by less than SLOPPY_MOST for each CPU. */
SC_INLINE uint64_t sloppy_about(const struct sloppy *s)
{
    return atomic_read64(&s->total);
}
/* What `from` is, with its memory, of which one of the two makes no more use: that one is not ended. */
void sloppy_copy(struct sloppy *to, const struct sloppy *from);
/* Give back its memory; it is 0 again. */
void sloppy_end(struct sloppy *s);

#endif
