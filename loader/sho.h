/* SPDX-License-Identifier: MIT */
/*
 * sho.h - a module's file: what it may be, what is in it, and linking it (docs/module-format.md).
 *
 * Freestanding; no state of its own. The same code runs in the hypervisor, in the tools on the host and under the
 * fuzzer. Who calls: sho_signed() first, on bytes that nobody else can change; sho_open() on what it gave;
 * the addresses of imports; sho_link(). Each says in sho->problem what is wrong.
 */
#ifndef LOADER_SHO_H
#define LOADER_SHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../hypervisor/ports/safe.h"

#define SHO_FILE_MAX 0x400000u
#define SHO_TRAILER_BYTES 112u
#define SHO_SECTIONS_MAX 24u
#define SHO_PORTS_MAX 32u
#define SHO_IMPORTS_MAX 512u
#define SHO_EXPORTS_MAX 512u
#define SHO_NAME_BYTES 32u
#define SHO_HASH_BYTES 32u
#define SHO_TYPE_BYTES 16u
#define SHO_SIGNATURE_BYTES 64u
#define SHO_BUNDLE_MAX 40u

/* Bytes and how many. */
struct sho_bytes {
    const uint8_t *bytes SC_COUNT(nr);
    uint64_t nr;
};

/*@ // A part is empty, or lies in the whole.
    predicate part_of{L}(struct sho_bytes part, struct sho_bytes whole) =
      \base_addr(part.bytes) == \base_addr(whole.bytes) && 0 <= part.bytes - whole.bytes &&
      part.bytes - whole.bytes + part.nr <= whole.nr;
    // Little-endian, as far as it is inside.
    logic integer get8{L}(struct sho_bytes b, integer at) = at + 1 <= b.nr ? b.bytes[at] : 0;
    logic integer get16{L}(struct sho_bytes b, integer at) =
      at + 2 <= b.nr ? b.bytes[at] + 0x100 * b.bytes[at + 1] : 0;
    logic integer get32{L}(struct sho_bytes b, integer at) =
      at + 4 <= b.nr ? get16(b, at) + 0x10000 * get16(b, at + 2) : 0;
    logic integer get64{L}(struct sho_bytes b, integer at) =
      at + 8 <= b.nr ? get32(b, at) + 0x100000000 * get32(b, at + 4) : 0;
    predicate same_bytes{L}(struct sho_bytes a, struct sho_bytes b) =
      a.nr == b.nr && \forall integer i; 0 <= i < a.nr ==> a.bytes[i] == b.bytes[i];
*/
/*@ ensures \result <==> same_bytes(a, b); */
bool sho_same(struct sho_bytes a, struct sho_bytes b);
/* Is it this text? */
/*@ ensures \result ==> b.nr == nr; */
bool sho_is(struct sho_bytes b, const char *text SC_COUNT(nr), uint64_t nr);
/* A literal and its length, as two arguments. */
#define SHO_LITERAL(literal) literal, sizeof(literal) - 1

/* What is wrong, and where: "symbol 7: it is weak". */
enum sho_place {
    SHO_IN_FILE,
    SHO_IN_SECTION,
    SHO_IN_SYMBOL,
    SHO_IN_RELOCATION, /* the index-th of the file, counted over all sections */
    SHO_IN_MANIFEST,
    SHO_IN_EXPORT,
    SHO_IN_IMPORT,
    SHO_IN_BUNDLE, /* entry */
};
struct sho_problem {
    const char *what SC_STRING SC_NULLABLE; /* NULL: nothing */
    /* Signed, as no other number of struct sho: so a proof knows at once that telling a problem changes none. */
    int32_t place; /* enum sho_place */
    int32_t index;
};

/* ---- signed.c: before anything else ---- */

/* What the file was signed as: the texts of docs/module-format.md. */
enum sho_kind { SHO_MODULE, SHO_BUNDLE };

/* The trailer, apart. The file's own bytes are those before it. */
struct sho_trailer {
    struct sho_bytes key;       /* its id, SHO_HASH_BYTES */
    struct sho_bytes signature; /* SHO_SIGNATURE_BYTES */
};

/* Provided by who runs this: SHA-256 of head and then rest; and whether the key of that id is trusted and has made that
 * signature of that hash. The hypervisor: core/signature.c; on the host, loader/host. */
/*@ assigns hash[0 .. SHO_HASH_BYTES - 1]; */
void sho_sha256(struct sho_bytes head, struct sho_bytes rest, uint8_t hash[SHO_HASH_BYTES]);
enum sho_verdict { SHO_GOOD, SHO_KEY_UNKNOWN, SHO_KEY_REVOKED, SHO_BAD_SIGNATURE };
enum sho_verdict sho_verify(const struct sho_trailer *t, const uint8_t hash[SHO_HASH_BYTES]);

