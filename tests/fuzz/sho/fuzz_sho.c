/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer over a module's file: sho_signed() with every signature good, sho_bundle_get(), sho_open(), sho_link(). The
 * first byte chooses: 1, a file with a trailer; 2, imports are functions; 4, as a bundle's; 8, one region is a byte
 * short.
 *
 * What must hold: no report of the sanitizers, no failed check of safecc, a refusal has a reason, what is accepted
 * makes sense.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/loader/linked.h"

/* More turns than any input needs: one that takes them all is a finding. */
#define TURNS (1L << 26)
static long turns;

_Bool turn_take(void);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

_Bool turn_take(void)
{
    return turns-- > 0;
}

static void require(bool truth)
{
    if (!truth)
        abort();
}

/* No hash at all: bundles get through. */
void sho_sha256(struct sho_bytes head, struct sho_bytes rest, uint8_t hash[SHO_HASH_BYTES])
{
    (void)head;
    (void)rest;
    memset(hash, 0, SHO_HASH_BYTES);
}

enum sho_verdict sho_verify(const struct sho_trailer *t, const uint8_t hash[SHO_HASH_BYTES])
{
    (void)hash;
    require(t->key.nr == SHO_HASH_BYTES && t->signature.nr == SHO_SIGNATURE_BYTES);
    return SHO_GOOD;
}

static void entry_check(const struct sho *sho, const struct sho_entry *e, bool import)
{
    require(e->name.nr != 0 && e->name.nr <= 255 && memchr(e->name.bytes, 0, e->name.nr) == NULL);
    require(e->port < (import ? sho->nr_requires : sho->nr_provides));
    require(import || (e->region != SHO_NOWHERE && e->place <= sho->region_bytes[e->region] &&
                       e->nr <= sho->region_bytes[e->region] - e->place));
}

static void opened_check(const struct sho *sho)
{
    char port[SHO_NAME_BYTES];

    require(memchr(sho->name, 0, sizeof(sho->name)) != NULL && sho->name[0] != '\0');
    for (uint32_t i = 0; i < sho->nr_exports; i++) {
        struct sho_entry e = sho_export(sho, i);

        entry_check(sho, &e, false);
    }
    for (uint32_t i = 0; i < sho->nr_imports; i++) {
        struct sho_entry e = sho_import(sho, i);

        entry_check(sho, &e, true);
    }
    for (uint32_t i = 0; i < sho->nr_provides + sho->nr_requires; i++) {
        sho_port(sho, i, port);
        require(port[0] != '\0' && memchr(port, 0, sizeof(port)) != NULL);
    }
    require(sho_interface(sho).nr == SHO_HASH_BYTES);
    sho_certificate(sho);
}

static void module_try(struct sho_bytes content, unsigned choice)
{
    static struct sho sho;
    struct linked l;

    if (!sho_open(&sho, content)) {
        require(sho.problem.what != NULL);
        return;
    }
    require(sho.problem.what == NULL);
    opened_check(&sho);
    linked_default(&l);
    if ((choice & 2) != 0)
        l.import_nr = 0;
    if ((choice & 8) != 0 && sho.region_bytes[SHO_READONLY] != 0)
        l.short_region = SHO_READONLY;
    if (linked_make(&l, &sho))
        require(sho.problem.what == NULL && l.short_region == 0);
    else
        require(sho.problem.what != NULL);
    linked_free(&l);
}

static void bundle_try(struct sho_bytes content, unsigned choice)
{
    struct sho_problem p = { NULL, SHO_IN_FILE, 0 };
    uint32_t count = sho_bundle_count(content, &p);

    require((count == 0) == (p.what != NULL));
    for (uint32_t i = 0; i < count && p.what == NULL; i++) {
        struct sho_bytes module = sho_bundle_get(content, i, &p);

        require((module.nr == 0) == (p.what != NULL));
        if (module.nr != 0)
            module_try(module, choice);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sho_problem p = { NULL, SHO_IN_FILE, 0 };
    struct sho_bytes content;
    uint8_t *copy;

    if (size == 0)
        return 0;
    turns = TURNS;
    copy = malloc(size - 1); /* of the exact size, for ASan */
    memcpy(copy, &data[1], size - 1);
    content = (struct sho_bytes){ copy, size - 1 };
    if ((data[0] & 1) == 0 || sho_signed(content, (data[0] & 4) != 0 ? SHO_BUNDLE : SHO_MODULE, &content, &p)) {
        if ((data[0] & 4) != 0)
            bundle_try(content, data[0]);
        else
            module_try(content, data[0]);
    }
    free(copy);
    return 0;
}
