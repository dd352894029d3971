/* SPDX-License-Identifier: MIT */
#include "core/modules.h"

#include "arch/cpu.h"
#include "core/cmdline.h"
#include "core/image.h"
#include "core/image_tables.h"
#include "core/log.h"
#include "core/percpu.h"
#include "core/text.h"

static struct module modules[MODULES_MAX] SC_BOOT;
static bool taken[MODULES_MAX] SC_BOOT;
static uint64_t last_order SC_BOOT;
static uint32_t version SC_BOOT;

/* Which pages of the area are given out, by region. */
#define AREA_PAGES (MODULES_DATA_BYTES / PAGE_SIZE)
static bool page_taken[SHO_REGIONS][AREA_PAGES] SC_BOOT;

/* A region is linked here before it is copied to its place: nobody can run it half made. */
#define STAGING_BYTES 0x60000
static uint8_t staging[2][STAGING_BYTES] SC_BOOT;
static struct sho_link link SC_BOOT;

struct module *module_get(uint32_t i)
{
    return i < MODULES_MAX && taken[i] ? &modules[i] : NULL;
}

struct module *module_of_text(uint64_t home)
{
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        struct module *m = &modules[i];

        if (taken[i] && m->linked && home >= m->place[SHO_TEXT] &&
            home - m->place[SHO_TEXT] < m->sho.region_bytes[SHO_TEXT])
            return m;
    }
    return NULL;
}

uint32_t modules_version(void)
{
    return version;
}

struct module *module_new(void)
{
    version++;
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        struct module *m = &modules[i];

        if (taken[i])
            continue;
        m->linked = m->at_run_time = m->faulty = false;
        m->order = m->swap_ns = 0;
        m->failures = m->file_order = 0;
        m->name[0] = m->text[0] = '\0';
        taken[i] = true;
        return m;
    }
    return NULL;
}

/* Does a module that was loaded serve a hook around hypercalls? */
static bool looks_on(const struct module *m)
{
    for (uint32_t i = 0; m->at_run_time && m->order != 0 && i < m->sho.nr_exports; i++) {
        static const char enter[] = "hook_hypercall_enter", leave[] = "hook_hypercall_exit";
        struct sho_entry e = sho_export(&m->sho, i);
        bool is_enter = e.name.nr == sizeof(enter) - 1, is_leave = e.name.nr == sizeof(leave) - 1;

        for (uint32_t k = 0; k < e.name.nr && k < sizeof(leave) - 1; k++) {
            is_enter = is_enter && e.name.bytes[k] == (uint8_t)enter[k];
            is_leave = is_leave && e.name.bytes[k] == (uint8_t)leave[k];
        }
        if (is_enter || is_leave)
            return true;
    }
    return false;
}

void module_serves(struct module *m, bool serve)
{
    bool hooked = false;

    version++;
    m->order = serve ? ++last_order : 0;
    for (uint32_t i = 0; i < MODULES_MAX; i++)
        hooked = hooked || (taken[i] && looks_on(&modules[i]));
    for (uint32_t i = 0; i < MAX_CPUS; i++)
        atomic_write8(&cpus[i].hooked, hooked);
}

SC_STRING static const char *place_name(enum sho_place place)
{
    static const char *const names[] = { "byte",         "section", "symbol", "relocation",
                                         "manifest, at", "export",  "import", "bundle entry" };

    return (uint32_t)place < ARRAY_SIZE(names) ? names[place] : "place";
}

SC_STRING static const char *problem_text(const struct sho_problem *p)
{
    const char *what = p->what;

    return what != NULL ? what : "no reason given";
}

static void text_add(char text[MODULE_TEXT_BYTES], uint32_t *at, const char *more SC_STRING)
{
    for (uint32_t i = 0; text_at(more, i) != '\0' && *at + 1 < MODULE_TEXT_BYTES; i++)
        text[(*at)++] = text_at(more, i);
}

