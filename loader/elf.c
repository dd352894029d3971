/* SPDX-License-Identifier: MIT */
/* ELF header and sections against the profile of docs/module-format.md. */
#include "internal.h"

#define WA (SECTION_WRITE | SECTION_ALLOC)
#define MERGED (SECTION_MERGE | SECTION_STRINGS)

/* A section that may be there: flags it must have, and those it may have besides. */
struct known {
    char name[20];
    uint8_t nr;
    uint8_t part; /* enum sho_part */
    uint32_t type, flags, optional;
};

#define KNOWN(name, ...) { name, sizeof(name) - 1, __VA_ARGS__ }
static const struct known known[] = {
    KNOWN(".text", SHO_PART_TEXT, SECTION_PROGBITS, SECTION_ALLOC | SECTION_EXEC, 0),
    KNOWN(".rodata", SHO_PART_RODATA, SECTION_PROGBITS, SECTION_ALLOC, 0),
    KNOWN(".rodata.str1.1", SHO_PART_RODATA, SECTION_PROGBITS, SECTION_ALLOC, MERGED),
    KNOWN(".rodata.cst4", SHO_PART_RODATA, SECTION_PROGBITS, SECTION_ALLOC, SECTION_MERGE),
    KNOWN(".rodata.cst8", SHO_PART_RODATA, SECTION_PROGBITS, SECTION_ALLOC, SECTION_MERGE),
    KNOWN(".rodata.cst16", SHO_PART_RODATA, SECTION_PROGBITS, SECTION_ALLOC, SECTION_MERGE),
    KNOWN(".rodata.cst32", SHO_PART_RODATA, SECTION_PROGBITS, SECTION_ALLOC, SECTION_MERGE),
    KNOWN(".data.rel.ro", SHO_PART_RELRO, SECTION_PROGBITS, WA, 0),
    KNOWN(".percpu_arrays", SHO_PART_PERCPU, SECTION_PROGBITS, WA, 0),
    KNOWN(".sc_sites", SHO_PART_SITES, SECTION_PROGBITS, SECTION_ALLOC, 0),
    KNOWN(".sc_names", SHO_PART_NAMES, SECTION_PROGBITS, SECTION_ALLOC, MERGED),
    KNOWN(".kcfi_traps", SHO_PART_KCFI, SECTION_PROGBITS, SECTION_ALLOC, 0),
    KNOWN(".data", SHO_PART_DATA, SECTION_PROGBITS, WA, 0),
    KNOWN(".bss", SHO_PART_BSS, SECTION_NOBITS, WA, 0),
    KNOWN(".rela.text", SHO_PART_RELA, SECTION_RELA, SECTION_INFO_LINK, 0),
    KNOWN(".rela.data.rel.ro", SHO_PART_RELA, SECTION_RELA, SECTION_INFO_LINK, 0),
    KNOWN(".rela.percpu_arrays", SHO_PART_RELA, SECTION_RELA, SECTION_INFO_LINK, 0),
    KNOWN(".rela.sc_sites", SHO_PART_RELA, SECTION_RELA, SECTION_INFO_LINK, 0),
    KNOWN(".rela.kcfi_traps", SHO_PART_RELA, SECTION_RELA, SECTION_INFO_LINK, 0),
    KNOWN(".sc_manifest", SHO_PART_MANIFEST, SECTION_PROGBITS, 0, 0),
    KNOWN(".sc_certificate", SHO_PART_CERTIFICATE, SECTION_PROGBITS, 0, 0),
    KNOWN(".symtab", SHO_PART_SYMTAB, SECTION_SYMTAB, 0, 0),
    KNOWN(".strtab", SHO_PART_STRTAB, SECTION_STRTAB, 0, 0),
    KNOWN(".shstrtab", SHO_PART_SHSTRTAB, SECTION_STRTAB, 0, 0),
};
#define NR_KNOWN (sizeof(known) / sizeof(known[0]))

/*@ requires k < NR_KNOWN; */
static struct known known_at(uint32_t k)
{
    return known[k];
}

#define SECTION_BYTES_MAX 0x200000u
#define ALIGN_MAX 4096u

