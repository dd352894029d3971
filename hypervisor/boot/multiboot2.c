/* SPDX-License-Identifier: MIT */
/* multiboot2.c - Multiboot2 Specification 2.0, 3.6: a list of tags, each with its size. */
#include "boot/loader.h"
#include "boot/low.h"

#define HEADER_BYTES 8 /* of the information: total size, reserved; of a tag: type, size */

#define TAG_END 0
#define TAG_CMDLINE 1
#define TAG_LOADER_NAME 2
#define TAG_MODULE 3
#define TAG_BASIC 4
#define TAG_MMAP 6
#define TAG_EFI64 12
#define TAG_ACPI_OLD 14
#define TAG_ACPI_NEW 15
#define TAG_EFI_MMAP 17
#define TAG_EFI_SERVICES 18

#define MMAP_ENTRY_BYTES 24
#define EFI_ENTRY_BYTES 40
#define RSDP_OLD_BYTES 20

/* What lies behind a tag's header. */
struct tag {
    uint32_t type;
    uint64_t at;
    uint32_t nr_bytes;
};

/* Where the maps are: which one is read is known when all tags have been seen. */
struct maps {
    struct tag e820, efi, basic;
};

static void module_read(struct tag t, struct boot_info *b)
{
    struct boot_module *m;

    if (t.nr_bytes < 8) {
        loader_problem(b, "multiboot2: a module's tag is too short");
        return;
    }
    m = loader_module_add(b, low_get32(t.at), low_get32(t.at + 4));
    if (m != NULL)
        loader_text_read(&m->text, t.at + 8, t.nr_bytes - 8, false);
}

/* UEFI 2.9, 7.2: what is free once the boot services are over. */
static uint32_t efi_type(uint32_t type)
{
    switch (type) {
    case 1: /* loader's code and data */
    case 2:
    case 3: /* boot services' code and data */
    case 4:
    case 7: return E820_RAM;
    case 8: return E820_UNUSABLE;
    case 9: return E820_ACPI;
    case 10: return E820_NVS;
    default: return E820_RESERVED;
    }
}

/* Both maps begin with the size of an entry and a version. */
static void map_read(struct tag t, uint32_t least_bytes, struct boot_info *b)
{
    uint32_t each = t.nr_bytes < 8 ? 0 : low_get32(t.at);

    if (each < least_bytes) {
        loader_problem(b, "multiboot2: the memory map's entries have a wrong size");
        return;
    }
    for (uint64_t e = t.at + 8; e + each <= t.at + t.nr_bytes && !b->e820_cut; e += each) {
        if (t.type == TAG_MMAP)
            (void)loader_e820_add(b, low_get64(e), low_get64(e + 8), low_get32(e + 16));
        else
            (void)loader_e820_add(b, low_get64(e + 8), low_get64(e + 24) << 12, efi_type(low_get32(e)));
    }
}

static void maps_read(const struct maps *maps, struct boot_info *b)
{
    if (maps->e820.type != 0)
        map_read(maps->e820, MMAP_ENTRY_BYTES, b);
    else if (maps->efi.type != 0)
        map_read(maps->efi, EFI_ENTRY_BYTES, b);
    else if (maps->basic.nr_bytes >= 8)
        loader_e820_basic(b, low_get32(maps->basic.at), low_get32(maps->basic.at + 4));
}

/* The newer one has more. */
static void rsdp_read(struct tag t, struct boot_info *b)
{
    if (t.nr_bytes < RSDP_OLD_BYTES || t.nr_bytes < b->nr_rsdp_copy)
        return;
    b->nr_rsdp_copy = (uint32_t)min_u64(t.nr_bytes, BOOT_RSDP_BYTES);
    for (uint32_t i = 0; i < b->nr_rsdp_copy && i < BOOT_RSDP_BYTES; i++)
        b->rsdp_copy[i] = low_get8(t.at + i);
}

static void tag_read(struct tag t, struct maps *maps, struct boot_info *b)
{
    switch (t.type) {
    case TAG_CMDLINE: loader_text_read(&b->cmdline, t.at, t.nr_bytes, false); break;
    case TAG_LOADER_NAME: loader_name_read(b, t.at, t.nr_bytes); break;
    case TAG_MODULE: module_read(t, b); break;
    case TAG_BASIC: maps->basic = t; break;
    case TAG_MMAP: maps->e820 = t; break;
    case TAG_EFI_MMAP: maps->efi = t; break;
    case TAG_EFI64: b->efi_system_table = t.nr_bytes >= 8 ? low_get64(t.at) : 0; break;
    case TAG_ACPI_OLD:
    case TAG_ACPI_NEW: rsdp_read(t, b); break;
    case TAG_EFI_SERVICES: loader_problem(b, "multiboot2: UEFI's boot services still run"); break;
    default: break;
    }
}

void multiboot2_read(uint64_t at, struct boot_info *b)
{
    uint32_t nr_bytes = low_get32(at);
    uint64_t next = HEADER_BYTES;
    struct maps maps = { 0 };

    b->protocol = "multiboot2";
    if (!low_ok(at, nr_bytes)) {
        loader_problem(b, "multiboot2: the information lies beyond 4 GiB");
        return;
    }
    while (next < nr_bytes && nr_bytes - next >= HEADER_BYTES) {
        uint32_t type = low_get32(at + next), size = low_get32(at + next + 4);

        if (type == TAG_END)
            break;
        if (size < HEADER_BYTES || size > nr_bytes - next) {
            loader_problem(b, "multiboot2: a tag has a wrong size");
            break;
        }
        tag_read((struct tag){ type, at + next + HEADER_BYTES, size - HEADER_BYTES }, &maps, b);
        next = ALIGN_UP(next + size, 8UL);
    }
    maps_read(&maps, b);
}
