/* SPDX-License-Identifier: MIT */
/*
 * xz: liblzma walks the container and decodes LZMA2; the x86 branch filter and the check over the result are done
 * here, in a stage that fits the caches. The x86 filter here takes a sixth of liblzma's instructions. The index at
 * the end, which serves random access only, is not read: each block header has its CRC32, each block its check.
 */
#include <lzma.h>
#include "backend.h"
#include "bcj.h"
#include "crc64.h"

#define STAGE_BYTES 65536UL

enum xz_state { XZ_BLOCK_HEADER, XZ_BLOCK_BODY, XZ_END };

SC_UNSAFE_DECL("DEV-58: liblzma's interface, as lzma.h documents it")
static struct {
    lzma_stream lz;
    lzma_block block;
    lzma_filter filters[LZMA_FILTERS_MAX + 1];
    lzma_check check;
    int verify;
    uint64_t max_out;
    enum xz_state state;
    int branch; /* the block has the x86 filter */
    struct bcj_x86 bcj;
    uint64_t sum; /* the check of the block so far */
    uint8_t *stage SC_COUNT(STAGE_BYTES);
    size_t have;  /* bytes in stage */
    size_t final; /* of those, past the filter */
    size_t given; /* of those, handed out */
} xz;

SC_UNSAFE_DECL("DEV-59: liblzma's interface, as lzma.h documents it")
static void *xz_alloc(void *opaque, size_t count, size_t each_bytes)
{
    size_t len_bytes;

    (void)opaque;
    return __builtin_mul_overflow(count, each_bytes, &len_bytes) ? NULL : arena_alloc(len_bytes);
}

SC_UNSAFE_DECL("DEV-60: liblzma's interface, as lzma.h documents it")
static void xz_free(void *opaque, void *block)
{
    (void)opaque;
    arena_free(block);
}

SC_UNSAFE_DECL("DEV-61: liblzma's interface, as lzma.h documents it")
static const lzma_allocator xz_memory = { xz_alloc, xz_free, NULL };

static int xz_error(lzma_ret ret)
{
    switch (ret) {
    case LZMA_MEM_ERROR: return -XEN_ENOMEM;
    case LZMA_OPTIONS_ERROR:
    case LZMA_UNSUPPORTED_CHECK: return -XEN_EOPNOTSUPP;
    default: return -XEN_EINVAL;
    }
}

SC_UNSAFE_DECL("DEV-62: liblzma's interface, as lzma.h documents it")
int unpack_xz_open(const struct unpack_source *source)
{
    lzma_stream_flags flags;
    lzma_ret ret;

    memset(&xz, 0, sizeof(xz));
    if (source->len < LZMA_STREAM_HEADER_SIZE)
        return -XEN_EINVAL;
    ret = lzma_stream_header_decode(&flags, source->bytes);
    if (ret != LZMA_OK)
        return xz_error(ret);
    xz.check = flags.check;
    xz.max_out = source->max_out;
    xz.verify = source->check && flags.check != LZMA_CHECK_NONE;
    if (xz.verify && flags.check != LZMA_CHECK_CRC32 && flags.check != LZMA_CHECK_CRC64)
        return -XEN_EOPNOTSUPP;
    if (flags.check == LZMA_CHECK_CRC64)
        crc64_init();
    xz.lz.allocator = &xz_memory;
    xz.lz.next_in = &source->bytes[LZMA_STREAM_HEADER_SIZE];
    xz.lz.avail_in = source->len - LZMA_STREAM_HEADER_SIZE;
    xz.stage = arena_alloc(STAGE_BYTES);
    return xz.stage == NULL ? -XEN_ENOMEM : 0;
}

/* A dictionary larger than all that may come out is never used. */
SC_UNSAFE_DECL("DEV-63: liblzma's interface, as lzma.h documents it")
static void xz_dictionary_limit(void)
{
    lzma_options_lzma *lzma2 = xz.filters[0].options;

    if (lzma2->dict_size > xz.max_out)
        lzma2->dict_size = xz.max_out < LZMA_DICT_SIZE_MIN ? LZMA_DICT_SIZE_MIN : (uint32_t)xz.max_out;
}

/* Takes the x86 filter out of the chain that liblzma will run. */
SC_UNSAFE_DECL("DEV-64: liblzma's interface, as lzma.h documents it")
static int xz_filters_take(void)
{
    const lzma_options_bcj *bcj = xz.filters[0].options;

    xz.branch = xz.filters[0].id == LZMA_FILTER_X86;
    if (!xz.branch)
        return xz.filters[0].id == LZMA_FILTER_LZMA2 ? 0 : -XEN_EOPNOTSUPP;
    if (xz.filters[1].id != LZMA_FILTER_LZMA2)
        return -XEN_EOPNOTSUPP;
    xz.bcj.ip = bcj == NULL ? 0 : bcj->start_offset;
    xz.bcj.near = 0;
    xz.filters[0] = xz.filters[1];
    xz.filters[1].id = LZMA_VLI_UNKNOWN;
    return 0;
}