/*@ predicate headers_inside{L}(struct sho *sho) = 2 <= sho->nr_sections <= SHO_SECTIONS_MAX &&
      EH_BYTES <= sho->file.nr <= SHO_FILE_MAX && get16(sho->file, EH_SHSTRNDX) < sho->nr_sections &&
      get64(sho->file, EH_SHOFF) + sho->nr_sections * SH_BYTES <= sho->file.nr;
*/

#define IDENT_BYTES 16u

/*@ requires i < IDENT_BYTES; */
static uint8_t ident(uint32_t i)
{
    static const uint8_t bytes[IDENT_BYTES] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };

    return bytes[i];
}

/*@ requires sho->problem.what == \null;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool ident_check(struct sho *sho)
{
    struct sho_bytes f = sho->file;

    /*@ loop invariant 0 <= i <= IDENT_BYTES;
        loop assigns i;
        loop variant IDENT_BYTES - i;
    */
    for (uint32_t i = 0; i < IDENT_BYTES; i++) {
        if (sho_get8(f, i) != ident(i))
            return sho_refuse(&sho->problem, SHO_IN_FILE, i, "it is no ELF64 file of little-endian numbers");
    }
    return true;
}

/*@ requires sho->problem.what == \null;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures file: \result ==> EH_BYTES <= sho->file.nr <= SHO_FILE_MAX;
*/
static bool header_check(struct sho *sho)
{
    struct sho_bytes f = sho->file;

    if (f.nr < EH_BYTES || f.nr > SHO_FILE_MAX || sho_get16(f, EH_TYPE) != ELF_RELOCATABLE ||
        sho_get16(f, EH_MACHINE) != ELF_X86_64 || sho_get32(f, EH_VERSION) != 1)
        return sho_refuse(&sho->problem, SHO_IN_FILE, EH_TYPE, "it is no relocatable file for x86-64");
    if (sho_get64(f, EH_ENTRY) != 0 || sho_get64(f, EH_PHOFF) != 0 || sho_get32(f, EH_FLAGS) != 0 ||
        sho_get16(f, EH_PHENTSIZE) != 0 || sho_get16(f, EH_PHNUM) != 0)
        return sho_refuse(&sho->problem, SHO_IN_FILE, EH_ENTRY, "it has an entry, flags or program headers");
    if (sho_get16(f, EH_EHSIZE) != EH_BYTES || sho_get16(f, EH_SHENTSIZE) != SH_BYTES)
        return sho_refuse(&sho->problem, SHO_IN_FILE, EH_EHSIZE, "its headers have other sizes");
    return true;
}

/*@ requires sho->problem.what == \null && EH_BYTES <= sho->file.nr <= SHO_FILE_MAX;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, sho->nr_sections;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures header: \result ==> headers_inside(sho);
*/
static bool section_headers_check(struct sho *sho)
{
    struct sho_bytes f = sho->file;

    sho->nr_sections = sho_get16(f, EH_SHNUM);
    if (sho->nr_sections < 2 || sho->nr_sections > SHO_SECTIONS_MAX || sho_get16(f, EH_SHSTRNDX) >= sho->nr_sections)
        return sho_refuse(&sho->problem, SHO_IN_FILE, EH_SHNUM, "no sections, too many, or no table of their names");
    if (sho_get64(f, EH_SHOFF) % 8 != 0 || sho_get64(f, EH_SHOFF) < EH_BYTES ||
        sho_part(f, sho_get64(f, EH_SHOFF), (uint64_t)sho->nr_sections * SH_BYTES).nr == 0)
        return sho_refuse(&sho->problem, SHO_IN_FILE, EH_SHOFF, "the section headers are not inside");
    return true;
}

/*@ requires headers_inside(sho) && i < sho->nr_sections;
    ensures place: \result.bytes == sho->file.bytes + (get64(sho->file, EH_SHOFF) + i * SH_BYTES);
    ensures size: \result.nr == SH_BYTES;
*/
static struct sho_bytes section_header(const struct sho *sho, uint32_t i)
{
    return sho_part(sho->file, sho_get64(sho->file, EH_SHOFF) + (uint64_t)i * SH_BYTES, SH_BYTES);
}