/* The trailer of a file and what was signed, without a look at the signature; false: there is no trailer. */
/*@ requires \separated(t, p);
    ensures accepted: \result ==> SHO_TRAILER_BYTES <= file.nr <= SHO_FILE_MAX && file.nr % 8 == 0 &&
      get64(file, file.nr - SHO_TRAILER_BYTES + 8) == file.nr;
    ensures inside: \result ==> part_of(t->key, file) && part_of(t->signature, file);
    ensures sizes: \result ==> t->key.nr == SHO_HASH_BYTES && t->signature.nr == SHO_SIGNATURE_BYTES;
    ensures refused: !\result ==> *t == \old(*t) && p->what != \null;
*/
bool sho_trailer_find(struct sho_bytes file, struct sho_trailer *t, struct sho_problem *p);
/* What is signed: the hash of the domain's text and the file's bytes before the signature. */
void sho_digest(struct sho_bytes file, enum sho_kind kind, uint8_t hash[SHO_HASH_BYTES]);
/* True: the file is whole and a trusted key signed it as this kind; *content is what lies before the trailer. */
/*@ requires \valid(content);
    requires \separated(content, file.bytes + (0 .. file.nr - 1)) && \separated(content, p);
    ensures accepted: \result ==> SHO_TRAILER_BYTES <= file.nr <= SHO_FILE_MAX &&
      content->bytes == file.bytes && content->nr == file.nr - SHO_TRAILER_BYTES;
    ensures refused: !\result ==> content->nr == 0 && p->what != \null;
*/
bool sho_signed(struct sho_bytes file, enum sho_kind kind, struct sho_bytes *content, struct sho_problem *p);

/* ---- bundle.c ---- */

/* How many modules a bundle's content holds; 0: it is none. */
/*@ ensures accepted: \result != 0 ==> \result <= SHO_BUNDLE_MAX && 16 + \result * 80 <= content.nr &&
      \result == get32(content, 8);
    ensures unchanged: \result != 0 ==> *p == \old(*p);
    ensures refused: \result == 0 ==> p->what != \null;
*/
uint32_t sho_bundle_count(struct sho_bytes content, struct sho_problem *p);
/* The i-th one's bytes, whose hash is as the bundle says; nr 0 when something is wrong. */
/*@ ensures inside: part_of(\result, content);
    ensures accepted: \result.nr != 0 ==> i < get32(content, 8) <= SHO_BUNDLE_MAX;
    ensures first: \result.nr != 0 && i == 0 ==> \result.bytes - content.bytes >= 16 + get32(content, 8) * 80;
    ensures next: \result.nr != 0 && i != 0 ==> \result.bytes - content.bytes >=
      \old(get64(content, 16 + (i - 1) * 80 + 32) + get64(content, 16 + (i - 1) * 80 + 40));
    ensures refused: \result.nr == 0 ==> p->what != \null;
*/
struct sho_bytes sho_bundle_get(struct sho_bytes content, uint32_t i, struct sho_problem *p);

/* ---- elf.c, symbols.c, relocations.c, manifest.c ---- */

/* Where a section goes. */
enum sho_region { SHO_NOWHERE, SHO_TEXT, SHO_READONLY, SHO_DATA, SHO_REGIONS };

/* The sections that the loader knows by name. */
enum sho_part {
    SHO_PART_NONE,
    SHO_PART_TEXT,
    SHO_PART_RODATA, /* and .str1.1, .cstN */
    SHO_PART_RELRO,
    SHO_PART_PERCPU, /* struct percpu_array of core/pool.h */
    SHO_PART_SITES,
    SHO_PART_NAMES,
    SHO_PART_KCFI,
    SHO_PART_DATA,
    SHO_PART_BSS,
    SHO_PART_RELA,
    SHO_PART_MANIFEST,
    SHO_PART_CERTIFICATE,
    SHO_PART_SYMTAB,
    SHO_PART_STRTAB,
    SHO_PART_SHSTRTAB,
};

struct sho_section {
    enum sho_part part;
    enum sho_region region;
    uint64_t offset, nr; /* in the file; SHO_PART_BSS has no bytes there */
    uint32_t align;
    uint32_t link, info;
    uint64_t place; /* where it begins in its region */
};

/* A type's hash. */
struct sho_type {
    uint8_t bytes[SHO_TYPE_BYTES];
};

/* A file that was looked through: everything that is asked of it below is inside it. */
struct sho {
    struct sho_bytes file; /* without the trailer */
    struct sho_problem problem;
    uint32_t nr_sections;
    struct sho_section sections[SHO_SECTIONS_MAX];
    uint32_t symtab, strtab, manifest, certificate; /* sections; certificate 0: there is none */
    uint32_t nr_symbols;
    uint32_t nr_provides, nr_requires, nr_exports, nr_imports;
    uint64_t region_bytes[SHO_REGIONS]; /* what it needs; SHO_DATA with .bss */
    char name[SHO_NAME_BYTES];          /* ends in a 0 */
    uint64_t version;
    uint32_t epoch, stack, level;
};

