/* SPDX-License-Identifier: MIT */
/* boot/loader.c: what all readers end in: RAM that overlaps or has no order; modules outside RAM, over each other, over the hypervisor. */
#include "loader_test.h"

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

int run_checks(void)
{
    const struct CMUnitTest tests[] = {
        T(no_protocol),
        T(ram_is_merged),
        T(modules_are_checked),
    };

    return cmocka_run_group_tests_name("checks", tests, NULL, NULL);
}
