/* SPDX-License-Identifier: MIT */
/* Real modules, changed: with their signature none may pass; signed afresh they may be refused, or be linked into their
 * buffers only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bearssl.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "link_harness.h"
#include "linked.h"
#include "loader/host/host.h"
#include "loader/internal.h"

#define FILES_MAX 64

static uint8_t private_key[32];
static struct sho_bytes files[FILES_MAX];
static uint64_t nr_files, state;
static uint64_t nr_stale, nr_fresh, nr_opened, nr_linked;

static uint64_t next(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return below == 0 ? 0 : (state * UINT64_C(0x2545f4914f6cdd1d) >> 16) % below;
}

static bool key_read(const char *path)
{
    FILE *file = fopen(path, "r");
    EVP_PKEY *key = file != NULL ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
    BIGNUM *number = NULL;
    bool good = key != NULL && EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1 &&
                BN_bn2binpad(number, private_key, sizeof(private_key)) == sizeof(private_key);

    if (file != NULL)
        fclose(file);
    BN_free(number);
    EVP_PKEY_free(key);
    return good;
}

/* s becomes the group's order - s when that is lower. */
static void s_lower(uint8_t s[32])
{
    static const uint8_t order[32] = {
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    };
    uint8_t other[32];
    int borrow = 0;

    for (int i = 31; i >= 0; i--) {
        int d = order[i] - s[i] - borrow;

        borrow = d < 0;
        other[i] = (uint8_t)d;
    }
    if (memcmp(other, s, sizeof(other)) < 0)
        memcpy(s, other, sizeof(other));
}

/* The content with 0s to a multiple of 8, and a trailer of the same key as from's. */
static struct sho_bytes signed_afresh(struct sho_bytes content, struct sho_bytes from)
{
    br_ec_private_key key = { BR_EC_secp256r1, private_key, sizeof(private_key) };
    uint64_t body = (content.nr + 7) / 8 * 8, nr = body + SHO_TRAILER_BYTES;
    uint8_t hash[SHO_HASH_BYTES], *bytes = calloc(1, nr);

    memcpy(bytes, content.bytes, content.nr);
    memcpy(&bytes[body], &from.bytes[from.nr - SHO_TRAILER_BYTES], 48);
    for (unsigned i = 0; i < 8; i++)
        bytes[body + 8 + i] = (uint8_t)(nr >> (8 * i));
    sho_digest((struct sho_bytes){ bytes, nr }, SHO_MODULE, hash);
    if (br_ecdsa_i31_sign_raw(&br_ec_p256_m31, &br_sha256_vtable, hash, &key, &bytes[nr - SHO_SIGNATURE_BYTES]) !=
        SHO_SIGNATURE_BYTES)
        abort();
    s_lower(&bytes[nr - 32]);
    return (struct sho_bytes){ bytes, nr };
}

static void put(uint8_t *bytes, uint64_t nr, uint64_t at, uint64_t value, uint64_t width)
{
    for (uint64_t i = 0; i < width && at + i < nr; i++)
        bytes[at + i] = (uint8_t)(value >> (8 * i));
}

/* A field of the file's header, a section's, a symbol, a relocation or the manifest becomes an extreme, or a neighbour
 * of what it was. */
static void field_extreme(uint8_t *bytes, uint64_t nr)
{
    static const uint64_t extremes[] = { 0,
                                         1,
                                         2,
                                         7,
                                         0x7f,
                                         0xff,
                                         0x7fff,
                                         0xffff,
                                         0xfff1,
                                         0xfff2,
                                         0x7fffffff,
                                         0x80000000,
                                         0xffffffff,
                                         0x200000,
                                         0x200001,
                                         0x400000,
                                         0x7fffffffffffffff,
                                         0x8000000000000000,
                                         UINT64_MAX,
                                         UINT64_MAX - 7 };
    struct sho_bytes f = { bytes, nr };
    uint64_t headers = sho_get64(f, EH_SHOFF), section = headers + next(sho_get16(f, EH_SHNUM)) * SH_BYTES;
    uint64_t offset = sho_get64(f, section + SH_OFFSET), size = sho_get64(f, section + SH_SIZE), at,
             width = UINT64_C(1) << next(4);

    switch (next(3)) {
    case 0: at = 16 + next(24) * 2; break;                /* the file's header */
    case 1: at = section + next(16) * 4; break;           /* a section's */
    default: at = offset + next(size / 4 + 1) * 4; break; /* a table's entry, or what else there is */
    }
    if (next(2) == 0)
        put(bytes, nr, at, extremes[next(sizeof(extremes) / sizeof(extremes[0]))], width);
    else
        put(bytes, nr, at, sho_get64(f, at) + next(17) - 8, width);
}

