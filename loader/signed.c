/* SPDX-License-Identifier: MIT */
/* The trailer and its signature (docs/module-format.md). Nothing in the file is trusted here, and nothing of it but the
 * trailer is read. */
#include "internal.h"

#define TRAILER_SIZE_AT 8u
#define TRAILER_KEY_AT 16u
#define TRAILER_SIGNATURE_AT 48u

bool sho_trailer_find(struct sho_bytes file, struct sho_trailer *t, struct sho_problem *p)
{
    struct sho_bytes trailer;

    if (file.nr > SHO_FILE_MAX)
        return sho_refuse(p, SHO_IN_FILE, 0, "it is larger than 4 MiB");
    if (file.nr < SHO_TRAILER_BYTES || file.nr % 8 != 0)
        return sho_refuse(p, SHO_IN_FILE, 0, "it is not signed: no trailer");
    trailer = sho_part(file, file.nr - SHO_TRAILER_BYTES, SHO_TRAILER_BYTES);
    if (!sho_begins(trailer, 0, SHO_LITERAL("SHOSIG\0\1")))
        return sho_refuse(p, SHO_IN_FILE, 0, "it is not signed: no trailer at its end");
    if (sho_get64(trailer, TRAILER_SIZE_AT) != file.nr)
        return sho_refuse(p, SHO_IN_FILE, 0, "its size is not what the trailer says");
    t->key = sho_part(trailer, TRAILER_KEY_AT, SHO_HASH_BYTES);
    t->signature = sho_part(trailer, TRAILER_SIGNATURE_AT, SHO_SIGNATURE_BYTES);
    return true;
}

void sho_digest(struct sho_bytes file, enum sho_kind kind, uint8_t hash[SHO_HASH_BYTES])
{
    static const uint8_t module[] = "SafeHype module 1", bundle[] = "SafeHype bundle 1"; /* each with its 0 */
    struct sho_bytes head = { kind == SHO_MODULE ? module : bundle, sizeof(module) };
    struct sho_bytes rest = sho_part(file, 0, file.nr < SHO_SIGNATURE_BYTES ? 0 : file.nr - SHO_SIGNATURE_BYTES);

    sho_sha256(head, rest, hash);
}

/* Half the order of P-256 (SEC 2, 2.4.2), big-endian: the largest s. */
static const uint8_t half_order[32] = {
    0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
};

/*@ requires signature.nr == SHO_SIGNATURE_BYTES; */
static bool low_s(struct sho_bytes signature)
{
    /*@ loop invariant 0 <= i <= sizeof(half_order);
        loop assigns i;
        loop variant sizeof(half_order) - i;
    */
    for (uint32_t i = 0; i < sizeof(half_order); i++) {
        uint8_t byte = sho_get8(signature, 32 + i);

        if (byte != half_order[i])
            return byte < half_order[i];
    }
    return true;
}

bool sho_signed(struct sho_bytes file, enum sho_kind kind, struct sho_bytes *content, struct sho_problem *p)
{
    struct sho_bytes none = sho_part(file, 0, 0);
    struct sho_trailer t = { none, none };
    uint8_t hash[SHO_HASH_BYTES] = { 0 };
    enum sho_verdict verdict;

    *p = (struct sho_problem){ NULL, SHO_IN_FILE, 0 };
    *content = none;
    if (!sho_trailer_find(file, &t, p))
        return false;
    if (!low_s(t.signature))
        return sho_refuse(p, SHO_IN_FILE, 0, "its signature is not in the one form that is allowed (s is high)");
    sho_digest(file, kind, hash);
    verdict = sho_verify(&t, hash);
    if (verdict == SHO_KEY_UNKNOWN)
        return sho_refuse(p, SHO_IN_FILE, 0, "the key that signed it is not trusted here");
    if (verdict == SHO_KEY_REVOKED)
        return sho_refuse(p, SHO_IN_FILE, 0, "the key that signed it is revoked");
    if (verdict != SHO_GOOD)
        return sho_refuse(p, SHO_IN_FILE, 0, "its signature is not good");
    /*@ assert accepted: verdict == SHO_GOOD; */
    *content = sho_part(file, 0, file.nr - SHO_TRAILER_BYTES);
    return true;
}