/*@ // What sho_open() makes sure of.
    // Where a part goes. Only .text runs; only .data and .bss are written.
    predicate region_good(integer part, integer region) = 0 <= region < SHO_REGIONS &&
      (region == SHO_TEXT <==> part == SHO_PART_TEXT) &&
      (region == SHO_DATA <==> part == SHO_PART_DATA || part == SHO_PART_BSS) &&
      (region == SHO_READONLY <==> SHO_PART_RODATA <= part <= SHO_PART_KCFI);
    predicate section_good{L}(struct sho *sho, integer i) =
      region_good(sho->sections[i].part, sho->sections[i].region) && sho->sections[i].nr <= 0x200000 &&
      sho->sections[i].align <= 4096 &&
      (sho->sections[i].part == SHO_PART_BSS || sho->sections[i].nr == 0 ||
       sho->sections[i].offset + sho->sections[i].nr <= sho->file.nr);
    predicate sections_good{L}(struct sho *sho, integer end) =
      \forall integer i; 1 <= i < end ==> section_good(sho, i);
    predicate place_good{L}(struct sho *sho, integer i) = sho->sections[i].region == SHO_NOWHERE ||
      sho->sections[i].place + sho->sections[i].nr <= sho->region_bytes[sho->sections[i].region];
    predicate places_good{L}(struct sho *sho, integer end) = \forall integer i; 1 <= i < end ==> place_good(sho, i);
    // Two sections of a region share no byte.
    predicate places_apart{L}(struct sho *sho, integer end) = \forall integer i, k; 1 <= i < k < end &&
      sho->sections[i].region == sho->sections[k].region && sho->sections[i].region != SHO_NOWHERE ==>
      sho->sections[i].place + sho->sections[i].nr <= sho->sections[k].place;
    predicate regions_small{L}(struct sho *sho) =
      \forall integer r; 0 <= r < SHO_REGIONS ==> sho->region_bytes[r] <= 0x200000;
    predicate tables_good{L}(struct sho *sho) =
      0 < sho->symtab < sho->nr_sections && 0 < sho->strtab < sho->nr_sections &&
      0 < sho->manifest < sho->nr_sections && sho->certificate < sho->nr_sections &&
      sho->sections[sho->symtab].link == sho->strtab;
    predicate shape_good{L}(struct sho *sho) =
      2 <= sho->nr_sections <= SHO_SECTIONS_MAX && sho->file.nr <= SHO_FILE_MAX &&
      sections_good(sho, sho->nr_sections) && places_good(sho, sho->nr_sections) && regions_small(sho) &&
      tables_good(sho);
    predicate symbols_good{L}(struct sho *sho) =
      0 < sho->nr_symbols <= 2048 && sho->nr_symbols * 24 <= sho->sections[sho->symtab].nr;
    predicate counts_good{L}(struct sho *sho) =
      sho->nr_provides <= SHO_PORTS_MAX && sho->nr_requires <= SHO_PORTS_MAX && sho->nr_exports <= SHO_EXPORTS_MAX &&
      sho->nr_imports <= SHO_IMPORTS_MAX;
    predicate manifest_good{L}(struct sho *sho) = counts_good(sho) && sho->stack <= 4096 && sho->level <= 1 &&
      sho->name[0] != 0 && sho->name[SHO_NAME_BYTES - 1] == 0;
    // Nothing is relocated in what is not loaded, and in writable data.
    predicate relocatable{L}(struct sho *sho, integer i) =
      sho->sections[i].region == SHO_TEXT || sho->sections[i].region == SHO_READONLY;
    // The section that a section of relocations is for.
    predicate relocates_good{L}(struct sho *sho, integer i) = sho->sections[i].part != SHO_PART_RELA ||
      (sho->sections[i].link == sho->symtab && 0 < sho->sections[i].info < sho->nr_sections &&
       (sho->sections[i].nr < 24 || relocatable(sho, sho->sections[i].info)));
    predicate relocations_good{L}(struct sho *sho) =
      \forall integer i; 1 <= i < sho->nr_sections ==> relocates_good(sho, i);
*/
/* Looks through all of a file, signed or to be signed. False: sho->problem says why not. */
/*@ requires \valid(sho) && \separated(sho, file.bytes + (0 .. file.nr - 1));
    ensures file: sho->file == file;
    ensures refused: \result == \false <==> sho->problem.what != \null;
    ensures shape: \result ==> shape_good(sho);
    ensures apart: \result ==> places_apart(sho, sho->nr_sections);
    ensures symbols: \result ==> symbols_good(sho);
    ensures manifest: \result ==> manifest_good(sho);
    ensures relocations: \result ==> relocations_good(sho);
*/
bool sho_open(struct sho *sho, struct sho_bytes file);

