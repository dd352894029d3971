/* SPDX-License-Identifier: MIT */
/* pvh.c - Xen public header arch-x86/hvm/start_info.h. */
#include "boot/loader.h"
#include "boot/low.h"

#include <xen/arch-x86/hvm/start_info.h>

#define FIELD(type, name) offsetof(struct type, name)

_Static_assert(PVH_MAGIC == XEN_HVM_START_MAGIC_VALUE, "start.S brings it");
_Static_assert(sizeof(struct hvm_start_info) == 56 && sizeof(struct hvm_modlist_entry) == 32,
               "as the header's text says");
_Static_assert(sizeof(struct hvm_memmap_table_entry) == 24, "as the header's text says");

/* A list of nr records that lies below 4 GiB. */
static bool list_ok(uint64_t at, uint32_t nr, uint64_t each)
{
    return nr == 0 || (at != 0 && low_ok(at, nr * each));
}

static void modules_read(uint64_t list, uint32_t nr, struct boot_info *b)
{
    uint64_t each = sizeof(struct hvm_modlist_entry);

    if (!list_ok(list, nr, each)) {
        loader_problem(b, "PVH: the list of modules lies beyond 4 GiB");
        return;
    }
    for (uint64_t at = list; at < list + nr * each; at += each) {
        uint64_t start = low_get64(at + FIELD(hvm_modlist_entry, paddr));
        uint64_t size = low_get64(at + FIELD(hvm_modlist_entry, size));
        uint64_t text = low_get64(at + FIELD(hvm_modlist_entry, cmdline_paddr));
        struct boot_module *m = loader_module_add(b, start, start + size);

        if (m == NULL)
            return;
        if (text != 0)
            loader_text_read(&m->text, text, BOOT_TEXT_BYTES, false);
    }
}

static void memmap_read(uint64_t list, uint32_t nr, struct boot_info *b)
{
    uint64_t each = sizeof(struct hvm_memmap_table_entry);

    if (!list_ok(list, nr, each)) {
        loader_problem(b, "PVH: the memory map lies beyond 4 GiB");
        return;
    }
    for (uint64_t at = list; at < list + nr * each; at += each) {
        uint64_t addr = low_get64(at + FIELD(hvm_memmap_table_entry, addr));
        uint64_t size = low_get64(at + FIELD(hvm_memmap_table_entry, size));

        if (!loader_e820_add(b, addr, size, low_get32(at + FIELD(hvm_memmap_table_entry, type))))
            return;
    }
}

void pvh_read(uint64_t at, struct boot_info *b)
{
    uint64_t text;

    b->protocol = "PVH";
    if (!low_ok(at, sizeof(struct hvm_start_info)) ||
        low_get32(at + FIELD(hvm_start_info, magic)) != XEN_HVM_START_MAGIC_VALUE) {
        loader_problem(b, "PVH: no start info at %ebx");
        return;
    }
    text = low_get64(at + FIELD(hvm_start_info, cmdline_paddr));
    if (text != 0)
        loader_text_read(&b->cmdline, text, BOOT_TEXT_BYTES, false);
    b->rsdp = low_get64(at + FIELD(hvm_start_info, rsdp_paddr));
    modules_read(low_get64(at + FIELD(hvm_start_info, modlist_paddr)),
                 low_get32(at + FIELD(hvm_start_info, nr_modules)), b);
    if (low_get32(at + FIELD(hvm_start_info, version)) >= 1)
        memmap_read(low_get64(at + FIELD(hvm_start_info, memmap_paddr)),
                    low_get32(at + FIELD(hvm_start_info, memmap_entries)), b);
}
