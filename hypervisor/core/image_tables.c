/* SPDX-License-Identifier: MIT */
#include "core/image_tables.h"

#include "core/image.h"
#include "core/log.h"

/* As tools/module/image.py writes them. */
struct export_row {
    uint64_t address;
    uint32_t nr, name; /* where the name begins in the texts */
    struct sho_type type;
};
struct symbol_row {
    uint32_t name, unused;
    struct sho_type type;
};

static const uint8_t interface[] = {
#include "gen/interface.inc"
};

struct sho_bytes bundle_bytes(void)
{
    SC_UNSAFE("DEV-123: the assembler puts the bundle between the two symbols")
    {
        extern const uint8_t module_bundle[], module_bundle_end[];

        return (struct sho_bytes){ module_bundle, (uint64_t)(module_bundle_end - module_bundle) };
    }
}

bool interface_is_ours(struct sho_bytes hash)
{
    return sho_same(hash, (struct sho_bytes){ interface, sizeof(interface) });
}

struct sho_place_at area_data(uint64_t at, uint64_t nr_bytes)
{
    if (at < image.area_data_start || at > image.area_end || nr_bytes > image.area_end - at)
        return (struct sho_place_at){ .nr = 0 };
    SC_UNSAFE("DEV-124: inside the area's writable part, which the linker script keeps free for modules")
    {
        return (struct sho_place_at){ (uint8_t *)at, nr_bytes, at };
    }
}

static struct export_row export_row(uint32_t i)
{
    SC_UNSAFE("DEV-125: i is below core_exports_nr: see core_export_find")
    {
        extern const struct export_row core_exports[];

        return core_exports[i];
    }
}

static uint32_t exports_nr(void)
{
    SC_UNSAFE("DEV-126: a word that the assembler writes")
    {
        extern const uint64_t core_exports_nr;

        return (uint32_t)core_exports_nr;
    }
}

/* A text that ends in a 0, out of the table. */
static struct sho_bytes text_of(const uint8_t *texts, uint32_t at)
{
    SC_UNSAFE("DEV-127: the assembler ends each text with a 0, and the row says where it begins")
    {
        uint64_t nr = 0;

        while (texts[at + nr] != 0)
            nr++;
        return (struct sho_bytes){ &texts[at], nr };
    }
}

static struct sho_bytes export_name(const struct export_row *row)
{
    SC_UNSAFE("DEV-128: the table of the exports' names")
    {
        extern const uint8_t core_exports_text[];

        return text_of(core_exports_text, row->name);
    }
}

/* As strcmp: the table is sorted so. */
static int compare(struct sho_bytes a, struct sho_bytes b)
{
    for (uint64_t i = 0; i < a.nr && i < b.nr; i++) {
        if (a.bytes[i] != b.bytes[i])
            return a.bytes[i] < b.bytes[i] ? -1 : 1;
    }
    return a.nr < b.nr ? -1 : a.nr > b.nr;
}

bool core_export_find(struct sho_bytes name, struct core_export *out)
{
    uint32_t lo = 0, hi = exports_nr();

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        struct export_row row = export_row(mid);
        int order = compare(export_name(&row), name);

        if (order == 0) {
            *out = (struct core_export){ row.address, row.nr, row.type };
            return true;
        }
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}

uint32_t port_symbols_nr(void)
{
    SC_UNSAFE("DEV-126: a word that the assembler writes")
    {
        extern const uint64_t port_symbols_nr_word;

        return (uint32_t)port_symbols_nr_word;
    }
}

static struct symbol_row symbol_row(uint32_t symbol)
{
    BUG_ON(symbol >= port_symbols_nr());
    SC_UNSAFE("DEV-129: the symbol is below port_symbols_nr()")
    {
        extern const struct symbol_row port_symbols[];

        return port_symbols[symbol];
    }
}

struct sho_bytes port_symbol_name(uint32_t symbol)
{
    struct symbol_row row = symbol_row(symbol);

    SC_UNSAFE("DEV-130: the table of the symbols' names")
    {
        extern const uint8_t port_symbols_text[];

        return text_of(port_symbols_text, row.name);
    }
}

struct sho_type port_symbol_type(uint32_t symbol)
{
    return symbol_row(symbol).type;
}

static uint32_t sites_nr(void)
{
    SC_UNSAFE("DEV-126: a word that the assembler writes")
    {
        extern const uint64_t port_sites_nr;

        return (uint32_t)port_sites_nr;
    }
}

struct port_site port_site(uint32_t i)
{
    BUG_ON(i >= sites_nr());
    SC_UNSAFE("DEV-131: i is below the number of sites")
    {
        extern const struct port_site port_sites[];

        return port_sites[i];
    }
}

uint32_t port_sites_first(uint32_t symbol)
{
    uint32_t lo = 0, hi = sites_nr();

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;

        if (port_site(mid).symbol < symbol)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}
