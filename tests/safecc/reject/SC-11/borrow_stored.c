/* SPDX-License-Identifier: MIT */
/* A borrow is stored. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct page { int words; };
static struct page the_page SC_BOOT;
static struct page *keep SC_BOOT;
SC_BORROWS static struct page *borrow(void)
{
    return &the_page;
}
void f(void);
void f(void)
{
    keep = borrow(); // expect: SC-11
}
