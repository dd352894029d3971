/* SPDX-License-Identifier: MIT */
/* Relocations: what they may be, and applying them (docs/module-format.md). */
#include "internal.h"

/* An instruction's last bytes may come behind the four that are relocated: an immediate operand of up to four. */
#define BEHIND_MAX 4

struct sho_relocation sho_relocation(const struct sho *sho, const struct sho_section *rela, uint64_t i)
{
    uint64_t at = rela->offset + i * RELA_BYTES, info = sho_get64(sho->file, at + RELA_INFO);

    return (struct sho_relocation){
        .at = sho_get64(sho->file, at + RELA_OFFSET),
        .symbol = (uint32_t)(info >> 32),
        .kind = (uint32_t)info,
        .addend = (int64_t)sho_get64(sho->file, at + RELA_ADDEND),
    };
}

/*@ ensures \result == (kind == RELOCATION_64 ? 8 : 4); */
static uint32_t width(uint32_t kind)
{
    return kind == RELOCATION_64 ? 8 : 4;
}

/* Which kinds a section has. */
/*@ ensures \result <==> (part == SHO_PART_TEXT && (kind == RELOCATION_PC32 || kind == RELOCATION_PLT32)) ||
      ((part == SHO_PART_SITES || part == SHO_PART_KCFI) && kind == RELOCATION_PC32) ||
      ((part == SHO_PART_RELRO || part == SHO_PART_PERCPU) && kind == RELOCATION_64);
*/
static bool kind_good(enum sho_part part, uint32_t kind)
{
    if (part == SHO_PART_TEXT)
        return kind == RELOCATION_PC32 || kind == RELOCATION_PLT32;
    if (part == SHO_PART_SITES || part == SHO_PART_KCFI)
        return kind == RELOCATION_PC32;
    return (part == SHO_PART_RELRO || part == SHO_PART_PERCPU) && kind == RELOCATION_64;
}

int64_t sho_relocation_meant(const struct sho_section *in, const struct sho_relocation *r)
{
    return in->part == SHO_PART_TEXT && r->addend <= INT64_MAX - 4 ? r->addend + 4 : r->addend;
}

/*@ ensures \result <==> r->addend < -SHO_FILE_MAX || r->addend > SHO_FILE_MAX; */
static bool far(const struct sho_relocation *r)
{
    return r->addend < -(int64_t)SHO_FILE_MAX || r->addend > (int64_t)SHO_FILE_MAX;
}

/* Where in its symbol's section; a value that no symbol has leads nowhere. */
/*@ requires -2 * SHO_FILE_MAX <= meant <= 2 * SHO_FILE_MAX;
    ensures \result == (s->value <= SHO_FILE_MAX ? s->value + meant : INT64_MIN);
*/
static int64_t points_to(const struct sho_symbol *s, int64_t meant)
{
    return s->value <= SHO_FILE_MAX ? (int64_t)s->value + meant : INT64_MIN;
}

/* Of what lies in the module: is it inside its section, and may that place mean it? */
/*@ requires sho->problem.what == \null && \separated(&sho->problem, in) && \separated(&sho->problem, to);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures inside: \result ==> (in->part == SHO_PART_TEXT ? -BEHIND_MAX : 0) <= at <= to->nr;
    ensures text: \result && (in->part == SHO_PART_SITES || in->part == SHO_PART_KCFI) ==>
      to->part == SHO_PART_TEXT || to->part == SHO_PART_NAMES;
    ensures data: \result && in->part == SHO_PART_PERCPU ==> to->region == SHO_DATA;
*/
static bool place_check(struct sho *sho, uint32_t count, const struct sho_section *in, const struct sho_section *to,
                        int64_t at)
{
    int64_t least = in->part == SHO_PART_TEXT ? -BEHIND_MAX : 0;

    if (at < least || at > (int64_t)to->nr)
        return sho_refuse(&sho->problem, SHO_IN_RELOCATION, count, "it means what is outside its symbol's section");
    if ((in->part == SHO_PART_SITES || in->part == SHO_PART_KCFI) && to->part != SHO_PART_TEXT &&
        to->part != SHO_PART_NAMES)
        return sho_refuse(&sho->problem, SHO_IN_RELOCATION, count, "it may mean only .text or .sc_names");
    if (in->part == SHO_PART_PERCPU && to->region != SHO_DATA)
        return sho_refuse(&sho->problem, SHO_IN_RELOCATION, count, "it may mean only .data or .bss");
    return true;
}

/*@ requires sho->problem.what == \null;
    requires shape_good(sho);
    requires \separated(&sho->problem, in);
    requires \separated(sho, r);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures symbol: \result ==> 0 < r->symbol < sho->nr_symbols;
    ensures addend: \result ==> -SHO_FILE_MAX <= r->addend <= SHO_FILE_MAX;
*/
static bool target_check(struct sho *sho, uint32_t count, const struct sho_section *in, const struct sho_relocation *r)
{
    struct sho_symbol s = sho_symbol(sho, r->symbol);

    if (r->symbol == 0 || r->symbol >= sho->nr_symbols || far(r))
        return sho_refuse(&sho->problem, SHO_IN_RELOCATION, count, "its symbol or its addend is out of range");
    if (s.section == SYMBOL_UNDEFINED) {
        if (in->part != SHO_PART_TEXT && in->part != SHO_PART_RELRO)
            return sho_refuse(&sho->problem, SHO_IN_RELOCATION, count, "it must stay in the module");
        return true;
    }
    if (!sho_symbol_defined(sho, &s))
        return sho_refuse(&sho->problem, SHO_IN_RELOCATION, count, "its symbol lies in no section");
    return place_check(sho, count, in, &sho->sections[s.section], points_to(&s, sho_relocation_meant(in, r)));
}

