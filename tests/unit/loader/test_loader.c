/* SPDX-License-Identifier: MIT */
/*
 * What boot loaders say, in each of the three protocols (boot/multiboot1.c, multiboot2.c, pvh.c, loader.c).
 *
 * Checks: a good input of each; file names before command lines, by loader; too many modules and map entries; sizes that are too
 *   small, too big or beyond 4 GiB; which memory map is taken; RAM that overlaps or has no order; modules outside RAM, over each
 *   other, over the hypervisor.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/loader.h"
#include "boot/low.h"
#include "low_memory.h"

#include <xen/arch-x86/hvm/start_info.h>

#define MIB 0x100000UL

static struct boot_info info;

static int fresh(void **state)
{
    memset(low_memory, 0, sizeof(low_memory));
    memset(&info, 0, sizeof(info));
    low_nr = 0;
    low_strays = 0;
    return 0;
}

/* ---- writing into the machine's memory ---- */

static uint64_t here(void)
{
    return LOW_START + low_nr;
}

static void put_at(uint64_t at, uint64_t v, unsigned nr_bytes)
{
    assert_true(at >= LOW_START && at - LOW_START + nr_bytes <= LOW_MOST);
    for (unsigned i = 0; i < nr_bytes; i++)
        low_memory[at - LOW_START + i] = i < 8 ? (uint8_t)(v >> (8 * i)) : 0;
}

static void add(uint64_t v, unsigned nr_bytes)
{
    put_at(here(), v, nr_bytes);
    low_nr += nr_bytes;
}

static uint64_t add_text(const char *s)
{
    uint64_t at = here();

    for (const char *c = s; *c != '\0'; c++)
        add((uint8_t)*c, 1);
    add(0, 1);
    return at;
}

static uint64_t add_zeroes(uint64_t nr_bytes)
{
    uint64_t at = here();

    low_nr += nr_bytes;
    assert_true(low_nr <= LOW_MOST);
    return at;
}

static const char *words(const struct boot_text *t)
{
    return &t->all[t->args];
}

static void is_problem(const char *what)
{
    assert_non_null(info.problem);
    assert_non_null(strstr(info.problem, what));
}

/* ---- multiboot1 ---- */

/* With two modules of 1 MiB at 16 MiB, and 64 MiB of memory; the information is written last. */
static uint64_t mb1_make(const char *loader, const char *line, const char *module)
{
    uint64_t name = add_text(loader), cmdline = add_text(line), string = add_text(module), mods, map, at;

    mods = here();
    add(16 * MIB, 4);
    add(17 * MIB, 4);
    add(string, 4);
    add(0, 4);
    add(17 * MIB, 4);
    add(18 * MIB, 4);
    add(0, 4); /* no string */
    add(0, 4);
    map = here();
    add(20, 4);
    add(0, 8);
    add(0x9fc00, 8);
    add(1, 4);
    add(24, 4); /* longer entries are fine */
    add(MIB, 8);
    add(63 * MIB, 8);
    add(1, 4);
    add(0, 4);
    at = add_zeroes(116);
    put_at(at, 0x4 | 0x8 | 0x40 | 0x200 | 0x1, 4);
    put_at(at + 4, 100, 4);
    put_at(at + 8, 200, 4);
    put_at(at + 16, cmdline, 4);
    put_at(at + 20, 2, 4);
    put_at(at + 24, mods, 4);
    put_at(at + 44, 24 + 28, 4);
    put_at(at + 48, map, 4);
    put_at(at + 64, name, 4);
    return at;
}

static void mb1_good(void **state)
{
    uint64_t at = mb1_make("qemu", "build/safehype  console=com1", "/boot/vmlinuz console=hvc0 x");

    loader_read(MULTIBOOT1_MAGIC, at, &info);
    loader_check(&info, 2 * MIB, 4 * MIB);
    assert_null(info.problem);
    assert_string_equal(info.protocol, "multiboot1");
    assert_string_equal(info.loader, "qemu");
    assert_string_equal(words(&info.cmdline), "console=com1");
    assert_int_equal(info.nr_modules, 2);
    assert_int_equal(info.modules[0].start, 16 * MIB);
    assert_int_equal(info.modules[0].end, 17 * MIB);
    assert_string_equal(words(&info.modules[0].text), "console=hvc0 x");
    assert_string_equal(info.modules[0].text.all, "/boot/vmlinuz console=hvc0 x");
    assert_string_equal(info.modules[1].text.all, "");
    assert_int_equal(info.nr_e820, 2);
    assert_int_equal(info.e820[1].addr, MIB);
    assert_int_equal(info.e820[1].size, 63 * MIB);
    assert_int_equal(low_strays, 0);
}

