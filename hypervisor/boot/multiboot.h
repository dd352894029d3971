/* SPDX-License-Identifier: MIT */
/* multiboot.h - what the loader says (Multiboot Specification 0.6.96, 3.3). */
#ifndef BOOT_MULTIBOOT_H
#define BOOT_MULTIBOOT_H

#include "core/base.h"

#define MULTIBOOT_MAGIC 0x2badb002U
#define MBI_CMDLINE 0x4U
#define MBI_MODS 0x8U
#define MBI_MMAP 0x40U

struct multiboot_info {
    uint32_t flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr, syms[4];
    uint32_t mmap_length, mmap_addr;
};

struct multiboot_module {
    uint32_t start, end, string, reserved;
};

struct multiboot_mmap {
    uint32_t size;
    uint64_t addr, len;
    uint32_t type;
} __attribute__((packed));

#define MAX_BOOT_MODULES 16
struct boot_module {
    uint64_t start, end; /* machine addresses */
    char cmdline[1024];
};
extern struct boot_module boot_modules[MAX_BOOT_MODULES];
extern uint32_t nr_boot_modules;
/* The memory of all of them goes to the page allocator: once, when they have been read. */
void boot_modules_free(void);
/* nr bytes of the module's file from an offset on: m is one of boot_modules, which have not been freed. */
SC_COUNT(nr) const uint8_t *boot_module_bytes(const struct boot_module *m, uint64_t offset, uint64_t nr);

#endif
