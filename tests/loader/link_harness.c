/* SPDX-License-Identifier: MIT */
/*
 * link_harness - the loader's checked sources under ASan and UBSan: everything that the hypervisor does with a module's
 * file, up to linking it, with imports that are made up.
 *
 *     link_harness cases KEY.pem LIST           a line of LIST: PATH WORD...; see words_read(). Prints what became of
 * each link_harness api KEY.pem FILE BUNDLE      what no file can show; a line a test link_harness mutate KEY.pem SEED
 * COUNT FILE...
 */
#include "link_harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linked.h"
#include "loader/host/host.h"

/* More than any file needs. */
#define TURNS (1L << 28)
static long turns;

void (*on_verify)(void);
bool key_is_revoked;
unsigned nr_hashes;

_Bool turn_take(void)
{
    return turns-- > 0;
}

void turns_renew(void)
{
    turns = TURNS;
}

/* loader/host's own, by other names here. */
enum sho_verdict host_verify(const struct sho_trailer *t, const uint8_t hash[SHO_HASH_BYTES]);
void host_sha256(struct sho_bytes head, struct sho_bytes rest, uint8_t hash[SHO_HASH_BYTES]);

void sho_sha256(struct sho_bytes head, struct sho_bytes rest, uint8_t hash[SHO_HASH_BYTES])
{
    nr_hashes++;
    host_sha256(head, rest, hash);
}

enum sho_verdict sho_verify(const struct sho_trailer *t, const uint8_t hash[SHO_HASH_BYTES])
{
    if (on_verify != NULL)
        on_verify();
    return key_is_revoked ? SHO_KEY_REVOKED : host_verify(t, hash);
}

struct sho_bytes copy_exact(struct sho_bytes from)
{
    uint8_t *copy = malloc(from.nr);

    memcpy(copy, from.bytes, from.nr);
    return (struct sho_bytes){ copy, from.nr };
}

/* ---- cases ---- */

struct words {
    struct linked linked;
    enum sho_kind kind;
    bool unsigned_file;
    char out[256], typeid_name[64];
};

static bool word_number(const char *word, const char *key, uint64_t *value)
{
    size_t nr = strlen(key);

    if (strncmp(word, key, nr) != 0 || word[nr] != '=')
        return false;
    *value = strtoull(&word[nr + 1], NULL, 0);
    return true;
}

static void word_read(struct words *w, const char *word)
{
    uint64_t n;

    if (strcmp(word, "bundle") == 0)
        w->kind = SHO_BUNDLE;
    else if (strcmp(word, "unsigned") == 0)
        w->unsigned_file = true;
    else if (strcmp(word, "revoked") == 0)
        key_is_revoked = true;
    else if (word_number(word, "import_nr", &n))
        w->linked.import_nr = n;
    else if (word_number(word, "short", &n))
        w->linked.short_region = (unsigned)n;
    else if (word_number(word, "imports", &n))
        w->linked.imports_at = n;
    else if (word_number(word, "text", &n))
        w->linked.link.at[SHO_TEXT].address = n;
    else if (word_number(word, "readonly", &n))
        w->linked.link.at[SHO_READONLY].address = n;
    else if (word_number(word, "data", &n))
        w->linked.link.at[SHO_DATA].address = n;
    else if (word_number(word, "typeid", &n))
        w->linked.typeid_value = (uint32_t)n;
    else if (sscanf(word, "typeid_of=%63s", w->typeid_name) == 1)
        w->linked.typeid_name = w->typeid_name;
    else if (sscanf(word, "out=%255s", w->out) != 1) {
        fprintf(stderr, "link_harness: no such word: %s\n", word);
        exit(2);
    }
}

static void regions_write(const char *prefix, const struct sho_link *link)
{
    static const char *const names[] = { "", "text", "readonly", "data" };

    for (unsigned r = SHO_TEXT; r < SHO_REGIONS; r++) {
        char path[300];
        FILE *file;

        snprintf(path, sizeof(path), "%s.%s", prefix, names[r]);
        file = fopen(path, "wb");
        if (file == NULL || fwrite(link->at[r].bytes, 1, link->at[r].nr, file) != link->at[r].nr || fclose(file) != 0) {
            perror(path);
            exit(2);
        }
    }
}

static bool module_try(const char *path, struct words *w, struct sho_bytes content)
{
    static struct sho sho;
    bool good = sho_open(&sho, content);

    if (good) {
        good = linked_make(&w->linked, &sho);
        if (good && w->out[0] != '\0')
            regions_write(w->out, &w->linked.link);
        linked_free(&w->linked);
    }
    if (!good)
        host_problem_print(path, &sho.problem);
    return good;
}

static bool bundle_try(const char *path, struct words *w, struct sho_bytes content)
{
    struct sho_problem p = { NULL, SHO_IN_FILE, 0 };
    uint32_t count = sho_bundle_count(content, &p);
    bool good = count != 0;

    for (uint32_t i = 0; good && i < count; i++) {
        struct sho_bytes module = sho_bundle_get(content, i, &p);

        good = p.what == NULL && module_try(path, w, module);
    }
    if (p.what != NULL)
        host_problem_print(path, &p);
    return good;
}

static void case_run(char *line)
{
    struct sho_problem p = { NULL, SHO_IN_FILE, 0 };
    char *path = strtok(line, " \n"), *word;
    struct sho_bytes file, content;
    struct words w = { .kind = SHO_MODULE };
    uint8_t *bytes;

    turns_renew();
    linked_default(&w.linked);
    key_is_revoked = false;
    while ((word = strtok(NULL, " \n")) != NULL)
        word_read(&w, word);
    bytes = host_file_read(path, &file.nr);
    if (bytes == NULL)
        exit(2);
    file.bytes = bytes;
    file = copy_exact(file);
    free(bytes);
    content = file;
    if (!w.unsigned_file && !sho_signed(file, w.kind, &content, &p))
        host_problem_print(path, &p);
    else if (w.kind == SHO_BUNDLE ? bundle_try(path, &w, content) : module_try(path, &w, content))
        fprintf(stderr, "%s: accepted\n", path);
    free((void *)file.bytes);
}

static int cases(const char *list)
{
    FILE *file = fopen(list, "r");
    char line[1024];

    if (file == NULL) {
        perror(list);
        return 2;
    }
    host_trust_built_in();
    while (fgets(line, sizeof(line), file) != NULL)
        case_run(line);
    fclose(file);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 4 || !host_trust_pem(argv[2])) {
        fprintf(stderr, "usage: link_harness cases|api|mutate KEY.pem ...\n");
        return 2;
    }
    turns_renew();
    if (strcmp(argv[1], "api") == 0 && argc == 5)
        return api_run(argv[3], argv[4]);
    if (strcmp(argv[1], "mutate") == 0 && argc > 5)
        return mutate_run(argv[2], strtoull(argv[3], NULL, 0), strtoull(argv[4], NULL, 0), argc - 5, &argv[5]);
    return cases(argv[3]);
}
