/* SPDX-License-Identifier: MIT */
/*
 * The legacy lz4 framing of Linux's bzImages: the magic, then blocks of at most 8 MiB, each behind its compressed
 * length (32 bits, little-endian). Nothing marks the end: it is the end of the input, or the four bytes of image
 * length that Linux's build appends. The framing has no check.
 */
#include <lz4.h>
#include "backend.h"

#define LZ4_MAGIC 0x184C2102u
#define LZ4_BLOCK_MAX 8388608u

static struct {
    const uint8_t *src SC_COUNT(len);
    size_t len;
    size_t pos;
    uint8_t *block SC_COUNT(LZ4_BLOCK_MAX);
    size_t have;  /* bytes in block */
    size_t given; /* of those, handed out */
} lz SC_BOOT;

static uint32_t lz4_word(size_t at)
{
    return (uint32_t)lz.src[at] | (uint32_t)lz.src[at + 1] << 8 | (uint32_t)lz.src[at + 2] << 16 |
           (uint32_t)lz.src[at + 3] << 24;
}

int unpack_lz4_open(const struct unpack_source *source)
{
    lz.len = source->len;
    lz.src = source->bytes;
    lz.have = 0;
    lz.given = 0;
    if (lz.len < 4 || lz4_word(0) != LZ4_MAGIC)
        return -XEN_EINVAL;
    lz.pos = 4;
    lz.block = arena_alloc(LZ4_BLOCK_MAX);
    return lz.block == NULL ? -XEN_ENOMEM : 0;
}

/* 1 with a new block, 0 at the end, or -Exxx. */
static int lz4_next_block(void)
{
    uint32_t packed;
    int count;

    do { /* concatenated streams: the magic comes again */
        if (lz.len - lz.pos <= 4)
            return 0;
        packed = lz4_word(lz.pos);
        lz.pos += 4;
    } while (packed == LZ4_MAGIC);
    if (packed > (uint32_t)LZ4_COMPRESSBOUND(LZ4_BLOCK_MAX) || packed > lz.len - lz.pos)
        return -XEN_EINVAL;
    SC_UNSAFE("DEV-57: lz4 reads packed bytes of src, which are there, and writes at most LZ4_BLOCK_MAX into the block")
    {
        count = LZ4_decompress_safe((const char *)&lz.src[lz.pos], (char *)lz.block, (int)packed, (int)LZ4_BLOCK_MAX);
    }
    if (count <= 0)
        return -XEN_EINVAL;
    lz.pos += packed;
    lz.have = (size_t)count;
    lz.given = 0;
    return 1;
}

int64_t unpack_lz4_read(uint8_t *dst, size_t len)
{
    size_t done = 0;

    while (done < len) {
        size_t left = lz.have - lz.given;
        size_t count = len - done < left ? len - done : left;

        if (left == 0) {
            int rc = lz4_next_block();

            if (rc < 0)
                return rc;
            if (rc == 0)
                break;
            continue;
        }
        memcpy(&dst[done], &lz.block[lz.given], count);
        lz.given += count;
        done += count;
    }
    return (int64_t)done;
}
