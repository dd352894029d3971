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

/* ---- what changes hands ---- */

/* One export of the plan's module. */
struct changing {
    struct sho_entry e;
    uint64_t mine, others; /* addresses; others 0: nobody else serves it */
    uint64_t order;        /* of the one who does, and is before all others but the module */
};
static struct changing changing[SHO_EXPORTS_MAX] SC_BOOT;
static uint32_t nr_changing SC_BOOT;

/* By name, from a number on; nr_changing: none. */
static uint32_t changing_find(struct sho_bytes name, uint32_t i)
{
    while (i < nr_changing && i < SHO_EXPORTS_MAX && !sho_same(changing[i].e.name, name))
        i++;
    return i;
}

/* What another module exports and serves. */
static void others_take(const struct module *other)
{
    for (uint32_t k = 0; k < other->sho.nr_exports; k++) {
        struct sho_entry e = sho_export(&other->sho, k);

        for (uint32_t i = changing_find(e.name, 0); i < nr_changing; i = changing_find(e.name, i + 1)) {
            struct changing *c = &changing[i % SHO_EXPORTS_MAX];

            if (other->order <= c->order || !module_same_type(&e.type, &c->e.type))
                continue;
            c->order = other->order;
            c->others = module_export_address(other, &e);
        }
    }
}

static void changing_read(const struct module *m)
{
    nr_changing = (uint32_t)min_u64(m->sho.nr_exports, SHO_EXPORTS_MAX);
    for (uint32_t i = 0; i < nr_changing && i < SHO_EXPORTS_MAX; i++) {
        struct sho_entry e = sho_export(&m->sho, i);

        changing[i] = (struct changing){ .e = e, .mine = module_export_address(m, &e) };
    }
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        const struct module *other = module_get(i);

        if (other != NULL && other != m && other->linked && other->order != 0)
            others_take(other);
    }
}

/* Somebody else has it before and after: nothing is to be written. */
static bool stays(const struct module_plan *plan, const struct changing *c)
{
    const struct module *m = plan->module;

    return c->others == 0 || (!plan->serve && m != NULL && c->order > m->order);
}

/* ---- the places ---- */

static bool place_add(struct module_plan *plan, uint64_t at, uint8_t kind, const struct changing *c)
{
    if (plan->nr_places >= PLACES_MAX)
        return false;
    places[plan->nr_places++] =
        (struct place){ at, plan->serve ? c->mine : c->others, plan->serve ? c->others : c->mine, kind };
    return true;
}

static int core_places_add(struct module_plan *plan)
{
    for (uint32_t n = 0; n < port_symbols_nr(); n++) {
        uint32_t i = changing_find(port_symbol_name(n), 0);

        if (i >= nr_changing || stays(plan, &changing[i % SHO_EXPORTS_MAX]))
            continue;
        for (uint32_t k = port_sites_first(n); k < port_sites_first(n + 1); k++) {
            struct port_site s = port_site(k);

            if (!place_add(plan, WINDOW_BASE + s.offset, (uint8_t)s.kind, &changing[i % SHO_EXPORTS_MAX]))
                return -ENOSPC;
        }
    }
    return 0;
}

/* A module's places that mean its k-th import. */
static int import_places_add(struct module_plan *plan, const struct module *m, uint32_t k, const struct changing *c)
{
    struct sho_use use;

    if (c->others == 0)
        return plan->serve || m == plan->module ? 0 : -EBUSY; /* it would have nobody to call */
    if (stays(plan, c))
        return 0;
    for (uint32_t i = 0; sho_use_get(&m->sho, k, &i, &use);) {
        uint64_t at = m->place[(uint32_t)use.region % SHO_REGIONS] + use.place;

        if (!place_add(plan, at, use.is_call ? PORT_SITE_CALL : PORT_SITE_ADDRESS, c))
            return -ENOSPC;
    }
    return 0;
}

static int module_places_add(struct module_plan *plan, const struct module *m)
{
    int rc = 0;

    for (uint32_t k = 0; rc == 0 && k < m->sho.nr_imports; k++) {
        struct sho_entry im = sho_import(&m->sho, k);
        uint32_t i = changing_find(im.name, 0);

        if (i < nr_changing)
            rc = import_places_add(plan, m, k, &changing[i % SHO_EXPORTS_MAX]);
    }
    return rc;
}

