/* SPDX-License-Identifier: MIT */
/* What no file can show: when the bytes are read, what an empty one is, calls that nobody should make. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link_harness.h"
#include "linked.h"
#include "loader/internal.h"
#include "loader/host/host.h"

static struct sho_bytes original; /* what somebody else can change */
static struct sho sho;
static int nr_failed;

static void is(const char *what, bool holds)
{
    fprintf(stderr, "%s: %s\n", what, holds ? "accepted" : "refused: does not hold");
    nr_failed += !holds;
}

static bool problem_is(const struct sho_problem *p, const char *what)
{
    return p->what != NULL && strcmp(p->what, what) == 0;
}

static void original_change(void)
{
    memset((uint8_t *)original.bytes, 0x41, original.nr);
}

/* The file is copied, then verified; what changes meanwhile outside is never seen. */
static void verify_then_modify(struct sho_bytes module)
{
    struct sho_problem p;
    struct sho_bytes mine, content;
    char name[SHO_NAME_BYTES];

    original = copy_exact(module);
    mine = copy_exact(original);
    on_verify = original_change;
    nr_hashes = 0;
    is("api/verify-then-modify", sho_signed(mine, SHO_MODULE, &content, &p));
    on_verify = NULL;
    is("api/one-hash", nr_hashes == 1);
    is("api/content-is-the-copy", content.bytes == mine.bytes && content.nr == mine.nr - SHO_TRAILER_BYTES);
    is("api/copy-opens", sho_open(&sho, content));
    memcpy(name, sho.name, sizeof(name));
    is("api/copy-is-the-module",
       sho_open(&sho, sho_part(module, 0, module.nr - SHO_TRAILER_BYTES)) && memcmp(name, sho.name, sizeof(name)) == 0);
    is("api/original-is-refused", !sho_signed(original, SHO_MODULE, &content, &p) && content.nr == 0);
    free((void *)original.bytes);
    free((void *)mine.bytes);
}

/* Every byte before the signature goes into the digest, and none behind. */
static void digest_covers(struct sho_bytes module)
{
    uint8_t before[SHO_HASH_BYTES], after[SHO_HASH_BYTES], other[SHO_HASH_BYTES];
    struct sho_bytes copy = copy_exact(module);
    uint64_t nr = module.nr - SHO_SIGNATURE_BYTES;
    bool all = true;

    sho_digest(copy, SHO_MODULE, before);
    for (uint64_t i = 0; i < nr; i += i < nr - 256 ? 97 : 1) {
        ((uint8_t *)copy.bytes)[i] ^= 1;
        sho_digest(copy, SHO_MODULE, after);
        all = all && memcmp(before, after, sizeof(before)) != 0;
        ((uint8_t *)copy.bytes)[i] ^= 1;
        turns_renew();
    }
    is("api/digest-covers-all", all);
    memset((uint8_t *)&copy.bytes[nr], 0, SHO_SIGNATURE_BYTES);
    sho_digest(copy, SHO_MODULE, after);
    is("api/digest-without-signature", memcmp(before, after, sizeof(before)) == 0);
    sho_digest(copy, SHO_BUNDLE, other);
    is("api/digest-by-kind", memcmp(before, other, sizeof(before)) != 0);
    free((void *)copy.bytes);
}

static void short_files(struct sho_bytes module)
{
    bool all = true;

    for (uint64_t nr = 0; nr < 300; nr++) {
        struct sho_bytes part = copy_exact((struct sho_bytes){ module.bytes, nr }), content;
        struct sho_problem p = { NULL, SHO_IN_FILE, 0 };

        all = all && sho_bundle_count(part, &p) == 0 && problem_is(&p, "it is no bundle");

        all = all && !sho_signed(part, SHO_MODULE, &content, &p) && p.what != NULL && content.nr == 0;
        all = all && !sho_open(&sho, part) && sho.problem.what != NULL;
        free((void *)part.bytes);
    }
    is("api/short-files", all);
}

