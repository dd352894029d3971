/* SPDX-License-Identifier: MIT */
/* gzip through zlib's inflate. The header, the CRC32 and the length are zlib's to check. */
#define ZLIB_CONST /* next_in points to const */
#include <zlib.h>
#include "backend.h"

#define GZIP_ONLY (MAX_WBITS + 16) /* zlib's way to say "a gzip header, not a zlib one" */
#define PIECE_MAX (1u << 30)       /* zlib counts in unsigned int */

SC_UNSAFE_DECL("DEV-51: zlib's interface, as zlib.h documents it")
static struct {
    z_stream z;
    size_t left; /* input not yet shown to zlib */
    int ended;
} gz;

SC_UNSAFE_DECL("DEV-52: zlib's interface, as zlib.h documents it")
static void *gz_alloc(void *opaque, unsigned count, unsigned each_bytes)
{
    (void)opaque;
    return arena_alloc_zeroed(count, each_bytes);
}

SC_UNSAFE_DECL("DEV-53: zlib's interface, as zlib.h documents it")
static void gz_free(void *opaque, void *block)
{
    (void)opaque;
    arena_free(block);
}

static int gz_error(int rc)
{
    return rc == Z_MEM_ERROR ? -XEN_ENOMEM : -XEN_EINVAL;
}

SC_UNSAFE_DECL("DEV-54: zlib's interface, as zlib.h documents it")
int unpack_gzip_open(const struct unpack_source *source)
{
    int rc;

    memset(&gz, 0, sizeof(gz));
    gz.z.zalloc = gz_alloc;
    gz.z.zfree = gz_free;
    gz.z.next_in = source->bytes;
    gz.left = source->len;
    rc = inflateInit2(&gz.z, GZIP_ONLY);
    if (rc == Z_OK && !source->check)
        rc = inflateValidate(&gz.z, 0);
    return rc == Z_OK ? 0 : gz_error(rc);
}

SC_UNSAFE_DECL("DEV-55: zlib's interface, as zlib.h documents it")
static void gz_feed(void)
{
    size_t piece = gz.left < PIECE_MAX ? gz.left : PIECE_MAX;

    if (gz.z.avail_in != 0)
        return;
    gz.z.avail_in = (unsigned)piece;
    gz.left -= piece;
}

int64_t unpack_gzip_read(uint8_t *dst, size_t len)
{
    size_t done = 0;

    while (done < len && !gz.ended) {
        unsigned piece = len - done < PIECE_MAX ? (unsigned)(len - done) : PIECE_MAX;
        int rc;

        gz_feed();
        SC_UNSAFE("DEV-56: zlib writes at most avail_out bytes, which dst has from there on")
        {
            gz.z.next_out = &dst[done];
            gz.z.avail_out = piece;
            rc = inflate(&gz.z, Z_NO_FLUSH);
            done += piece - gz.z.avail_out;
        }
        if (rc == Z_STREAM_END)
            gz.ended = 1;
        else if (rc != Z_OK)
            return gz_error(rc); /* Z_BUF_ERROR, no progress, is a truncated stream */
    }
    return (int64_t)done;
}
