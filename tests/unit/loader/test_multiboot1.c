/* SPDX-License-Identifier: MIT */
/* boot/multiboot1.c: a good input, file names before command lines by loader, basic memory, sizes, what lies beyond. */
#include "loader_test.h"

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

    read_good(MULTIBOOT1_MAGIC, at, "multiboot1", "qemu");
    assert_string_equal(words(&info.cmdline), "console=com1");
    assert_int_equal(info.nr_modules, 2);
    is_module(0, 16 * MIB, 17 * MIB, "console=hvc0 x");
    is_module(1, 17 * MIB, 18 * MIB, "");
    assert_string_equal(info.modules[0].text.all, "/boot/vmlinuz console=hvc0 x");
    assert_string_equal(info.modules[1].text.all, "");
    assert_int_equal(info.nr_e820, 2);
    is_range(0, 0, 0x9fc00, E820_RAM);
    is_range(1, MIB, 63 * MIB, E820_RAM);
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
    is_range(0, 0, 100 << 10, E820_RAM);
    is_range(1, MIB, 200 << 10, E820_RAM);
    fresh(NULL);
    put_at(add_zeroes(116), 0, 4);
    read_and_check(MULTIBOOT1_MAGIC, LOW_START);
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
    put_at(at + 20, 0, 4);
    put_at(at + 44, 0xffffffff, 4);
    read_again(MULTIBOOT1_MAGIC, at);
    is_problem("memory map lies beyond");
    read_again(MULTIBOOT1_MAGIC, 0xffffffff);
    is_problem("information lies beyond");
}

int run_multiboot1(void)
{
    const struct CMUnitTest tests[] = {
        T(mb1_good),
        T(mb1_grub2_has_no_file_names),
        T(mb1_basic_memory),
        T(mb1_map_sizes),
        T(mb1_beyond),
    };

    return cmocka_run_group_tests_name("multiboot1", tests, NULL, NULL);
}
