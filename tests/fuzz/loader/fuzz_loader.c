/* SPDX-License-Identifier: MIT */
/*
 * What a loader says may be anything: a byte for the protocol, then the memory that its information begins in.
 *
 * Checks: counts within their arrays, texts that end, no byte of multiboot2's read past its stated size, RAM ranges sorted and
 *   apart, and that modules without a problem lie in RAM, apart from each other and from the hypervisor; ends.
 */
#include <stdlib.h>
#include <string.h>

#include "boot/loader.h"
#include "low_memory.h"

#define IMAGE_START 0x200000UL
#define IMAGE_END 0x400000UL

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void text_check(const struct boot_text *t)
{
    must(memchr(t->all, 0, sizeof(t->all)) != NULL && t->args < BOOT_TEXT_BYTES);
}

static void ram_check(const struct boot_info *b, struct ram_range ram[E820_MAX], unsigned nr)
{
    must(nr <= E820_MAX);
    for (unsigned i = 0; i < nr; i++)
        must(ram[i].start < ram[i].end && ram[i].end <= 0x40000000000 && (i == 0 || ram[i - 1].end < ram[i].start));
    for (uint32_t i = 0; i < b->nr_e820; i++) {
        bool found = b->e820[i].type != E820_RAM || b->e820[i].size == 0 || b->e820[i].addr >= 0x40000000000;

        for (unsigned k = 0; k < nr; k++)
            found |= b->e820[i].addr >= ram[k].start && b->e820[i].addr < ram[k].end;
        must(found);
    }
}

static void modules_check(const struct boot_info *b, const struct ram_range ram[E820_MAX], unsigned nr_ram)
{
    for (uint32_t i = 0; i < b->nr_modules; i++) {
        const struct boot_module *m = &b->modules[i];
        bool in = false;

        for (unsigned k = 0; k < nr_ram; k++)
            in |= m->start >= ram[k].start && m->end <= ram[k].end;
        must(in && m->start <= m->end && (m->end <= IMAGE_START || m->start >= IMAGE_END));
        for (uint32_t k = 0; k < i; k++)
            must(m->end <= b->modules[k].start || m->start >= b->modules[k].end);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t magic[] = { MULTIBOOT1_MAGIC, MULTIBOOT2_MAGIC, PVH_MAGIC, 0 };
    static struct boot_info info;
    struct ram_range ram[E820_MAX];
    uint32_t stated = 0;
    unsigned nr;

    if (size < 1 || size > LOW_MOST)
        return 0;
    memset(&info, 0, sizeof(info));
    memcpy(low_memory, &data[1], size - 1);
    low_nr = size - 1;
    low_strays = 0;
    if (low_nr >= 4)
        memcpy(&stated, low_memory, 4);
    loader_read(magic[data[0] % 4], LOW_START, &info);
    must(magic[data[0] % 4] != MULTIBOOT2_MAGIC || low_nr < 4 || stated > low_nr || low_strays == 0);
    must(info.nr_modules <= MAX_BOOT_MODULES && info.nr_e820 <= E820_MAX && info.nr_rsdp_copy <= BOOT_RSDP_BYTES);
    must(memchr(info.loader, 0, sizeof(info.loader)) != NULL);
    text_check(&info.cmdline);
    for (uint32_t i = 0; i < info.nr_modules; i++)
        text_check(&info.modules[i].text);
    loader_check(&info, IMAGE_START, IMAGE_END);
    nr = loader_ram(&info, ram);
    ram_check(&info, ram, nr);
    if (info.problem == NULL)
        modules_check(&info, ram, nr);
    return 0;
}