static void mb1_grub2_has_no_file_names(void **state)
{
    loader_read(MULTIBOOT1_MAGIC, mb1_make("GRUB 2.06-13+deb12u2", " console=com1", "root=x quiet"), &info);
    assert_null(info.problem);
    assert_string_equal(info.loader, "GRUB 2.06-13+deb12u2");
    assert_string_equal(words(&info.cmdline), "console=com1");
    assert_string_equal(words(&info.modules[0].text), "root=x quiet");
    fresh(NULL);
    loader_read(MULTIBOOT1_MAGIC, mb1_make("GNU GRUB 0.97", "/safehype console=com1", "/vmlinuz"), &info);
    assert_string_equal(words(&info.cmdline), "console=com1");
    assert_string_equal(words(&info.modules[0].text), "");
}

static void mb1_basic_memory(void **state)
{
    uint64_t at = mb1_make("qemu", "", "");

    put_at(at, 0x1, 4);
    loader_read(MULTIBOOT1_MAGIC, at, &info);
    assert_null(info.problem);
    assert_int_equal(info.nr_modules, 0);
    assert_int_equal(info.nr_e820, 2);
    assert_int_equal(info.e820[0].size, 100 << 10);
    assert_int_equal(info.e820[1].addr, MIB);
    assert_int_equal(info.e820[1].size, 200 << 10);
    fresh(NULL);
    put_at(add_zeroes(116), 0, 4);
    loader_read(MULTIBOOT1_MAGIC, LOW_START, &info);
    loader_check(&info, 2 * MIB, 4 * MIB);
    is_problem("no memory map");
}

static void mb1_map_sizes(void **state)
{
    static const uint32_t bad[] = { 0, 19, 200, 0xfffffff0, 0xffffffff };

    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        uint64_t at;

        fresh(NULL);
        at = mb1_make("qemu", "", "");
        put_at(low_get32(at + 48), bad[i], 4);
        loader_read(MULTIBOOT1_MAGIC, at, &info);
        /* An entry longer than the map ends it: there is nothing behind. */
        assert_true(info.nr_e820 <= 1);
        if (bad[i] < 20)
            is_problem("an entry of the memory map");
        assert_int_equal(low_strays, 0);
    }
    fresh(NULL);
    put_at(mb1_make("qemu", "", "") + 44, 24 + 23, 4); /* the last one is cut */
    loader_read(MULTIBOOT1_MAGIC, here() - 116, &info);
    is_problem("an entry of the memory map");
    assert_int_equal(info.nr_e820, 1);
}

static void mb1_beyond(void **state)
{
    uint64_t at = mb1_make("qemu", "", "");

    put_at(at + 24, 0xfffffff0, 4);
    put_at(at + 20, 2, 4);
    loader_read(MULTIBOOT1_MAGIC, at, &info);
    is_problem("list of modules lies beyond");
    assert_int_equal(info.nr_modules, 0);
    memset(&info, 0, sizeof(info));
    put_at(at + 20, 0, 4);
    put_at(at + 44, 0xffffffff, 4);
    loader_read(MULTIBOOT1_MAGIC, at, &info);
    is_problem("memory map lies beyond");
    memset(&info, 0, sizeof(info));
    loader_read(MULTIBOOT1_MAGIC, 0xffffffff, &info);
    is_problem("information lies beyond");
}

/* ---- multiboot2 ---- */

static uint64_t mb2;

static void mb2_begin(void)
{
    mb2 = here();
    add(0, 8);
}

/* The next one begins on a multiple of 8. */
static void tag(uint32_t type, uint32_t nr_bytes)
{
    add_zeroes(ALIGN_UP(low_nr, 8UL) - low_nr);
    add(type, 4);
    add(nr_bytes + 8, 4);
}

