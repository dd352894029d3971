/* SPDX-License-Identifier: MIT */
/*
 * The unpacked kernel file as a forward stream. The head is kept, for the ELF headers and for segments that begin
 * in it; watched parts (the notes) are copied as they pass. Only a kernel without PT_NOTE ever goes back.
 */
#include "internal.h"

#define HEAD_BYTES 4096u
#define SKIP_BYTES 4096u

struct watch {
    uint64_t offset;
    uint64_t len;
    size_t at;
};

static struct {
    struct kbytes src;
    struct kpayload payload;
    uint64_t pos;    /* of the next byte that kstream_read() gives */
    uint64_t pulled; /* bytes taken from the unpacker */
    size_t head_len SC_RANGE(0, 4096);
    uint32_t nr_watches;
    size_t watched_len;
    struct watch watches[KSTREAM_WATCH_MAX];
    uint8_t head[HEAD_BYTES];
    uint8_t skip[SKIP_BYTES];
    uint8_t watched[KSTREAM_WATCH_BYTES];
} ks SC_BOOT;

static int unpack_failed(int64_t rc)
{
    switch (rc) {
    case -XEN_ENOMEM: return kimage_fail(-XEN_ENOMEM, "the decompressor needs more memory");
    case -XEN_EOPNOTSUPP: return kimage_fail(-XEN_EOPNOTSUPP, "compressed with a filter or check that is not built in");
    default: return kimage_fail(-XEN_EINVAL, "compressed data is corrupt or cut short");
    }
}

/* Opens the unpacker anew and reads the head; pos is 0. */
static int start(void)
{
    int64_t count;
    int rc = unpack_open_sized(ks.payload.format, &ks.src.bytes[ks.payload.at], ks.payload.len, ks.payload.max_out);

    if (rc != 0)
        return unpack_failed(rc);
    count = unpack_read(ks.head, HEAD_BYTES);
    if (count < 0)
        return unpack_failed(count);
    ks.head_len = (size_t)count;
    ks.pulled = ks.head_len;
    ks.pos = 0;
    return 0;
}

int kstream_open(const struct kbytes *src, const struct kpayload *payload)
{
    ks.src = *src;
    ks.payload = *payload;
    ks.nr_watches = 0;
    ks.watched_len = 0;
    return start();
}

void kstream_close(void)
{
    unpack_close();
    ks.src = (struct kbytes){ NULL, 0 };
}

struct kbytes kstream_head(void)
{
    return (struct kbytes){ ks.head, ks.head_len };
}

struct kbytes kstream_watched(void)
{
    return (struct kbytes){ ks.watched, KSTREAM_WATCH_BYTES };
}

int kstream_watch(uint64_t offset, uint64_t len, size_t *at)
{
    if (ks.nr_watches >= KSTREAM_WATCH_MAX || len > KSTREAM_WATCH_BYTES - ks.watched_len)
        return kimage_fail(-XEN_ENOEXEC, "ELF: too many notes");
    ks.watches[ks.nr_watches].offset = offset;
    ks.watches[ks.nr_watches].len = len;
    ks.watches[ks.nr_watches].at = ks.watched_len;
    ks.nr_watches++;
    *at = ks.watched_len;
    ks.watched_len += (size_t)len;
    return 0;
}

/* bytes[0 .. len-1] are the file's from pos on. */
static void watch_copy(const struct watch *watch, const uint8_t *bytes SC_COUNT(len), size_t len)
{
    uint64_t from = watch->offset > ks.pos ? watch->offset : ks.pos;
    uint64_t watch_end = watch->offset + watch->len;
    uint64_t to = watch_end < ks.pos + len ? watch_end : ks.pos + len;

    for (uint64_t i = from; i < to; i++)
        ks.watched[watch->at + (i - watch->offset)] = bytes[i - ks.pos];
}

static int pull(uint8_t *dst SC_COUNT(len), size_t len)
{
    int64_t count = unpack_read(dst, len);

    if (count < 0)
        return unpack_failed(count);
    ks.pulled += (uint64_t)count;
    if ((size_t)count < len)
        return kimage_fail(-XEN_ENOEXEC, "ELF: the file ends before its headers say");
    return 0;
}

/* One run: all of it in the head, or all of it behind. */
static int read_run(uint8_t *dst SC_COUNT(len), size_t len)
{
    int rc = 0;

    if (ks.pos < ks.head_len)
        for (size_t i = 0; i < len; i++)
            dst[i] = ks.head[ks.pos + i];
    else
        rc = pull(dst, len);
    if (rc != 0)
        return rc;
    for (uint32_t i = 0; i < ks.nr_watches; i++)
        watch_copy(&ks.watches[i], dst, len);
    ks.pos += len;
    return 0;
}

int kstream_read(uint8_t *dst, size_t len)
{
    size_t in_head = ks.pos < ks.head_len ? ks.head_len - (size_t)ks.pos : 0;
    size_t first = len < in_head ? len : in_head;
    int rc = first == 0 ? 0 : read_run(dst, first);

    if (rc == 0 && len > first)
        rc = read_run(&dst[first], len - first);
    return rc;
}

int kstream_pass(uint64_t offset)
{
    int rc = 0;

    while (rc == 0 && ks.pos < offset) {
        uint64_t left = offset - ks.pos;

        rc = kstream_read(ks.skip, left < SKIP_BYTES ? (size_t)left : SKIP_BYTES);
    }
    return rc;
}

int kstream_seek(uint64_t offset)
{
    int rc = 0;

    if (offset < ks.pos && ks.pulled == ks.head_len)
        ks.pos = 0;
    else if (offset < ks.pos)
        rc = start();
    return rc == 0 ? kstream_pass(offset) : rc;
}

int kstream_finish(void)
{
    int64_t count;

    if (ks.payload.format == UNPACK_NONE)
        return 0;
    do {
        count = unpack_read(ks.skip, SKIP_BYTES);
        if (count < 0)
            return unpack_failed(count);
    } while (count != 0);
    return 0;
}