/* Section 0 is nothing at all. */
/*@ requires sho->problem.what == \null && headers_inside(sho);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool null_check(struct sho *sho)
{
    struct sho_bytes h = section_header(sho, 0);

    /*@ loop invariant 0 <= i <= SH_BYTES;
        loop assigns i;
        loop variant SH_BYTES - i;
    */
    for (uint32_t i = 0; i < SH_BYTES; i++) {
        if (sho_get8(h, i) != 0)
            return sho_refuse(&sho->problem, SHO_IN_SECTION, 0, "the first section is not empty");
    }
    return true;
}

/* The table of the sections' names, before the sections have been looked at. */
/*@ requires headers_inside(sho);
    ensures inside: part_of(\result, sho->file);
*/
static struct sho_bytes section_names(const struct sho *sho)
{
    struct sho_bytes h = section_header(sho, sho_get16(sho->file, EH_SHSTRNDX));

    return sho_get32(h, SH_TYPE) == SECTION_STRTAB ? sho_part(sho->file, sho_get64(h, SH_OFFSET), sho_get64(h, SH_SIZE))
                                                   : sho_part(sho->file, 0, 0);
}

/*@ ensures \result <= NR_KNOWN; */
static uint32_t known_find(struct sho_bytes name)
{
    uint32_t k;

    /*@ loop invariant 0 <= k <= NR_KNOWN;
        loop assigns k;
        loop variant NR_KNOWN - k;
    */
    for (k = 0; k < NR_KNOWN; k++) {
        struct known one = known_at(k);

        if (one.nr < sizeof(one.name) && sho_is(name, one.name, one.nr))
            break;
    }
    return k;
}

/*@ requires sho->problem.what == \null;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool section_shape_check(struct sho *sho, uint32_t i, struct sho_bytes h, struct known k)
{
    uint64_t flags = sho_get64(h, SH_FLAGS);

    if (sho_get32(h, SH_TYPE) != k.type)
        return sho_refuse(&sho->problem, SHO_IN_SECTION, i, "its type is not that of its name");
    if ((flags & ~(uint64_t)k.optional) != k.flags)
        return sho_refuse(&sho->problem, SHO_IN_SECTION, i, "its flags are not those of its name");
    if (sho_get64(h, SH_ADDR) != 0)
        return sho_refuse(&sho->problem, SHO_IN_SECTION, i, "it has an address");
    return true;
}

static bool power_of_two(uint64_t n)
{
    return (n & (n - 1)) == 0;
}

/*@ requires sho->problem.what == \null;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures size: \result ==> get64(h, SH_SIZE) <= SECTION_BYTES_MAX;
    ensures align: \result ==> get64(h, SH_ALIGN) <= ALIGN_MAX;
*/
static bool section_sizes_check(struct sho *sho, uint32_t i, struct sho_bytes h, struct known k)
{
    uint64_t align = sho_get64(h, SH_ALIGN), entry = sho_get64(h, SH_ENTSIZE);

    if (align > ALIGN_MAX || !power_of_two(align))
        return sho_refuse(&sho->problem, SHO_IN_SECTION, i, "its alignment is no power of two up to 4096");
    if (sho_get64(h, SH_SIZE) > SECTION_BYTES_MAX)
        return sho_refuse(&sho->problem, SHO_IN_SECTION, i, "it is larger than 2 MiB");
    if ((k.type == SECTION_SYMTAB || k.type == SECTION_RELA) &&
        (entry != SYM_BYTES || sho_get64(h, SH_SIZE) % SYM_BYTES != 0))
        return sho_refuse(&sho->problem, SHO_IN_SECTION, i, "its entries are not of 24 bytes");
    return true;
}

/* Where a part goes: what runs, what stays as it is, and what is written lie apart. */
/*@ ensures region_good(part, \result); */
static enum sho_region region_for(enum sho_part part)
{
    if (part == SHO_PART_TEXT)
        return SHO_TEXT;
    if (part == SHO_PART_DATA || part == SHO_PART_BSS)
        return SHO_DATA;
    return part >= SHO_PART_RODATA && part <= SHO_PART_KCFI ? SHO_READONLY : SHO_NOWHERE;
}

