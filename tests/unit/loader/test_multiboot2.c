/* SPDX-License-Identifier: MIT */
/* boot/multiboot2.c: a good input, which memory map is taken, sizes of tags and entries, texts, many modules, RSDP copies. */
#include "loader_test.h"

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
    for (unsigned i = 0; i < ARRAY_SIZE(want); i++)
        is_range(i, i * 64 * MIB, 64 * MIB, want[i]);

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
        assert_int_equal(low_strays, 0);
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
    read_and_check(MULTIBOOT2_MAGIC, 0xfffffffc);
    is_problem("no memory map");
}

int run_multiboot2(void)
{
    const struct CMUnitTest tests[] = {
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
    };

    return cmocka_run_group_tests_name("multiboot2", tests, NULL, NULL);
}