static void tag_text(uint32_t type, const char *s)
{
    tag(type, (uint32_t)strlen(s) + 1);
    add_text(s);
}

static void tag_module(uint64_t start, uint64_t end, const char *s)
{
    tag(3, 8 + (uint32_t)strlen(s) + 1);
    add(start, 4);
    add(end, 4);
    add_text(s);
}

static void tag_map(uint32_t each, unsigned nr)
{
    tag(6, 8 + each * nr);
    add(each, 4);
    add(0, 4);
    for (unsigned i = 0; i < nr; i++) {
        uint64_t at = add_zeroes(each);

        put_at(at, i * 64 * MIB, 8);
        put_at(at + 8, 64 * MIB, 8);
        put_at(at + 16, i == 0 ? 1 : 20, 4);
    }
}

static void tag_efi_map(void)
{
    static const uint32_t types[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 };

    tag(17, 8 + 48 * ARRAY_SIZE(types));
    add(48, 4);
    add(1, 4);
    for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
        add(types[i], 8);
        add(i * 64 * MIB, 8);
        add(0, 8);
        add(64 * MIB / 4096, 8);
        add(0xf, 8);
        add(0, 8);
    }
}

static void mb2_read(void)
{
    tag(0, 0);
    put_at(mb2, here() - mb2, 4);
    loader_read(MULTIBOOT2_MAGIC, mb2, &info);
    assert_int_equal(low_strays, 0);
}

static void mb2_good(void **state)
{
    mb2_begin();
    tag_text(1, "console=com1 loglvl=info");
    tag_text(2, "GRUB 2.06-13+deb12u2");
    tag_module(16 * MIB, 17 * MIB, "placeholder console=hvc0");
    tag_module(17 * MIB, 18 * MIB, "");
    tag(8, 20); /* framebuffer: of no use */
    add_zeroes(20);
    tag_map(24, 2);
    tag(12, 8);
    add(0x123456789abc, 8);
    tag(15, 36);
    add(0x3132333435363738, 8);
    add_zeroes(28);
    tag(14, 20); /* the older one does not replace it */
    add_zeroes(20);
    mb2_read();
    loader_check(&info, 2 * MIB, 4 * MIB);
    assert_null(info.problem);
    assert_string_equal(info.protocol, "multiboot2");
    assert_string_equal(info.loader, "GRUB 2.06-13+deb12u2");
    assert_string_equal(words(&info.cmdline), "console=com1 loglvl=info");
    assert_int_equal(info.nr_modules, 2);
    assert_int_equal(info.modules[1].end, 18 * MIB);
    assert_string_equal(words(&info.modules[0].text), "placeholder console=hvc0");
    assert_string_equal(words(&info.modules[1].text), "");
    assert_int_equal(info.nr_e820, 2);
    assert_int_equal(info.e820[0].type, E820_RAM);
    assert_int_equal(info.e820[1].addr, 64 * MIB);
    assert_int_equal(info.e820[1].type, E820_RESERVED);
    assert_int_equal(info.efi_system_table, 0x123456789abc);
    assert_int_equal(info.nr_rsdp_copy, 36);
    assert_int_equal(info.rsdp_copy[0], 0x38);
}

static void mb2_maps(void **state)
{
    static const uint32_t want[] = { E820_RESERVED, E820_RAM,      E820_RAM,      E820_RAM,  E820_RAM,
                                     E820_RESERVED, E820_RESERVED, E820_RAM,      E820_UNUSABLE, E820_ACPI,
                                     E820_NVS,      E820_RESERVED, E820_RESERVED, E820_RESERVED, E820_RESERVED };

    mb2_begin();
    tag(4, 8);
    add(640, 4);
    add(1024, 4);
    tag_efi_map();
    tag_map(32, 1);
    mb2_read();
    assert_int_equal(info.nr_e820, 1); /* the plain map, though it came last */

    fresh(NULL);
    mb2_begin();
    tag(4, 8);
    add(640, 4);
    add(1024, 4);
    tag_efi_map();
    mb2_read();
    assert_int_equal(info.nr_e820, ARRAY_SIZE(want));
    for (unsigned i = 0; i < ARRAY_SIZE(want); i++) {
        assert_int_equal(info.e820[i].type, want[i]);
        assert_int_equal(info.e820[i].addr, i * 64 * MIB);
        assert_int_equal(info.e820[i].size, 64 * MIB);
    }

    fresh(NULL);
    mb2_begin();
    tag(4, 8);
    add(640, 4);
    add(1024, 4);
    mb2_read();
    assert_int_equal(info.nr_e820, 2);
    assert_int_equal(info.e820[0].size, 640 << 10);
    assert_int_equal(info.e820[1].size, 1024 << 10);
}