/*@ // What was good stays good.
    predicate sections_kept{A, B}(struct sho *sho) =
      \forall integer i; 1 <= i < SHO_SECTIONS_MAX && section_good{A}(sho, i) ==> section_good{B}(sho, i);
    predicate places_kept{A, B}(struct sho *sho) =
      \forall integer i; 1 <= i < SHO_SECTIONS_MAX && section_good{A}(sho, i) && place_good{A}(sho, i) ==>
      place_good{B}(sho, i);
    predicate extent_good{L}(struct sho *sho, struct sho_section s) = s.nr <= SECTION_BYTES_MAX &&
      (s.part == SHO_PART_BSS || s.nr == 0 || s.offset + s.nr <= sho->file.nr);
*/
/*@ requires 1 <= i < SHO_SECTIONS_MAX && sections_good(sho, i);
    requires region_good(s.part, s.region) && extent_good(sho, s) && s.align <= ALIGN_MAX;
    assigns sho->sections[i];
    ensures sections: sections_good(sho, i + 1);
*/
static void section_put(struct sho *sho, uint32_t i, struct sho_section s)
{
    sho->sections[i] = s;
    /*@ assert \forall integer k; 1 <= k < i && section_good{Pre}(sho, k) ==> section_good(sho, k); */
    /*@ assert section_good(sho, i); */
}

/*@ requires sho->problem.what == \null && headers_inside(sho) && 1 <= i < sho->nr_sections && sections_good(sho, i);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, sho->sections[i];
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures sections: \result ==> sections_good(sho, i + 1);
*/
static bool section_read(struct sho *sho, uint32_t i, struct known k)
{
    struct sho_bytes h = section_header(sho, i);
    struct sho_section s = {
        .part = (enum sho_part)k.part,
        .region = region_for((enum sho_part)k.part),
        .offset = sho_get64(h, SH_OFFSET),
        .nr = sho_get64(h, SH_SIZE),
        .align = (uint32_t)sho_get64(h, SH_ALIGN),
        .link = sho_get32(h, SH_LINK),
        .info = sho_get32(h, SH_INFO),
    };

    if (!section_shape_check(sho, i, h, k) || !section_sizes_check(sho, i, h, k))
        return false;
    if (s.part != SHO_PART_BSS && s.nr != 0 && sho_part(sho->file, s.offset, s.nr).nr == 0)
        return sho_refuse(&sho->problem, SHO_IN_SECTION, i, "it is not inside the file");
    section_put(sho, i, s);
    return true;
}

/* Sections with contents, and the headers, share no byte. */
static bool apart(uint64_t a, uint64_t nr_a, uint64_t b, uint64_t nr_b)
{
    return nr_a == 0 || nr_b == 0 || a >= b + nr_b || b >= a + nr_a;
}

/*@ requires sho->problem.what == \null && i < SHO_SECTIONS_MAX;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool overlap_check(struct sho *sho, uint32_t i)
{
    const struct sho_section *s = &sho->sections[i];
    uint64_t headers = sho_get64(sho->file, EH_SHOFF);

    if (s->part == SHO_PART_BSS)
        return true;
    if (!apart(s->offset, s->nr, 0, EH_BYTES) ||
        !apart(s->offset, s->nr, headers, (uint64_t)sho->nr_sections * SH_BYTES))
        return sho_refuse(&sho->problem, SHO_IN_SECTION, i, "it lies over headers");
    /*@ loop invariant 1 <= k <= SHO_SECTIONS_MAX;
        loop assigns k;
        loop variant SHO_SECTIONS_MAX - k;
    */
    for (uint32_t k = 1; k < i && k < SHO_SECTIONS_MAX; k++) {
        const struct sho_section *other = &sho->sections[k];

        if (other->part != SHO_PART_BSS && !apart(s->offset, s->nr, other->offset, other->nr))
            return sho_refuse(&sho->problem, SHO_IN_SECTION, i, "it lies over another section");
    }
    return true;
}

