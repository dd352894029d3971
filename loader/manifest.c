/* SPDX-License-Identifier: MIT */
/* The manifest of docs/module-format.md: what the module says it is, provides and requires. */
#include "internal.h"

#define NAME_AT 16u
#define VERSION_AT 48u
#define EPOCH_AT 56u
#define STACK_AT 60u
#define INTERFACE_AT 64u
#define LEVEL_AT 96u
#define PROVIDES_AT 100u
#define REQUIRES_AT 104u
#define EXPORTS_AT 108u
#define IMPORTS_AT 112u
#define ZERO_AT 116u
#define PORTS_AT 120u
#define RECORD_BYTES 24u
#define RECORD_PORT 4u
#define RECORD_TYPE 8u
#define STACK_MAX 4096u
#define LEVEL_MAX 1u

/*@ assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures no: \result == \false;
    ensures said: sho->problem.what != \null;
*/
static bool refuse(struct sho *sho, uint32_t at, const char *what SC_STRING)
{
    return sho_refuse(&sho->problem, SHO_IN_MANIFEST, at, what);
}

/*@ // Counted over both, exports first.
    logic integer record_place{L}(struct sho *sho, integer i) =
      PORTS_AT + (sho->nr_provides + sho->nr_requires) * SHO_NAME_BYTES + i * RECORD_BYTES;
*/
uint64_t sho_records_at(const struct sho *sho)
{
    return PORTS_AT + (uint64_t)(sho->nr_provides + sho->nr_requires) * SHO_NAME_BYTES;
}

/*@ ensures \result <==> 'a' <= c <= 'z' || '0' <= c <= '9' || c == '_'; */
static bool letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* A name of 1 to 31 letters, and 0s to the end of its 32 bytes. */
/*@ ensures begins: \result ==> 0 < get8(m, at) < 128;
    ensures ends: \result ==> get8(m, at + SHO_NAME_BYTES - 1) == 0;
*/
static bool name_good(struct sho_bytes m, uint64_t at)
{
    uint32_t i = 0;

    /*@ loop invariant 0 <= i <= SHO_NAME_BYTES;
        loop invariant i != 0 ==> 0 < get8(m, at) < 128;
        loop assigns i;
        loop variant SHO_NAME_BYTES - i;
    */
    while (i < SHO_NAME_BYTES && letter(sho_get8(m, at + i)))
        i++;
    if (i == 0 || i == SHO_NAME_BYTES)
        return false;
    /*@ loop invariant 0 < i <= SHO_NAME_BYTES;
        loop invariant i == SHO_NAME_BYTES ==> get8(m, at + SHO_NAME_BYTES - 1) == 0;
        loop assigns i;
        loop variant SHO_NAME_BYTES - i;
    */
    for (; i < SHO_NAME_BYTES; i++) {
        if (sho_get8(m, at + i) != 0)
            return false;
    }
    return true;
}

/*@ ensures name[SHO_NAME_BYTES - 1] == 0;
    ensures 0 < get8(m, at) < 128 ==> name[0] != 0;
*/
static void name_copy(struct sho_bytes m, uint64_t at, char name[SHO_NAME_BYTES])
{
    /*@ loop invariant 0 <= i <= SHO_NAME_BYTES;
        loop invariant i != 0 && 0 < get8(m, at) < 128 ==> name[0] != 0;
        loop assigns i, name[0 .. SHO_NAME_BYTES - 1];
        loop variant SHO_NAME_BYTES - i;
    */
    for (uint32_t i = 0; i < SHO_NAME_BYTES; i++)
        name[i] = (char)sho_get8(m, at + i);
    name[SHO_NAME_BYTES - 1] = '\0';
}

