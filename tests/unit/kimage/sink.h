/* SPDX-License-Identifier: MIT */
/* A domain's memory for the tests. */
#ifndef TEST_SINK_H
#define TEST_SINK_H

#include <stddef.h>
#include <stdint.h>

struct sink {
    uint64_t paddr_start;
    uint64_t nr_bytes;
    uint64_t chunk_bytes; /* windows do not cross a multiple of this, and each chunk is an allocation of its own */
    uint8_t **chunks;     /* null before kimage_sink_reserve() */
};

/* Frees what the last test left; windows will be of chunk_bytes, and reserving more than limit_bytes fails. */
void sink_reset(uint64_t chunk_bytes, uint64_t limit_bytes);
const struct sink *sink_get(void);
/* A byte at offset, 0 when out of bounds. */
uint8_t sink_byte(uint64_t offset);
/* The file, allocated to its exact size, so that ASan sees a read past its end; null if it is not there. */
uint8_t *sink_read_file(const char *path, size_t *len);

#endif
