/* SPDX-License-Identifier: MIT */
/* Shared by the files of this folder only. */
#ifndef LOADER_INTERNAL_H
#define LOADER_INTERNAL_H

#include "elf64.h"
#include "sho.h"

/* The first problem is kept; false, so that a check reads `return sho_refuse(...)`. */
/*@ assigns p->what \from p->what, what;
    assigns p->place, p->index;
    ensures no: \result == \false;
    ensures said: p->what != \null;
    ensures first: \old(p->what) != \null ==> *p == \old(*p);
*/
bool sho_refuse(struct sho_problem *p, enum sho_place place, uint32_t index, const char *what SC_STRING);

/* Little-endian loads; 0 when they are not inside. */
/*@ ensures \result == get16(b, at); */
uint16_t sho_get16(struct sho_bytes b, uint64_t at);
/*@ ensures \result == get32(b, at); */
uint32_t sho_get32(struct sho_bytes b, uint64_t at);
/*@ ensures \result == get64(b, at); */
uint64_t sho_get64(struct sho_bytes b, uint64_t at);
/*@ ensures \result == get8(b, at); */
uint8_t sho_get8(struct sho_bytes b, uint64_t at);
/* A part; nothing when it is not inside. */
/*@ ensures inside: part_of(\result, b);
    ensures whole: 0 < nr && at + nr <= b.nr ==> \result.bytes == b.bytes + at && \result.nr == nr;
    ensures nothing: nr == 0 || at + nr > b.nr ==> \result.bytes == b.bytes && \result.nr == 0;
*/
struct sho_bytes sho_part(struct sho_bytes b, uint64_t at, uint64_t nr);
/* Does it begin with this text? */
/*@ ensures \result <==> at + nr <= b.nr && \forall integer i; 0 <= i < nr ==> b.bytes[at + i] == (uint8_t)text[i]; */
bool sho_begins(struct sho_bytes b, uint64_t at, const char *text SC_COUNT(nr), uint64_t nr);
/* The bytes up to a 0, from a place in a table of texts; nr 0 when there is no end within 255. */
/*@ ensures inside: part_of(\result, table);
    ensures short: \result.nr <= 255;
*/
struct sho_bytes sho_text_at(struct sho_bytes table, uint64_t at);
/*@ ensures inside: part_of(\result, sho->file);
    ensures section: i < sho->nr_sections && i < SHO_SECTIONS_MAX && sho->sections[i].part != SHO_PART_BSS &&
      sho->sections[i].nr != 0 && sho->sections[i].offset + sho->sections[i].nr <= sho->file.nr ==>
      \result.bytes == sho->file.bytes + sho->sections[i].offset && \result.nr == sho->sections[i].nr;
*/
struct sho_bytes sho_section_bytes(const struct sho *sho, uint32_t i);

/* ---- elf.c, symbols.c, manifest.c, relocations.c, in this order ---- */
/*@ requires sho->problem.what == \null && \forall integer r; 0 <= r < SHO_REGIONS ==> sho->region_bytes[r] == 0;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, sho->nr_sections,
      sho->sections[0 .. SHO_SECTIONS_MAX - 1], sho->symtab, sho->strtab, sho->manifest, sho->certificate,
      sho->region_bytes[0 .. SHO_REGIONS - 1];
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures shape: \result ==> shape_good(sho);
    ensures apart: \result ==> places_apart(sho, sho->nr_sections);
*/
bool sho_sections_check(struct sho *sho);
/*@ requires shape_good(sho) && sho->problem.what == \null;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, sho->nr_symbols;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures symbols: \result ==> symbols_good(sho);
*/
bool sho_symbols_check(struct sho *sho);
/*@ requires shape_good(sho) && sho->problem.what == \null;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, sho->name[0 .. SHO_NAME_BYTES - 1], sho->version,
      sho->epoch, sho->stack, sho->level, sho->nr_provides, sho->nr_requires, sho->nr_exports, sho->nr_imports;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures manifest: \result ==> manifest_good(sho);
*/
bool sho_manifest_check(struct sho *sho);
/*@ requires shape_good(sho) && symbols_good(sho) && sho->problem.what == \null;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures relocations: \result ==> relocations_good(sho);
*/
bool sho_relocations_check(struct sho *sho);

/* A symbol, out of the table. */
struct sho_symbol {
    struct sho_bytes name;
    uint8_t kind, binding, visibility;
    uint16_t section;
    uint64_t value, nr;
};
/*@ ensures inside: part_of(\result.name, sho->file) && \result.name.nr <= 255; */
struct sho_symbol sho_symbol(const struct sho *sho, uint32_t i);
/*@ ensures \result <==> 0 < s->section < sho->nr_sections && s->section < SHO_SECTIONS_MAX; */
bool sho_symbol_defined(const struct sho *sho, const struct sho_symbol *s);
/* The import that a symbol is, or nr_imports. */
/*@ requires sho->nr_imports <= SHO_IMPORTS_MAX;
    ensures \result <= sho->nr_imports;
*/
uint32_t sho_import_of(const struct sho *sho, uint32_t symbol);
/* The symbol that the i-th import is. */
uint32_t sho_import_symbol(const struct sho *sho, uint32_t i);
/* Where the records of exports begin in the manifest; the imports' follow. */
/*@ ensures counts_good(sho) ==> \result == 120 + (sho->nr_provides + sho->nr_requires) * 32; */
uint64_t sho_records_at(const struct sho *sho);

/* A relocation, out of its section. */
struct sho_relocation {
    uint64_t at; /* in the section that is relocated */
    uint32_t symbol, kind;
    int64_t addend;
};
struct sho_relocation sho_relocation(const struct sho *sho, const struct sho_section *rela, uint64_t i);
/* How far from its symbol it points: an instruction's operand counts from the instruction's end. */
/*@ ensures -SHO_FILE_MAX <= r->addend <= SHO_FILE_MAX ==>
      \result == (in->part == SHO_PART_TEXT ? r->addend + 4 : r->addend);
*/
int64_t sho_relocation_meant(const struct sho_section *in, const struct sho_relocation *r);

#endif