static void mb2_map_entries(void **state)
{
    static const uint32_t bad[] = { 0, 1, 23 };

    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        fresh(NULL);
        mb2_begin();
        tag_map(24, 1);
        put_at(here() - 32, bad[i], 4);
        mb2_read();
        is_problem("memory map's entries");
        assert_int_equal(info.nr_e820, 0);
    }
    fresh(NULL);
    mb2_begin();
    tag_map(24, 3);
    put_at(here() - 80, 0xffffffff, 4); /* each of them is longer than the tag */
    mb2_read();
    assert_int_equal(info.nr_e820, 0);
    fresh(NULL);
    mb2_begin();
    tag_map(24, E820_MAX + 1);
    mb2_read();
    assert_int_equal(info.nr_e820, E820_MAX);
    assert_true(info.e820_cut);
}

static void mb2_tag_sizes(void **state)
{
    static const uint32_t bad[] = { 0, 7, 17, 0x7fffffff, 0xffffffff };

    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        fresh(NULL);
        mb2_begin();
        tag(100, 0);
        put_at(here() - 4, bad[i], 4);
        mb2_read();
        is_problem("a tag has a wrong size");
    }
    /* Short ones of each kind. */
    for (uint32_t type = 1; type <= 21; type++) {
        fresh(NULL);
        mb2_begin();
        tag(type, 0);
        put_at(mb2, here() - mb2, 4);
        loader_read(MULTIBOOT2_MAGIC, mb2, &info);
        assert_int_equal(info.nr_modules, 0);
        assert_int_equal(info.nr_e820, 0);
        assert_int_equal(info.nr_rsdp_copy, 0);
        assert_int_equal(info.efi_system_table, 0);
        if (type == 3)
            is_problem("a module's tag");
    }
}

static void mb2_texts_end_with_their_tag(void **state)
{
    mb2_begin();
    tag(1, 4);
    add(0x64636261, 4); /* no 0 in it */
    tag(2, 3);
    add(0x7a7978, 3);
    add(0x4141414141, 5); /* padding */
    tag(3, 10);
    add(16 * MIB, 4);
    add(17 * MIB, 4);
    add(0x4242, 2);
    add(0x434343434343, 6);
    mb2_read();
    assert_string_equal(words(&info.cmdline), "abcd");
    assert_string_equal(info.loader, "xyz");
    assert_string_equal(words(&info.modules[0].text), "BB");
}

static void mb2_long_text(void **state)
{
    char text[3000];

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    mb2_begin();
    tag_text(1, text);
    tag_text(2, text);
    tag_module(0, 1, text);
    mb2_read();
    assert_int_equal(strlen(info.cmdline.all), BOOT_TEXT_BYTES - 1);
    assert_int_equal(strlen(info.loader), LOADER_NAME_BYTES - 1);
    assert_int_equal(strlen(info.modules[0].text.all), BOOT_TEXT_BYTES - 1);
}

static void mb2_many_modules(void **state)
{
    mb2_begin();
    for (uint64_t i = 0; i < MAX_BOOT_MODULES + 3; i++)
        tag_module(i * MIB, (i + 1) * MIB, "m");
    mb2_read();
    assert_int_equal(info.nr_modules, MAX_BOOT_MODULES);
    assert_true(info.modules_cut);
    assert_null(info.problem);
}

static void mb2_rsdp_copies(void **state)
{
    mb2_begin();
    tag(14, 19); /* too short for one */
    add_zeroes(19);
    mb2_read();
    assert_int_equal(info.nr_rsdp_copy, 0);
    fresh(NULL);
    mb2_begin();
    tag(14, 20);
    add(0x11, 20);
    tag(15, 100); /* of more only the RSDP */
    add(0x22, 100);
    mb2_read();
    assert_int_equal(info.nr_rsdp_copy, BOOT_RSDP_BYTES);
    assert_int_equal(info.rsdp_copy[0], 0x22);
}

