/* SPDX-License-Identifier: MIT */
#include "core/modules.h"

#include "core/atomic.h"
#include "core/module_link.h"
#include "core/percpu.h"

static struct module modules[MODULES_MAX] SC_BOOT;
static bool taken[MODULES_MAX] SC_BOOT;
static uint64_t last_order SC_BOOT;
static uint32_t version SC_ATOMIC;

struct module *module_get(uint32_t i)
{
    return i < MODULES_MAX && taken[i] ? &modules[i] : NULL;
}

uint32_t module_index(const struct module *m)
{
    uint32_t i = 0;

    while (i < MODULES_MAX && &modules[i] != m)
        i++;
    return i;
}

bool module_is(const struct module *m, const char *name, uint64_t nr)
{
    for (uint64_t i = 0; i < nr && i < SHO_NAME_BYTES; i++) {
        if (m->sho.name[i] != name[i])
            return false;
    }
    return nr < SHO_NAME_BYTES && m->sho.name[nr] == '\0';
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
    return atomic_read32(&version);
}

struct module *module_new(void)
{
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        struct module *m = &modules[i];

        if (taken[i])
            continue;
        m->placed = m->linked = m->at_run_time = m->looks_on = false;
        m->order = m->swap_ns = 0;
        m->file_order = 0;
        m->name[0] = m->text[0] = '\0';
        atomic_write8(&m->faulty, MODULE_SOUND);
        atomic_write32(&m->failures, 0);
        taken[i] = true;
        return m;
    }
    return NULL;
}

void module_drop(struct module *m)
{
    uint32_t i = module_index(m);

    if (m->placed)
        places_take_back(m);
    m->linked = false;
    atomic_add32(&version, 1);
    if (i < MODULES_MAX)
        taken[i] = false;
}

/* ---- who serves ---- */

bool module_same_type(const struct sho_type *a, const struct sho_type *b)
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

bool module_export_find(const struct module *m, struct sho_bytes name, const struct sho_type *type,
                        struct sho_entry *out)
{
    for (uint32_t i = 0; i < m->sho.nr_exports; i++) {
        *out = sho_export(&m->sho, i);
        if (sho_same(out->name, name) && module_same_type(&out->type, type))
            return true;
    }
    return false;
}

bool module_exports(const struct module *m, const char *name, uint64_t nr)
{
    for (uint32_t i = 0; i < m->sho.nr_exports; i++) {
        struct sho_entry e = sho_export(&m->sho, i);

        if (sho_is(e.name, name, nr))
            return true;
    }
    return false;
}

const struct module *module_provider(struct sho_bytes name, const struct sho_type *type,
                                     const struct module *but SC_NULLABLE)
{
    const struct module *best = NULL;
    uint64_t order = 0;

    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        const struct module *m = &modules[i];
        struct sho_entry e;

        if (!taken[i] || m == but || m->order <= order || !module_export_find(m, name, type, &e))
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

static void hooks_look(void)
{
    bool hooked = false;

    for (uint32_t i = 0; i < MODULES_MAX; i++)
        hooked = hooked || (taken[i] && modules[i].at_run_time && modules[i].order != 0 && modules[i].looks_on);
    for (uint32_t i = 0; i < MAX_CPUS; i++)
        atomic_write8(&cpus[i].hooked, hooked);
}

void module_serves(struct module *m, bool serve)
{
    atomic_add32(&version, 1);
    m->order = serve ? ++last_order : 0;
    if (m->at_run_time)
        hooks_look();
}
