/* SPDX-License-Identifier: MIT */
#include "core/cmdline.h"

#include "core/log.h"

unsigned opt_loglvl = LOG_WARNING;
unsigned opt_guest_loglvl = LOG_WARNING;
bool opt_noreboot;
bool opt_sync_console;
bool opt_console_serial = true;
uint64_t opt_com1_baud = 115200;
uint64_t opt_dom0_mem;
uint32_t opt_dom0_max_vcpus;
uint32_t opt_maxcpus;
bool opt_smep = true, opt_smap = true;
bool opt_smap_given;
char opt_line[1024];
const char *opt_domu[MAX_DOMUS];
unsigned opt_nr_domus;

#define MAX_UNKNOWN 8
#define WORD_BYTES 48
static char unknown[MAX_UNKNOWN][WORD_BYTES];
static unsigned nr_unknown;

enum opt_type { OPT_LEVEL, OPT_BOOL, OPT_UINT, OPT_SIZE, OPT_BAUD, OPT_CONSOLE, OPT_DOMU, OPT_IGNORED };

/* One row an option: what kind of value, and where it goes. */
struct option {
    const char *name;
    enum opt_type type;
    unsigned *level;
    bool *flag;
    uint32_t *number;
    uint64_t *wide;
};

static const struct option options[] = {
    { .name = "loglvl", .type = OPT_LEVEL, .level = &opt_loglvl },
    { .name = "guest_loglvl", .type = OPT_LEVEL, .level = &opt_guest_loglvl },
    { .name = "noreboot", .type = OPT_BOOL, .flag = &opt_noreboot },
    { .name = "sync_console", .type = OPT_BOOL, .flag = &opt_sync_console },
    { .name = "smep", .type = OPT_BOOL, .flag = &opt_smep },
    { .name = "smap", .type = OPT_BOOL, .flag = &opt_smap },
    { .name = "console", .type = OPT_CONSOLE, .flag = &opt_console_serial },
    { .name = "com1", .type = OPT_BAUD, .wide = &opt_com1_baud },
    { .name = "dom0_mem", .type = OPT_SIZE, .wide = &opt_dom0_mem },
    { .name = "dom0_max_vcpus", .type = OPT_UINT, .number = &opt_dom0_max_vcpus },
    { .name = "domu", .type = OPT_DOMU },
    { .name = "maxcpus", .type = OPT_UINT, .number = &opt_maxcpus },
    { .name = "placeholder", .type = OPT_IGNORED }, /* GRUB's first word */
};

static bool word_is(const char *name, const char *word, unsigned nr)
{
    unsigned i = 0;

    for (; i < nr; i++) {
        if (name[i] == '\0' || name[i] != word[i])
            return false;
    }
    return name[i] == '\0';
}

/* A number with Xen's size suffixes; min:max: lists take the first plain value. */
static uint64_t parse_size(const char *s, uint64_t unit)
{
    uint64_t v = 0;
    unsigned i = 0;

    for (; s[i] >= '0' && s[i] <= '9'; i++)
        v = v * 10 + (uint64_t)(s[i] - '0');
    switch (s[i]) {
    case 'G':
    case 'g': return v << 30;
    case 'M':
    case 'm': return v << 20;
    case 'K':
    case 'k': return v << 10;
    case 'B':
    case 'b': return v;
    default: return v * unit;
    }
}

static bool starts_with(const char *s, const char *prefix)
{
    for (unsigned i = 0; prefix[i] != '\0'; i++) {
        if (s[i] != prefix[i])
            return false;
    }
    return true;
}

static unsigned parse_level(const char *s)
{
    if (starts_with(s, "none") || starts_with(s, "error"))
        return LOG_ERR;
    if (starts_with(s, "warning"))
        return LOG_WARNING;
    if (starts_with(s, "info"))
        return LOG_INFO;
    return LOG_DEBUG;
}

static bool parse_bool(const char *s)
{
    return !(starts_with(s, "0") || starts_with(s, "no") || starts_with(s, "off") || starts_with(s, "false"));
}

static void option_domu(const char *value)
{
    if (opt_nr_domus < MAX_DOMUS)
        opt_domu[opt_nr_domus] = value;
    opt_nr_domus++;
}

static void option_set(const struct option *o, const char *value, bool negated)
{
    if (o->flag == &opt_smap)
        opt_smap_given = true;
    switch (o->type) {
    case OPT_LEVEL: *o->level = parse_level(value); break;
    case OPT_BOOL: *o->flag = (value[0] == '\0' || parse_bool(value)) && !negated; break;
    case OPT_UINT: *o->number = (uint32_t)parse_size(value, 1); break;
    case OPT_SIZE: *o->wide = parse_size(starts_with(value, "max:") ? &value[4] : value, 1024); break;
    case OPT_BAUD: *o->wide = parse_size(value, 1); break;
    case OPT_CONSOLE: *o->flag = !starts_with(value, "none"); break;
    case OPT_DOMU: option_domu(value); break;
    case OPT_IGNORED: break;
    }
}

static void option_unknown(const char *word, unsigned nr)
{
    if (nr_unknown >= MAX_UNKNOWN)
        return;
    for (unsigned i = 0; i < nr && i < WORD_BYTES - 1; i++)
        unknown[nr_unknown][i] = word[i];
    nr_unknown++;
}

static void option_word(const char *word, unsigned nr, const char *value)
{
    for (unsigned i = 0; i < ARRAY_SIZE(options); i++) {
        if (word_is(options[i].name, word, nr)) {
            option_set(&options[i], value, false);
            return;
        }
        if (options[i].type == OPT_BOOL && nr > 3 && starts_with(word, "no-") &&
            word_is(options[i].name, &word[3], nr - 3)) {
            option_set(&options[i], "", true);
            return;
        }
    }
    option_unknown(word, nr);
}

void cmdline_parse(const char *line, uint64_t nr_bytes)
{
    unsigned i = 0, start, name_nr;

    for (uint64_t k = 0; k < nr_bytes && k < sizeof(opt_line) - 1; k++)
        opt_line[k] = line[k];
    while (opt_line[i] != '\0') {
        while (opt_line[i] == ' ')
            i++;
        start = i;
        while (opt_line[i] != '\0' && opt_line[i] != ' ' && opt_line[i] != '=')
            i++;
        name_nr = i - start;
        if (name_nr == 0)
            break;
        if (opt_line[i] == '=') {
            i++;
            option_word(&opt_line[start], name_nr, &opt_line[i]);
            while (opt_line[i] != '\0' && opt_line[i] != ' ')
                i++;
        } else {
            /* QEMU and GRUB put the file's own path first. */
            if (!(start == 0 && opt_line[0] == '/'))
                option_word(&opt_line[start], name_nr, "");
        }
    }
}

void cmdline_report(void)
{
    log_info("Command line: %s", opt_line);
    for (unsigned i = 0; i < nr_unknown; i++)
        log_warn("parameter \"%s\" unknown!", unknown[i]);
}
