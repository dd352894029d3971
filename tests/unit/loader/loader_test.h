/* SPDX-License-Identifier: MIT */
/* loader_test.h - what the tests of the readers of loaders' information share: a machine's memory to write into, and what was read. */
#ifndef UNIT_LOADER_LOADER_TEST_H
#define UNIT_LOADER_LOADER_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/loader.h"
#include "boot/low.h"
#include "low_memory.h"

#define MIB 0x100000UL

extern struct boot_info info;

/* Before each test: no memory, nothing read. */
int fresh(void **state);
#define T(name) cmocka_unit_test_setup(name, fresh)

/* Writing into the machine's memory; where the next byte goes. */
uint64_t here(void);
void put_at(uint64_t at, uint64_t v, unsigned nr_bytes);
void add(uint64_t v, unsigned nr_bytes);
uint64_t add_text(const char *s);
uint64_t add_zeroes(uint64_t nr_bytes);

/* What was read before is forgotten. */
void read_again(uint32_t magic, uint64_t at);
/* Read and checked against a hypervisor from 2 to 4 MiB; the second also that all is well, and nothing beyond was read. */
void read_and_check(uint32_t magic, uint64_t at);
void read_good(uint32_t magic, uint64_t at, const char *protocol, const char *loader);

/* What was read. */
void is_module(unsigned nr, uint64_t start, uint64_t end, const char *args);
void is_range(unsigned nr, uint64_t addr, uint64_t size, uint32_t type);
const char *words(const struct boot_text *t);
void is_problem(const char *what);

/* A file each; the number of tests that failed. */
int run_multiboot1(void);
int run_multiboot2(void);
int run_pvh(void);
int run_checks(void);

#endif
