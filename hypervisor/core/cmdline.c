/* SPDX-License-Identifier: MIT */
#include "core/cmdline.h"

#include "core/layout.h"
#include "core/log.h"

unsigned opt_loglvl SC_BOOT = LOG_WARNING;
unsigned opt_guest_loglvl SC_BOOT = LOG_WARNING;
bool opt_noreboot SC_BOOT;
bool opt_sync_console SC_BOOT;
bool opt_console_serial SC_BOOT = true;
uint64_t opt_com1_baud SC_BOOT = 115200;
uint64_t opt_dom0_mem SC_BOOT;
uint32_t opt_dom0_max_vcpus SC_BOOT;
uint32_t opt_maxcpus SC_BOOT;
bool opt_numa SC_BOOT = true;
uint32_t opt_dom0_nodes SC_BOOT;
bool opt_dom0_nodes_relaxed SC_BOOT;
bool opt_smep SC_BOOT = true;
bool opt_smap SC_BOOT = true;
bool opt_smap_given SC_BOOT;
bool opt_x2apic SC_BOOT = true;
bool opt_x2apic_phys SC_BOOT = true;
uint32_t opt_gnttab_max_frames SC_BOOT = OPT_GNTTAB_MAX_FRAMES;
uint32_t opt_gnttab_max_ver SC_BOOT = 2;
bool opt_gnttab_transitive SC_BOOT = true;
uint32_t opt_revoke_key[MAX_REVOKED] SC_BOOT, opt_revoke_epoch[MAX_REVOKED] SC_BOOT,
    opt_module_level[MAX_REVOKED] SC_BOOT;
unsigned opt_nr_revoke_keys SC_BOOT, opt_nr_revoke_epochs SC_BOOT, opt_nr_module_levels SC_BOOT;
enum sched_choice opt_sched SC_BOOT TEXT_AFTER_BOOT = SCHED_FAIR;
uint8_t opt_xpti_dom0 SC_BOOT, opt_xpti_domu SC_BOOT, opt_pcid SC_BOOT;
uint8_t opt_msr_sc SC_BOOT, opt_rsb SC_BOOT, opt_md_clear SC_BOOT, opt_ibrs SC_BOOT, opt_ibpb SC_BOOT, opt_ssbd SC_BOOT;
char opt_line[OPT_LINE_BYTES] SC_BOOT;
uint32_t opt_dom0_words SC_BOOT;
uint32_t opt_domu[MAX_DOMUS] SC_BOOT;
unsigned opt_nr_domus SC_BOOT;

#define MAX_UNKNOWN 8
#define WORD_BYTES 48
#define NAME_BYTES 20
/* Words that were not understood: the name, or with bad_value also the value. */
static char unknown[MAX_UNKNOWN][WORD_BYTES] SC_BOOT;
static bool bad_value[MAX_UNKNOWN] SC_BOOT;
static unsigned nr_unknown SC_BOOT;

enum opt_type {
    OPT_LEVEL,
    OPT_BOOL,
    OPT_UINT,
    OPT_SIZE,
    OPT_BAUD,
    OPT_CONSOLE,
    OPT_DOMU,
    OPT_GNTTAB,
    OPT_NODES,
    OPT_SCHED,
    OPT_REVOKE_KEY,
    OPT_REVOKE_EPOCH,
    OPT_MODULE_LEVEL,
    OPT_XPTI,
    OPT_PCID,
    OPT_SPEC_CTRL,
    OPT_IGNORED
};