/*@ requires sho->problem.what == \null;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, sho->name[0 .. SHO_NAME_BYTES - 1], sho->version, sho->epoch,
      sho->stack, sho->level;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures size: \result ==> m.nr == get32(m, 8) && PORTS_AT <= m.nr;
    ensures head: \result ==> sho->stack <= STACK_MAX && sho->level <= LEVEL_MAX;
    ensures version: \result ==> sho->version == get64(m, VERSION_AT);
    ensures numbers: \result ==>
      sho->epoch == get32(m, EPOCH_AT) && sho->stack == get32(m, STACK_AT) && sho->level == get32(m, LEVEL_AT);
    ensures name: \result ==> sho->name[0] != 0 && sho->name[SHO_NAME_BYTES - 1] == 0;
*/
static bool head_check(struct sho *sho, struct sho_bytes m)
{
    if (m.nr < PORTS_AT || !sho_begins(m, 0, SHO_LITERAL("SHOMANI\1")))
        return refuse(sho, 0, "it is none, or of another format");
    if (sho_get32(m, 8) != m.nr || sho_get32(m, 12) != 0 || sho_get32(m, ZERO_AT) != 0)
        return refuse(sho, 8, "its size is not the section's, or what must be 0 is not");
    if (!name_good(m, NAME_AT))
        return refuse(sho, NAME_AT, "the module's name is not of 1 to 31 letters a-z, 0-9 and _");
    name_copy(m, NAME_AT, sho->name);
    sho->version = sho_get64(m, VERSION_AT);
    sho->epoch = sho_get32(m, EPOCH_AT);
    sho->stack = sho_get32(m, STACK_AT);
    sho->level = sho_get32(m, LEVEL_AT);
    if (sho->stack > STACK_MAX)
        return refuse(sho, STACK_AT, "it wants more stack than a module has (4096 bytes)");
    if (sho->level > LEVEL_MAX)
        return refuse(sho, LEVEL_AT, "there is no such proof level");
    return true;
}

/*@ requires sho->problem.what == \null;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, sho->nr_provides, sho->nr_requires, sho->nr_exports,
      sho->nr_imports;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures counts: \result ==> counts_good(sho);
    ensures ports: \result ==>
      sho->nr_provides == get32(m, PROVIDES_AT) && sho->nr_requires == get32(m, REQUIRES_AT);
    ensures entries: \result ==> sho->nr_exports == get32(m, EXPORTS_AT) && sho->nr_imports == get32(m, IMPORTS_AT);
    ensures filled: \result ==> m.nr == record_place(sho, sho->nr_exports + sho->nr_imports);
*/
static bool counts_check(struct sho *sho, struct sho_bytes m)
{
    uint64_t want;

    sho->nr_provides = sho_get32(m, PROVIDES_AT);
    sho->nr_requires = sho_get32(m, REQUIRES_AT);
    sho->nr_exports = sho_get32(m, EXPORTS_AT);
    sho->nr_imports = sho_get32(m, IMPORTS_AT);
    if (sho->nr_provides > SHO_PORTS_MAX || sho->nr_requires > SHO_PORTS_MAX || sho->nr_exports > SHO_EXPORTS_MAX ||
        sho->nr_imports > SHO_IMPORTS_MAX)
        return refuse(sho, PROVIDES_AT, "more ports, exports or imports than a module may have");
    want = sho_records_at(sho) + (uint64_t)(sho->nr_exports + sho->nr_imports) * RECORD_BYTES;
    if (want != m.nr)
        return refuse(sho, EXPORTS_AT, "its lists do not fill it");
    return true;
}

