/* SPDX-License-Identifier: MIT */
#include "xen-compat/pv_layout.h"

#define L1_SPAN (1UL << 21)
#define L2_SPAN (1UL << 30)
#define L3_SPAN (1UL << 39)
#define END_ALIGN (4UL << 20) /* the mapping ends on a 4 MiB boundary */
#define END_PAD (512UL << 10) /* with at least this much behind the stack */

static uint64_t tables_for(uint64_t start, uint64_t end, uint64_t span)
{
    return (ALIGN_UP(end, span) - ALIGN_DOWN(start, span)) / span;
}

/* Page-table pages that map [start, end), without the L4. */
static uint64_t tables_below_l4(uint64_t start, uint64_t end)
{
    return tables_for(start, end, L1_SPAN) + tables_for(start, end, L2_SPAN) + tables_for(start, end, L3_SPAN);
}

static uint64_t pages_of(uint64_t nr_bytes)
{
    return ALIGN_UP(nr_bytes, PAGE_SIZE) >> PAGE_SHIFT;
}

/* The least power of two that is not below n. */
static uint64_t power_of_two(uint64_t n)
{
    uint64_t p = 1;

    while (p < n)
        p <<= 1;
    return p;
}

/* The page tables map themselves: grow until they fit. */
static void place_tables(struct pv_layout *l, uint64_t at)
{
    l->pt_pages = 1;
    for (;;) {
        uint64_t stack = at + l->pt_pages * PAGE_SIZE, need;

        l->v_end = ALIGN_UP(stack + PAGE_SIZE + END_PAD, END_ALIGN);
        need = 1 + tables_below_l4(l->v_start, l->v_end);
        if (need <= l->pt_pages)
            break;
        l->pt_pages = need;
    }
    l->pt_va = at;
    l->stack_va = at + l->pt_pages * PAGE_SIZE;
}

int pv_layout_make(const struct kimage_info *k, uint64_t nr_pages, uint64_t initrd_bytes, bool console,
                   struct pv_layout *l)
{
    uint64_t at, p2m_bytes = nr_pages * 8;
    bool p2m_apart = k->init_p2m != KIMAGE_NONE;
    bool initrd_apart = k->mod_start_pfn != 0;

    *l = (struct pv_layout){ .nr_pages = nr_pages, .v_start = k->virt_base };
    l->kernel_pfn = (ALIGN_DOWN(k->virt_kstart, PAGE_SIZE) - l->v_start) >> PAGE_SHIFT;
    l->kernel_pages = pages_of(k->virt_kend) - (k->virt_kstart >> PAGE_SHIFT);
    at = ALIGN_UP(k->virt_kend, PAGE_SIZE);
    l->initrd_pages = pages_of(initrd_bytes);
    if (!initrd_apart && initrd_bytes != 0) {
        l->initrd_va = at;
        l->initrd_pfn = (at - l->v_start) >> PAGE_SHIFT;
        at += l->initrd_pages * PAGE_SIZE;
    }
    l->p2m_pages = pages_of(p2m_bytes);
    if (!p2m_apart) {
        l->p2m_va = at;
        l->p2m_pfn = (at - l->v_start) >> PAGE_SHIFT;
        at += l->p2m_pages * PAGE_SIZE;
    }
    l->info_va = at;
    l->info_pfn = (at - l->v_start) >> PAGE_SHIFT;
    at += PAGE_SIZE;
    if (console) {
        l->console_pfn = l->info_pfn + 1;
        at += PAGE_SIZE;
    }
    place_tables(l, at);
    l->pt_pfn = (l->pt_va - l->v_start) >> PAGE_SHIFT;
    l->stack_pfn = (l->stack_va - l->v_start) >> PAGE_SHIFT;
    l->mapped_pages = (l->v_end - l->v_start) >> PAGE_SHIFT;
    at = l->mapped_pages; /* from here on: page frame numbers */
    if (p2m_apart) {
        l->p2m_va = k->init_p2m;
        l->p2m_first_pfn = at;
        l->p2m_frames = tables_below_l4(l->p2m_va, l->p2m_va + l->p2m_pages * PAGE_SIZE) + l->p2m_pages;
        l->p2m_pfn = at + l->p2m_frames - l->p2m_pages;
        at += l->p2m_frames;
    }
    if (initrd_apart && initrd_bytes != 0) {
        uint64_t far = power_of_two(l->mapped_pages);

        /* Where Xen has it, if there is room: a guest's allocator then finds the same holes. */
        if (far > at && far + l->initrd_pages <= nr_pages)
            at = far;
        l->initrd_pfn = at;
        at += l->initrd_pages;
    }
    return at > nr_pages ? -ENOMEM : 0;
}
