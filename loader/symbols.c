/* SPDX-License-Identifier: MIT */
/* Symbols against the profile of docs/module-format.md. */
#include "internal.h"

#define SYMBOLS_MAX 2048u

struct sho_symbol sho_symbol(const struct sho *sho, uint32_t i)
{
    struct sho_bytes table = sho_section_bytes(sho, sho->symtab), texts = sho_section_bytes(sho, sho->strtab);
    struct sho_bytes s = sho_part(table, (uint64_t)i * SYM_BYTES, SYM_BYTES);
    uint8_t info = sho_get8(s, SYM_INFO);

    return (struct sho_symbol){
        .name = sho_text_at(texts, sho_get32(s, SYM_NAME)),
        .kind = info & 15,
        .binding = info >> 4,
        .visibility = sho_get8(s, SYM_OTHER),
        .section = sho_get16(s, SYM_SHNDX),
        .value = sho_get64(s, SYM_VALUE),
        .nr = sho_get64(s, SYM_SIZE),
    };
}

bool sho_symbol_defined(const struct sho *sho, const struct sho_symbol *s)
{
    return s->section != SYMBOL_UNDEFINED && s->section < sho->nr_sections && s->section < SHO_SECTIONS_MAX;
}

/*@ assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures no: \result == \false;
    ensures said: sho->problem.what != \null;
*/
static bool refuse(struct sho *sho, uint32_t i, const char *what SC_STRING)
{
    return sho_refuse(&sho->problem, SHO_IN_SYMBOL, i, what);
}

/*@ requires sho->problem.what == \null;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool name_check(struct sho *sho, uint32_t i)
{
    struct sho_bytes table = sho_section_bytes(sho, sho->symtab), texts = sho_section_bytes(sho, sho->strtab);
    uint32_t at = sho_get32(table, (uint64_t)i * SYM_BYTES + SYM_NAME);

    if (at >= texts.nr)
        return refuse(sho, i, "its name is not in the table");
    if (sho_get8(texts, at) != 0 && sho_text_at(texts, at).nr == 0)
        return refuse(sho, i, "its name is longer than 255 bytes");
    return true;
}

/*@ requires sho->problem.what == \null;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool undefined_check(struct sho *sho, uint32_t i, const struct sho_symbol *s)
{
    if (s->value != 0 || s->nr != 0 || s->name.nr == 0 || s->binding != BIND_GLOBAL || s->kind == KIND_SECTION)
        return refuse(sho, i, "an import has a value, a size, no name, or is local");
    return true;
}

/*@ requires sho->problem.what == \null;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool absolute_check(struct sho *sho, uint32_t i, const struct sho_symbol *s)
{
    if (!sho_begins(s->name, 0, SHO_LITERAL("__kcfi_typeid_")) || s->value > UINT32_MAX)
        return refuse(sho, i, "it is absolute and no __kcfi_typeid_");
    return true;
}

/*@ requires sho->problem.what == \null;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool defined_check(struct sho *sho, uint32_t i, const struct sho_symbol *s)
{
    const struct sho_section *at;

    if (!sho_symbol_defined(sho, s))
        return refuse(sho, i, "it lies in no section of the file (COMMON, or an index out of range)");
    at = &sho->sections[s->section];
    if (at->region == SHO_NOWHERE)
        return refuse(sho, i, "it lies in a section that is not loaded");
    if (s->value > at->nr || s->nr > at->nr - s->value)
        return refuse(sho, i, "it reaches out of its section");
    if (s->kind == KIND_FUNC && at->part != SHO_PART_TEXT)
        return refuse(sho, i, "it is a function outside .text");
    if (s->kind == KIND_OBJECT && at->part == SHO_PART_TEXT)
        return refuse(sho, i, "it is an object in .text");
    return true;
}

/*@ requires sho->problem.what == \null;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool symbol_check(struct sho *sho, uint32_t i, uint32_t nr_local)
{
    struct sho_symbol s = sho_symbol(sho, i);

    if (!name_check(sho, i))
        return false;
    if (s.binding != (i < nr_local ? BIND_LOCAL : BIND_GLOBAL))
        return refuse(sho, i, "it is weak or unique, or local and global symbols are mixed");
    if (s.kind > KIND_SECTION)
        return refuse(sho, i, "its type is not one of NOTYPE, OBJECT, FUNC and SECTION");
    if (s.visibility != VISIBILITY_DEFAULT && s.visibility != VISIBILITY_HIDDEN)
        return refuse(sho, i, "its visibility is neither default nor hidden");
    if (s.section == SYMBOL_UNDEFINED)
        return undefined_check(sho, i, &s);
    return s.section == SYMBOL_ABSOLUTE ? absolute_check(sho, i, &s) : defined_check(sho, i, &s);
}

/*@ requires sho->problem.what == \null;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool null_check(struct sho *sho)
{
    struct sho_bytes table = sho_section_bytes(sho, sho->symtab);

    /*@ loop invariant 0 <= i <= SYM_BYTES;
        loop assigns i;
        loop variant SYM_BYTES - i;
    */
    for (uint32_t i = 0; i < SYM_BYTES; i++) {
        if (sho_get8(table, i) != 0)
            return refuse(sho, 0, "the first symbol is not empty");
    }
    return true;
}

