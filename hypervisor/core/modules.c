/* SPDX-License-Identifier: MIT */
#include "core/modules.h"

#include "core/image.h"
#include "core/image_tables.h"
#include "core/log.h"
#include "core/text.h"

static struct module modules[MODULES_MAX] SC_BOOT;
static uint32_t nr_modules SC_BOOT;

/* What is given out of the area, from each region's beginning. */
static uint64_t used[SHO_REGIONS] SC_BOOT;

/* A region is linked here before it is copied to its place: nobody can run it half made. */
#define STAGING_BYTES 0x60000
static uint8_t staging[2][STAGING_BYTES] SC_BOOT;
static struct sho_link link SC_BOOT;

const struct module *module_get(uint32_t i)
{
    return i < nr_modules && i < MODULES_MAX ? &modules[i] : NULL;
}

const struct module *module_of_text(uint64_t home)
{
    for (uint32_t i = 0; i < nr_modules && i < MODULES_MAX; i++) {
        const struct module *m = &modules[i];

        if (m->linked && home >= m->place[SHO_TEXT] && home - m->place[SHO_TEXT] < m->sho.region_bytes[SHO_TEXT])
            return m;
    }
    return NULL;
}

SC_STRING static const char *place_name(enum sho_place place)
{
    static const char *const names[] = { "byte", "section", "symbol", "relocation", "manifest, at", "export", "import", "bundle entry" };

    return (uint32_t)place < ARRAY_SIZE(names) ? names[place] : "place";
}

SC_STRING static const char *problem_text(const struct sho_problem *p)
{
    const char *what = p->what;

    return what != NULL ? what : "no reason given";
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
    return region == SHO_TEXT ? image.area_text_start : region == SHO_READONLY ? image.area_readonly_start : image.area_data_start;
}

static uint64_t area_end(enum sho_region region)
{
    return region == SHO_TEXT ? image.area_readonly_start : region == SHO_READONLY ? image.area_data_start : image.area_end;
}

/* Pages of its own for each region. */
static bool place_give(struct module *m)
{
    for (uint32_t r = SHO_TEXT; r < SHO_REGIONS; r++) {
        enum sho_region region = (enum sho_region)r;
        uint64_t nr_bytes = ALIGN_UP(m->sho.region_bytes[r], PAGE_SIZE);

        if (nr_bytes > area_end(region) - area_start(region) - used[r])
            return false;
        if (r != SHO_DATA && nr_bytes > STAGING_BYTES)
            return false;
        m->place[r] = area_start(region) + used[r];
        used[r] += nr_bytes;
    }
    return true;
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

/* A module's export of that name and type: its address, or 0. */
static uint64_t export_find(const struct module *m, struct sho_bytes name, const struct sho_type *type, uint64_t *nr)
{
    for (uint32_t i = 0; i < m->sho.nr_exports; i++) {
        struct sho_entry e = sho_export(&m->sho, i);

        if (sho_same(e.name, name) && same_type(&e.type, type)) {
            *nr = e.region == SHO_TEXT ? 0 : e.nr;
            return m->place[(uint32_t)e.region % SHO_REGIONS] + e.place;
        }
    }
    return 0;
}

static uint64_t provider_find(struct sho_bytes name, const struct sho_type *type, uint64_t *nr)
{
    for (uint32_t i = 0; i < nr_modules && i < MODULES_MAX; i++) {
        uint64_t at = export_find(&modules[i], name, type, nr);

        if (at != 0)
            return at;
    }
    return 0;
}

static bool import_resolve(struct module *m, uint32_t i)
{
    struct sho_entry e = sho_import(&m->sho, i);
    struct sho_target *t = &link.imports[i % SHO_IMPORTS_MAX];
    struct core_export c;

    *t = (struct sho_target){ 0 };
    if (core_export_find(e.name, &c) && same_type(&c.type, &e.type)) {
        t->address = c.address;
        t->nr = c.nr;
    } else {
        t->address = provider_find(e.name, &e.type, &t->nr);
    }
    if (t->address != 0)
        return true;
    m->sho.problem = (struct sho_problem){ "nobody exports it, or with another type", SHO_IN_IMPORT, i };
    return false;
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
        if (text_is_copied(link.imports[i].address))
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
        uint64_t nr, address = provider_find(port_symbol_name(i), &type, &nr);

        if (address == 0)
            panic("no module provides what the core calls: number %u of build/gen/port_sites.S", i);
        sites_fill(i, address);
    }
}

static void bundle_open(struct sho_bytes content, uint32_t count)
{
    struct sho_problem problem = { NULL, SHO_IN_FILE, 0 };

    for (uint32_t i = 0; i < count && i < MODULES_MAX; i++) {
        struct module *m = &modules[i];
        struct sho_bytes file = sho_bundle_get(content, i, &problem);

        if (file.nr == 0)
            bundle_panic(&problem);
        if (!sho_open(&m->sho, file))
            module_panic(m);
        if (!interface_is_ours(sho_interface(&m->sho)))
            panic("module %.32s was built for another hypervisor", m->sho.name);
        if (!place_give(m))
            panic("module %.32s: no room (core/layout.h, MODULES_*)", m->sho.name);
        nr_modules = i + 1;
    }
}

void modules_boot(void)
{
    struct sho_bytes content, bundle = bundle_bytes();
    struct sho_problem problem;

    if (bundle.nr == 0) {
        log_use_console(); /* modules are part of the image */
        return;
    }
    if (!sho_signed(bundle, SHO_BUNDLE, &content, &problem))
        bundle_panic(&problem);
    bundle_open(content, sho_bundle_count(content, &problem));
    for (uint32_t i = 0; i < nr_modules && i < MODULES_MAX; i++) {
        if (!link_for(&modules[i], 0, false))
            module_panic(&modules[i]);
    }
    ports_fill();
    log_use_console();
    log_info("%u modules linked: text %lu KiB, read-only %lu KiB, data %lu KiB", nr_modules, used[SHO_TEXT] >> 10,
             used[SHO_READONLY] >> 10, used[SHO_DATA] >> 10);
}

void modules_link_copy(uint32_t node)
{
    for (uint32_t i = 0; i < nr_modules && i < MODULES_MAX; i++) {
        if (!link_for(&modules[i], node, true))
            module_panic(&modules[i]);
    }
}
