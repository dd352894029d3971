/* SPDX-License-Identifier: MIT */
/*
 * The unpacked kernel file as a forward stream. The head is kept, for the ELF headers and for segments that begin
 * in it; watched parts (the notes) are copied as they pass. Only a kernel without PT_NOTE ever goes back.
 */
#include "internal.h"

struct kstream ks SC_BOOT;
uint8_t kstream_skipped[KSTREAM_SKIP_BYTES] SC_BOOT;

/*@ assigns \nothing;
    ensures one_of: unpack_error(\result);
    ensures memory: \result == -XEN_ENOMEM <==> rc == -XEN_ENOMEM;
    ensures format: \result == -XEN_EOPNOTSUPP <==> rc == -XEN_EOPNOTSUPP;
*/
static int unpack_failed(int64_t rc)
{
    if (rc == -XEN_ENOMEM)
        return kimage_fail(-XEN_ENOMEM, "the decompressor needs more memory");
    if (rc == -XEN_EOPNOTSUPP)
        return kimage_fail(-XEN_EOPNOTSUPP, "compressed with a filter or check that is not built in");
    return kimage_fail(-XEN_EINVAL, "compressed data is corrupt or cut short");
}

/* Opens the unpacker anew and reads the head; pos is 0. */
/*@ requires \valid_read(ks.src.bytes + (0 .. ks.src.nr - 1)) && source_good(&ks.src, &ks.payload);
    requires watches_good(&ks);
    assigns ks.pos, ks.pulled, ks.head_len, ks.head[0 .. KSTREAM_HEAD_BYTES - 1];
    ensures one_of: \result == 0 || unpack_error(\result);
    ensures good: \result == 0 ==> stream_good && ks.pos == 0;
*/
static int start(void)
{
    int64_t count;
    int rc = unpack_open_sized(ks.payload.format, &ks.src.bytes[ks.payload.at], ks.payload.len, ks.payload.max_out);

    if (rc != 0)
        return unpack_failed(rc);
    count = unpack_read(ks.head, KSTREAM_HEAD_BYTES);
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

/*@ requires watches_good(&ks) && ks.nr_watches < KSTREAM_WATCH_MAX && offset + len <= UINT64_MAX;
    requires ks.watched_len + len <= KSTREAM_WATCH_BYTES;
    assigns ks.nr_watches, ks.watched_len, ks.watches[ks.nr_watches];
    ensures good: watches_good(&ks);
    ensures next: ks.nr_watches == \old(ks.nr_watches) + 1 && ks.watched_len == \old(ks.watched_len) + len;
    ensures is_it: watch_is(\old(ks.nr_watches), offset, len, \old(ks.watched_len));
*/
static void watch_add(uint64_t offset, uint64_t len)
{
    ks.watches[ks.nr_watches].offset = offset;
    ks.watches[ks.nr_watches].len = len;
    ks.watches[ks.nr_watches].at = ks.watched_len;
    ks.nr_watches++;
    ks.watched_len += (size_t)len;
}

int kstream_watch(uint64_t offset, uint64_t len, size_t *at)
{
    size_t room = ks.watched_len;

    if (ks.nr_watches >= KSTREAM_WATCH_MAX || len > KSTREAM_WATCH_BYTES - ks.watched_len)
        return kimage_fail(-XEN_ENOEXEC, "ELF: too many notes");
    watch_add(offset, len);
    *at = room;
    /*@ assert other: \forall integer i; 0 <= i < \at(ks.nr_watches, Pre) ==> watch_same{Pre, Here}(i); */
    /*@ assert it: watch_is(\at(ks.nr_watches, Pre), offset, len, room); */
    /*@ assert all: \at(ks.nr_watches, Pre) + 1 == ks.nr_watches; */
    /*@ assert watches: watches_good(&ks); */
    return 0;
}

/* How many bytes of the watch lie before that place of the file. */
/*@ requires w < ks.nr_watches && watches_good(&ks);
    assigns \nothing;
    ensures most: \result <= ks.watches[w].len;
    ensures before: \forall integer k; 0 <= k < ks.watches[w].len ==>
      (k < \result <==> ks.watches[w].offset + k < pos);
*/
static uint64_t watch_before(uint32_t w, uint64_t pos)
{
    uint64_t offset = ks.watches[w].offset, len = ks.watches[w].len;

    if (pos <= offset)
        return 0;
    return pos - offset < len ? pos - offset : len;
}

/* bytes[0 .. len-1] are the file's from pos on. */
/*@ requires w < ks.nr_watches && watches_good(&ks) && pos + len <= UINT64_MAX;
    requires \separated(bytes + (0 .. len - 1), &ks) && \separated(bytes + (..), &ks);
    assigns ks.watched[ks.watches[w].at .. ks.watches[w].at + ks.watches[w].len - 1];
    ensures saw: watch_saw(&ks.watches[w], bytes, pos, pos + len);
    ensures kept: watch_kept{Pre, Post}(&ks.watches[w], pos, pos + len);
*/
static void watch_copy(uint32_t w, uint64_t pos, const uint8_t *bytes SC_COUNT(len), size_t len)
{
    uint64_t from = watch_before(w, pos), to = watch_before(w, pos + len);
    uint64_t offset = ks.watches[w].offset;
    size_t at = ks.watches[w].at;

    /*@ assert range: from <= to <= ks.watches[w].len; */
    /*@ loop invariant from <= k <= to;
        loop invariant saw: \forall integer i; at + from <= i < at + k ==>
          ks.watched[i] == bytes[offset + i - at - pos];
        loop invariant before: \forall integer i; at <= i < at + from ==> byte_kept{Pre, Here}(i);
        loop invariant behind: \forall integer i; at + k <= i < at + ks.watches[w].len ==> byte_kept{Pre, Here}(i);
        loop assigns k, ks.watched[at .. at + ks.watches[w].len - 1];
        loop variant to - k;
    */
    for (uint64_t k = from; k < to; k++) {
        /*@ assert room: watch_good(&ks, w) && at + k < KSTREAM_WATCH_BYTES; */
        /*@ assert passes: pos <= offset + k < pos + len; */
        ks.watched[at + k] = bytes[offset + k - pos];
        /*@ assert put: ks.watched[at + k] == bytes[offset + k - pos]; */
    }
}

/*@ requires ks.pulled + len <= UINT64_MAX;
    requires \separated(dst + (..), &ks) && \separated(dst + (0 .. len - 1), &ks);
    assigns dst[0 .. len - 1], ks.pulled;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC || unpack_error(\result);
    ensures all: \result == 0 ==> ks.pulled == \old(ks.pulled) + len;
*/
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

/*@ requires watches_good(&ks) && pos + len <= UINT64_MAX;
    requires \separated(bytes + (0 .. len - 1), &ks) && \separated(bytes + (..), &ks);
    assigns ks.watched[0 .. KSTREAM_WATCH_BYTES - 1];
    ensures saw: \forall integer i; 0 <= i < ks.nr_watches ==>
      watch_saw(&ks.watches[i], bytes, pos, pos + len);
    ensures kept: \forall integer i; 0 <= i < ks.nr_watches ==>
      watch_kept{Pre, Post}(&ks.watches[i], pos, pos + len);
*/
static void watches_copy(uint64_t pos, const uint8_t *bytes SC_COUNT(len), size_t len)
{
    /*@ loop invariant 0 <= w <= ks.nr_watches;
        loop invariant saw: \forall integer i; 0 <= i < w ==>
          watch_saw(&ks.watches[i], bytes, pos, pos + len);
        loop invariant kept: \forall integer i; 0 <= i < w ==>
          watch_kept{Pre, Here}(&ks.watches[i], pos, pos + len);
        loop invariant later: \forall integer i; w <= i < ks.nr_watches ==>
          watch_kept{Pre, Here}(&ks.watches[i], 0, 0);
        loop assigns w, ks.watched[0 .. KSTREAM_WATCH_BYTES - 1];
        loop variant ks.nr_watches - w;
    */
    for (uint32_t w = 0; w < ks.nr_watches; w++)
        watch_copy(w, pos, bytes, len);
}

/*@ requires ks.head_len <= KSTREAM_HEAD_BYTES && (len > 0 ==> ks.pos + len <= ks.head_len);
    requires \separated(dst + (..), &ks) && \separated(dst + (0 .. len - 1), &ks);
    assigns dst[0 .. len - 1];
    ensures same: \forall integer i; 0 <= i < len ==> dst[i] == ks.head[ks.pos + i];
*/
static void head_copy(uint8_t *dst SC_COUNT(len), size_t len)
{
    /*@ loop invariant 0 <= i <= len;
        loop invariant same: \forall integer k; 0 <= k < i ==> dst[k] == ks.head[ks.pos + k];
        loop assigns i, dst[0 .. len - 1];
        loop variant len - i;
    */
    for (size_t i = 0; i < len; i++)
        dst[i] = ks.head[ks.pos + i];
}

int kstream_read(uint8_t *dst, size_t len)
{
    size_t in_head = ks.pos < ks.head_len ? ks.head_len - (size_t)ks.pos : 0;
    size_t first = len < in_head ? len : in_head;
    int rc = 0;

    if (len > UINT64_MAX - ks.pos)
        return kimage_fail(-XEN_ENOEXEC, "ELF: it says more than a file can have");
    head_copy(dst, first);
    if (len > first)
        rc = pull(&dst[first], len - first);
    if (rc != 0)
        return rc;
    /*@ assert bytes: \forall integer i; 0 <= i < KSTREAM_WATCH_BYTES ==> byte_kept{Pre, Here}(i); */
    ks.pos += len;
    /*@ assert same: \forall integer i; 0 <= i < ks.nr_watches ==> watch_same{Pre, Here}(i); */
    /*@ assert place: place_good(&ks); */
    /*@ assert watches: watches_good(&ks); */
    /*@ assert inside: \forall integer w, i; 0 <= w < ks.nr_watches && in_watch{Pre}(&ks.watches[w], i) ==>
          in_watch(&ks.watches[w], i) && 0 <= i < KSTREAM_WATCH_BYTES; */
    /*@ assert passes: \forall integer w, i; 0 <= w < ks.nr_watches &&
          passes(&ks.watches[w], i, ks.pos - len, ks.pos) ==>
          passes{Pre}(&ks.watches[w], i, \at(ks.pos, Pre), \at(ks.pos, Pre) + len); */
    watches_copy(ks.pos - len, dst, len);
    /*@ assert kept: \forall integer w, i; 0 <= w < ks.nr_watches && in_watch{Pre}(&ks.watches[w], i) &&
          !passes{Pre}(&ks.watches[w], i, \at(ks.pos, Pre), \at(ks.pos, Pre) + len) ==> byte_kept{Pre, Here}(i); */
    return 0;
}

int kstream_pass(uint64_t offset)
{
    int rc = 0;

    /*@ loop invariant rc == 0 || rc == -XEN_ENOEXEC || unpack_error(rc);
        loop invariant good: rc == 0 ==> stream_good && \at(ks.pos, Pre) <= ks.pos <= \max(\at(ks.pos, Pre), offset);
        loop assigns rc, ks.pos, ks.pulled, ks.watched[0 .. KSTREAM_WATCH_BYTES - 1],
          kstream_skipped[0 .. KSTREAM_SKIP_BYTES - 1];
        loop variant rc != 0 ? 0 : offset - ks.pos;
    */
    while (rc == 0 && ks.pos < offset) {
        uint64_t left = offset - ks.pos;

        rc = kstream_read(kstream_skipped, left < KSTREAM_SKIP_BYTES ? (size_t)left : KSTREAM_SKIP_BYTES);
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
    /*@ loop assigns count, ks.pulled, kstream_skipped[0 .. KSTREAM_SKIP_BYTES - 1];
        loop variant UINT64_MAX - ks.pulled;
    */
    do {
        if (ks.pulled > UINT64_MAX - KSTREAM_SKIP_BYTES)
            return unpack_failed(-XEN_EINVAL);
        count = unpack_read(kstream_skipped, KSTREAM_SKIP_BYTES);
        if (count < 0)
            return unpack_failed(count);
        ks.pulled += (uint64_t)count;
    } while (count != 0);
    return 0;
}
