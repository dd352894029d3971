/* SPDX-License-Identifier: MIT */
/* Shared by the files of this folder only. */
#ifndef LOADER_INTERNAL_H
#define LOADER_INTERNAL_H

#include "elf64.h"
#include "sho.h"

/* The first problem is kept; false, so that a check reads `return sho_refuse(...)`. */
bool sho_refuse(struct sho_problem *p, enum sho_place place, uint32_t index, const char *what SC_STRING);

/* Little-endian loads; 0 when they are not inside. */
uint16_t sho_get16(struct sho_bytes b, uint64_t at);
uint32_t sho_get32(struct sho_bytes b, uint64_t at);
uint64_t sho_get64(struct sho_bytes b, uint64_t at);
uint8_t sho_get8(struct sho_bytes b, uint64_t at);
/* A part; nothing when it is not inside. */
struct sho_bytes sho_part(struct sho_bytes b, uint64_t at, uint64_t nr);
/* Does it begin with this text? */
bool sho_begins(struct sho_bytes b, uint64_t at, const char *text SC_COUNT(nr), uint64_t nr);
/* The bytes up to a 0, from a place in a table of texts; nr 0 when there is no end within 255. */
struct sho_bytes sho_text_at(struct sho_bytes table, uint64_t at);
struct sho_bytes sho_section_bytes(const struct sho *sho, uint32_t i);

/* ---- elf.c, symbols.c, manifest.c, relocations.c, in this order ---- */
bool sho_sections_check(struct sho *sho);
bool sho_symbols_check(struct sho *sho);
bool sho_manifest_check(struct sho *sho);
bool sho_relocations_check(struct sho *sho);

/* A symbol, out of the table. */
struct sho_symbol {
    struct sho_bytes name;
    uint8_t kind, binding, visibility;
    uint16_t section;
    uint64_t value, nr;
};
struct sho_symbol sho_symbol(const struct sho *sho, uint32_t i);
bool sho_symbol_defined(const struct sho *sho, const struct sho_symbol *s);
/* The import that a symbol is, or nr_imports. */
uint32_t sho_import_of(const struct sho *sho, uint32_t symbol);
/* The symbol that the i-th import is. */
uint32_t sho_import_symbol(const struct sho *sho, uint32_t i);
/* Where the records of exports begin in the manifest; the imports' follow. */
uint64_t sho_records_at(const struct sho *sho);

/* A relocation, out of its section. */
struct sho_relocation {
    uint64_t at; /* in the section that is relocated */
    uint32_t symbol, kind;
    int64_t addend;
};
struct sho_relocation sho_relocation(const struct sho *sho, const struct sho_section *rela, uint64_t i);
/* How far from its symbol it points: an instruction's operand counts from the instruction's end. */
int64_t sho_relocation_meant(const struct sho_section *in, const struct sho_relocation *r);

#endif