/* The only one of its part, or 0. */
/*@ ensures only: \result < SHO_SECTIONS_MAX;
    ensures found: \result != 0 ==> \result < sho->nr_sections && sho->sections[\result].part == part;
*/
static uint32_t section_of(const struct sho *sho, enum sho_part part)
{
    /*@ loop invariant 1 <= i <= SHO_SECTIONS_MAX;
        loop assigns i;
        loop variant SHO_SECTIONS_MAX - i;
    */
    for (uint32_t i = 1; i < sho->nr_sections && i < SHO_SECTIONS_MAX; i++) {
        if (sho->sections[i].part == part)
            return i;
    }
    return 0;
}

/*@ requires sho->problem.what == \null && headers_inside(sho);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, sho->sections[0 .. SHO_SECTIONS_MAX - 1];
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures sections: \result ==> sections_good(sho, sho->nr_sections);
*/
static bool sections_read(struct sho *sho)
{
    struct sho_bytes names = section_names(sho);
    bool seen[NR_KNOWN] = { false };

    /*@ loop invariant 1 <= i <= sho->nr_sections;
        loop invariant sho->problem.what == \null;
        loop invariant sections_good(sho, i);
        loop assigns i, seen[0 .. NR_KNOWN - 1], sho->problem.what, sho->problem.place, sho->problem.index,
          sho->sections[0 .. SHO_SECTIONS_MAX - 1];
        loop variant SHO_SECTIONS_MAX - i;
    */
    for (uint32_t i = 1; i < sho->nr_sections && i < SHO_SECTIONS_MAX; i++) {
        struct sho_bytes h = section_header(sho, i), name = sho_text_at(names, sho_get32(h, SH_NAME));
        uint32_t k = known_find(name);

        if (k >= NR_KNOWN)
            return sho_refuse(&sho->problem, SHO_IN_SECTION, i, "modules have no section of that name");
        if (seen[k])
            return sho_refuse(&sho->problem, SHO_IN_SECTION, i, "there is another section of that name");
        seen[k] = true;
        if (!section_read(sho, i, known_at(k)) || !overlap_check(sho, i))
            return false;
    }
    return true;
}

/* The next multiple of align. */
/*@ requires 1 <= align <= ALIGN_MAX && used <= SECTION_BYTES_MAX;
    ensures used <= \result < used + align;
*/
static uint64_t round_up(uint64_t used, uint64_t align)
{
    uint64_t over = used % align;

    return over == 0 ? used : used + (align - over);
}

/* A section that goes somewhere gets its place there. */
/*@ requires sho->problem.what == \null && 1 <= i < sho->nr_sections <= SHO_SECTIONS_MAX;
    requires sections_good(sho, sho->nr_sections) && places_good(sho, i) && places_apart(sho, i) && regions_small(sho);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, sho->sections[i].place,
      sho->region_bytes[sho->sections[i].region];
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures sections: sections_good(sho, sho->nr_sections);
    ensures places: \result ==> places_good(sho, i + 1);
    ensures apart: \result ==> places_apart(sho, i + 1);
    ensures small: \result ==> regions_small(sho);
*/
static bool place_give(struct sho *sho, uint32_t i)
{
    struct sho_section *s = &sho->sections[i];
    uint64_t used;

    /*@ assert section_good(sho, i); */
    used = sho->region_bytes[s->region];
    if (s->region == SHO_NOWHERE)
        return true;
    s->place = round_up(used, s->align == 0 ? 1 : s->align);
    sho->region_bytes[s->region] = s->place + s->nr;
    /*@ assert sections_kept{Pre, Here}(sho); */
    if (sho->region_bytes[s->region] > SECTION_BYTES_MAX)
        return sho_refuse(&sho->problem, SHO_IN_SECTION, i, "its region is larger than 2 MiB");
    return true;
}

