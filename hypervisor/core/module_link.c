/* SPDX-License-Identifier: MIT */
#include "core/module_link.h"

#include "arch/cpu.h"
#include "core/cmdline.h"
#include "core/image.h"
#include "core/image_tables.h"
#include "core/log.h"
#include "core/revoked.h"
#include "core/text.h"

static uint8_t staging[2][STAGING_BYTES] SC_BOOT;
static struct sho_link link SC_BOOT;

_Noreturn static void bundle_panic(const struct sho_problem *p)
{
    panic("the bundle of modules: %s %u: %s", problem_place((enum sho_place)p->place), (uint32_t)p->index,
          problem_what(p));
}

_Noreturn static void module_panic(const struct module *m)
{
    const struct sho_problem *p = &m->sho.problem;

    panic("module %.32s cannot be linked: %s %u: %s", m->sho.name, problem_place((enum sho_place)p->place),
          (uint32_t)p->index, problem_what(p));
}

/* ---- names ---- */

static bool import_resolve(struct module *m, uint32_t i)
{
    struct sho_entry e = sho_import(&m->sho, i), found;
    struct sho_target *t = &link.imports[i % SHO_IMPORTS_MAX];
    const struct module *provider;
    struct core_export c;

    *t = (struct sho_target){ 0 };
    if (core_export_find(e.name, &c) && module_same_type(&c.type, &e.type)) {
        t->address = c.address;
        t->nr = c.nr;
        return true;
    }
    provider = module_provider(e.name, &e.type, NULL);
    if (provider == NULL || !module_export_find(provider, e.name, &e.type, &found)) {
        m->sho.problem = (struct sho_problem){ "nobody exports it, or with another type", SHO_IN_IMPORT, (int32_t)i };
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

            if (sho_same(port_symbol_name(k), e.name) && !module_same_type(&type, &e.type)) {
                m->sho.problem = (struct sho_problem){ "it is declared otherwise here", SHO_IN_EXPORT, (int32_t)i };
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

/* Links a module for a node's copy, aside; its writable data is made with the first one. */
static bool stage(struct module *m, uint32_t node, bool keep_data)
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
    return sho_link(&m->sho, &link);
}

void module_unstage(struct module *m, uint32_t node)
{
    text_write(m->place[SHO_TEXT], staging[0], m->sho.region_bytes[SHO_TEXT], node);
    text_write(m->place[SHO_READONLY], staging[1], m->sho.region_bytes[SHO_READONLY], node);
    m->linked = true;
}

/* At boot. */
static void link_for(struct module *m, uint32_t node, bool keep_data)
{
    if (!stage(m, node, keep_data))
        module_panic(m);
    module_unstage(m, node);
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
        struct sho_entry e;

        if (m == NULL || !module_export_find(m, name, &type, &e))
            panic("no module provides what the core calls: symbol %u", i);
        sites_fill(i, module_export_address(m, &e));
    }
}

/* Of two that come with the hypervisor for one port the command line chooses. */
static bool wanted(const struct module *m)
{
    return opt_sched == SCHEDULER_RR ? !module_is(m, SHO_LITERAL("sched_fair"))
                                     : !module_is(m, SHO_LITERAL("sched_rr"));
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
        if (m->sho.epoch < revoked_before(m->sho.name))
            panic("module %.32s: its epoch %u is revoked (revoke-epoch=)", m->sho.name, m->sho.epoch);
        if (!places_give(m))
            panic("module %.32s: no room (core/layout.h, MODULES_*)", m->sho.name);
        for (uint32_t k = 0; k < SHO_NAME_BYTES; k++)
            m->name[k] = m->sho.name[k];
        module_serves(m, wanted(m));
    }
}

int module_place(struct module *m)
{
    if (!exports_agree(m))
        return -ENOEXEC;
    m->looks_on =
        module_exports(m, SHO_LITERAL("hook_hypercall_enter")) || module_exports(m, SHO_LITERAL("hook_hypercall_exit"));
    return places_give(m) ? 0 : -ENOMEM;
}

bool module_stage(struct module *m, uint32_t node)
{
    return stage(m, node, node != 0);
}

uint32_t module_next_node(uint32_t node)
{
    do
        node++;
    while (node < MAX_NODES && text_delta(node) == 0);
    return node;
}

/* ---- boot ---- */

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
    revoked_read();
    if (!sho_signed(bundle, SHO_BUNDLE, &content, &problem))
        bundle_panic(&problem);
    nr = sho_bundle_count(content, &problem);
    bundle_open(content, nr);
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        struct module *m = module_get(i);

        if (m != NULL)
            link_for(m, 0, false);
    }
    ports_fill();
    log_use_console();
    log_info("%u modules: signature checked, linked in %lu cycles", nr, rdtsc() - began);
}

void modules_link_copy(uint32_t node)
{
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        struct module *m = module_get(i);

        if (m != NULL)
            link_for(m, node, true);
    }
}
