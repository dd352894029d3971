/* SPDX-License-Identifier: MIT */
/* A module that sho_open() looked through goes to its place. */
#include "internal.h"

/* A section's contents to their place, as far as the region goes. */
/*@ requires 1 <= i < SHO_SECTIONS_MAX;
    assigns to->bytes[0 .. to->nr - 1];
*/
static void section_copy(const struct sho *sho, const struct sho_place_at *to, uint32_t i)
{
    uint64_t place = sho->sections[i].place;
    struct sho_bytes from = sho_section_bytes(sho, i);

    if (place > to->nr || from.nr > to->nr - place)
        return;
    /*@ loop invariant 0 <= k <= from.nr;
        loop assigns k, to->bytes[0 .. to->nr - 1];
        loop variant from.nr - k;
    */
    for (uint64_t k = 0; k < from.nr; k++)
        to->bytes[place + k] = from.bytes[k];
}

/*@ assigns to->bytes[0 .. to->nr - 1];
    ensures \forall integer i; 0 <= i < to->nr ==> to->bytes[i] == 0;
*/
static void zero(const struct sho_place_at *to)
{
    /*@ loop invariant 0 <= i <= to->nr;
        loop invariant \forall integer k; 0 <= k < i ==> to->bytes[k] == 0;
        loop assigns i, to->bytes[0 .. to->nr - 1];
        loop variant to->nr - i;
    */
    for (uint64_t i = 0; i < to->nr; i++)
        to->bytes[i] = 0;
}

/* Section contents into the region; the room between sections and .bss become 0. */
/*@ requires sho->problem.what == \null && SHO_TEXT <= region < SHO_REGIONS && \separated(sho, to);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, to->bytes[0 .. to->nr - 1];
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures room: \result ==> sho->region_bytes[region] <= to->nr;
*/
static bool region_fill(struct sho *sho, const struct sho_place_at *to, enum sho_region region)
{
    if (to->nr < sho->region_bytes[region])
        return sho_refuse(&sho->problem, SHO_IN_FILE, (uint32_t)region, "there is not room enough for a region");
    zero(to);
    /*@ loop invariant 1 <= i;
        loop assigns i, to->bytes[0 .. to->nr - 1];
        loop variant SHO_SECTIONS_MAX - i;
    */
    for (uint32_t i = 1; i < sho->nr_sections && i < SHO_SECTIONS_MAX; i++) {
        if (sho->sections[i].region == region)
            section_copy(sho, to, i);
    }
    return true;
}

/* An import is there, and the relocation means a place in it. */
/*@ requires sho->problem.what == \null && \separated(sho, link);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures there: \result ==> i < sho->nr_imports && i < SHO_IMPORTS_MAX;
    ensures function: \result && link->imports[i].nr == 0 ==> behind == 0;
    ensures object: \result && link->imports[i].nr != 0 ==> behind < 0 || behind <= link->imports[i].nr;
    ensures before: \result ==> -4 <= behind;
*/
static bool import_check(struct sho *sho, const struct sho_link *link, uint32_t i, int64_t behind, uint32_t count)
{
    if (i >= sho->nr_imports || i >= SHO_IMPORTS_MAX)
        return sho_refuse(&sho->problem, SHO_IN_RELOCATION, count, "its symbol is no import");
    if (link->imports[i].nr == 0 ? behind != 0 : behind < -4 || behind > (int64_t)link->imports[i].nr)
        return sho_refuse(&sho->problem, SHO_IN_RELOCATION, count, "it means what is outside the import");
    return true;
}

/* Where a section will be. */
/*@ requires sections_good(sho, sho->nr_sections) && 1 <= i < sho->nr_sections <= SHO_SECTIONS_MAX;
    ensures \result == (uint64_t)(link->at[sho->sections[i].region].address + sho->sections[i].place);
*/
static uint64_t section_address(const struct sho *sho, const struct sho_link *link, uint32_t i)
{
    /*@ assert section_good(sho, i); */
    return link->at[sho->sections[i].region].address + sho->sections[i].place;
}

/*@ requires nr <= 8;
    assigns to->bytes[0 .. to->nr - 1];
*/
static void put(const struct sho_place_at *to, uint64_t at, uint64_t value, uint32_t nr)
{
    /*@ loop invariant 0 <= i <= nr;
        loop assigns i, to->bytes[0 .. to->nr - 1];
        loop variant nr - i;
    */
    for (uint32_t i = 0; i < nr; i++) {
        if (at + i < to->nr)
            to->bytes[at + i] = (uint8_t)(value >> (8 * i));
    }
}