/* Ports: those provided first, then those required; i < nr_provides + nr_requires. Ends in a 0. */
void sho_port(const struct sho *sho, uint32_t i, char name[SHO_NAME_BYTES]);
/* What the shared headers were, SHO_HASH_BYTES. */
/*@ ensures inside: part_of(\result, sho->file); */
struct sho_bytes sho_interface(const struct sho *sho);
/* Where a section that is there once lies in its region, and how many bytes it has; 0: there is none. */
/*@ requires \separated(place, sho); */
uint64_t sho_find_part(const struct sho *sho, enum sho_part part, uint64_t *place);
/* The text, or nr 0. */
/*@ ensures inside: part_of(\result, sho->file); */
struct sho_bytes sho_certificate(const struct sho *sho);

/* An export or import. Its name is the symbol's: no 0 inside, none behind. */
struct sho_entry {
    struct sho_bytes name;
    struct sho_type type;
    uint32_t port;
    enum sho_region region; /* of an export, and where in it */
    uint64_t place;
    uint64_t nr; /* an export's size */
};
/* The function that holds an offset in the text region, and where it begins; nr 0: none. */
/*@ requires \separated(start, sho);
    ensures inside: part_of(\result, sho->file);
*/
struct sho_bytes sho_function_at(const struct sho *sho, uint64_t offset, uint64_t *start);
/* i < nr_exports, nr_imports. */
/*@ ensures inside: part_of(\result.name, sho->file) && \result.name.nr <= 255; */
struct sho_entry sho_export(const struct sho *sho, uint32_t i);
/*@ ensures inside: part_of(\result.name, sho->file) && \result.name.nr <= 255; */
struct sho_entry sho_import(const struct sho *sho, uint32_t i);

/* A place in the module that means an import: a call's distance in its text, or a word with an address. */
struct sho_use {
    enum sho_region region;
    uint64_t place;
    bool is_call;
};
/* The next place that means the i-th import; *k counts from 0.  False: there is none any more. */
/*@ requires shape_good(sho);
    requires \separated(k, sho) && \separated(use, sho) && \separated(k, use);
*/
bool sho_use_get(const struct sho *sho, uint32_t i, uint32_t *k, struct sho_use *use);

/* ---- link.c ---- */

/* Where one region of a module is written, and at which address it will run. */
struct sho_place_at {
    uint8_t *bytes SC_COUNT(nr);
    uint64_t nr;
    uint64_t address;
};

/* What an import is linked to. */
struct sho_target {
    uint64_t address;
    uint64_t nr;     /* an object's size; 0 for a function */
    uint32_t typeid; /* kCFI's, of a function */
    bool has_typeid;
};

struct sho_link {
    struct sho_place_at at[SHO_REGIONS]; /* at[SHO_NOWHERE] is not used */
    struct sho_target imports[SHO_IMPORTS_MAX];
    bool keep_data; /* writable data stays as it is: at[SHO_DATA] says only where it is */
};

/*@ // What is written is none of what is read.
    predicate region_apart{L}(struct sho *sho, struct sho_link *link, integer region) =
      \separated(link->at[region].bytes + (0 .. link->at[region].nr - 1), sho, link);
    predicate link_apart{L}(struct sho *sho, struct sho_link *link) = \separated(sho, link) &&
      region_apart(sho, link, SHO_TEXT) && region_apart(sho, link, SHO_READONLY) && region_apart(sho, link, SHO_DATA);
    predicate room{L}(struct sho *sho, struct sho_link *link, integer region) =
      sho->region_bytes[region] <= link->at[region].nr;
*/
/*
 * Copies the module into its regions and relocates it. False: sho->problem says why not; the regions hold rubbish then.
 * What lies outside the regions is not touched.
 */
/*@ requires shape_good(sho) && symbols_good(sho) && manifest_good(sho) && relocations_good(sho);
    requires sho->problem.what == \null && link_apart(sho, link);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, link->at[SHO_TEXT].bytes[0 .. link->at[SHO_TEXT].nr - 1],
      link->at[SHO_READONLY].bytes[0 .. link->at[SHO_READONLY].nr - 1],
      link->at[SHO_DATA].bytes[0 .. (link->keep_data ? 0 : link->at[SHO_DATA].nr) - 1];
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures room: \result ==> room(sho, link, SHO_TEXT) && room(sho, link, SHO_READONLY);
    ensures data: \result && !link->keep_data ==> room(sho, link, SHO_DATA);
*/
bool sho_link(struct sho *sho, const struct sho_link *link);

#endif