/* Asked for alone, an entry is not taken when the one before it is nowhere. */
static void bundle_before(struct sho_bytes content)
{
    struct sho_bytes copy = copy_exact(content);
    struct sho_problem p = { NULL, SHO_IN_FILE, 0 };

    is("api/bundle-second-alone", sho_bundle_get(copy, 1, &p).nr != 0);
    memset((uint8_t *)&copy.bytes[16 + 40], 0xff, 8); /* the first one's size */
    is("api/bundle-first-too-large",
       sho_bundle_get(copy, 1, &p).nr == 0 && problem_is(&p, "its bytes do not lie behind those before it"));
    free((void *)copy.bytes);
}

/* Cut anywhere in its head, a bundle is none. */
static void bundle_cut(struct sho_bytes content)
{
    bool all = true;

    for (uint64_t nr = 0; nr < 16 + 2 * 80; nr++) {
        struct sho_bytes part = copy_exact((struct sho_bytes){ content.bytes, nr });
        struct sho_problem p = { NULL, SHO_IN_FILE, 0 };

        all = all && sho_bundle_count(part, &p) == 0 && p.what != NULL && sho_bundle_get(part, 1, &p).nr == 0;
        free((void *)part.bytes);
    }
    is("api/bundle-cut", all);
}

static void bundle_calls(struct sho_bytes bundle)
{
    struct sho_problem p = { NULL, SHO_IN_FILE, 0 };
    struct sho_bytes content;
    uint32_t count;

    is("api/bundle-is-signed", sho_signed(bundle, SHO_BUNDLE, &content, &p));
    count = sho_bundle_count(content, &p);
    is("api/bundle-entry-behind",
       sho_bundle_get(content, count, &p).nr == 0 && problem_is(&p, "there is no such entry"));
    p.what = NULL;
    is("api/bundle-entry-far",
       sho_bundle_get(content, UINT32_MAX, &p).nr == 0 && problem_is(&p, "there is no such entry"));
    bundle_before(content);
    bundle_cut(content);
    is("api/bundle-is-no-module",
       !sho_signed(bundle, SHO_MODULE, &content, &p) && problem_is(&p, "its signature is not good"));
}

/* sho_link() looks again at what sho_open() has made sure of. */
static void imports_lost(struct sho_bytes module)
{
    struct linked l;
    uint32_t nr;

    is("api/opens", sho_open(&sho, sho_part(module, 0, module.nr - SHO_TRAILER_BYTES)));
    nr = sho.nr_imports;
    sho.nr_imports = 0;
    linked_default(&l);
    is("api/link-without-imports",
       nr != 0 && !linked_make(&l, &sho) && problem_is(&sho.problem, "its symbol is no import"));
    linked_free(&l);
}

/* One struct sho for several files, one after the other. */
static void used_again(struct sho_bytes module)
{
    struct sho_bytes content = sho_part(module, 0, module.nr - SHO_TRAILER_BYTES), bad = copy_exact(content);
    uint64_t nr;

    is("api/opens-again", sho_open(&sho, content));
    nr = sho.region_bytes[SHO_TEXT];
    ((uint8_t *)bad.bytes)[0] = 0;
    is("api/bad-one-between", !sho_open(&sho, bad));
    is("api/opens-after-it", sho_open(&sho, content) && sho.region_bytes[SHO_TEXT] == nr && sho.problem.what == NULL);
    free((void *)bad.bytes);
}

int api_run(const char *module, const char *bundle)
{
    struct sho_bytes m, b;

    m.bytes = host_file_read(module, &m.nr);
    b.bytes = host_file_read(bundle, &b.nr);
    if (m.bytes == NULL || b.bytes == NULL)
        return 2;
    verify_then_modify(m);
    digest_covers(m);
    short_files(m);
    bundle_calls(b);
    imports_lost(m);
    used_again(m);
    free((void *)m.bytes);
    free((void *)b.bytes);
    return nr_failed != 0;
}