/* Writes what a relocation wants: a word with the target, or how far it is. */
/*@ requires sho->problem.what == \null && \separated(sho, to);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, to->bytes[0 .. to->nr - 1];
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool target_put(struct sho *sho, const struct sho_place_at *to, uint64_t at, uint32_t kind, uint64_t target,
                       uint32_t count)
{
    uint64_t distance = target - (to->address + at);

    if (kind == RELOCATION_64) {
        put(to, at, target, 8);
        return true;
    }
    if (distance + 0x80000000u > 0xffffffffu)
        return sho_refuse(&sho->problem, SHO_IN_RELOCATION, count, "its target is more than 2 GiB away");
    put(to, at, distance, 4);
    return true;
}

/*@ // What linking needs, and keeps.
    predicate linkable{L}(struct sho *sho, struct sho_link *link) =
      shape_good(sho) && symbols_good(sho) && manifest_good(sho) && relocations_good(sho) && link_apart(sho, link);
*/

/*@ requires sho->problem.what == \null;
    requires linkable(sho, link);
    requires 1 <= i < sho->nr_sections && relocatable(sho, i);
    requires \separated(sho, r) && \separated(link, r);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, link->at[SHO_TEXT].bytes[0 .. link->at[SHO_TEXT].nr - 1],
      link->at[SHO_READONLY].bytes[0 .. link->at[SHO_READONLY].nr - 1];
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool relocate(struct sho *sho, const struct sho_link *link, uint32_t i, const struct sho_relocation *r,
                     uint32_t count)
{
    const struct sho_section *in = &sho->sections[i];
    struct sho_symbol s = sho_symbol(sho, r->symbol);
    uint32_t import = sho_import_of(sho, r->symbol);
    uint64_t target = s.value;

    /*@ assert \forall integer k; 1 <= k < SHO_SECTIONS_MAX && section_good{Pre}(sho, k) ==> section_good(sho, k); */
    if (sho_symbol_defined(sho, &s))
        target += section_address(sho, link, s.section);
    else if (import_check(sho, link, import, sho_relocation_meant(in, r), count))
        target = link->imports[import].address;
    else
        return false;
    return target_put(sho, &link->at[in->region], in->place + r->at, r->kind, target + (uint64_t)r->addend, count);
}

/* Is a symbol the kCFI type of this import, and the type that the import has? */
static bool typeid_is(const struct sho *sho, const struct sho_target *import, uint32_t i, const struct sho_symbol *s)
{
    struct sho_bytes wanted = sho_import(sho, i).name;
    struct sho_bytes name = sho_part(s->name, sizeof("__kcfi_typeid_") - 1, wanted.nr);

    return s->name.nr == wanted.nr + sizeof("__kcfi_typeid_") - 1 && sho_same(name, wanted) && import->has_typeid &&
           import->typeid == s->value;
}

/* Every __kcfi_typeid_NAME is what the import NAME has. */
/*@ requires sho->problem.what == \null && manifest_good(sho) && \separated(sho, link);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool typeid_check(struct sho *sho, const struct sho_link *link, uint32_t i)
{
    struct sho_symbol s = sho_symbol(sho, i);

    if (s.section != SYMBOL_ABSOLUTE)
        return true;
    /*@ loop invariant 0 <= k <= sho->nr_imports;
        loop assigns k;
        loop variant sho->nr_imports - k;
    */
    for (uint32_t k = 0; k < sho->nr_imports && k < SHO_IMPORTS_MAX; k++) {
        if (typeid_is(sho, &link->imports[k], k, &s))
            return true;
    }
    return sho_refuse(&sho->problem, SHO_IN_SYMBOL, i, "its kCFI type is not that of the function");
}

/*@ requires sho->problem.what == \null && manifest_good(sho) && \separated(sho, link);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool typeids_check(struct sho *sho, const struct sho_link *link)
{
    /*@ loop invariant 1 <= i && sho->problem.what == \null;
        loop assigns i, sho->problem.what, sho->problem.place, sho->problem.index;
        loop variant sho->nr_symbols - i;
    */
    for (uint32_t i = 1; i < sho->nr_symbols; i++) {
        if (!typeid_check(sho, link, i))
            return false;
    }
    return true;
}

/*@ requires sho->problem.what == \null && linkable(sho, link);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, link->at[SHO_TEXT].bytes[0 .. link->at[SHO_TEXT].nr - 1],
      link->at[SHO_READONLY].bytes[0 .. link->at[SHO_READONLY].nr - 1],
      link->at[SHO_DATA].bytes[0 .. (link->keep_data ? 0 : link->at[SHO_DATA].nr) - 1];
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures room: \result ==> room(sho, link, SHO_TEXT) && room(sho, link, SHO_READONLY);
    ensures data: \result && !link->keep_data ==> room(sho, link, SHO_DATA);
*/
static bool regions_fill(struct sho *sho, const struct sho_link *link)
{
    if (!region_fill(sho, &link->at[SHO_TEXT], SHO_TEXT) || !region_fill(sho, &link->at[SHO_READONLY], SHO_READONLY))
        return false;
    return link->keep_data || region_fill(sho, &link->at[SHO_DATA], SHO_DATA);
}

