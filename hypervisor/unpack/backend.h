/* SPDX-License-Identifier: MIT */
/* What unpack.c asks of a format, and what a format may ask of the arena. Private to this folder. */
#ifndef UNPACK_BACKEND_H
#define UNPACK_BACKEND_H

#include <stddef.h>
#include <stdint.h>
#include <xen/errno.h>

#include "../ports/safe.h"

struct unpack_source {
    const uint8_t *bytes SC_COUNT(len);
    size_t len;
    uint64_t max_out; /* no more than this comes out; UINT64_MAX when unknown */
    int check;        /* verify the stream's own check */
};

int unpack_gzip_open(const struct unpack_source *source);
int64_t unpack_gzip_read(uint8_t *dst SC_COUNT(len), size_t len);

int unpack_xz_open(const struct unpack_source *source);
int64_t unpack_xz_read(uint8_t *dst SC_COUNT(len), size_t len);

int unpack_lz4_open(const struct unpack_source *source);
int64_t unpack_lz4_read(uint8_t *dst SC_COUNT(len), size_t len);

int unpack_zstd_open(const struct unpack_source *source);
int64_t unpack_zstd_read(uint8_t *dst SC_COUNT(len), size_t len);

/* Allocation for the libraries; 16-byte aligned, null when the arena is full. All of it dies at arena_reset(). */
SC_NULLABLE SC_COUNT(len_bytes)
uint8_t *arena_alloc(size_t len_bytes);
SC_NULLABLE SC_COUNT(count *each_bytes) uint8_t *arena_alloc_zeroed(size_t count, size_t each_bytes);
void arena_free(const uint8_t *block SC_NULLABLE);
void arena_reset(void);

/* The core's string.S. */
void *memcpy(void *dst, const void *src, size_t len);
void *memmove(void *dst, const void *src, size_t len);
void *memset(void *dst, int value, size_t len);

#endif
