/* SPDX-License-Identifier: MIT */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bearssl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#define POINT_BYTES 65
#define KEYS_MAX 16

static const struct {
    uint8_t id[SHO_HASH_BYTES], point[POINT_BYTES];
} built_in[] = {
#include "gen/trusted_keys.inc"
};

static uint8_t points[KEYS_MAX][POINT_BYTES];
static unsigned nr_points;

void sho_sha256(struct sho_bytes head, struct sho_bytes rest, uint8_t hash[SHO_HASH_BYTES])
{
    br_sha256_context c;

    br_sha256_init(&c);
    br_sha256_update(&c, head.bytes, head.nr);
    br_sha256_update(&c, rest.bytes, rest.nr);
    br_sha256_out(&c, hash);
}

static bool id_is(const uint8_t *point, struct sho_bytes id)
{
    uint8_t hash[SHO_HASH_BYTES];

    sho_sha256((struct sho_bytes){ point, POINT_BYTES }, (struct sho_bytes){ point, 0 }, hash);
    return id.nr == sizeof(hash) && memcmp(hash, id.bytes, sizeof(hash)) == 0;
}

enum sho_verdict sho_verify(const struct sho_trailer *t, const uint8_t hash[SHO_HASH_BYTES])
{
    for (unsigned i = 0; i < nr_points; i++) {
        br_ec_public_key key = { BR_EC_secp256r1, points[i], POINT_BYTES };

        if (id_is(points[i], t->key))
            return br_ecdsa_i31_vrfy_raw(&br_ec_p256_m31, hash, SHO_HASH_BYTES, &key, t->signature.bytes,
                                         t->signature.nr) == 1
                       ? SHO_GOOD
                       : SHO_BAD_SIGNATURE;
    }
    return SHO_KEY_UNKNOWN;
}

static bool trust(const uint8_t point[POINT_BYTES])
{
    if (nr_points == KEYS_MAX) {
        fprintf(stderr, "more than %d keys\n", KEYS_MAX);
        return false;
    }
    memcpy(points[nr_points++], point, POINT_BYTES);
    return true;
}

void host_trust_built_in(void)
{
    for (unsigned i = 0; i < sizeof(built_in) / sizeof(built_in[0]); i++)
        trust(built_in[i].point);
}

bool host_trust_pem(const char *path)
{
    FILE *file = fopen(path, "r");
    uint8_t point[POINT_BYTES] = { 0 };
    EVP_PKEY *key = NULL;
    char curve[32] = "";
    size_t nr = 0;
    bool good;

    if (file == NULL) {
        perror(path);
        return false;
    }
    key = PEM_read_PUBKEY(file, NULL, NULL, NULL);
    if (key == NULL) {
        rewind(file);
        key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    }
    fclose(file);
    good = key != NULL && EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL) == 1 &&
           strcmp(curve, "prime256v1") == 0 &&
           EVP_PKEY_get_octet_string_param(key, "pub", point, sizeof(point), &nr) == 1 && nr == POINT_BYTES;
    EVP_PKEY_free(key);
    if (!good)
        fprintf(stderr, "%s: is no key on the curve P-256 in PEM\n", path);
    return good && trust(point);
}

uint8_t *host_file_read(const char *path, uint64_t *nr)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(SHO_FILE_MAX + 1);

    if (file != NULL && bytes != NULL)
        *nr = fread(bytes, 1, SHO_FILE_MAX + 1, file);
    if (file == NULL || bytes == NULL || ferror(file)) {
        perror(path);
        free(bytes);
        bytes = NULL;
    }
    if (file != NULL)
        fclose(file);
    return bytes;
}

void host_problem_print(const char *file, const struct sho_problem *p)
{
    static const char *const places[] = { "byte",         "section", "symbol", "relocation",
                                          "manifest, at", "export",  "import", "bundle entry" };

    fprintf(stderr, "%s: refused: ", file);
    if (p->place != SHO_IN_FILE || p->index != 0)
        fprintf(stderr, "%s %u: ", places[p->place], (uint32_t)p->index);
    fprintf(stderr, "%s\n", p->what != NULL ? p->what : "no reason given");
}