/* The relocations of one section; first: how many others came before. */
/*@ requires sho->problem.what == \null && linkable(sho, link) && 1 <= i < sho->nr_sections;
    requires sho->sections[i].part == SHO_PART_RELA;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, link->at[SHO_TEXT].bytes[0 .. link->at[SHO_TEXT].nr - 1],
      link->at[SHO_READONLY].bytes[0 .. link->at[SHO_READONLY].nr - 1];
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool section_relocate(struct sho *sho, const struct sho_link *link, uint32_t i, uint32_t first)
{
    const struct sho_section *rela = &sho->sections[i];

    /*@ assert relocates_good(sho, i); */
    /*@ loop invariant 0 <= k <= rela->nr / RELA_BYTES && sho->problem.what == \null;
        loop assigns k, sho->problem.what, sho->problem.place, sho->problem.index,
          link->at[SHO_TEXT].bytes[0 .. link->at[SHO_TEXT].nr - 1],
          link->at[SHO_READONLY].bytes[0 .. link->at[SHO_READONLY].nr - 1];
        loop variant rela->nr / RELA_BYTES - k;
    */
    for (uint64_t k = 0; k < rela->nr / RELA_BYTES; k++) {
        struct sho_relocation r = sho_relocation(sho, rela, k);

        if (!relocate(sho, link, rela->info, &r, first + (uint32_t)k))
            return false;
    }
    return true;
}

/*@ requires sho->problem.what == \null && linkable(sho, link);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, link->at[SHO_TEXT].bytes[0 .. link->at[SHO_TEXT].nr - 1],
      link->at[SHO_READONLY].bytes[0 .. link->at[SHO_READONLY].nr - 1];
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool sections_relocate(struct sho *sho, const struct sho_link *link)
{
    uint32_t count = 0;

    /*@ loop invariant 1 <= i && sho->problem.what == \null;
        loop assigns i, count, sho->problem.what, sho->problem.place, sho->problem.index,
          link->at[SHO_TEXT].bytes[0 .. link->at[SHO_TEXT].nr - 1],
          link->at[SHO_READONLY].bytes[0 .. link->at[SHO_READONLY].nr - 1];
        loop variant SHO_SECTIONS_MAX - i;
    */
    for (uint32_t i = 1; i < sho->nr_sections && i < SHO_SECTIONS_MAX; i++) {
        if (sho->sections[i].part != SHO_PART_RELA)
            continue;
        if (!section_relocate(sho, link, i, count))
            return false;
        count += (uint32_t)(sho->sections[i].nr / RELA_BYTES);
    }
    return true;
}

bool sho_link(struct sho *sho, const struct sho_link *link)
{
    return typeids_check(sho, link) && regions_fill(sho, link) && sections_relocate(sho, link);
}

#define NUMBERS_MAX (SHO_SECTIONS_MAX * 0x200000u / RELA_BYTES)

/* A relocation, and the section that it is in; section 0: there is none. */
struct numbered {
    uint32_t section;
    struct sho_relocation r;
};

/* The relocation that has this number, counted over all sections. */
/*@ requires shape_good(sho);
    ensures section: \result.section < SHO_SECTIONS_MAX;
    ensures few: \result.section != 0 ==> number < NUMBERS_MAX;
*/
static struct numbered relocation_number(const struct sho *sho, uint32_t number)
{
    uint64_t left = number;

    /*@ loop invariant 1 <= i <= sho->nr_sections;
        loop invariant left <= number <= left + (i - 1) * (0x200000 / RELA_BYTES);
        loop assigns i, left;
        loop variant SHO_SECTIONS_MAX - i;
    */
    for (uint32_t i = 1; i < sho->nr_sections && i < SHO_SECTIONS_MAX; i++) {
        const struct sho_section *rela = &sho->sections[i];
        uint64_t nr = rela->nr / RELA_BYTES;

        /*@ assert section_good(sho, i); */
        /*@ assert nr <= 0x200000 / RELA_BYTES; */
        if (rela->part != SHO_PART_RELA || rela->info == 0 || rela->info >= SHO_SECTIONS_MAX)
            continue;
        if (left < nr)
            return (struct numbered){ rela->info, sho_relocation(sho, rela, left) };
        left -= nr;
    }
    return (struct numbered){ .section = 0 };
}

bool sho_use_get(const struct sho *sho, uint32_t i, uint32_t *k, struct sho_use *use)
{
    uint32_t symbol = sho_import_symbol(sho, i), number = *k;
    struct numbered found = relocation_number(sho, number);

    /*@ loop invariant found.section < SHO_SECTIONS_MAX;
        loop invariant found.section != 0 ==> number < NUMBERS_MAX;
        loop assigns found, number;
        loop variant NUMBERS_MAX - number;
    */
    while (found.section != 0 && found.r.symbol != symbol)
        found = relocation_number(sho, ++number);
    *k = number;
    if (found.section == 0)
        return false;
    *use = (struct sho_use){ sho->sections[found.section].region, sho->sections[found.section].place + found.r.at,
                             found.r.kind != RELOCATION_64 };
    ++*k;
    return true;
}
