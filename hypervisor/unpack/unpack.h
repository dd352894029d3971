/* SPDX-License-Identifier: MIT */
/*
 * Streaming decompression of one boot module at a time, on Debian's liblzma, zlib, liblz4 and libzstd.
 * Every call must come through lib_call() (FS base with a canary, FPU state, private stack, interrupts off).
 * Errors are -XEN_Exxx of <xen/errno.h>.
 */
#ifndef UNPACK_H
#define UNPACK_H

#include <stddef.h>
#include <stdint.h>

#include "../ports/safe.h"

enum unpack_format { UNPACK_NONE, UNPACK_GZIP, UNPACK_XZ, UNPACK_LZ4, UNPACK_ZSTD };

/*
 * The memory that the libraries live on while a stream is open; len_bytes 0 takes it back. Call it with no
 * stream open. 16 MiB serve gzip and lz4, 36 MiB the xz of Debian's kernels; a zstd stream wants its window.
 */
void unpack_arena_set(uint8_t *base SC_NULLABLE SC_COUNT(len_bytes), size_t len_bytes);

/* After -ENOMEM: the least arena size in bytes that would have served the allocation that failed. */
size_t unpack_arena_wanted(void);

/*
 * Whether the stream's own check (CRC32, CRC64, XXH64) is verified; on at start. It finds accidents, not
 * attacks, and costs about 3.5 instructions a byte for xz. Takes effect at the next unpack_open().
 */
void unpack_check_set(int on);

/* What the first bytes say; UNPACK_NONE for anything unknown. LZ4 is Linux's legacy framing, magic 0x184C2102. */
/*@ predicate gzip_begins(uint8_t *p, integer at) = p[at] == 0x1F && p[at + 1] == 0x8B;
    predicate xz_begins(uint8_t *p, integer at) = p[at] == 0xFD && p[at + 1] == '7' && p[at + 2] == 'z' &&
      p[at + 3] == 'X' && p[at + 4] == 'Z' && p[at + 5] == 0;
    predicate lz4_begins(uint8_t *p, integer at) = p[at] == 0x02 && p[at + 1] == 0x21 && p[at + 2] == 0x4C &&
      p[at + 3] == 0x18;
    predicate zstd_begins(uint8_t *p, integer at) = p[at] == 0x28 && p[at + 1] == 0xB5 && p[at + 2] == 0x2F &&
      p[at + 3] == 0xFD;
*/
/*@ assigns \nothing;
    ensures gzip: \result == UNPACK_GZIP <==> len >= 2 && gzip_begins(src, 0);
    ensures xz: \result == UNPACK_XZ <==> len >= 6 && xz_begins(src, 0);
    ensures lz4: \result == UNPACK_LZ4 <==> len >= 4 && lz4_begins(src, 0);
    ensures zstd: \result == UNPACK_ZSTD <==> len >= 4 && zstd_begins(src, 0);
    ensures one_of: UNPACK_NONE <= \result <= UNPACK_ZSTD; */
enum unpack_format unpack_detect(const uint8_t *src SC_COUNT(len), size_t len);

/*
 * Opens a stream over src, which must stay in place until unpack_close(); a stream still open is closed first.
 * -EINVAL bad header, -ENOMEM arena too small, -EOPNOTSUPP a filter or check that is not built in.
 */
int unpack_open(enum unpack_format format, const uint8_t *src SC_COUNT(len), size_t len);

/*
 * Says that the stream yields at most max_bytes, so a format that must hold its history (xz, zstd) need not ask
 * for more. As unpack_open() otherwise; a longer stream ends in -EINVAL.
 */
/*@ assigns \nothing;
    ensures error: \result <= 0; */
int unpack_open_sized(enum unpack_format format, const uint8_t *src SC_COUNT(len), size_t len, uint64_t max_bytes);

/* Bytes produced: len, or less at the end of the stream only. -EINVAL on corrupt or truncated data, -ENOMEM. */
/*@ assigns dst[0 .. len - 1];
    ensures most: \result <= len; */
int64_t unpack_read(uint8_t *dst SC_COUNT(len), size_t len);

/*@ assigns \nothing; */
void unpack_close(void);

#endif
