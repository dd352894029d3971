/* SPDX-License-Identifier: MIT */
/* A module that sho_open() looked through goes to its place. */
#include "internal.h"

/* Section contents into the region; the room between sections and .bss become 0. */
static bool region_fill(struct sho *sho, const struct sho_place_at *to, enum sho_region region)
{
    if (to->nr < sho->region_bytes[region])
        return sho_refuse(&sho->problem, SHO_IN_FILE, (uint32_t)region, "there is not room enough for a region");
    for (uint64_t i = 0; i < to->nr; i++)
        to->bytes[i] = 0;
    for (uint32_t i = 1; i < sho->nr_sections && i < SHO_SECTIONS_MAX; i++) {
        const struct sho_section *s = &sho->sections[i];
        struct sho_bytes from = sho_section_bytes(sho, i);

        if (s->region != region || s->place > to->nr || from.nr > to->nr - s->place)
            continue;
        for (uint64_t k = 0; k < from.nr; k++)
            to->bytes[s->place + k] = from.bytes[k];
    }
    return true;
}

/* Where a relocation points to. */
static bool target_find(struct sho *sho, const struct sho_link *link, const struct sho_section *in,
                        const struct sho_relocation *r, uint32_t count, uint64_t *out)
{
    struct sho_symbol s = sho_symbol(sho, r->symbol);
    uint32_t import = sho_import_of(sho, r->symbol);
    int64_t behind = sho_relocation_meant(in, r);

    if (sho_symbol_defined(sho, &s)) {
        const struct sho_section *to = &sho->sections[s.section];

        *out = link->at[to->region < SHO_REGIONS ? to->region : SHO_NOWHERE].address + to->place + s.value +
               (uint64_t)r->addend;
        return true;
    }
    if (import >= sho->nr_imports || import >= SHO_IMPORTS_MAX)
        return sho_refuse(&sho->problem, SHO_IN_RELOCATION, count, "its symbol is no import");
    if (link->imports[import].nr == 0 ? behind != 0 : behind < -4 || behind > (int64_t)link->imports[import].nr)
        return sho_refuse(&sho->problem, SHO_IN_RELOCATION, count, "it means what is outside the import");
    *out = link->imports[import].address + (uint64_t)r->addend;
    return true;
}

static void put(const struct sho_place_at *to, uint64_t at, uint64_t value, uint32_t nr)
{
    for (uint32_t i = 0; i < nr; i++) {
        if (at + i < to->nr)
            to->bytes[at + i] = (uint8_t)(value >> (8 * i));
    }
}

static bool relocate(struct sho *sho, const struct sho_link *link, const struct sho_section *in,
                     const struct sho_relocation *r, uint32_t count)
{
    const struct sho_place_at *to = &link->at[in->region < SHO_REGIONS ? in->region : SHO_NOWHERE];
    uint64_t target = 0, at = in->place + r->at, distance;

    if (!target_find(sho, link, in, r, count, &target))
        return false;
    if (r->kind == RELOCATION_64) {
        put(to, at, target, 8);
        return true;
    }
    distance = target - (to->address + at);
    if (distance + 0x80000000u > 0xffffffffu)
        return sho_refuse(&sho->problem, SHO_IN_RELOCATION, count, "its target is more than 2 GiB away");
    put(to, at, distance, 4);
    return true;
}

/* __kcfi_typeid_NAME is what the import NAME has. */
static bool typeids_check(struct sho *sho, const struct sho_link *link)
{
    for (uint32_t i = 1; i < sho->nr_symbols; i++) {
        struct sho_symbol s = sho_symbol(sho, i);
        bool found = false;

        if (s.section != SYMBOL_ABSOLUTE)
            continue;
        for (uint32_t k = 0; k < sho->nr_imports && k < SHO_IMPORTS_MAX; k++) {
            struct sho_entry e = sho_import(sho, k);
            struct sho_bytes name = sho_part(s.name, sizeof("__kcfi_typeid_") - 1, e.name.nr);

            if (s.name.nr == e.name.nr + sizeof("__kcfi_typeid_") - 1 && sho_same(name, e.name))
                found = link->imports[k].has_typeid && link->imports[k].typeid == s.value;
        }
        if (!found)
            return sho_refuse(&sho->problem, SHO_IN_SYMBOL, i, "its kCFI type is not that of the function");
    }
    return true;
}

bool sho_link(struct sho *sho, const struct sho_link *link)
{
    uint32_t count = 0;

    if (!typeids_check(sho, link))
        return false;
    for (uint32_t region = SHO_TEXT; region < SHO_REGIONS; region++) {
        if (region == SHO_DATA && link->keep_data)
            continue;
        if (!region_fill(sho, &link->at[region], (enum sho_region)region))
            return false;
    }
    for (uint32_t i = 1; i < sho->nr_sections && i < SHO_SECTIONS_MAX; i++) {
        const struct sho_section *rela = &sho->sections[i];

        if (rela->part != SHO_PART_RELA || rela->info >= SHO_SECTIONS_MAX)
            continue;
        for (uint64_t k = 0; k < rela->nr / RELA_BYTES; k++, count++) {
            struct sho_relocation r = sho_relocation(sho, rela, k);

            if (!relocate(sho, link, &sho->sections[rela->info], &r, count))
                return false;
        }
    }
    return true;
}

/* The relocation that has this number, counted over all sections; false: there are not so many. */
static bool relocation_number(const struct sho *sho, uint32_t number, const struct sho_section **in,
                              struct sho_relocation *r)
{
    for (uint32_t i = 1; i < sho->nr_sections && i < SHO_SECTIONS_MAX; i++) {
        const struct sho_section *rela = &sho->sections[i];
        uint64_t nr = rela->nr / RELA_BYTES;

        if (rela->part != SHO_PART_RELA || rela->info >= SHO_SECTIONS_MAX)
            continue;
        if (number < nr) {
            *in = &sho->sections[rela->info];
            *r = sho_relocation(sho, rela, number);
            return true;
        }
        number -= (uint32_t)nr;
    }
    return false;
}

bool sho_use_get(const struct sho *sho, uint32_t i, uint32_t *k, struct sho_use *use)
{
    const struct sho_section *in = &sho->sections[0];
    uint32_t symbol = sho_import_symbol(sho, i);
    struct sho_relocation r;

    while (relocation_number(sho, *k, &in, &r)) {
        (*k)++;
        if (r.symbol != symbol)
            continue;
        *use = (struct sho_use){ in->region, in->place + r.at, r.kind != RELOCATION_64 };
        return true;
    }
    return false;
}