/*@ requires sho->problem.what == \null && counts_good(sho);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool ports_check(struct sho *sho, struct sho_bytes m)
{
    uint32_t nr = sho->nr_provides + sho->nr_requires;

    /*@ loop invariant 0 <= i <= nr && sho->problem.what == \null;
        loop assigns i, sho->problem.what, sho->problem.place, sho->problem.index;
        loop variant nr - i;
    */
    for (uint32_t i = 0; i < nr; i++) {
        uint64_t at = PORTS_AT + (uint64_t)i * SHO_NAME_BYTES;
        struct sho_bytes name = sho_part(m, at, SHO_NAME_BYTES);

        if (!name_good(m, at))
            return refuse(sho, (uint32_t)at, "a port's name is not of 1 to 31 letters a-z, 0-9 and _");
        /*@ loop invariant 0 <= k <= i && sho->problem.what == \null;
            loop assigns k, sho->problem.what, sho->problem.place, sho->problem.index;
            loop variant i - k;
        */
        for (uint32_t k = 0; k < i; k++) {
            struct sho_bytes other = sho_part(m, PORTS_AT + (uint64_t)k * SHO_NAME_BYTES, SHO_NAME_BYTES);

            if ((k < sho->nr_provides) == (i < sho->nr_provides) && sho_same(name, other))
                return refuse(sho, (uint32_t)at, "a port is named twice");
        }
    }
    return true;
}

/*@ ensures counts_good(sho) && i <= SHO_IMPORTS_MAX ==> \result == record_place(sho, (is_import ? sho->nr_exports : 0) + i); */
static uint64_t record_at(const struct sho *sho, bool is_import, uint32_t i)
{
    return sho_records_at(sho) + ((is_import ? sho->nr_exports : 0) + (uint64_t)i) * RECORD_BYTES;
}

static uint32_t record_symbol(const struct sho *sho, bool is_import, uint32_t i)
{
    struct sho_bytes m = sho_section_bytes(sho, sho->manifest);

    return sho_get32(m, record_at(sho, is_import, i));
}

uint32_t sho_import_symbol(const struct sho *sho, uint32_t i)
{
    return record_symbol(sho, true, i);
}

/*@ requires sho->problem.what == \null && counts_good(sho) && i < SHO_IMPORTS_MAX;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures port: \result ==>
      get32(m, record_place(sho, (is_import ? sho->nr_exports : 0) + i) + RECORD_PORT) <
      (is_import ? sho->nr_requires : sho->nr_provides);
*/
static bool record_check(struct sho *sho, struct sho_bytes m, bool is_import, uint32_t i)
{
    enum sho_place where = is_import ? SHO_IN_IMPORT : SHO_IN_EXPORT;
    uint32_t symbol = record_symbol(sho, is_import, i);
    struct sho_symbol s = sho_symbol(sho, symbol);

    if (symbol == 0 || symbol >= sho->nr_symbols || s.binding != BIND_GLOBAL || s.name.nr == 0)
        return sho_refuse(&sho->problem, where, i, "it is no global symbol");
    if (i != 0 && symbol <= record_symbol(sho, is_import, i - 1))
        return sho_refuse(&sho->problem, where, i, "it is listed twice or out of order");
    if (sho_get32(m, record_at(sho, is_import, i) + RECORD_PORT) >= (is_import ? sho->nr_requires : sho->nr_provides))
        return sho_refuse(&sho->problem, where, i, "its port is not declared");
    if (is_import ? s.section != SYMBOL_UNDEFINED : !sho_symbol_defined(sho, &s))
        return sho_refuse(&sho->problem, where, i,
                          is_import ? "the module defines it" : "the module does not define it");
    if (!is_import && (s.kind != KIND_FUNC && s.kind != KIND_OBJECT))
        return sho_refuse(&sho->problem, where, i, "it is neither a function nor an object");
    return true;
}

/*@ requires sho->problem.what == \null && counts_good(sho);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool records_check(struct sho *sho, struct sho_bytes m, bool is_import)
{
    uint32_t nr = is_import ? sho->nr_imports : sho->nr_exports;

    /*@ loop invariant 0 <= i <= nr && sho->problem.what == \null;
        loop assigns i, sho->problem.what, sho->problem.place, sho->problem.index;
        loop variant nr - i;
    */
    for (uint32_t i = 0; i < nr; i++) {
        if (!record_check(sho, m, is_import, i))
            return false;
    }
    return true;
}