/*@ requires sho->problem.what == \null;
    requires shape_good(sho);
    requires \separated(&sho->problem, in);
    requires \separated(sho, r);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures loaded: \result && region_good(in->part, in->region) ==>
      in->region == SHO_TEXT || in->region == SHO_READONLY;
    ensures inside: \result ==> r->at + (r->kind == RELOCATION_64 ? 8 : 4) <= in->nr;
    ensures ascends: \result ==> free_from <= r->at;
    ensures target: \result ==> 0 < r->symbol < sho->nr_symbols && -SHO_FILE_MAX <= r->addend <= SHO_FILE_MAX;
*/
static bool relocation_check(struct sho *sho, uint32_t count, const struct sho_section *in,
                             const struct sho_relocation *r, uint64_t free_from)
{
    if (!kind_good(in->part, r->kind))
        return sho_refuse(&sho->problem, SHO_IN_RELOCATION, count, "its type is not allowed in that section");
    if (in->nr < width(r->kind) || r->at > in->nr - width(r->kind))
        return sho_refuse(&sho->problem, SHO_IN_RELOCATION, count, "it is outside its section");
    if (r->at < free_from)
        return sho_refuse(&sho->problem, SHO_IN_RELOCATION, count, "it lies over the one before, or out of order");
    return target_check(sho, count, in, r);
}

/* Does another one before the i-th relocate the same section? */
/*@ requires i < SHO_SECTIONS_MAX;
    ensures \result <==> \exists integer k; 1 <= k < i && sho->sections[k].part == SHO_PART_RELA &&
      sho->sections[k].info == sho->sections[i].info;
*/
static bool twice(const struct sho *sho, uint32_t i)
{
    /*@ loop invariant 1 <= k <= SHO_SECTIONS_MAX;
        loop invariant \forall integer j; 1 <= j < k && j < i ==>
          !(sho->sections[j].part == SHO_PART_RELA && sho->sections[j].info == sho->sections[i].info);
        loop assigns k;
        loop variant SHO_SECTIONS_MAX - k;
    */
    for (uint32_t k = 1; k < i; k++) {
        if (sho->sections[k].part == SHO_PART_RELA && sho->sections[k].info == sho->sections[i].info)
            return true;
    }
    return false;
}

/*@ requires sho->problem.what == \null;
    requires shape_good(sho);
    requires 1 <= i < sho->nr_sections;
    requires 0 < sho->sections[i].info < sho->nr_sections;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures relocations: \result ==> sho->sections[i].nr < 24 || relocatable(sho, sho->sections[i].info);
*/
static bool entries_check(struct sho *sho, uint32_t i, uint32_t first)
{
    const struct sho_section *rela = &sho->sections[i], *in = &sho->sections[rela->info];
    uint64_t free_from = 0;

    /*@ assert section_good(sho, sho->sections[i].info); */
    /*@ loop invariant 0 <= k <= rela->nr / RELA_BYTES && sho->problem.what == \null;
        loop invariant k == 0 || relocatable(sho, sho->sections[i].info);
        loop assigns k, free_from, sho->problem.what, sho->problem.place, sho->problem.index;
        loop variant rela->nr / RELA_BYTES - k;
    */
    for (uint64_t k = 0; k < rela->nr / RELA_BYTES; k++) {
        struct sho_relocation r = sho_relocation(sho, rela, k);

        if (!relocation_check(sho, first + (uint32_t)k, in, &r, free_from))
            return false;
        free_from = r.at + width(r.kind);
    }
    return true;
}

/*@ requires sho->problem.what == \null;
    requires shape_good(sho);
    requires 1 <= i < sho->nr_sections;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures relocations: \result ==> relocates_good(sho, i);
*/
static bool section_check(struct sho *sho, uint32_t i, uint32_t first)
{
    const struct sho_section *rela = &sho->sections[i];

    if (rela->link != sho->symtab || rela->info == 0 || rela->info >= sho->nr_sections)
        return sho_refuse(&sho->problem, SHO_IN_SECTION, i, "it relocates no section, or by other symbols");
    if (twice(sho, i))
        return sho_refuse(&sho->problem, SHO_IN_SECTION, i, "another relocates the same section");
    return entries_check(sho, i, first);
}

bool sho_relocations_check(struct sho *sho)
{
    uint32_t count = 0;

    /*@ loop invariant 1 <= i <= sho->nr_sections && sho->problem.what == \null;
        loop invariant \forall integer k; 1 <= k < i ==> relocates_good(sho, k);
        loop assigns i, count, sho->problem.what, sho->problem.place, sho->problem.index;
        loop variant sho->nr_sections - i;
    */
    for (uint32_t i = 1; i < sho->nr_sections && i < SHO_SECTIONS_MAX; i++) {
        if (sho->sections[i].part != SHO_PART_RELA)
            continue;
        if (!section_check(sho, i, count))
            return false;
        count += (uint32_t)(sho->sections[i].nr / RELA_BYTES);
    }
    return true;
}