/* One row an option: what kind of value, and where it goes. */
struct option {
    char name[NAME_BYTES];
    enum opt_type type;
    unsigned *level;
    bool *flag;
    uint32_t *number;
    uint64_t *wide;
    uint32_t max; /* of an OPT_UINT that is from 1 to this; 0: any number */
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
    { .name = "gnttab", .type = OPT_GNTTAB },
    { .name = "gnttab_max_frames", .type = OPT_UINT, .number = &opt_gnttab_max_frames, .max = OPT_GNTTAB_MAX_FRAMES },
    { .name = "sched", .type = OPT_SCHED },
    { .name = "revoke-key", .type = OPT_REVOKE_KEY },
    { .name = "revoke-epoch", .type = OPT_REVOKE_EPOCH },
    { .name = "module-level", .type = OPT_MODULE_LEVEL },
    { .name = "x2apic", .type = OPT_BOOL, .flag = &opt_x2apic },
    { .name = "x2apic_phys", .type = OPT_BOOL, .flag = &opt_x2apic_phys },
    { .name = "xpti", .type = OPT_XPTI },
    { .name = "pcid", .type = OPT_PCID },
    { .name = "spec-ctrl", .type = OPT_SPEC_CTRL },
    { .name = "numa", .type = OPT_BOOL, .flag = &opt_numa },
    { .name = "dom0_nodes", .type = OPT_NODES },
    { .name = "maxcpus", .type = OPT_UINT, .number = &opt_maxcpus },
    { .name = "placeholder", .type = OPT_IGNORED }, /* GRUB's first word */
};

/* A part of opt_line. */
struct word {
    uint32_t at, nr;
};

/* A literal and its length, as two arguments. */
#define TEXT(literal) literal, sizeof(literal) - 1

/* The line's character at that place; 0 from its end on. */
static char line_at(uint32_t at)
{
    return at < OPT_LINE_BYTES ? opt_line[at] : '\0';
}

static bool word_is(const char name[NAME_BYTES], struct word w)
{
    if (w.nr >= NAME_BYTES)
        return false;
    for (uint32_t i = 0; i < w.nr; i++) {
        if (name[i] != line_at(w.at + i))
            return false;
    }
    return name[w.nr] == '\0';
}