SC_UNSAFE_DECL("DEV-65: liblzma's interface, as lzma.h documents it")
static int xz_block_open(void)
{
    lzma_ret ret;
    int rc;

    if (xz.lz.avail_in == 0)
        return -XEN_EINVAL;
    if (xz.lz.next_in[0] == 0) { /* the index: no more blocks */
        xz.state = XZ_END;
        return 0;
    }
    memset(&xz.block, 0, sizeof(xz.block));
    xz.block.version = 1;
    xz.block.ignore_check = 1;
    xz.block.check = xz.check;
    xz.block.filters = xz.filters;
    xz.block.header_size = lzma_block_header_size_decode(xz.lz.next_in[0]);
    if (xz.lz.avail_in < xz.block.header_size)
        return -XEN_EINVAL;
    ret = lzma_block_header_decode(&xz.block, &xz_memory, xz.lz.next_in);
    if (ret != LZMA_OK)
        return xz_error(ret);
    xz.block.ignore_check = 1; /* the decoder of the header has cleared it */
    rc = xz_filters_take();
    if (rc != 0)
        return rc;
    xz_dictionary_limit();
    ret = lzma_block_decoder(&xz.lz, &xz.block);
    if (ret != LZMA_OK)
        return xz_error(ret);
    xz.lz.next_in += xz.block.header_size;
    xz.lz.avail_in -= xz.block.header_size;
    xz.sum = 0;
    xz.state = XZ_BLOCK_BODY;
    return 0;
}

SC_UNSAFE_DECL("DEV-66: liblzma's interface, as lzma.h documents it")
static void xz_sum_add(size_t from, size_t len)
{
    if (!xz.verify)
        return;
    if (xz.check == LZMA_CHECK_CRC32)
        xz.sum = lzma_crc32(&xz.stage[from], len, (uint32_t)xz.sum);
    else
        xz.sum = crc64_add(&xz.stage[from], len, xz.sum);
}

/* Whether the check stored behind the block, little-endian, is the one counted. */
SC_UNSAFE_DECL("DEV-67: liblzma's interface, as lzma.h documents it")
static int xz_sum_ok(void)
{
    uint64_t stored = 0;
    unsigned bytes = lzma_check_size(xz.check);

    if (!xz.verify)
        return 1;
    for (unsigned i = 0; i < bytes; i++)
        stored |= (uint64_t)xz.block.raw_check[i] << (8 * i);
    return stored == xz.sum;
}

/* Refills the stage, all of which has been handed out up to final. */
SC_UNSAFE_DECL("DEV-68: liblzma's interface, as lzma.h documents it")
static int xz_fill(void)
{
    size_t rest = xz.have - xz.final;
    lzma_ret ret;

    memmove(xz.stage, &xz.stage[xz.final], rest);
    xz.lz.next_out = &xz.stage[rest];
    xz.lz.avail_out = STAGE_BYTES - rest;
    ret = lzma_code(&xz.lz, LZMA_RUN);
    if (ret != LZMA_OK && ret != LZMA_STREAM_END)
        return xz_error(ret);
    if (ret == LZMA_OK && xz.lz.avail_out != 0 && xz.lz.avail_in == 0)
        return -XEN_EINVAL; /* truncated */
    xz.have = STAGE_BYTES - xz.lz.avail_out;
    xz.final = xz.have;
    xz.given = 0;
    if (xz.branch) {
        size_t final = bcj_x86_decode(&xz.bcj, xz.stage, xz.have);

        xz.final = ret == LZMA_STREAM_END ? xz.have : final;
    }
    xz_sum_add(0, xz.final);
    if (ret != LZMA_STREAM_END)
        return 0;
    xz.state = XZ_BLOCK_HEADER;
    return xz_sum_ok() ? 0 : -XEN_EINVAL;
}

int64_t unpack_xz_read(uint8_t *dst, size_t len)
{
    size_t done = 0;

    while (done < len) {
        size_t left = xz.final - xz.given;
        size_t count = len - done < left ? len - done : left;
        int rc = 0;

        if (count != 0) {
            memcpy(&dst[done], &xz.stage[xz.given], count);
            xz.given += count;
            done += count;
            continue;
        }
        if (xz.state == XZ_END)
            break;
        rc = xz.state == XZ_BLOCK_HEADER ? xz_block_open() : xz_fill();
        if (rc != 0)
            return rc;
    }
    return (int64_t)done;
}