static void mb2_boot_services(void **state)
{
    mb2_begin();
    tag(18, 0);
    mb2_read();
    is_problem("boot services still run");
}

static void mb2_beyond(void **state)
{
    mb2_begin();
    put_at(mb2, 0xffffffff, 4);
    loader_read(MULTIBOOT2_MAGIC, mb2, &info);
    is_problem("beyond 4 GiB");
    memset(&info, 0, sizeof(info));
    loader_read(MULTIBOOT2_MAGIC, 0xfffffffc, &info);
    loader_check(&info, 2 * MIB, 4 * MIB);
    is_problem("no memory map");
}

/* ---- PVH ---- */

static uint64_t pvh_make(uint64_t module_text)
{
    uint64_t line = add_text("console=com1 -- x"), mods = here(), map, at;

    add(16 * MIB, 8);
    add(MIB, 8);
    add(module_text, 8);
    add(0, 8);
    map = here();
    add(0, 8);
    add(64 * MIB, 8);
    add(1, 8);
    add(0xfffc0000, 8);
    add(0x40000, 8);
    add(2, 8);
    at = here();
    add(XEN_HVM_START_MAGIC_VALUE, 4);
    add(1, 4);
    add(0, 4);
    add(1, 4);
    add(mods, 8);
    add(line, 8);
    add(0xf59d0, 8);
    add(map, 8);
    add(2, 8);
    return at;
}

static void pvh_good(void **state)
{
    uint64_t text = add_text("console=hvc0"), at = pvh_make(text);

    loader_read(PVH_MAGIC, at, &info);
    loader_check(&info, 2 * MIB, 4 * MIB);
    assert_null(info.problem);
    assert_string_equal(info.protocol, "PVH");
    assert_string_equal(info.loader, "");
    assert_string_equal(words(&info.cmdline), "console=com1 -- x");
    assert_int_equal(info.nr_modules, 1);
    assert_int_equal(info.modules[0].end, 17 * MIB);
    assert_string_equal(words(&info.modules[0].text), "console=hvc0");
    assert_int_equal(info.rsdp, 0xf59d0);
    assert_int_equal(info.nr_e820, 2);
    assert_int_equal(info.e820[1].addr, 0xfffc0000);
    assert_int_equal(info.e820[1].type, 2);
    assert_int_equal(low_strays, 0);
}

static void pvh_no_text(void **state)
{
    loader_read(PVH_MAGIC, pvh_make(0), &info);
    assert_string_equal(info.modules[0].text.all, "");
    assert_int_equal(low_strays, 0);
}

static void pvh_bad(void **state)
{
    uint64_t at = pvh_make(0);

    put_at(at + 4, 0, 4); /* version 0 has no map */
    loader_read(PVH_MAGIC, at, &info);
    assert_int_equal(info.nr_e820, 0);
    loader_check(&info, 2 * MIB, 4 * MIB);
    is_problem("no memory map");

    memset(&info, 0, sizeof(info));
    put_at(at + 4, 1, 4);
    put_at(at + 12, 0xffffffff, 4);
    loader_read(PVH_MAGIC, at, &info);
    is_problem("list of modules");
    assert_int_equal(info.nr_modules, 0);

    memset(&info, 0, sizeof(info));
    put_at(at + 12, 0, 4);
    put_at(at + 40, 0x100000000, 8);
    loader_read(PVH_MAGIC, at, &info);
    is_problem("memory map lies beyond");

    memset(&info, 0, sizeof(info));
    put_at(at, 0, 4);
    loader_read(PVH_MAGIC, at, &info);
    is_problem("no start info");
}

static void pvh_module_wraps(void **state)
{
    uint64_t at = pvh_make(0), mods = low_get64(at + 16);

    put_at(mods + 8, UINT64_MAX - MIB, 8);
    loader_read(PVH_MAGIC, at, &info);
    loader_check(&info, 2 * MIB, 4 * MIB);
    is_problem("does not lie in RAM");
}

