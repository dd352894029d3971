/* SPDX-License-Identifier: MIT */
/*
 * boot_info.h - what the boot loader gave, in one form for all of them (boot/loader.h fills it).
 *
 * Memory types are those of ACPI 6.3, table 15-374.
 */
#ifndef CORE_BOOT_INFO_H
#define CORE_BOOT_INFO_H

#include "core/base.h"

#define BOOT_TEXT_BYTES 1024
/* A command line, cut to what fits; ends in a 0. */
struct boot_text {
    char all[BOOT_TEXT_BYTES];
    uint32_t args; /* where its words begin: after the file's name, if the loader gives that */
};

#define MAX_BOOT_MODULES 16
struct boot_module {
    uint64_t start, end; /* machine addresses */
    struct boot_text text;
};

struct e820_entry {
    uint64_t addr;
    uint64_t size;
    uint32_t type;
} __attribute__((packed));

#define E820_RAM 1
#define E820_RESERVED 2
#define E820_ACPI 3
#define E820_NVS 4
#define E820_UNUSABLE 5
#define E820_LAST_TYPE 7
#define E820_MAX 128

#define LOADER_NAME_BYTES 64
#define BOOT_RSDP_BYTES 36

struct boot_info {
    const char *protocol SC_STRING; /* null: none that is known */
    const char *problem SC_STRING;  /* the first thing that is wrong; null: nothing */
    char loader[LOADER_NAME_BYTES]; /* its name and version; empty: it does not say */
    struct boot_text cmdline;
    uint32_t nr_modules;
    bool modules_cut; /* there were more */
    struct boot_module modules[MAX_BOOT_MODULES];
    uint32_t nr_e820;
    bool e820_cut;
    struct e820_entry e820[E820_MAX];
    /* Where ACPI begins: its machine address, or UEFI's table that has it, or a copy. */
    uint64_t rsdp, efi_system_table; /* machine addresses; 0: not given */
    uint8_t rsdp_copy[BOOT_RSDP_BYTES];
    uint32_t nr_rsdp_copy; /* bytes; 0: not given */
};
extern struct boot_info boot_info;

/* The memory of all modules goes to the page allocator: once, when they have been read. */
void boot_modules_free(void);
/* nr bytes of the module's file from an offset on: m is one of boot_info's, which have not been freed. */
SC_COUNT(nr) const uint8_t *boot_module_bytes(const struct boot_module *m, uint64_t offset, uint64_t nr);

#endif
