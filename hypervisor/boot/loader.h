/* SPDX-License-Identifier: MIT */
/*
 * loader.h - reading what the boot loader left into a boot_info.
 *
 * One reader a protocol.  Each takes the address of the loader's information and a
 * boot_info that is all 0, reads only the first 4 GiB (boot/low.h) and never past what a
 * list or a tag states as its size, and stops at the first entry that it has no room
 * for.  What is wrong is named in ->problem.
 * Tested and fuzzed on the host: tests/unit/loader, tests/fuzz/loader.
 * Source: Multiboot Specification 0.6.96; Multiboot2 Specification 2.0; Xen public
 * header arch-x86/hvm/start_info.h.
 */
#ifndef BOOT_LOADER_H
#define BOOT_LOADER_H

#include "core/boot_info.h"
#include "core/hvmap.h"

/* What start.S brings in %eax for each: the first two are the loader's, PVH has none and gets its structure's. */
#define MULTIBOOT1_MAGIC 0x2badb002U
#define MULTIBOOT2_MAGIC 0x36d76289U
#define PVH_MAGIC 0x336ec578U

SC_CORE void multiboot1_read(uint64_t at, struct boot_info *b);
SC_CORE void multiboot2_read(uint64_t at, struct boot_info *b);
SC_CORE void pvh_read(uint64_t at, struct boot_info *b);
/* By the one that magic names. */
SC_CORE void loader_read(uint32_t magic, uint64_t at, struct boot_info *b);

/* The map's RAM up to the direct map's end: sorted, apart from each other, none empty.  Returns how many. */
SC_CORE unsigned loader_ram(const struct boot_info *b, struct ram_range ram[E820_MAX]);
/* Is there RAM, and is each module in it, apart from the others and from [image_start, image_end)? */
SC_CORE void loader_check(struct boot_info *b, uint64_t image_start, uint64_t image_end);

/* ---- for the readers ---- */

/* Only the first problem is kept. */
SC_CORE void loader_problem(struct boot_info *b, const char *what SC_STRING);
/* Text at an address, up to its 0 or so many bytes. */
SC_CORE void loader_name_read(struct boot_info *b, uint64_t at, uint64_t nr_bytes);
SC_CORE void loader_text_read(struct boot_text *t, uint64_t at, uint64_t nr_bytes, bool has_file_name);
/* One more module; null: there is no room for it. */
SC_CORE SC_NULLABLE struct boot_module *loader_module_add(struct boot_info *b, uint64_t start, uint64_t end);
/* False: there is no room for it. */
SC_CORE bool loader_e820_add(struct boot_info *b, uint64_t addr, uint64_t size, uint32_t type);
/* From multiboot's two sizes: below 640 KiB, and above 1 MiB up to the first hole. */
SC_CORE void loader_e820_basic(struct boot_info *b, uint32_t lower_kib, uint32_t upper_kib);

#endif