uint32_t sho_import_of(const struct sho *sho, uint32_t symbol)
{
    uint32_t low = 0, high = sho->nr_imports;

    /*@ loop invariant low <= high <= sho->nr_imports;
        loop assigns low, high;
        loop variant high - low;
    */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (record_symbol(sho, true, middle) < symbol)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sho->nr_imports && record_symbol(sho, true, low) == symbol ? low : sho->nr_imports;
}

/* No undefined symbol without a record. */
/*@ requires sho->problem.what == \null && counts_good(sho);
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index;
    ensures refused: !\result <==> sho->problem.what != \null;
*/
static bool imports_complete_check(struct sho *sho)
{
    /*@ loop invariant 1 <= i && sho->problem.what == \null;
        loop assigns i, sho->problem.what, sho->problem.place, sho->problem.index;
        loop variant sho->nr_symbols - i;
    */
    for (uint32_t i = 1; i < sho->nr_symbols; i++) {
        struct sho_symbol s = sho_symbol(sho, i);

        if (s.section == SYMBOL_UNDEFINED && sho_import_of(sho, i) == sho->nr_imports)
            return sho_refuse(&sho->problem, SHO_IN_SYMBOL, i, "it is undefined, and no import of the manifest");
    }
    return true;
}

/*@ requires sho->problem.what == \null;
    assigns sho->problem.what \from *sho;
    assigns sho->problem.place, sho->problem.index, sho->nr_provides, sho->nr_requires, sho->nr_exports,
      sho->nr_imports;
    ensures refused: !\result <==> sho->problem.what != \null;
    ensures counts: \result ==> counts_good(sho);
*/
static bool lists_check(struct sho *sho, struct sho_bytes m)
{
    return counts_check(sho, m) && ports_check(sho, m) && records_check(sho, m, false) && records_check(sho, m, true) &&
           imports_complete_check(sho);
}

bool sho_manifest_check(struct sho *sho)
{
    struct sho_bytes m = sho_section_bytes(sho, sho->manifest);

    return head_check(sho, m) && lists_check(sho, m);
}

/* ---- what it says, to those who ask ---- */

void sho_port(const struct sho *sho, uint32_t i, char name[SHO_NAME_BYTES])
{
    struct sho_bytes m = sho_section_bytes(sho, sho->manifest);

    name_copy(m, PORTS_AT + (uint64_t)i * SHO_NAME_BYTES, name);
}

struct sho_bytes sho_interface(const struct sho *sho)
{
    struct sho_bytes m = sho_section_bytes(sho, sho->manifest);

    return sho_part(m, INTERFACE_AT, SHO_HASH_BYTES);
}

struct sho_bytes sho_certificate(const struct sho *sho)
{
    return sho_section_bytes(sho, sho->certificate == 0 ? SHO_SECTIONS_MAX : sho->certificate);
}

/*@ ensures inside: part_of(\result.name, sho->file) && \result.name.nr <= 255; */
static struct sho_entry entry(const struct sho *sho, bool is_import, uint32_t i)
{
    struct sho_bytes m = sho_section_bytes(sho, sho->manifest);
    uint64_t at = record_at(sho, is_import, i);
    struct sho_symbol s = sho_symbol(sho, sho_get32(m, at));
    struct sho_entry e = { .name = s.name, .port = sho_get32(m, at + RECORD_PORT), .nr = s.nr };

    /*@ loop invariant 0 <= k <= SHO_TYPE_BYTES;
        loop assigns k, e.type.bytes[0 .. SHO_TYPE_BYTES - 1];
        loop variant SHO_TYPE_BYTES - k;
    */
    for (uint32_t k = 0; k < SHO_TYPE_BYTES; k++)
        e.type.bytes[k] = sho_get8(m, at + RECORD_TYPE + k);
    if (sho_symbol_defined(sho, &s)) {
        e.region = sho->sections[s.section].region;
        e.place = sho->sections[s.section].place + s.value;
    }
    return e;
}

struct sho_entry sho_export(const struct sho *sho, uint32_t i)
{
    return entry(sho, false, i);
}

struct sho_entry sho_import(const struct sho *sho, uint32_t i)
{
    return entry(sho, true, i);
}