void problem_print(const struct sho_problem *p, char text[MODULE_TEXT_BYTES])
{
    char digits[11] = { 0 };
    uint32_t at = 0, nr = 0, n = p->index;

    text_add(text, &at, place_name(p->place));
    text_add(text, &at, " ");
    do {
        digits[nr++] = (char)('0' + n % 10);
        n /= 10;
    } while (n != 0 && nr < 10);
    while (nr > 0 && at + 1 < MODULE_TEXT_BYTES)
        text[at++] = digits[--nr];
    text_add(text, &at, ": ");
    text_add(text, &at, problem_text(p));
    text[at] = '\0';
}

_Noreturn static void bundle_panic(const struct sho_problem *p)
{
    panic("the bundle of modules: %s %u: %s", place_name(p->place), p->index, problem_text(p));
}

_Noreturn static void module_panic(const struct module *m)
{
    const struct sho_problem *p = &m->sho.problem;

    panic("module %.32s cannot be linked: %s %u: %s", m->sho.name, place_name(p->place), p->index, problem_text(p));
}

/* ---- places ---- */

static uint64_t area_start(enum sho_region region)
{
    return region == SHO_TEXT       ? image.area_text_start
           : region == SHO_READONLY ? image.area_readonly_start
                                    : image.area_data_start;
}

static uint64_t area_end(enum sho_region region)
{
    return region == SHO_TEXT       ? image.area_readonly_start
           : region == SHO_READONLY ? image.area_data_start
                                    : image.area_end;
}

/* So many pages of a region that nobody has: the first one's number, or AREA_PAGES. */
static uint64_t pages_find(enum sho_region region, uint64_t nr)
{
    uint64_t pages = (area_end(region) - area_start(region)) / PAGE_SIZE, run = 0;

    for (uint64_t i = 0; i < pages && i < AREA_PAGES; i++) {
        run = page_taken[region % SHO_REGIONS][i] ? 0 : run + 1;
        if (run >= nr)
            return i + 1 - run;
    }
    return AREA_PAGES;
}

static void pages_mark(enum sho_region region, uint64_t address, uint64_t nr_bytes, bool as)
{
    uint64_t first = (address - area_start(region)) / PAGE_SIZE, nr = (nr_bytes + PAGE_SIZE - 1) / PAGE_SIZE;

    for (uint64_t i = first; i < first + nr && i < AREA_PAGES; i++)
        page_taken[region % SHO_REGIONS][i] = as;
}

static void places_take_back(const struct module *m, uint32_t end)
{
    for (uint32_t r = SHO_TEXT; r < end && r < SHO_REGIONS; r++)
        pages_mark((enum sho_region)r, m->place[r], m->sho.region_bytes[r], false);
}

/* Pages of its own for each region. */
static bool place_give(struct module *m)
{
    for (uint32_t r = SHO_TEXT; r < SHO_REGIONS; r++) {
        enum sho_region region = (enum sho_region)r;
        uint64_t nr_bytes = m->sho.region_bytes[r], nr = (nr_bytes + PAGE_SIZE - 1) / PAGE_SIZE;
        uint64_t first = nr == 0 ? 0 : pages_find(region, nr);

        if (first >= AREA_PAGES || (r != SHO_DATA && nr_bytes > STAGING_BYTES)) {
            places_take_back(m, r);
            return false;
        }
        m->place[r] = area_start(region) + first * PAGE_SIZE;
        pages_mark(region, m->place[r], nr_bytes, true);
    }
    return true;
}

void module_drop(struct module *m)
{
    if (m->linked)
        places_take_back(m, SHO_REGIONS);
    m->linked = false;
    version++;
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        if (&modules[i] == m)
            taken[i] = false;
    }
}

/* ---- names ---- */

static bool same_type(const struct sho_type *a, const struct sho_type *b)
{
    for (uint32_t i = 0; i < SHO_TYPE_BYTES; i++) {
        if (a->bytes[i] != b->bytes[i])
            return false;
    }
    return true;
}

uint64_t module_export_address(const struct module *m, const struct sho_entry *e)
{
    return m->place[(uint32_t)e->region % SHO_REGIONS] + e->place;
}

/* A module's export of that name and type; false: it has none. */
static bool export_find(const struct module *m, struct sho_bytes name, const struct sho_type *type,
                        struct sho_entry *out)
{
    for (uint32_t i = 0; i < m->sho.nr_exports; i++) {
        *out = sho_export(&m->sho, i);
        if (sho_same(out->name, name) && same_type(&out->type, type))
            return true;
    }
    return false;
}

