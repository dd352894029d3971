/* SPDX-License-Identifier: MIT */
#include "core/signature.h"

#include <bearssl.h>

#include "core/lib_call.h"
#include "core/log.h"
#include "loader/sho.h"

#define POINT_BYTES 65

struct trusted_key {
    uint8_t id[SHO_HASH_BYTES]; /* SHA-256 of the point */
    uint8_t point[POINT_BYTES];
};
static const struct trusted_key keys[] = {
#include "gen/trusted_keys.inc"
};
#define NR_KEYS ARRAY_SIZE(keys)
static bool revoked[NR_KEYS] SC_BOOT;

/* What signature_job() is to do: a hash, or a verification. */
static struct {
    struct sho_bytes head, rest, signature;
    uint8_t hash[SHO_HASH_BYTES], point[POINT_BYTES];
    bool verify;
} job SC_BOOT;

static void job_hash(void)
{
    br_sha256_context c;

    SC_UNSAFE("DEV-120: BearSSL reads the bytes of the two spans and fills the hash's 32")
    {
        br_sha256_init(&c);
        br_sha256_update(&c, job.head.bytes, job.head.nr);
        br_sha256_update(&c, job.rest.bytes, job.rest.nr);
        br_sha256_out(&c, job.hash);
    }
}

static int64_t job_verify(void)
{
    SC_UNSAFE("DEV-121: BearSSL reads a point of 65 bytes, a hash of 32 and the signature's span")
    {
        br_ec_public_key key = { BR_EC_secp256r1, job.point, POINT_BYTES };

        return br_ecdsa_i31_vrfy_raw(&br_ec_p256_m31, job.hash, SHO_HASH_BYTES, &key, job.signature.bytes,
                                     job.signature.nr);
    }
}

int64_t signature_job(void)
{
    if (job.verify)
        return job_verify();
    job_hash();
    return 1;
}

void sho_sha256(struct sho_bytes head, struct sho_bytes rest, uint8_t hash[SHO_HASH_BYTES])
{
    job.head = head;
    job.rest = rest;
    job.verify = false;
    (void)lib_call(LIB_SIGNATURE);
    for (uint32_t i = 0; i < SHO_HASH_BYTES; i++)
        hash[i] = job.hash[i];
}

static bool id_begins(const struct trusted_key *k, const uint8_t *id SC_COUNT(nr), uint64_t nr)
{
    if (nr == 0 || nr > SHO_HASH_BYTES)
        return false;
    for (uint64_t i = 0; i < nr; i++) {
        if (k->id[i] != id[i])
            return false;
    }
    return true;
}

enum sho_verdict sho_verify(const struct sho_trailer *t, const uint8_t hash[SHO_HASH_BYTES])
{
    for (uint32_t k = 0; k < NR_KEYS; k++) {
        if (t->key.nr != SHO_HASH_BYTES || !id_begins(&keys[k], t->key.bytes, t->key.nr))
            continue;
        if (revoked[k])
            return SHO_KEY_REVOKED;
        for (uint32_t i = 0; i < SHO_HASH_BYTES; i++)
            job.hash[i] = hash[i];
        job.signature = t->signature;
        for (uint32_t i = 0; i < POINT_BYTES; i++)
            job.point[i] = keys[k].point[i];
        job.verify = true;
        return lib_call(LIB_SIGNATURE) == 1 ? SHO_GOOD : SHO_BAD_SIGNATURE;
    }
    return SHO_KEY_UNKNOWN;
}

bool signature_revoke(const uint8_t *id, uint64_t nr)
{
    bool found = false;

    for (uint32_t k = 0; k < NR_KEYS; k++) {
        if (id_begins(&keys[k], id, nr))
            found = revoked[k] = true;
    }
    return found;
}
