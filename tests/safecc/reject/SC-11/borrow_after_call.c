/* SPDX-License-Identifier: MIT */
/* A borrow used after a call that may end it. */
#include "ports/safe.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct page { int words; };
static struct page the_page SC_BOOT;
SC_BORROWS static struct page *borrow(void)
{
    return &the_page;
}
static void other(void)
{
}
int f(void);
int f(void)
{
    struct page *p = borrow();
    other();
    return p->words; // expect: SC-11
}