uint64_t module_export_find(const struct module *m, struct sho_bytes name, const struct sho_type *type)
{
    struct sho_entry e;

    return export_find(m, name, type, &e) ? module_export_address(m, &e) : 0;
}

const struct module *module_provider(struct sho_bytes name, const struct sho_type *type,
                                     const struct module *but SC_NULLABLE)
{
    const struct module *best = NULL;
    uint64_t order = 0;

    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        const struct module *m = &modules[i];
        struct sho_entry e;

        if (!taken[i] || m == but || m->order <= order || !export_find(m, name, type, &e))
            continue;
        best = m;
        order = m->order;
    }
    return best;
}

bool module_replaced(const struct module *m)
{
    for (uint32_t i = 0; i < m->sho.nr_exports; i++) {
        struct sho_entry e = sho_export(&m->sho, i);

        if (module_provider(e.name, &e.type, NULL) == m)
            return false;
    }
    return m->sho.nr_exports != 0;
}

static bool import_resolve(struct module *m, uint32_t i)
{
    struct sho_entry e = sho_import(&m->sho, i), found;
    struct sho_target *t = &link.imports[i % SHO_IMPORTS_MAX];
    const struct module *provider;
    struct core_export c;

    *t = (struct sho_target){ 0 };
    if (core_export_find(e.name, &c) && same_type(&c.type, &e.type)) {
        t->address = c.address;
        t->nr = c.nr;
        return true;
    }
    provider = module_provider(e.name, &e.type, NULL);
    if (provider == NULL || !export_find(provider, e.name, &e.type, &found)) {
        m->sho.problem = (struct sho_problem){ "nobody exports it, or with another type", SHO_IN_IMPORT, i };
        return false;
    }
    t->address = module_export_address(provider, &found);
    t->nr = found.region == SHO_TEXT ? 0 : found.nr;
    return true;
}

/* What the core calls by one of its exports' names is declared as the export is. */
static bool exports_agree(struct module *m)
{
    for (uint32_t i = 0; i < m->sho.nr_exports; i++) {
        struct sho_entry e = sho_export(&m->sho, i);

        for (uint32_t k = 0; k < port_symbols_nr(); k++) {
            struct sho_type type = port_symbol_type(k);

            if (sho_same(port_symbol_name(k), e.name) && !same_type(&type, &e.type)) {
                m->sho.problem = (struct sho_problem){ "it is declared otherwise here", SHO_IN_EXPORT, i };
                return false;
            }
        }
    }
    return true;
}

static bool imports_resolve(struct module *m)
{
    for (uint32_t i = 0; i < m->sho.nr_imports; i++) {
        if (!import_resolve(m, i))
            return false;
    }
    return true;
}

/* ---- linking ---- */

/* What an import is in a node's copy: what is copied has moved. */
static void imports_move(const struct module *m, uint64_t delta)
{
    for (uint32_t i = 0; i < m->sho.nr_imports && i < SHO_IMPORTS_MAX; i++) {
        uint64_t at = link.imports[i].address;

        if (text_is_copied(at) || (at >= image.ro_after_init_start && at < image.ro_after_init_end))
            link.imports[i].address += delta;
    }
}

/* Links a module for a node's copy; its writable data is made with the first one. */
static bool link_for(struct module *m, uint32_t node, bool keep_data)
{
    uint64_t delta = text_delta(node);

    if (!imports_resolve(m))
        return false;
    imports_move(m, delta);
    for (uint32_t r = SHO_TEXT; r < SHO_REGIONS; r++)
        link.at[r].address = m->place[r] + (r == SHO_DATA ? 0 : delta);
    link.at[SHO_TEXT].bytes = staging[0];
    link.at[SHO_TEXT].nr = m->sho.region_bytes[SHO_TEXT];
    link.at[SHO_READONLY].bytes = staging[1];
    link.at[SHO_READONLY].nr = m->sho.region_bytes[SHO_READONLY];
    link.at[SHO_DATA] = area_data(m->place[SHO_DATA], m->sho.region_bytes[SHO_DATA]);
    link.keep_data = keep_data;
    if (!sho_link(&m->sho, &link))
        return false;
    text_write(m->place[SHO_TEXT], staging[0], m->sho.region_bytes[SHO_TEXT], node);
    text_write(m->place[SHO_READONLY], staging[1], m->sho.region_bytes[SHO_READONLY], node);
    m->linked = true;
    return true;
}

