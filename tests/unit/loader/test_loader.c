/* SPDX-License-Identifier: MIT */
/*
 * What boot loaders say, in each of the three protocols: test_multiboot1.c, test_multiboot2.c, test_pvh.c, and test_checks.c for what they
 * all end in.
 */
#include "loader_test.h"

struct boot_info info;

int fresh(void **state)
{
    memset(low_memory, 0, sizeof(low_memory));
    memset(&info, 0, sizeof(info));
    low_nr = 0;
    low_strays = 0;
    return 0;
}

uint64_t here(void)
{
    return LOW_START + low_nr;
}

void put_at(uint64_t at, uint64_t v, unsigned nr_bytes)
{
    assert_true(at >= LOW_START && at - LOW_START + nr_bytes <= LOW_MOST);
    for (unsigned i = 0; i < nr_bytes; i++)
        low_memory[at - LOW_START + i] = i < 8 ? (uint8_t)(v >> (8 * i)) : 0;
}

void add(uint64_t v, unsigned nr_bytes)
{
    put_at(here(), v, nr_bytes);
    low_nr += nr_bytes;
}

uint64_t add_text(const char *s)
{
    uint64_t at = here();

    for (const char *c = s; *c != '\0'; c++)
        add((uint8_t)*c, 1);
    add(0, 1);
    return at;
}

uint64_t add_zeroes(uint64_t nr_bytes)
{
    uint64_t at = here();

    low_nr += nr_bytes;
    assert_true(low_nr <= LOW_MOST);
    return at;
}

void read_again(uint32_t magic, uint64_t at)
{
    memset(&info, 0, sizeof(info));
    loader_read(magic, at, &info);
}

void read_and_check(uint32_t magic, uint64_t at)
{
    read_again(magic, at);
    loader_check(&info, 2 * MIB, 4 * MIB);
}

void read_good(uint32_t magic, uint64_t at, const char *protocol, const char *loader)
{
    read_and_check(magic, at);
    assert_null(info.problem);
    assert_string_equal(info.protocol, protocol);
    assert_string_equal(info.loader, loader);
    assert_int_equal(low_strays, 0);
}

void is_module(unsigned nr, uint64_t start, uint64_t end, const char *args)
{
    assert_true(nr < info.nr_modules);
    assert_int_equal(info.modules[nr].start, start);
    assert_int_equal(info.modules[nr].end, end);
    assert_string_equal(words(&info.modules[nr].text), args);
}

void is_range(unsigned nr, uint64_t addr, uint64_t size, uint32_t type)
{
    assert_true(nr < info.nr_e820);
    assert_int_equal(info.e820[nr].addr, addr);
    assert_int_equal(info.e820[nr].size, size);
    assert_int_equal(info.e820[nr].type, type);
}

const char *words(const struct boot_text *t)
{
    return &t->all[t->args];
}

void is_problem(const char *what)
{
    assert_non_null(info.problem);
    assert_non_null(strstr(info.problem, what));
}

int main(void)
{
    return run_multiboot1() + run_multiboot2() + run_pvh() + run_checks() != 0;
}
