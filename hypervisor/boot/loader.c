/* SPDX-License-Identifier: MIT */
#include "boot/loader.h"

#include "boot/low.h"
#include "core/layout.h"

void loader_problem(struct boot_info *b, const char *what SC_STRING)
{
    if (b->problem == NULL)
        b->problem = what;
}

/* ---- text ---- */

void loader_name_read(struct boot_info *b, uint64_t at, uint64_t nr_bytes)
{
    for (uint64_t i = 0; i < nr_bytes && i < LOADER_NAME_BYTES - 1; i++) {
        char c = (char)low_get8(at + i);

        if (c == '\0')
            return;
        b->loader[i] = c;
    }
}

static uint32_t spaces_skip(const struct boot_text *t, uint32_t at)
{
    while (at < BOOT_TEXT_BYTES && t->all[at] == ' ')
        at++;
    return at;
}

void loader_text_read(struct boot_text *t, uint64_t at, uint64_t nr_bytes, bool has_file_name)
{
    uint32_t args;

    for (uint64_t i = 0; i < nr_bytes && i < BOOT_TEXT_BYTES - 1; i++) {
        t->all[i] = (char)low_get8(at + i);
        if (t->all[i] == '\0')
            break;
    }
    args = spaces_skip(t, 0);
    if (has_file_name) {
        while (args < BOOT_TEXT_BYTES && t->all[args] != '\0' && t->all[args] != ' ')
            args++;
        args = spaces_skip(t, args);
    }
    t->args = args;
}

/* ---- modules ---- */

struct boot_module *loader_module_add(struct boot_info *b, uint64_t start, uint64_t end)
{
    struct boot_module *m;

    if (b->nr_modules >= MAX_BOOT_MODULES) {
        b->modules_cut = true;
        return NULL;
    }
    m = &b->modules[b->nr_modules++];
    m->start = start;
    m->end = end;
    return m;
}

static bool overlap(uint64_t start, uint64_t end, uint64_t other_start, uint64_t other_end)
{
    return start < other_end && other_start < end;
}

static bool in_ram(const struct boot_module *m, const struct ram_range ram[E820_MAX], unsigned nr_ram)
{
    for (unsigned i = 0; i < nr_ram && i < E820_MAX; i++) {
        if (m->start >= ram[i].start && m->end <= ram[i].end)
            return true;
    }
    return false;
}

static void module_check(struct boot_info *b, uint32_t nr)
{
    const struct boot_module *m = &b->modules[nr % MAX_BOOT_MODULES];

    for (uint32_t i = 0; i < nr && i < MAX_BOOT_MODULES; i++) {
        if (overlap(m->start, m->end, b->modules[i].start, b->modules[i].end))
            loader_problem(b, "two boot modules overlap");
    }
}

void loader_check(struct boot_info *b, uint64_t image_start, uint64_t image_end)
{
    struct ram_range ram[E820_MAX];
    unsigned nr_ram = loader_ram(b, ram);

    if (nr_ram == 0)
        loader_problem(b, "it gave no memory map with RAM in it");
    for (uint32_t i = 0; i < b->nr_modules && i < MAX_BOOT_MODULES; i++) {
        const struct boot_module *m = &b->modules[i];

        if (m->start > m->end || !in_ram(m, ram, nr_ram))
            loader_problem(b, "a boot module does not lie in RAM");
        if (overlap(m->start, m->end, image_start, image_end))
            loader_problem(b, "a boot module overlaps the hypervisor");
        module_check(b, i);
    }
}

/* ---- memory ---- */

bool loader_e820_add(struct boot_info *b, uint64_t addr, uint64_t size, uint32_t type)
{
    if (b->nr_e820 >= E820_MAX) {
        b->e820_cut = true;
        return false;
    }
    /* GRUB has types of its own (20: UEFI's runtime code), which are no one else's. */
    if (type == 0 || type > E820_LAST_TYPE)
        type = E820_RESERVED;
    b->e820[b->nr_e820++] = (struct e820_entry){ addr, size, type };
    return true;
}

void loader_e820_basic(struct boot_info *b, uint32_t lower_kib, uint32_t upper_kib)
{
    (void)loader_e820_add(b, 0, (uint64_t)lower_kib << 10, E820_RAM);
    (void)loader_e820_add(b, LOW_MEMORY_END, (uint64_t)upper_kib << 10, E820_RAM);
}

/* Put [start, end) among the ranges; those that it meets are swallowed.  Returns how many there are then. */
static unsigned ram_add(struct ram_range ram[E820_MAX], unsigned nr, uint64_t start, uint64_t end)
{
    unsigned kept = 0, at;

    for (unsigned i = 0; i < nr && i < E820_MAX; i++) {
        struct ram_range r = ram[i];

        if (r.start <= end && start <= r.end) {
            start = min_u64(start, r.start);
            end = max_u64(end, r.end);
        } else {
            ram[kept++] = r;
        }
    }
    if (kept >= E820_MAX)
        return kept;
    for (at = kept; at > 0 && ram[at - 1].start > start; at--)
        ram[at] = ram[at - 1];
    ram[at] = (struct ram_range){ start, end };
    return kept + 1;
}

unsigned loader_ram(const struct boot_info *b, struct ram_range ram[E820_MAX])
{
    unsigned nr = 0;

    for (uint32_t i = 0; i < b->nr_e820 && i < E820_MAX; i++) {
        struct e820_entry e = b->e820[i];

        if (e.type == E820_RAM && e.addr < DIRECTMAP_SIZE && e.size != 0)
            nr = ram_add(ram, nr, e.addr, e.addr + min_u64(e.size, DIRECTMAP_SIZE - e.addr));
    }
    return nr;
}

/* ---- which reader ---- */

void loader_read(uint32_t magic, uint64_t at, struct boot_info *b)
{
    switch (magic) {
    case MULTIBOOT1_MAGIC: multiboot1_read(at, b); break;
    case MULTIBOOT2_MAGIC: multiboot2_read(at, b); break;
    case PVH_MAGIC: pvh_read(at, b); break;
    default: loader_problem(b, "it speaks none of multiboot1, multiboot2 and PVH"); break;
    }
}