/* ---- the plan ---- */

/* Of the plan's module and of who serves before or after it, the one with that order: has an export the same type? */
static bool same_type_of(const struct module *m, uint64_t order, const char *name SC_COUNT(nr), uint64_t nr)
{
    for (uint32_t i = 0; i < nr_changing && i < SHO_EXPORTS_MAX; i++) {
        struct sho_entry mine = changing[i].e, theirs;

        if (!sho_is(mine.name, name, nr))
            continue;
        for (uint32_t k = 0; k < MODULES_MAX; k++) {
            const struct module *other = module_get(k);

            if (other != NULL && other != m && other->order == order)
                return module_export_find(other, mine.name, &mine.type, &theirs);
        }
    }
    return false;
}

static void states_note(struct module_plan *plan, const struct module *m)
{
    for (uint32_t i = 0; i < nr_changing && i < SHO_EXPORTS_MAX; i++) {
        struct sho_bytes name = changing[i].e.name;

        if (stays(plan, &changing[i]))
            continue;
        plan->sched = plan->sched || sho_is(name, SHO_LITERAL("sched_import_state"));
        if (sho_is(name, SHO_LITERAL("evtchn_import_state"))) {
            plan->evtchn = true;
            plan->evtchn_converts = !same_type_of(m, changing[i].order, SHO_LITERAL("evtchn_layout"));
        }
        if (sho_is(name, SHO_LITERAL("gnttab_import_state"))) {
            plan->gnttab = true;
            plan->gnttab_converts = !same_type_of(m, changing[i].order, SHO_LITERAL("gnttab_layout"));
        }
    }
}

/* Ports whose providers come and go without state. */
static bool stateless(const struct module *m)
{
    return m->sho.region_bytes[SHO_DATA] == 0 || module_exports(m, SHO_LITERAL("hook_event_send")) ||
           module_exports(m, SHO_LITERAL("hook_hypercall_enter")) || module_exports(m, SHO_LITERAL("hook_extension"));
}

/* Its state, where it has some, goes along. */
static bool goes(const struct module_plan *plan, const struct module *m)
{
    return plan->nr_places == 0 || plan->sched || plan->evtchn || plan->gnttab || stateless(m);
}

/* Who serves before and does not after has no state, or hands it over. */
static bool state_is_kept(const struct module_plan *plan, const struct module *m)
{
    if (plan->nr_places == 0 || plan->sched || plan->evtchn || plan->gnttab)
        return true;
    if (!plan->serve)
        return goes(plan, m);
    for (uint32_t i = 0; i < nr_changing && i < SHO_EXPORTS_MAX; i++) {
        const struct changing *c = &changing[i];
        const struct module *other = module_provider(c->e.name, &c->e.type, m);

        if (other != NULL && !stateless(other))
            return false;
    }
    return true;
}

int plan_make(struct module_plan *plan, struct module *m, bool serve)
{
    int rc;

    *plan = (struct module_plan){ .module = m, .serve = serve, .version = modules_version() };
    changing_read(m);
    rc = core_places_add(plan);
    for (uint32_t i = 0; rc == 0 && i < MODULES_MAX; i++) {
        const struct module *user = module_get(i);

        if (user != NULL && user->linked)
            rc = module_places_add(plan, user);
    }
    states_note(plan, m);
    if (rc == 0 && !state_is_kept(plan, m))
        rc = -MODULE_EREMOTEIO;
    plan->goes_back = serve && goes(plan, m);
    return rc;
}

bool plan_undo(struct module_plan *plan, const struct module *m)
{
    if (!plan->done || !plan->goes_back || plan->module != m || plan->version != modules_version())
        return false;
    for (uint32_t i = 0; i < plan->nr_places && i < PLACES_MAX; i++) {
        struct place *p = &places[i];
        uint64_t to = p->back;

        p->back = p->to;
        p->to = to;
    }
    plan->serve = plan->done = plan->goes_back = false;
    return true;
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