/*@ // The sections are good, and have their places.
    predicate laid_out{L}(struct sho *sho) = 2 <= sho->nr_sections <= SHO_SECTIONS_MAX &&
      sho->file.nr <= SHO_FILE_MAX && sections_good(sho, sho->nr_sections) && places_good(sho, sho->nr_sections) &&
      places_apart(sho, sho->nr_sections) && regions_small(sho);
*/
/*@ requires sho->problem.what == \null;
    requires 2 <= sho->nr_sections <= SHO_SECTIONS_MAX && sho->file.nr <= SHO_FILE_MAX;
    requires sections_good(sho, sho->nr_sections);
    requires \forall integer r; 0 <= r < SHO_REGIONS ==> sho->region_bytes[r] == 0;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, sho->sections[0 .. SHO_SECTIONS_MAX - 1],
      sho->region_bytes[0 .. SHO_REGIONS - 1];
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures laid: \result ==> laid_out(sho);
*/
static bool places_give(struct sho *sho)
{
    /*@ loop invariant 1 <= i <= sho->nr_sections;
        loop invariant sho->problem.what == \null;
        loop invariant sections_good(sho, sho->nr_sections);
        loop invariant places_good(sho, i);
        loop invariant places_apart(sho, i);
        loop invariant regions_small(sho);
        loop assigns i, sho->problem.what, sho->problem.place, sho->problem.index,
          sho->sections[0 .. SHO_SECTIONS_MAX - 1], sho->region_bytes[0 .. SHO_REGIONS - 1];
        loop variant SHO_SECTIONS_MAX - i;
    */
    for (uint32_t i = 1; i < sho->nr_sections && i < SHO_SECTIONS_MAX; i++) {
        /*@ assert section_good(sho, i); */
        if (!place_give(sho, i))
            return false;
    }
    return true;
}

/*@ requires laid_out(sho);
    assigns sho->symtab, sho->strtab, sho->manifest, sho->certificate;
    ensures numbers: 2 <= sho->nr_sections <= SHO_SECTIONS_MAX && sho->file.nr <= SHO_FILE_MAX;
    ensures sections: sections_good(sho, sho->nr_sections);
    ensures places: places_good(sho, sho->nr_sections);
    ensures apart: places_apart(sho, sho->nr_sections);
    ensures small: regions_small(sho);
    ensures found: sho->symtab < sho->nr_sections && sho->strtab < sho->nr_sections &&
      sho->manifest < sho->nr_sections && sho->certificate < sho->nr_sections;
*/
static void tables_find(struct sho *sho)
{
    sho->symtab = section_of(sho, SHO_PART_SYMTAB);
    sho->strtab = section_of(sho, SHO_PART_STRTAB);
    sho->manifest = section_of(sho, SHO_PART_MANIFEST);
    sho->certificate = section_of(sho, SHO_PART_CERTIFICATE);
    /*@ assert sections_kept{Pre, Here}(sho); */
}

/*@ requires sho->problem.what == \null && laid_out(sho);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, sho->symtab, sho->strtab, sho->manifest, sho->certificate;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures shape: \result ==> shape_good(sho);
    ensures apart: \result ==> places_apart(sho, sho->nr_sections);
*/
static bool tables_check(struct sho *sho)
{
    struct sho_bytes texts;

    tables_find(sho);
    if (sho->symtab == 0 || sho->strtab == 0 || sho->manifest == 0)
        return sho_refuse(&sho->problem, SHO_IN_FILE, 0, "it has no symbols, or no manifest");
    if (section_of(sho, SHO_PART_SHSTRTAB) != sho_get16(sho->file, EH_SHSTRNDX) ||
        sho->sections[sho->symtab].link != sho->strtab)
        return sho_refuse(&sho->problem, SHO_IN_FILE, 0, "the tables of names are not where they should be");
    texts = sho_section_bytes(sho, sho->strtab);
    if (texts.nr == 0 || sho_get8(texts, 0) != 0 || sho_get8(texts, texts.nr - 1) != 0)
        return sho_refuse(&sho->problem, SHO_IN_SECTION, sho->strtab, "its texts do not begin and end with a 0");
    return true;
}

uint64_t sho_find_part(const struct sho *sho, enum sho_part part, uint64_t *place)
{
    uint32_t i = section_of(sho, part);

    *place = sho->sections[i].place;
    return i == 0 ? 0 : sho->sections[i].nr;
}

bool sho_sections_check(struct sho *sho)
{
    return ident_check(sho) && header_check(sho) && section_headers_check(sho) && null_check(sho) &&
           sections_read(sho) && places_give(sho) && tables_check(sho);
}

