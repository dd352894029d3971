/* SPDX-License-Identifier: MIT */
/* multiboot1.c - Multiboot Specification 0.6.96, 3.3: offsets into the loader's information. */
#include "boot/loader.h"
#include "boot/low.h"

#define INFO_BYTES 116
#define FLAGS 0
#define FLAG_BASIC 0x1U
#define FLAG_CMDLINE 0x4U
#define FLAG_MODULES 0x8U
#define FLAG_MMAP 0x40U
#define FLAG_NAME 0x200U
#define MEM_LOWER 4
#define MEM_UPPER 8
#define CMDLINE 16
#define MODS_COUNT 20
#define MODS_ADDR 24
#define MMAP_LENGTH 44
#define MMAP_ADDR 48
#define LOADER_NAME 64

#define MODULE_BYTES 16 /* start, end, string, reserved */
#define MMAP_BYTES 20   /* address, length, type: after the record's size, which does not count itself */

/* GRUB 2 leaves the file's name out; GRUB Legacy is "GNU GRUB 0.97". */
static bool is_grub2(const struct boot_info *b)
{
    static const char name[6] = { 'G', 'R', 'U', 'B', ' ', '2' };

    for (unsigned i = 0; i < sizeof(name); i++) {
        if (b->loader[i] != name[i])
            return false;
    }
    return true;
}

static void modules_read(uint64_t list, uint32_t nr, bool names, struct boot_info *b)
{
    if (!low_ok(list, (uint64_t)nr * MODULE_BYTES)) {
        loader_problem(b, "multiboot1: the list of modules lies beyond 4 GiB");
        return;
    }
    for (uint64_t at = list; at < list + (uint64_t)nr * MODULE_BYTES; at += MODULE_BYTES) {
        struct boot_module *m = loader_module_add(b, low_get32(at), low_get32(at + 4));
        uint32_t string = low_get32(at + 8);

        if (m == NULL)
            return;
        if (string != 0)
            loader_text_read(&m->text, string, BOOT_TEXT_BYTES, names);
    }
}

static void mmap_read(uint64_t map, uint32_t nr_bytes, struct boot_info *b)
{
    uint64_t at = 0;

    if (!low_ok(map, nr_bytes)) {
        loader_problem(b, "multiboot1: the memory map lies beyond 4 GiB");
        return;
    }
    while (at < nr_bytes) {
        uint32_t size = low_get32(map + at);

        if (nr_bytes - at < MMAP_BYTES + 4 || size < MMAP_BYTES) {
            loader_problem(b, "multiboot1: an entry of the memory map has a wrong size");
            return;
        }
        if (!loader_e820_add(b, low_get64(map + at + 4), low_get64(map + at + 12), low_get32(map + at + 20)))
            return;
        at += (uint64_t)size + 4;
    }
}

void multiboot1_read(uint64_t at, struct boot_info *b)
{
    uint32_t flags = low_get32(at + FLAGS);
    bool names;

    b->protocol = "multiboot1";
    if (!low_ok(at, INFO_BYTES)) {
        loader_problem(b, "multiboot1: the information lies beyond 4 GiB");
        return;
    }
    if ((flags & FLAG_NAME) != 0)
        loader_name_read(b, low_get32(at + LOADER_NAME), LOADER_NAME_BYTES);
    names = !is_grub2(b);
    if ((flags & FLAG_CMDLINE) != 0)
        loader_text_read(&b->cmdline, low_get32(at + CMDLINE), BOOT_TEXT_BYTES, names);
    if ((flags & FLAG_MODULES) != 0)
        modules_read(low_get32(at + MODS_ADDR), low_get32(at + MODS_COUNT), names, b);
    if ((flags & FLAG_MMAP) != 0)
        mmap_read(low_get32(at + MMAP_ADDR), low_get32(at + MMAP_LENGTH), b);
    else if ((flags & FLAG_BASIC) != 0)
        loader_e820_basic(b, low_get32(at + MEM_LOWER), low_get32(at + MEM_UPPER));
}
