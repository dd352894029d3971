/* SPDX-License-Identifier: MIT */
#include "core/sites.h"

#include "core/log.h"
#include "core/modules.h"
#include "core/text.h"

struct site {
    int32_t at, file; /* relative to their own place */
    uint32_t id;      /* the rule's number, then 24 bits of the check's name */
    uint32_t line;
};

#define MODULE_NAME 24
#define PATH_MAX 128
#define FAULTY_MAX 16

struct faulty {
    char name[MODULE_NAME];
    uint32_t count;
};
static struct faulty faulty[FAULTY_MAX] SC_BOOT; /* written on the way out of a trap, by one CPU at a time */

/* Whose trap is at rip; null: none of these. */
SC_NULLABLE static const struct site *site_find_in(const struct site *first, const struct site *end, uint64_t rip)
{
    SC_UNSAFE("DEV-23: whole entries lie between the two, each relative to its own place")
    {
        for (const struct site *s = first; s != end; s++)
            if ((uint64_t)&s->at + (uint64_t)(int64_t)s->at == rip)
                return s;
    }
    return NULL;
}

SC_NULLABLE static const struct site *site_find(uint64_t rip)
{
    const struct module *m = module_of_text(text_home(rip));
    uint64_t place, nr;

    if (m == NULL) {
        SC_UNSAFE("DEV-134: the linker script's symbols around the image's entries")
        {
            extern const struct site __sites_start[], __sites_end[];

            return site_find_in(__sites_start, __sites_end, rip);
        }
    }
    nr = sho_find_part(&m->sho, SHO_PART_SITES, &place) / sizeof(struct site);
    SC_UNSAFE("DEV-135: the loader put the module's entries there, and checked that they point into its text and names")
    {
        const struct site *first = (const struct site *)(m->place[SHO_READONLY] + place);

        return site_find_in(first, &first[nr], text_home(rip));
    }
}

/* The file's name, cut to what fits. */
static void site_file(const struct site *s, char path[PATH_MAX])
{
    SC_UNSAFE("DEV-24: safecc writes the name, ended by a 0, where the entry points")
    {
        const char *from = (const char *)((uint64_t)&s->file + (uint64_t)(int64_t)s->file);
        unsigned i = 0;

        for (; i + 1 < PATH_MAX && from[i] != 0; i++)
            path[i] = from[i];
        for (; i < PATH_MAX; i++)
            path[i] = 0;
    }
}

/* Where the text begins in the path, or PATH_MAX. */
static unsigned find_text(const char path[PATH_MAX], const char *text SC_COUNT(nr), unsigned nr)
{
    for (unsigned at = 0; at + nr <= PATH_MAX; at++) {
        unsigned i = 0;

        while (i < nr && path[at + i] == text[i])
            i++;
        if (i == nr)
            return at;
    }
    return PATH_MAX;
}

/* hypervisor/modules/NAME/..., xen-compat/..., or the core. */
static void module_of(const char path[PATH_MAX], char name[MODULE_NAME])
{
    static const char modules[] = "modules/", compat[] = "xen-compat/", core[] = "core";
    unsigned at = find_text(path, modules, sizeof(modules) - 1), i;

    for (i = 0; i < MODULE_NAME; i++)
        name[i] = 0;
    if (at < PATH_MAX) {
        at += sizeof(modules) - 1;
        for (i = 0; i + 1 < MODULE_NAME && at + i < PATH_MAX && path[at + i] != '/'; i++)
            name[i] = path[at + i];
    } else if (find_text(path, compat, sizeof(compat) - 1) < PATH_MAX) {
        for (i = 0; i + 2 < sizeof(compat); i++)
            name[i] = compat[i];
    } else {
        for (i = 0; i + 1 < sizeof(core); i++)
            name[i] = core[i];
    }
}

static bool same_name(const char a[MODULE_NAME], const char b[MODULE_NAME])
{
    for (unsigned i = 0; i < MODULE_NAME; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

/* One more failure of the module; how many it is. */
static uint32_t count_failure(const char name[MODULE_NAME])
{
    for (unsigned i = 0; i < FAULTY_MAX; i++) {
        struct faulty *f = &faulty[i];

        if (f->count != 0 && !same_name(f->name, name))
            continue;
        for (unsigned k = 0; k < MODULE_NAME; k++)
            f->name[k] = name[k];
        return ++f->count;
    }
    return 0;
}

bool site_report(uint64_t rip)
{
    const struct site *s = site_find(rip);
    char path[PATH_MAX], name[MODULE_NAME];
    uint32_t nth;

    if (s == NULL)
        return false;
    site_file(s, path);
    module_of(path, name);
    nth = count_failure(name);
    log_err("check failed: module %.24s, rule SC-%02u, %.128s:%u (check %08x); the module is marked faulty (%u)", name,
            s->id >> 24, path, s->line, s->id, nth);
    return true;
}

void site_text(uint64_t rip, uint32_t vector, char text[MODULE_TEXT_BYTES])
{
    const struct site *s = site_find(rip);
    char path[PATH_MAX];
    uint32_t at = 0;

    if (s == NULL) {
        text_add(text, &at, "trap ");
        text_add_number(text, &at, vector);
    } else {
        site_file(s, path);
        text_add(text, &at, s->id >> 24 < 10 ? "rule SC-0" : "rule SC-");
        text_add_number(text, &at, s->id >> 24);
        text_add(text, &at, ", ");
        for (unsigned i = 0; i < PATH_MAX && path[i] != 0 && at + 1 < MODULE_TEXT_BYTES; i++)
            text[at++] = path[i];
        text_add(text, &at, ":");
        text_add_number(text, &at, s->line);
    }
    text[at % MODULE_TEXT_BYTES] = '\0';
}

void sites_log(void)
{
    unsigned nr = 0;

    for (unsigned i = 0; i < FAULTY_MAX; i++) {
        const struct faulty *f = &faulty[i];

        if (f->count == 0)
            continue;
        log_err("module %.24s: faulty, %u failed checks", f->name, f->count);
        nr++;
    }
    if (nr == 0)
        log_err("no module has failed a check");
}