/* ---- what all of them end in ---- */

static void no_protocol(void **state)
{
    loader_read(0x12345678, LOW_START, &info);
    is_problem("none of multiboot1, multiboot2 and PVH");
    assert_null(info.protocol);
    assert_int_equal(low_strays, 0);
}

static void ram_is_merged(void **state)
{
    struct ram_range ram[E820_MAX];

    loader_e820_add(&info, 8 * MIB, 2 * MIB, E820_RAM);
    loader_e820_add(&info, 0, MIB, E820_RAM);
    loader_e820_add(&info, 1UL << 50, MIB, E820_RAM);       /* no direct map there */
    loader_e820_add(&info, 0x20000000000, UINT64_MAX, E820_RAM); /* cut where the direct map ends */
    loader_e820_add(&info, 2 * MIB, MIB, E820_RESERVED);
    loader_e820_add(&info, 6 * MIB, 0, E820_RAM);
    loader_e820_add(&info, 4 * MIB, MIB, E820_RAM);
    loader_e820_add(&info, 9 * MIB, 2 * MIB, E820_RAM); /* overlaps the first */
    loader_e820_add(&info, 5 * MIB, MIB, E820_RAM);     /* touches */
    assert_int_equal(loader_ram(&info, ram), 4);
    assert_int_equal(ram[0].start, 0);
    assert_int_equal(ram[0].end, MIB);
    assert_int_equal(ram[1].start, 4 * MIB);
    assert_int_equal(ram[1].end, 6 * MIB);
    assert_int_equal(ram[2].start, 8 * MIB);
    assert_int_equal(ram[2].end, 11 * MIB);
    assert_int_equal(ram[3].start, 0x20000000000);
    assert_int_equal(ram[3].end, 0x40000000000);
    loader_e820_add(&info, 0, 64 * MIB, E820_RAM); /* swallows three */
    assert_int_equal(loader_ram(&info, ram), 2);
    assert_int_equal(ram[0].end, 64 * MIB);
}

static void check_modules(uint64_t start, uint64_t end, const char *problem)
{
    fresh(NULL);
    loader_e820_add(&info, 0, 64 * MIB, E820_RAM);
    assert_non_null(loader_module_add(&info, 16 * MIB, 17 * MIB));
    assert_non_null(loader_module_add(&info, start, end));
    loader_check(&info, 2 * MIB, 4 * MIB);
    if (problem == NULL)
        assert_null(info.problem);
    else
        is_problem(problem);
}

static void modules_are_checked(void **state)
{
    check_modules(17 * MIB, 18 * MIB, NULL);
    check_modules(15 * MIB, 16 * MIB, NULL);
    check_modules(63 * MIB, 64 * MIB, NULL);
    check_modules(4 * MIB, 5 * MIB, NULL);
    check_modules(20 * MIB, 20 * MIB, NULL); /* empty */
    check_modules(17 * MIB - 1, 18 * MIB, "overlap");
    check_modules(10 * MIB, 30 * MIB, "overlap");
    check_modules(16 * MIB, 17 * MIB, "overlap");
    check_modules(4 * MIB - 1, 5 * MIB, "overlaps the hypervisor");
    check_modules(MIB, 8 * MIB, "overlaps the hypervisor");
    check_modules(64 * MIB - 1, 64 * MIB + 1, "not lie in RAM");
    check_modules(70 * MIB, 71 * MIB, "not lie in RAM");
    check_modules(19 * MIB, 18 * MIB, "not lie in RAM");
}

#define T(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(mb1_good),
        T(mb1_grub2_has_no_file_names),
        T(mb1_basic_memory),
        T(mb1_map_sizes),
        T(mb1_beyond),
        T(mb2_good),
        T(mb2_maps),
        T(mb2_map_entries),
        T(mb2_tag_sizes),
        T(mb2_texts_end_with_their_tag),
        T(mb2_long_text),
        T(mb2_many_modules),
        T(mb2_rsdp_copies),
        T(mb2_boot_services),
        T(mb2_beyond),
        T(pvh_good),
        T(pvh_no_text),
        T(pvh_bad),
        T(pvh_module_wraps),
        T(no_protocol),
        T(ram_is_merged),
        T(modules_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
