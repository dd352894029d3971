/* SPDX-License-Identifier: MIT */
#include "core/module_plan.h"

#include "arch/cpu.h"
#include "core/image_tables.h"
#include "core/text.h"

#define PLACES_MAX 1024

/* One place that refers to something: in the core, or in a module. */
struct place {
    uint64_t at, to, back; /* linked addresses: of it, what it will mean, what it means now */
    uint8_t kind;          /* enum port_site_kind */
};
static struct place places[PLACES_MAX] SC_BOOT;

static bool place_add(struct module_plan *plan, uint64_t at, uint8_t kind, uint64_t to, uint64_t back)
{
    if (plan->nr_places >= PLACES_MAX)
        return false;
    places[plan->nr_places++] = (struct place){ at, to, back, kind };
    return true;
}

static bool core_places_add(struct module_plan *plan, struct sho_bytes name, uint64_t to, uint64_t back)
{
    for (uint32_t i = 0; i < port_symbols_nr(); i++) {
        if (!sho_same(port_symbol_name(i), name))
            continue;
        for (uint32_t k = port_sites_first(i); k < port_sites_first(i + 1); k++) {
            struct port_site s = port_site(k);

            if (!place_add(plan, WINDOW_BASE + s.offset, (uint8_t)s.kind, to, back))
                return false;
        }
    }
    return true;
}

/* A module's places that mean its i-th import. */
static bool import_places_add(struct module_plan *plan, const struct module *m, uint32_t i, uint64_t to, uint64_t back)
{
    struct sho_use use;

    for (uint32_t k = 0; sho_use_get(&m->sho, i, &k, &use);) {
        uint64_t at = m->place[(uint32_t)use.region % SHO_REGIONS] + use.place;

        if (!place_add(plan, at, use.is_call ? PORT_SITE_CALL : PORT_SITE_ADDRESS, to, back))
            return false;
    }
    return true;
}

/* Which import of m that is, or SHO_IMPORTS_MAX. */
static uint32_t import_of(const struct module *m, struct sho_bytes name)
{
    for (uint32_t k = 0; k < m->sho.nr_imports; k++) {
        struct sho_entry im = sho_import(&m->sho, k);

        if (sho_same(im.name, name))
            return k;
    }
    return SHO_IMPORTS_MAX;
}

static bool modules_places_add(struct module_plan *plan, struct sho_bytes name, uint64_t to, uint64_t back)
{
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        const struct module *m = module_get(i);
        uint32_t k = m != NULL && m->linked ? import_of(m, name) : SHO_IMPORTS_MAX;

        if (m != NULL && k < SHO_IMPORTS_MAX && !import_places_add(plan, m, k, to, back))
            return false;
    }
    return true;
}

static bool used_by_others(const struct module *m, struct sho_bytes name)
{
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        const struct module *other = module_get(i);

        if (other != NULL && other != m && other->linked && import_of(other, name) < SHO_IMPORTS_MAX)
            return true;
    }
    return false;
}

/* One export changes hands. */
static int entry_plan(struct module_plan *plan, struct module *m, const struct sho_entry *e)
{
    const struct module *other = module_provider(e->name, &e->type, m);
    uint64_t mine = module_export_address(m, e), others;
    struct sho_entry found;

    if (!plan->serve && module_provider(e->name, &e->type, NULL) != m)
        return 0; /* it serves, but somebody else is before it */
    if (other == NULL || !module_export_find(other, e->name, &e->type, &found))
        return !plan->serve && used_by_others(m, e->name) ? -EBUSY : 0;
    others = module_export_address(other, &found);
    plan->sched = plan->sched || sho_is(e->name, SHO_LITERAL("sched_import_state"));
    plan->evtchn = plan->evtchn || sho_is(e->name, SHO_LITERAL("evtchn_import_state"));
    plan->gnttab = plan->gnttab || sho_is(e->name, SHO_LITERAL("gnttab_import_state"));
    if (!core_places_add(plan, e->name, plan->serve ? mine : others, plan->serve ? others : mine) ||
        !modules_places_add(plan, e->name, plan->serve ? mine : others, plan->serve ? others : mine))
        return -ENOSPC;
    return 0;
}

/* Ports whose providers come and go without state. */
static bool stateless(const struct module *m)
{
    return m->sho.region_bytes[SHO_DATA] == 0 || module_exports(m, SHO_LITERAL("hook_event_send")) ||
           module_exports(m, SHO_LITERAL("hook_hypercall_enter")) || module_exports(m, SHO_LITERAL("hook_extension"));
}

/* Whoever serves before and does not after has no state, or hands it over. */
static bool state_is_kept(const struct module_plan *plan, const struct module *m)
{
    if (plan->sched || plan->evtchn || plan->gnttab)
        return true;
    for (uint32_t i = 0; i < m->sho.nr_exports; i++) {
        struct sho_entry e = sho_export(&m->sho, i);
        const struct module *other = module_provider(e.name, &e.type, m);

        if (other != NULL && !stateless(plan->serve ? other : m))
            return false;
    }
    return true;
}

int plan_make(struct module_plan *plan, struct module *m, bool serve)
{
    *plan = (struct module_plan){ .module = m, .serve = serve, .version = modules_version() };
    for (uint32_t i = 0; i < m->sho.nr_exports; i++) {
        struct sho_entry e = sho_export(&m->sho, i);
        int rc = entry_plan(plan, m, &e);

        if (rc != 0)
            return rc;
    }
    return plan->nr_places == 0 || state_is_kept(plan, m) ? 0 : -MODULE_EREMOTEIO;
}

void plan_write(const struct module_plan *plan, bool back)
{
    for (uint32_t i = 0; i < plan->nr_places && i < PLACES_MAX; i++) {
        const struct place *p = &places[i];
        uint64_t to = back ? p->back : p->to;

        if (p->kind == PORT_SITE_ADDRESS)
            text_write_address(p->at, to);
        else
            text_write_distance(p->at, (uint32_t)(to - (p->at + 4)));
    }
    cpu_serialize();
}
