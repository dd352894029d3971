/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * A structure with a pointer and its count: the count is read into a local and one guard covers
 * the loop.
 */
#include "core/base.h"

struct page_list {
    uint32_t nr_pages;
    uint64_t *pages SC_COUNT(nr_pages);
};

uint64_t page_list_lowest(const struct page_list *l)
{
    const uint32_t n = l->nr_pages;
    const uint64_t *pages SC_NULLABLE SC_COUNT(n) = l->pages;
    uint64_t lowest = UINT64_MAX;

    if (pages == NULL)
        return lowest;
    for (uint32_t i = 0; i < n; i++)
        if (pages[i] < lowest)
            lowest = pages[i];
    return lowest;
}

/* Take over another table. */
void page_list_set(struct page_list *l, uint64_t *pages SC_COUNT(n), uint32_t n)
{
    l->pages = pages;
    l->nr_pages = n;
}