/* As a new one, with this file. */
/*@ requires \valid(sho);
    ensures file: sho->file == file;
    ensures fine: sho->problem.what == \null;
    ensures empty: \forall integer r; 0 <= r < SHO_REGIONS ==> sho->region_bytes[r] == 0;
*/
static void begin(struct sho *sho, struct sho_bytes file)
{
    sho->file = file;
    sho->problem = (struct sho_problem){ NULL, SHO_IN_FILE, 0 };
    /*@ loop invariant 0 <= i <= SHO_SECTIONS_MAX;
        loop assigns i, sho->sections[0 .. SHO_SECTIONS_MAX - 1];
        loop variant SHO_SECTIONS_MAX - i;
    */
    for (uint32_t i = 0; i < SHO_SECTIONS_MAX; i++)
        sho->sections[i] = (struct sho_section){ 0 };
    /*@ loop invariant 0 <= i <= SHO_REGIONS;
        loop invariant \forall integer r; 0 <= r < i ==> sho->region_bytes[r] == 0;
        loop assigns i, sho->region_bytes[0 .. SHO_REGIONS - 1];
        loop variant SHO_REGIONS - i;
    */
    for (uint32_t i = 0; i < SHO_REGIONS; i++)
        sho->region_bytes[i] = 0;
    /*@ loop invariant 0 <= i <= SHO_NAME_BYTES;
        loop assigns i, sho->name[0 .. SHO_NAME_BYTES - 1];
        loop variant SHO_NAME_BYTES - i;
    */
    for (uint32_t i = 0; i < SHO_NAME_BYTES; i++)
        sho->name[i] = '\0';
    sho->nr_sections = sho->nr_symbols = 0;
    sho->nr_provides = sho->nr_requires = sho->nr_exports = sho->nr_imports = 0;
}

/* The manifest and what comes behind it. */
/*@ requires sho->problem.what == \null && shape_good(sho) && places_apart(sho, sho->nr_sections) && symbols_good(sho);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, sho->name[0 .. SHO_NAME_BYTES - 1], sho->version, sho->epoch,
      sho->stack, sho->level, sho->nr_provides, sho->nr_requires, sho->nr_exports, sho->nr_imports;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures shape: \result ==> shape_good(sho);
    ensures apart: \result ==> places_apart(sho, sho->nr_sections);
    ensures symbols: \result ==> symbols_good(sho);
    ensures manifest: \result ==> manifest_good(sho);
    ensures relocations: \result ==> relocations_good(sho);
*/
static bool manifest_read(struct sho *sho)
{
    if (!sho_manifest_check(sho))
        return false;
    /*@ assert sections_kept{Pre, Here}(sho); */
    /*@ assert places_kept{Pre, Here}(sho); */
    /*@ assert sections_good(sho, sho->nr_sections); */
    /*@ assert places_good(sho, sho->nr_sections); */
    /*@ assert regions_small(sho); */
    /*@ assert tables_good(sho); */
    /*@ assert shape_good(sho); */
    return sho_relocations_check(sho);
}

/* All but the sections. */
/*@ requires sho->problem.what == \null && shape_good(sho) && places_apart(sho, sho->nr_sections);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, sho->nr_symbols, sho->name[0 .. SHO_NAME_BYTES - 1], sho->version,
      sho->epoch, sho->stack, sho->level, sho->nr_provides, sho->nr_requires, sho->nr_exports, sho->nr_imports;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures shape: \result ==> shape_good(sho);
    ensures apart: \result ==> places_apart(sho, sho->nr_sections);
    ensures symbols: \result ==> symbols_good(sho);
    ensures manifest: \result ==> manifest_good(sho);
    ensures relocations: \result ==> relocations_good(sho);
*/
static bool symbols_read(struct sho *sho)
{
    if (!sho_symbols_check(sho))
        return false;
    /*@ assert sections_kept{Pre, Here}(sho); */
    /*@ assert places_kept{Pre, Here}(sho); */
    /*@ assert shape_good(sho); */
    return manifest_read(sho);
}

bool sho_open(struct sho *sho, struct sho_bytes file)
{
    begin(sho, file);
    return sho_sections_check(sho) && symbols_read(sho);
}
