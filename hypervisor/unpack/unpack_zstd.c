/* SPDX-License-Identifier: MIT */
/*
 * zstd through libzstd's buffer-less interface: it reads straight from the module and writes into a history buffer
 * of ours. Linux packs with a 128 MiB window and no content size, so libzstd's own streaming would allocate 128 MiB;
 * here the buffer never exceeds what the caller says can come out. The part of the interface that libzstd keeps for
 * static linking is declared by ZSTD_STATIC_LINKING_ONLY; the archive's version is fixed by Debian 12.
 */
#define ZSTD_STATIC_LINKING_ONLY
#define ZSTD_DISABLE_DEPRECATE_WARNINGS
#include <zstd.h>
#include "backend.h"

SC_UNSAFE_DECL("DEV-69: libzstd's buffer-less interface, as zstd.h documents it")
static struct {
    ZSTD_DCtx *ctx;
    const uint8_t *src;
    size_t len;
    size_t pos;
    uint8_t *ring SC_COUNT(ring_len);
    size_t ring_len;
    size_t block_max;
    int whole;    /* the ring holds all that may come out, so it never wraps */
    size_t at;    /* where the next block goes */
    size_t have;  /* end of what was decoded last */
    size_t given; /* of that, handed out: given <= have */
} zs;

SC_UNSAFE_DECL("DEV-70: libzstd's buffer-less interface, as zstd.h documents it")
static void *zs_alloc(void *opaque, size_t len_bytes)
{
    (void)opaque;
    return arena_alloc(len_bytes);
}

SC_UNSAFE_DECL("DEV-71: libzstd's buffer-less interface, as zstd.h documents it")
static void zs_free(void *opaque, void *block)
{
    (void)opaque;
    arena_free(block);
}

/* Sizes the ring; see ZSTD_decodingBufferSize_min() for why a window is not enough. */
SC_UNSAFE_DECL("DEV-72: libzstd's buffer-less interface, as zstd.h documents it")
static int zstd_ring_open(const struct unpack_source *source)
{
    ZSTD_frameHeader header;
    uint64_t most;
    size_t full;

    if (ZSTD_getFrameHeader(&header, zs.src, zs.len) != 0 || header.frameType != ZSTD_frame)
        return -XEN_EINVAL;
    full = ZSTD_decodingBufferSize_min(header.windowSize, ZSTD_CONTENTSIZE_UNKNOWN);
    if (ZSTD_isError(full))
        return -XEN_EINVAL;
    most = header.frameContentSize < source->max_out ? header.frameContentSize : source->max_out;
    zs.whole = most <= full;
    zs.ring_len = zs.whole ? (size_t)most : full;
    zs.block_max = header.blockSizeMax;
    zs.ring = arena_alloc(zs.ring_len);
    return zs.ring == NULL ? -XEN_ENOMEM : 0;
}

SC_UNSAFE_DECL("DEV-73: libzstd's buffer-less interface, as zstd.h documents it")
int unpack_zstd_open(const struct unpack_source *source)
{
    const ZSTD_customMem memory = { zs_alloc, zs_free, NULL };
    int rc;

    memset(&zs, 0, sizeof(zs));
    zs.src = source->bytes;
    zs.len = source->len;
    rc = zstd_ring_open(source);
    if (rc != 0)
        return rc;
    zs.ctx = ZSTD_createDCtx_advanced(memory);
    if (zs.ctx == NULL)
        return -XEN_ENOMEM;
    if (!source->check)
        (void)ZSTD_DCtx_setParameter(zs.ctx, ZSTD_d_forceIgnoreChecksum, ZSTD_d_ignoreChecksum);
    return ZSTD_isError(ZSTD_decompressBegin(zs.ctx)) ? -XEN_EINVAL : 0;
}

/* One step of the frame: a header, or a block. 1 while there is more, 0 at the end of the frame, or -Exxx. */
SC_UNSAFE_DECL("DEV-74: libzstd's buffer-less interface, as zstd.h documents it")
static int zstd_step(void)
{
    size_t piece = ZSTD_nextSrcSizeToDecompress(zs.ctx);
    size_t count;

    if (piece == 0)
        return 0;
    if (piece > zs.len - zs.pos)
        return -XEN_EINVAL;
    if (!zs.whole && zs.ring_len - zs.at < zs.block_max)
        zs.at = 0;
    count = ZSTD_decompressContinue(zs.ctx, &zs.ring[zs.at], zs.ring_len - zs.at, &zs.src[zs.pos], piece);
    if (ZSTD_isError(count))
        return -XEN_EINVAL;
    zs.pos += piece;
    zs.given = zs.at;
    zs.at += count;
    zs.have = zs.at;
    return 1;
}

int64_t unpack_zstd_read(uint8_t *dst, size_t len)
{
    size_t done = 0;

    while (done < len) {
        size_t left = zs.have - zs.given;
        size_t count = len - done < left ? len - done : left;

        if (left == 0) {
            int rc = zstd_step();

            if (rc < 0)
                return rc;
            if (rc == 0)
                break;
            continue;
        }
        memcpy(&dst[done], &zs.ring[zs.given], count);
        zs.given += count;
        done += count;
    }
    return (int64_t)done;
}
