/* SPDX-License-Identifier: MIT */
/* One open stream: which format it is, and the way to that format's functions (direct calls, as kCFI wants). */
#include "backend.h"
#include "unpack.h"

static struct {
    enum unpack_format format;
    int open;
    int failed; /* the error that ended the stream: a library is not called again after one */
    struct unpack_source source;
    uint64_t taken; /* bytes given out so far */
} stream SC_BOOT;

static int check_wanted SC_BOOT = 1;

void unpack_check_set(int on)
{
    check_wanted = on;
}

static int starts_with(const uint8_t *src SC_COUNT(len), size_t len, const char *magic SC_COUNT(magic_len),
                       size_t magic_len)
{
    if (len < magic_len)
        return 0;
    for (size_t i = 0; i < magic_len; i++)
        if (src[i] != (uint8_t)magic[i])
            return 0;
    return 1;
}

enum unpack_format unpack_detect(const uint8_t *src, size_t len)
{
    if (starts_with(src, len, "\x1f\x8b", 2))
        return UNPACK_GZIP;
    if (starts_with(src, len,
                    "\xfd"
                    "7zXZ\0",
                    6))
        return UNPACK_XZ;
    if (starts_with(src, len, "\x02\x21\x4c\x18", 4))
        return UNPACK_LZ4;
    if (starts_with(src, len, "\x28\xb5\x2f\xfd", 4))
        return UNPACK_ZSTD;
    return UNPACK_NONE;
}

static int format_open(void)
{
    switch (stream.format) {
    case UNPACK_NONE: return 0;
    case UNPACK_GZIP: return unpack_gzip_open(&stream.source);
    case UNPACK_XZ: return unpack_xz_open(&stream.source);
    case UNPACK_LZ4: return unpack_lz4_open(&stream.source);
    case UNPACK_ZSTD: return unpack_zstd_open(&stream.source);
    }
    return -XEN_EINVAL;
}

static int64_t plain_read(uint8_t *dst SC_COUNT(len), size_t len)
{
    size_t left = stream.source.len - (size_t)stream.taken;
    size_t count = len < left ? len : left;

    if (count != 0)
        memcpy(dst, &stream.source.bytes[stream.taken], count);
    return (int64_t)count;
}

static int64_t format_read(uint8_t *dst SC_COUNT(len), size_t len)
{
    switch (stream.format) {
    case UNPACK_NONE: return plain_read(dst, len);
    case UNPACK_GZIP: return unpack_gzip_read(dst, len);
    case UNPACK_XZ: return unpack_xz_read(dst, len);
    case UNPACK_LZ4: return unpack_lz4_read(dst, len);
    case UNPACK_ZSTD: return unpack_zstd_read(dst, len);
    }
    return -XEN_EINVAL;
}

int unpack_open_sized(enum unpack_format format, const uint8_t *src, size_t len, uint64_t max_bytes)
{
    int rc;

    unpack_close();
    stream.format = format;
    stream.source.bytes = src;
    stream.source.len = len;
    stream.source.max_out = max_bytes;
    stream.source.check = check_wanted;
    stream.taken = 0;
    stream.failed = 0;
    rc = format_open();
    if (rc != 0) {
        arena_reset();
        return rc;
    }
    stream.open = 1;
    return 0;
}

int unpack_open(enum unpack_format format, const uint8_t *src, size_t len)
{
    return unpack_open_sized(format, src, len, UINT64_MAX);
}

int64_t unpack_read(uint8_t *dst, size_t len)
{
    size_t most = len < INT64_MAX ? len : INT64_MAX;
    int64_t count;

    if (!stream.open)
        return -XEN_EINVAL;
    if (stream.failed != 0)
        return stream.failed;
    count = format_read(dst, most);
    if (count >= 0 && (uint64_t)count > stream.source.max_out - stream.taken)
        count = -XEN_EINVAL;
    if (count < 0)
        stream.failed = (int)count;
    else
        stream.taken += (uint64_t)count;
    return count;
}

void unpack_close(void)
{
    stream.open = 0;
    arena_reset();
}
