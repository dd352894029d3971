/* SPDX-License-Identifier: MIT */
/* Several modules under one signature. */
#include "internal.h"

#define HEAD_BYTES 16u
#define ENTRY_BYTES 80u
#define ENTRY_OFFSET 32u
#define ENTRY_SIZE 40u
#define ENTRY_HASH 48u

uint32_t sho_bundle_count(struct sho_bytes content, struct sho_problem *p)
{
    uint32_t count = sho_get32(content, 8);

    if (!sho_begins(content, 0, SHO_LITERAL("SHOBNDL\1")) || sho_get32(content, 12) != 0) {
        sho_refuse(p, SHO_IN_FILE, 0, "it is no bundle");
        return 0;
    }
    if (count == 0 || count > SHO_BUNDLE_MAX || content.nr < HEAD_BYTES + (uint64_t)count * ENTRY_BYTES) {
        sho_refuse(p, SHO_IN_FILE, 0, "a bundle of none, or of too many, or cut short");
        return 0;
    }
    return count;
}

/* Its bytes, nr 0 when they are not inside. */
/*@ ensures inside: part_of(\result, content);
    ensures place: \result.nr != 0 ==> \result.bytes - content.bytes == get64(content, 16 + i * 80 + 32) &&
      \result.nr == get64(content, 16 + i * 80 + 40);
*/
static struct sho_bytes entry_bytes(struct sho_bytes content, uint32_t i)
{
    uint64_t entry = HEAD_BYTES + (uint64_t)i * ENTRY_BYTES;

    return sho_part(content, sho_get64(content, entry + ENTRY_OFFSET), sho_get64(content, entry + ENTRY_SIZE));
}

/* Does it lie behind the one before, or behind the list? */
/*@ requires count <= SHO_BUNDLE_MAX && i < count;
    ensures first: \result && i == 0 ==> offset >= 16 + count * 80;
    ensures next: \result && i != 0 ==>
      offset >= get64(content, 16 + (i - 1) * 80 + 32) + get64(content, 16 + (i - 1) * 80 + 40);
*/
static bool behind(struct sho_bytes content, uint32_t count, uint32_t i, uint64_t offset)
{
    struct sho_bytes before;

    if (i == 0)
        return offset >= HEAD_BYTES + (uint64_t)count * ENTRY_BYTES;
    before = entry_bytes(content, i - 1);
    return before.nr != 0 &&
           offset >= sho_get64(content, HEAD_BYTES + (uint64_t)(i - 1) * ENTRY_BYTES + ENTRY_OFFSET) + before.nr;
}

struct sho_bytes sho_bundle_get(struct sho_bytes content, uint32_t i, struct sho_problem *p)
{
    struct sho_bytes nothing = sho_part(content, 0, 0), head = nothing, file;
    uint64_t entry = HEAD_BYTES + (uint64_t)i * ENTRY_BYTES, offset = sho_get64(content, entry + ENTRY_OFFSET);
    struct sho_bytes wanted = sho_part(content, entry + ENTRY_HASH, SHO_HASH_BYTES), found;
    uint8_t hash[SHO_HASH_BYTES] = { 0 };
    uint32_t count = sho_bundle_count(content, p);

    if (i >= count) {
        sho_refuse(p, SHO_IN_BUNDLE, i, "there is no such entry");
        return nothing;
    }
    file = entry_bytes(content, i);
    if (file.nr == 0 || offset % 16 != 0 || !behind(content, count, i, offset)) {
        sho_refuse(p, SHO_IN_BUNDLE, i, "its bytes do not lie behind those before it");
        return nothing;
    }
    sho_sha256(head, file, hash);
    found = (struct sho_bytes){ hash, sizeof(hash) };
    if (!sho_same(found, wanted)) {
        sho_refuse(p, SHO_IN_BUNDLE, i, "its bytes are not those that were signed");
        return nothing;
    }
    return file;
}
