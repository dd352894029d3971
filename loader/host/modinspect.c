/* SPDX-License-Identifier: MIT */
/* modinspect - what is in a module's file or a bundle, and whether the hypervisor's loader would take it. See usage().
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

static bool verify, names, certificate;

static void usage(FILE *to)
{
    fputs("usage: modinspect [--verify] [--key FILE.pem]... [--names] [--certificate] FILE...\n"
          "  Prints what a module (NAME.sho) or a bundle of modules says of itself: name, version, ports, stack, "
          "sizes, key.\n"
          "  Everything is looked through as the hypervisor does it (docs/module-format.md); what it would refuse is "
          "an error.\n"
          "  --verify       the signature too, by the keys that this build trusts\n"
          "  --key FILE     by this key instead (PEM, public or private; may be given more than once)\n"
          "  --names        every import and export, with its type's hash\n"
          "  --certificate  what was checked and proved, by what: JSON\n"
          "  Ends with 0; 1 when a file is refused; 2 when it cannot be read or the command line is wrong.\n",
          to);
}

static void hex(const char *label, struct sho_bytes b, uint64_t nr)
{
    printf("  %-12s", label);
    for (uint64_t i = 0; i < nr && i < b.nr; i++)
        printf("%02x", b.bytes[i]);
    printf("\n");
}

static void ports(const struct sho *sho, const char *label, uint32_t from, uint32_t nr)
{
    char name[SHO_NAME_BYTES];

    printf("  %-12s", label);
    for (uint32_t i = from; i < from + nr; i++) {
        sho_port(sho, i, name);
        printf("%s%s", i == from ? "" : " ", name);
    }
    printf("%s\n", nr == 0 ? "-" : "");
}

static void entries(const struct sho *sho, bool import, uint32_t nr)
{
    for (uint32_t i = 0; i < nr; i++) {
        struct sho_entry e = import ? sho_import(sho, i) : sho_export(sho, i);
        char port[SHO_NAME_BYTES];

        sho_port(sho, import ? sho->nr_provides + e.port : e.port, port);
        printf("  %-12s", import ? "import" : "export");
        for (unsigned k = 0; k < SHO_TYPE_BYTES; k++)
            printf("%02x", e.type.bytes[k]);
        printf(" %s.%.*s\n", port, (int)e.name.nr, (const char *)e.name.bytes);
    }
}

static bool module_print(const char *file, struct sho_bytes content)
{
    static struct sho sho;
    struct sho_bytes text;

    if (!sho_open(&sho, content)) {
        host_problem_print(file, &sho.problem);
        return false;
    }
    text = sho_certificate(&sho);
    printf("module %s\n  %-12s%llu, epoch %u\n", sho.name, "version", (unsigned long long)sho.version, sho.epoch);
    ports(&sho, "provides", 0, sho.nr_provides);
    ports(&sho, "requires", sho.nr_provides, sho.nr_requires);
    printf("  %-12s%u exports, %u imports\n", "symbols", sho.nr_exports, sho.nr_imports);
    printf("  %-12s%u bytes\n  %-12s%s\n", "stack", sho.stack, "proof level", sho.level == 0 ? "safe" : "contract");
    printf("  %-12stext %llu, read-only %llu, writable %llu bytes\n", "sizes",
           (unsigned long long)sho.region_bytes[SHO_TEXT], (unsigned long long)sho.region_bytes[SHO_READONLY],
           (unsigned long long)sho.region_bytes[SHO_DATA]);
    hex("interface", sho_interface(&sho), SHO_HASH_BYTES);
    if (names) {
        entries(&sho, false, sho.nr_exports);
        entries(&sho, true, sho.nr_imports);
    }
    if (certificate)
        printf("%.*s\n", (int)text.nr, (const char *)text.bytes);
    return true;
}

static bool is_bundle(struct sho_bytes b)
{
    return b.nr >= 8 && memcmp(b.bytes, "SHOBNDL\1", 8) == 0;
}

static bool bundle_print(const char *file, struct sho_bytes content)
{
    struct sho_problem problem = { NULL, SHO_IN_FILE, 0 };
    uint32_t count = sho_bundle_count(content, &problem);
    bool good = count != 0;

    for (uint32_t i = 0; i < count; i++) {
        struct sho_bytes module = sho_bundle_get(content, i, &problem);

        good = module.nr != 0 && module_print(file, module) && good;
    }
    if (problem.what != NULL)
        host_problem_print(file, &problem);
    return good && problem.what == NULL;
}

/* With or without a trailer: what is looked through is the same. */
static bool file_print(const char *path, struct sho_bytes file)
{
    enum sho_kind kind = is_bundle(file) ? SHO_BUNDLE : SHO_MODULE;
    struct sho_problem problem = { NULL, SHO_IN_FILE, 0 };
    struct sho_bytes content = file;
    struct sho_trailer t;
    bool has_trailer = sho_trailer_find(file, &t, &problem);

    if (has_trailer)
        content.nr -= SHO_TRAILER_BYTES;
    if (verify && !sho_signed(file, kind, &content, &problem)) {
        host_problem_print(path, &problem);
        return false;
    }
    printf("%s: %s%s\n", path, kind == SHO_BUNDLE ? "bundle" : "module",
           verify        ? ", signature good"
           : has_trailer ? ", signed"
                         : ", not signed");
    if (has_trailer)
        hex("key", t.key, 8);
    return kind == SHO_BUNDLE ? bundle_print(path, content) : module_print(path, content);
}

static bool options_read(int argc, char **argv)
{
    static const struct option all[] = {
        { "verify", no_argument, NULL, 'v' }, { "key", required_argument, NULL, 'k' },
        { "names", no_argument, NULL, 'n' },  { "certificate", no_argument, NULL, 'c' },
        { "help", no_argument, NULL, 'h' },   { NULL, 0, NULL, 0 }
    };
    bool own_keys = false;
    int c;

    while ((c = getopt_long(argc, argv, "h", all, NULL)) != -1) {
        switch (c) {
        case 'v': verify = true; break;
        case 'n': names = true; break;
        case 'c': certificate = true; break;
        case 'k':
            own_keys = verify = true;
            if (!host_trust_pem(optarg))
                exit(2);
            break;
        case 'h': usage(stdout); exit(0);
        default: return false;
        }
    }
    if (!own_keys)
        host_trust_built_in();
    return optind < argc;
}

int main(int argc, char **argv)
{
    int status = 0;

    if (!options_read(argc, argv)) {
        usage(stderr);
        return 2;
    }
    for (int i = optind; i < argc; i++) {
        uint64_t nr = 0;
        uint8_t *bytes = host_file_read(argv[i], &nr);

        if (bytes == NULL)
            return 2;
        if (!file_print(argv[i], (struct sho_bytes){ bytes, nr }))
            status = 1;
        free(bytes);
    }
    return status;
}
