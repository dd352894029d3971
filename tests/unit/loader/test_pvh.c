/* SPDX-License-Identifier: MIT */
/* boot/pvh.c: a good input, modules without text, sizes and addresses that are wrong. */
#include "loader_test.h"

#include <xen/arch-x86/hvm/start_info.h>

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

    read_good(PVH_MAGIC, at, "PVH", "");
    assert_string_equal(words(&info.cmdline), "console=com1 -- x");
    assert_int_equal(info.nr_modules, 1);
    is_module(0, 16 * MIB, 17 * MIB, "console=hvc0");
    assert_int_equal(info.rsdp, 0xf59d0);
    assert_int_equal(info.nr_e820, 2);
    is_range(0, 0, 64 * MIB, E820_RAM);
    is_range(1, 0xfffc0000, 0x40000, E820_RESERVED);
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
    read_and_check(PVH_MAGIC, at);
    assert_int_equal(info.nr_e820, 0);
    is_problem("no memory map");

    put_at(at + 4, 1, 4);
    put_at(at + 12, 0xffffffff, 4);
    read_again(PVH_MAGIC, at);
    is_problem("list of modules");
    assert_int_equal(info.nr_modules, 0);

    put_at(at + 12, 0, 4);
    put_at(at + 40, 0x100000000, 8);
    read_again(PVH_MAGIC, at);
    is_problem("memory map lies beyond");

    put_at(at, 0, 4);
    read_again(PVH_MAGIC, at);
    is_problem("no start info");
}

static void pvh_module_wraps(void **state)
{
    uint64_t at = pvh_make(0), mods = low_get64(at + 16);

    put_at(mods + 8, UINT64_MAX - MIB, 8);
    read_and_check(PVH_MAGIC, at);
    is_problem("does not lie in RAM");
}

int run_pvh(void)
{
    const struct CMUnitTest tests[] = {
        T(pvh_good),
        T(pvh_no_text),
        T(pvh_bad),
        T(pvh_module_wraps),
    };

    return cmocka_run_group_tests_name("pvh", tests, NULL, NULL);
}