/* The core's calls to one function of a module. */
static void sites_fill(uint32_t symbol, uint64_t address)
{
    for (uint32_t i = port_sites_first(symbol); i < port_sites_first(symbol + 1); i++) {
        struct port_site s = port_site(i);
        uint64_t at = WINDOW_BASE + s.offset;

        if (s.kind == PORT_SITE_ADDRESS)
            text_write_address(at, address);
        else
            text_write_distance(at, (uint32_t)(address - (at + 4)));
    }
}

static void ports_fill(void)
{
    for (uint32_t i = 0; i < port_symbols_nr(); i++) {
        struct sho_type type = port_symbol_type(i);
        struct sho_bytes name = port_symbol_name(i);
        const struct module *m = module_provider(name, &type, NULL);

        if (m == NULL)
            panic("no module provides what the core calls: symbol %u", i);
        sites_fill(i, module_export_find(m, name, &type));
    }
}

/* Of two that come with the hypervisor for one port the command line chooses. */
static bool wanted(const struct sho *sho)
{
    static const char fair[] = "sched_fair", rr[] = "sched_rr";
    bool is_fair = true, is_rr = true;

    for (uint32_t i = 0; i < sizeof(fair); i++)
        is_fair = is_fair && sho->name[i] == fair[i];
    for (uint32_t i = 0; i < sizeof(rr); i++)
        is_rr = is_rr && sho->name[i] == rr[i];
    return !(is_fair && opt_sched == SCHEDULER_RR) && !(is_rr && opt_sched == SCHED_FAIR);
}

static void bundle_open(struct sho_bytes content, uint32_t count)
{
    static struct sho_problem problem SC_BOOT;

    for (uint32_t i = 0; i < count; i++) {
        struct module *m = module_new();
        struct sho_bytes file = sho_bundle_get(content, i, &problem);

        if (m == NULL || file.nr == 0)
            bundle_panic(&problem);
        if (!sho_open(&m->sho, file))
            module_panic(m);
        if (!interface_is_ours(sho_interface(&m->sho)))
            panic("module %.32s was built for another hypervisor", m->sho.name);
        if (!place_give(m))
            panic("module %.32s: no room (core/layout.h, MODULES_*)", m->sho.name);
        for (uint32_t k = 0; k < SHO_NAME_BYTES; k++)
            m->name[k] = m->sho.name[k];
        module_serves(m, wanted(&m->sho));
    }
}

int module_link(struct module *m)
{
    if (!exports_agree(m))
        return -ENOEXEC;
    if (!place_give(m))
        return -ENOMEM;
    for (uint32_t n = 0; n < MAX_NODES; n++) {
        if (n != 0 && text_delta(n) == 0)
            continue;
        if (!link_for(m, n, n != 0)) {
            places_take_back(m, SHO_REGIONS);
            m->linked = false;
            return -ENOEXEC;
        }
    }
    return 0;
}

void modules_boot(void)
{
    struct sho_bytes content, bundle = bundle_bytes();
    struct sho_problem problem;
    uint64_t began = rdtsc();
    uint32_t nr;

    if (bundle.nr == 0) {
        log_use_console(); /* modules are part of the image */
        return;
    }
    if (!sho_signed(bundle, SHO_BUNDLE, &content, &problem))
        bundle_panic(&problem);
    nr = sho_bundle_count(content, &problem);
    bundle_open(content, nr);
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        if (taken[i] && !link_for(&modules[i], 0, false))
            module_panic(&modules[i]);
    }
    ports_fill();
    log_use_console();
    log_info("%u modules: signature checked, linked in %lu cycles", nr, rdtsc() - began);
}

void modules_link_copy(uint32_t node)
{
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        if (taken[i] && !link_for(&modules[i], node, true))
            module_panic(&modules[i]);
    }
}
