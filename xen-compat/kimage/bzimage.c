/* SPDX-License-Identifier: MIT */
/* Linux's x86 boot protocol (Documentation/arch/x86/boot.rst in Linux): where the payload of a bzImage lies. */
#include "internal.h"

#define SETUP_SECTS 0x1F1u
#define BOOT_FLAG 0x1FEu
#define HEADER_MAGIC 0x202u
#define PROTOCOL 0x206u
#define PAYLOAD_OFFSET 0x248u
#define PAYLOAD_LENGTH 0x24Cu
#define HEADER_END 0x250u

#define PROTOCOL_WITH_PAYLOAD 0x0208u
#define MAGIC_HDRS 0x53726448u
#define SECTOR_BYTES 512u
#define SECTS_DEFAULT 4u
#define FIRST_BYTES 8u /* that a format has at least */

/*@ assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures \result == 1 <==> bzimage(src);
*/
static int is_bzimage(const struct kbytes *src)
{
    return src->nr >= HEADER_END && kbytes_le16(src, BOOT_FLAG) == 0xAA55 &&
           kbytes_le32(src, HEADER_MAGIC) == MAGIC_HDRS;
}

/*@ requires inside(src, at, len);
    assigns \nothing;
    ensures says: format_says(src, at, len, \result);
    ensures known: UNPACK_NONE <= \result <= UNPACK_ZSTD;
*/
static enum unpack_format format_at(const struct kbytes *src, size_t at, size_t len)
{
    return len < FIRST_BYTES ? UNPACK_NONE : unpack_detect(&src->bytes[at], FIRST_BYTES);
}

/* Bounds the history that these two must hold. Linux's build appends the unpacked size to what it packs. */
/*@ requires inside(src, payload->at, payload->len) && (bounds_history(payload->format) ==> payload->len >= 8);
    assigns \nothing;
    ensures said: bounds_history(payload->format) ==> \result == le32(src, payload->at + payload->len - 4);
    ensures unsaid: !bounds_history(payload->format) ==> \result == UINT64_MAX;
*/
static uint64_t max_out(const struct kbytes *src, const struct kpayload *payload)
{
    if (payload->format != UNPACK_ZSTD && payload->format != UNPACK_XZ)
        return UINT64_MAX;
    return kbytes_le32(src, payload->at + payload->len - 4);
}

int kpayload_find(const struct kbytes *src, struct kpayload *out)
{
    uint64_t sects, at, length;

    if (src->nr == 0)
        return kimage_fail(-XEN_ENOEXEC, "the file is empty");
    out->at = 0;
    out->len = src->nr;
    out->max_out = UINT64_MAX;
    out->format = format_at(src, 0, src->nr);
    if (!is_bzimage(src))
        return 0;
    if (kbytes_le16(src, PROTOCOL) < PROTOCOL_WITH_PAYLOAD)
        return kimage_fail(-XEN_ENOEXEC, "bzImage: boot protocol older than 2.08");
    sects = src->bytes[SETUP_SECTS] == 0 ? SECTS_DEFAULT : src->bytes[SETUP_SECTS];
    at = (sects + 1) * SECTOR_BYTES + kbytes_le32(src, PAYLOAD_OFFSET);
    length = kbytes_le32(src, PAYLOAD_LENGTH);
    if (length == 0)
        return kimage_fail(-XEN_ENOEXEC, "bzImage: no payload");
    if (at > src->nr || length > src->nr - at)
        return kimage_fail(-XEN_ENOEXEC, "bzImage: payload runs past the end of the file");
    out->at = at;
    out->len = length;
    out->format = format_at(src, at, length);
    out->max_out = max_out(src, out);
    return 0;
}