/* Is a's name before b's, byte by byte? */
static bool before(struct sho_bytes a, struct sho_bytes b)
{
    uint64_t i = 0;

    /*@ loop invariant 0 <= i <= a.nr && i <= b.nr;
        loop assigns i;
        loop variant a.nr - i;
    */
    while (i < a.nr && i < b.nr && a.bytes[i] == b.bytes[i])
        i++;
    return i < b.nr && (i >= a.nr || a.bytes[i] < b.bytes[i]);
}

/* Global names ascend, so they differ. */
/*@ requires sho->problem.what == \null && nr_local < UINT32_MAX;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool names_ascend_check(struct sho *sho, uint32_t nr_local)
{
    /*@ loop invariant nr_local < i && sho->problem.what == \null;
        loop assigns i, sho->problem.what, sho->problem.place, sho->problem.index;
        loop variant sho->nr_symbols - i;
    */
    for (uint32_t i = nr_local + 1; i < sho->nr_symbols; i++) {
        if (!before(sho_symbol(sho, i - 1).name, sho_symbol(sho, i).name))
            return refuse(sho, i, "there is another global symbol of its name, or their names do not ascend");
    }
    return true;
}

bool sho_symbols_check(struct sho *sho)
{
    const struct sho_section *table = &sho->sections[sho->symtab];

    if (table->nr / SYM_BYTES > SYMBOLS_MAX || table->nr == 0)
        return sho_refuse(&sho->problem, SHO_IN_SECTION, sho->symtab, "no symbols, or more than 2048");
    sho->nr_symbols = (uint32_t)(table->nr / SYM_BYTES);
    if (table->info == 0 || table->info > sho->nr_symbols)
        return sho_refuse(&sho->problem, SHO_IN_SECTION, sho->symtab, "more local symbols than symbols");
    if (!null_check(sho))
        return false;
    /*@ loop invariant 1 <= i <= sho->nr_symbols && sho->problem.what == \null;
        loop assigns i, sho->problem.what, sho->problem.place, sho->problem.index;
        loop variant sho->nr_symbols - i;
    */
    for (uint32_t i = 1; i < sho->nr_symbols; i++) {
        if (!symbol_check(sho, i, table->info))
            return false;
    }
    return names_ascend_check(sho, table->info);
}

struct sho_bytes sho_function_at(const struct sho *sho, uint64_t offset, uint64_t *start)
{
    struct sho_bytes name = sho_part(sho->file, 0, 0);

    *start = 0;
    /*@ loop invariant 1 <= i;
        loop invariant part_of(name, sho->file) && valid_sho_bytes(name);
        loop assigns i, name, *start;
        loop variant sho->nr_symbols - i;
    */
    for (uint32_t i = 1; i < sho->nr_symbols; i++) {
        struct sho_symbol s = sho_symbol(sho, i);

        if (s.kind == KIND_FUNC && sho_symbol_defined(sho, &s) && s.value <= offset && s.value >= *start &&
            !sho_begins(s.name, 0, SHO_LITERAL("__cfi_"))) {
            name = s.name;
            *start = s.value;
        }
    }
    return name;
}