/* A number with Xen's size suffixes; min:max: lists take the first plain value. */
static uint64_t parse_size(uint32_t at, uint64_t unit)
{
    uint64_t v = 0;

    for (; at < OPT_LINE_BYTES && opt_line[at] >= '0' && opt_line[at] <= '9'; at++)
        v = v * 10 + (uint64_t)(opt_line[at] - '0');
    switch (line_at(at)) {
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

static bool starts_with(uint32_t at, const char *prefix SC_COUNT(nr), uint32_t nr)
{
    for (uint32_t i = 0; i < nr; i++) {
        if (line_at(at + i) != prefix[i])
            return false;
    }
    return true;
}

static unsigned parse_level(uint32_t at)
{
    if (starts_with(at, TEXT("none")) || starts_with(at, TEXT("error")))
        return LOG_ERR;
    if (starts_with(at, TEXT("warning")))
        return LOG_WARNING;
    if (starts_with(at, TEXT("info")))
        return LOG_INFO;
    return LOG_DEBUG;
}

static bool parse_bool(uint32_t at)
{
    return !(starts_with(at, TEXT("0")) || starts_with(at, TEXT("no")) || starts_with(at, TEXT("off")) ||
             starts_with(at, TEXT("false")));
}

static bool ends_word(char c)
{
    return c == '\0' || c == ' ';
}

static void option_domu(uint32_t value)
{
    if (opt_nr_domus < MAX_DOMUS)
        opt_domu[opt_nr_domus] = value;
    opt_nr_domus++;
}

static bool ends_item(char c)
{
    return ends_word(c) || c == ',';
}

/* max-ver:1|2, transitive or no-transitive, no-transfer (what is so anyway).  False: not understood. */
static bool option_gnttab_item(uint32_t at, uint32_t nr)
{
    if (starts_with(at, TEXT("max-ver:")) || starts_with(at, TEXT("max_ver:"))) {
        char c = line_at(at + 8);

        if (nr != 9 || (c != '1' && c != '2'))
            return false;
        opt_gnttab_max_ver = c == '1' ? 1 : 2;
        return true;
    }
    if (starts_with(at, TEXT("transitive")) && (nr == 10 || line_at(at + 10) == '=')) {
        opt_gnttab_transitive = nr == 10 || parse_bool(at + 11);
        return true;
    }
    if (starts_with(at, TEXT("no-transitive")) && nr == 13) {
        opt_gnttab_transitive = false;
        return true;
    }
    return starts_with(at, TEXT("no-transfer")) && nr == 11;
}

/* A node's number, or what its vcpus may do.  False: not understood. */
static bool option_nodes_item(uint32_t at, uint32_t nr)
{
    char c = line_at(at);

    if (nr == 6 && starts_with(at, TEXT("strict"))) {
        opt_dom0_nodes_relaxed = false;
        return true;
    }
    if (nr == 7 && starts_with(at, TEXT("relaxed"))) {
        opt_dom0_nodes_relaxed = true;
        return true;
    }
    if (nr != 1 || c < '0' || c >= '0' + MAX_NODES)
        return false;
    opt_dom0_nodes |= 1U << (c - '0');
    return true;
}

/* Items with commas between: nodes, or the grant table's. */
SC_NODISCARD static bool option_list(uint32_t at, bool nodes)
{
    for (;;) {
        uint32_t nr = 0;

        while (!ends_item(line_at(at + nr)))
            nr++;
        if (!(nodes ? option_nodes_item(at, nr) : option_gnttab_item(at, nr)))
            return false;
        if (line_at(at + nr) != ',')
            return true;
        at += nr + 1;
    }
}

/* Is the word's value this, all of it? */
static bool value_is(uint32_t at, const char *text SC_COUNT(nr), uint32_t nr)
{
    return starts_with(at, text, nr) && ends_word(line_at(at + nr));
}

SC_NODISCARD static bool option_sched(uint32_t at)
{
    if (value_is(at, TEXT("credit2")))
        opt_sched = SCHED_FAIR;
    else if (value_is(at, TEXT("rr")))
        opt_sched = SCHEDULER_RR;
    else
        return false;
    return true;
}

/* ---- lists of choices: NAME, no-NAME or NAME=BOOL, with commas between ---- */

struct choice {
    char name[NAME_BYTES];
    uint8_t *to;
};

static const struct choice xpti_choices[] = { { "dom0", &opt_xpti_dom0 }, { "domu", &opt_xpti_domu } };
static const struct choice spec_choices[] = { { "msr-sc", &opt_msr_sc }, { "rsb", &opt_rsb },
                                              { "ibrs", &opt_ibrs },     { "md-clear", &opt_md_clear },
                                              { "ibpb", &opt_ibpb },     { "ssbd", &opt_ssbd } };

static uint32_t item_length(uint32_t at)
{
    uint32_t nr = 0;

    while (!ends_item(line_at(at + nr)))
        nr++;
    return nr;
}

static bool item_is(uint32_t at, uint32_t nr, const char *text SC_COUNT(nr_text), uint32_t nr_text)
{
    return nr == nr_text && starts_with(at, text, nr_text);
}

/* True, false, or neither: -1. */
static int item_bool(uint32_t at, uint32_t nr)
{
    static const char words[8][NAME_BYTES] = { "0", "no", "off", "false", "1", "yes", "on", "true" };

    for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
        if (word_is(words[i], (struct word){ at, nr }))
            return i >= 4;
    }
    return -1;
}

SC_NODISCARD static bool item_choose(const struct choice *c SC_COUNT(nr_choices), unsigned nr_choices, uint32_t at,
                                     uint32_t nr)
{
    bool negated = nr > 3 && starts_with(at, TEXT("no-"));
    uint32_t from = negated ? at + 3 : at, equals = from;
    int yes = negated ? 0 : 1;

    while (equals < at + nr && line_at(equals) != '=')
        equals++;
    if (equals < at + nr)
        yes = negated ? -1 : item_bool(equals + 1, at + nr - equals - 1);
    for (unsigned i = 0; i < nr_choices; i++) {
        if (!word_is(c[i].name, (struct word){ from, equals - from }))
            continue;
        if (yes >= 0)
            *c[i].to = yes == 1 ? OPT_YES : OPT_NO;
        return yes >= 0;
    }
    return false;
}

static void choose_all(const struct choice *c SC_COUNT(nr_choices), unsigned nr_choices, uint8_t choice)
{
    for (unsigned i = 0; i < nr_choices; i++) {
        if (*c[i].to == OPT_UNSAID)
            *c[i].to = choice;
    }
}

/* BOOL, default, or dom0 and domu. */
SC_NODISCARD static bool option_xpti(uint32_t at, bool negated)
{
    bool good = true;

    if (negated || ends_word(line_at(at))) {
        opt_xpti_dom0 = opt_xpti_domu = negated ? OPT_NO : OPT_YES;
        return true;
    }
    for (;;) {
        uint32_t nr = item_length(at);
        int yes = item_bool(at, nr);

        if (yes >= 0)
            opt_xpti_dom0 = opt_xpti_domu = yes == 1 ? OPT_YES : OPT_NO;
        else if (item_is(at, nr, TEXT("default")))
            opt_xpti_dom0 = opt_xpti_domu = OPT_UNSAID;
        else
            good = item_choose(xpti_choices, ARRAY_SIZE(xpti_choices), at, nr) && good;
        if (line_at(at + nr) != ',')
            return good;
        at += nr + 1;
    }
}

/* BOOL, xpti or no-xpti: without XPTI there are none anyway. */
SC_NODISCARD static bool option_pcid(uint32_t at, bool negated)
{
    static const struct choice under_xpti[] = { { "xpti", &opt_pcid } };
    uint32_t nr = item_length(at);
    int yes = negated ? 0 : ends_word(line_at(at)) ? 1 : item_bool(at, nr);

    if (yes < 0)
        return item_choose(under_xpti, ARRAY_SIZE(under_xpti), at, nr);
    opt_pcid = yes == 1 ? OPT_YES : OPT_NO;
    return true;
}

/* no, no-xen, or what is to be used and what not. */
SC_NODISCARD static bool option_spec_ctrl(uint32_t at)
{
    bool good = true;

    for (;;) {
        uint32_t nr = item_length(at);
        bool none = item_bool(at, nr) == 0;

        if (none || item_is(at, nr, TEXT("no-xen")) || item_is(at, nr, TEXT("xen=no"))) {
            /* Guests keep what is theirs unless it is `no`. */
            choose_all(xpti_choices, ARRAY_SIZE(xpti_choices), OPT_NO);
            choose_all(&spec_choices[none ? 0 : 1], ARRAY_SIZE(spec_choices) - (none ? 0 : 1), OPT_NO);
        } else {
            good = item_choose(spec_choices, ARRAY_SIZE(spec_choices), at, nr) && good;
        }
        if (line_at(at + nr) != ',')
            return good;
        at += nr + 1;
    }
}

SC_NODISCARD static bool option_number(const struct option *o, uint32_t value)
{
    uint64_t n = parse_size(value, 1);

    if (o->max != 0 && (n == 0 || n > o->max))
        return false;
    *o->number = (uint32_t)n;
    return true;
}

/* Where the value is; false: there are too many. */
SC_NODISCARD static bool option_keep(uint32_t value, uint32_t at[MAX_REVOKED], unsigned *nr)
{
    if (*nr >= MAX_REVOKED)
        return false;
    at[(*nr)++] = value;
    return true;
}

/* What a row points to is there for the row's type.  False: the value makes no sense. */
SC_NODISCARD static bool option_set(const struct option *o, uint32_t value, bool negated)
{
    if (o->flag == &opt_smap)
        opt_smap_given = true;
    switch (o->type) {
    case OPT_LEVEL: *o->level = parse_level(value); break;
    case OPT_BOOL: *o->flag = (ends_word(line_at(value)) || parse_bool(value)) && !negated; break;
    case OPT_UINT: return option_number(o, value);
    case OPT_SIZE: *o->wide = parse_size(starts_with(value, TEXT("max:")) ? value + 4 : value, 1024); break;
    case OPT_BAUD: *o->wide = parse_size(value, 1); break;
    case OPT_CONSOLE: *o->flag = !starts_with(value, TEXT("none")); break;
    case OPT_DOMU: option_domu(value); break;
    case OPT_GNTTAB: return option_list(value, false);
    case OPT_NODES: return option_list(value, true);
    case OPT_SCHED: return option_sched(value);
    case OPT_REVOKE_KEY: return option_keep(value, opt_revoke_key, &opt_nr_revoke_keys);
    case OPT_REVOKE_EPOCH: return option_keep(value, opt_revoke_epoch, &opt_nr_revoke_epochs);
    case OPT_MODULE_LEVEL: return option_keep(value, opt_module_level, &opt_nr_module_levels);
    case OPT_XPTI: return option_xpti(value, negated);
    case OPT_PCID: return option_pcid(value, negated);
    case OPT_SPEC_CTRL: return option_spec_ctrl(value);
    case OPT_IGNORED: break;
    }
    return true;
}

/* Remember the word, up to its end, or with its value too. */
static void option_unknown(struct word w, bool with_value)
{
    if (nr_unknown >= MAX_UNKNOWN)
        return;
    for (uint32_t i = 0; (with_value ? !ends_word(line_at(w.at + i)) : i < w.nr) && i < WORD_BYTES - 1; i++)
        unknown[nr_unknown][i] = line_at(w.at + i);
    bad_value[nr_unknown] = with_value;
    nr_unknown++;
}

static void option_word(struct word w, uint32_t value)
{
    for (unsigned i = 0; i < ARRAY_SIZE(options); i++) {
        if (word_is(options[i].name, w)) {
            if (!option_set(&options[i], value, false))
                option_unknown(w, true);
            return;
        }
        if ((options[i].type == OPT_BOOL || options[i].type == OPT_XPTI || options[i].type == OPT_PCID) && w.nr > 3 &&
            starts_with(w.at, TEXT("no-")) && word_is(options[i].name, (struct word){ w.at + 3, w.nr - 3 })) {
            if (!option_set(&options[i], value, true))
                option_unknown(w, true);
            return;
        }
    }
    option_unknown(w, false);
}

/* The word at `at`, with its value if it has one; returns where it ends. */
static uint32_t word_take(uint32_t at)
{
    struct word w = { at, 0 };

    for (; at < OPT_LINE_BYTES && !ends_word(opt_line[at]) && opt_line[at] != '='; at++)
        w.nr++;
    if (line_at(at) == '=')
        at++;
    option_word(w, at);
    while (at < OPT_LINE_BYTES && !ends_word(opt_line[at]))
        at++;
    return at;
}

void cmdline_parse(const char *line, uint64_t nr_bytes)
{
    uint32_t at = 0;

    for (uint64_t k = 0; k < nr_bytes && k < OPT_LINE_BYTES - 1; k++)
        opt_line[k] = line[k];
    while (at < OPT_LINE_BYTES && opt_line[at] != '\0') {
        if (opt_line[at] == ' ') {
            at++;
        } else if (starts_with(at, TEXT("--")) && ends_word(line_at(at + 2))) {
            opt_dom0_words = at + 2;
            return;
        } else {
            at = word_take(at);
        }
    }
}

void cmdline_report(void)
{
    log_info("Command line: %.1024s", opt_line);
    for (unsigned i = 0; i < nr_unknown; i++) {
        if (bad_value[i])
            log_warn("parameter \"%.48s\": value not understood", unknown[i]);
        else
            log_warn("parameter \"%.48s\" unknown!", unknown[i]);
    }
}