/* A changed copy of all of from, or of less of it. */
static struct sho_bytes mutated(struct sho_bytes from)
{
    struct sho_bytes other = files[next(nr_files)];
    uint8_t *bytes = malloc(from.nr + other.nr);
    uint64_t nr = from.nr, cut;

    memcpy(bytes, from.bytes, from.nr);
    switch (next(6)) {
    case 0: bytes[next(nr)] ^= (uint8_t)(1u << next(8)); break;
    case 1: bytes[next(nr)] = (uint8_t)next(256); break;
    case 2: nr = next(nr); break;
    case 3: /* the beginning of one, the end of another */
        cut = next(from.nr < other.nr ? from.nr : other.nr);
        memcpy(&bytes[cut], &other.bytes[cut], other.nr - cut);
        nr = other.nr;
        break;
    case 4: /* some bytes from elsewhere */
        cut = next(nr < 64 ? nr : 64);
        memmove(&bytes[next(nr - cut)], &bytes[next(nr - cut)], cut);
        break;
    default:
        for (uint64_t i = 0; i <= next(3); i++)
            field_extreme(bytes, nr);
    }
    from = copy_exact((struct sho_bytes){ bytes, nr });
    free(bytes);
    return from;
}

static bool stale_try(struct sho_bytes from)
{
    struct sho_bytes file = mutated(from), content;
    struct sho_problem p;
    bool same = false, passed = sho_signed(file, SHO_MODULE, &content, &p);

    for (uint64_t i = 0; i < nr_files; i++)
        same = same || sho_same(file, files[i]);
    nr_stale += !same;
    free((void *)file.bytes);
    return same ? passed : !passed;
}

static bool fresh_try(struct sho_bytes from)
{
    static struct sho sho;
    struct sho_bytes content = { from.bytes, from.nr - SHO_TRAILER_BYTES }, file;
    struct sho_problem p;
    struct linked l;
    bool passed;

    content = mutated(content);
    file = signed_afresh(content, from);
    free((void *)content.bytes);
    passed = sho_signed(file, SHO_MODULE, &content, &p);
    nr_fresh++;
    if (passed && sho_open(&sho, content)) {
        nr_opened++;
        linked_default(&l);
        l.import_nr = next(2) * LINKED_IMPORT_STEP;
        nr_linked += linked_make(&l, &sho);
        linked_free(&l);
    } else {
        passed = passed && sho.problem.what != NULL;
    }
    free((void *)file.bytes);
    return passed;
}

int mutate_run(const char *key, uint64_t seed, uint64_t count, int nr, char **paths)
{
    if (!key_read(key) || nr > FILES_MAX)
        return 2;
    for (nr_files = 0; nr_files < (uint64_t)nr; nr_files++) {
        files[nr_files].bytes = host_file_read(paths[nr_files], &files[nr_files].nr);
        if (files[nr_files].bytes == NULL || files[nr_files].nr < 1024)
            return 2;
    }
    for (uint64_t i = 0; i < count; i++) {
        bool good;

        turns_renew();
        state = (seed << 32 | (i + 1)) * UINT64_C(0x9e3779b97f4a7c15);
        next(0);
        good = i % 2 == 0 ? stale_try(files[next(nr_files)]) : fresh_try(files[next(nr_files)]);
        if (!good) {
            fprintf(stderr, "mutate: seed %llu, the %llu-th: %s\n", (unsigned long long)seed, (unsigned long long)i,
                    i % 2 == 0 ? "a changed file passed for signed"
                               : "a fresh signature is not good, or there is no reason");
            return 1;
        }
    }
    printf("mutate: seed %llu: %llu with a stale signature, all refused; %llu signed afresh, of which %llu opened and "
           "%llu were linked\n",
           (unsigned long long)seed, (unsigned long long)nr_stale, (unsigned long long)nr_fresh,
           (unsigned long long)nr_opened, (unsigned long long)nr_linked);
    for (uint64_t i = 0; i < nr_files; i++)
        free((void *)files[i].bytes);
    return nr_stale == 0 || nr_opened == nr_fresh || nr_linked == 0;
}
