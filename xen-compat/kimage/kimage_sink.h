/* SPDX-License-Identifier: MIT */
/* kimage_sink.h - where kimage puts what it unpacks. */
#ifndef KIMAGE_SINK_H
#define KIMAGE_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "../../hypervisor/ports/safe.h"

/*
 * The sink: supplied by the domain builder, called directly. Reserve comes once, before any other, with paddr_start
 * a multiple of 4 KiB and offsets counting from it; that memory reads as zero.
 */
int kimage_sink_reserve(uint64_t paddr_start, uint64_t nr_bytes);

/* Writable memory of the domain; used until the next call of the sink. */
struct kimage_window {
    uint8_t *bytes SC_COUNT(nr);
    size_t nr; /* 0: there is none */
};

/* The window at offset, of at most want bytes; the two lie within what was reserved. Larger windows cost less. */
struct kimage_window kimage_sink_window(uint64_t offset, size_t want);

#endif
