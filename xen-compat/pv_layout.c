/* SPDX-License-Identifier: MIT */
#include "xen-compat/pv_layout.h"

/* All in pages, but for addresses. */
#define L1_SPAN 512UL /* that many one table maps */
#define L2_SPAN (512 * L1_SPAN)
#define L3_SPAN (512 * L2_SPAN)
#define END_ALIGN 1024UL        /* the mapping ends on a 4 MiB boundary */
#define END_PAD 128UL           /* with at least this much behind the stack */
#define FAR (16 * PV_PAGES_MAX) /* no page frame number here is beyond */

/*@ assigns \nothing;
    ensures enough: nr_bytes <= \result * PAGE_SIZE < nr_bytes + PAGE_SIZE;
*/
static uint64_t pages_of(uint64_t nr_bytes)
{
    return nr_bytes / PAGE_SIZE + (nr_bytes % PAGE_SIZE != 0 ? 1 : 0);
}

/* Tables of one level for nr pages from va on. */
/*@ requires span == L1_SPAN || span == L2_SPAN || span == L3_SPAN;
    requires nr <= FAR;
    assigns \nothing;
    ensures l1: span == L1_SPAN ==> \result == spans_touched(va / PAGE_SIZE, nr, L1_SPAN);
    ensures l2: span == L2_SPAN ==> \result == spans_touched(va / PAGE_SIZE, nr, L2_SPAN);
    ensures l3: span == L3_SPAN ==> \result == spans_touched(va / PAGE_SIZE, nr, L3_SPAN);
*/
static uint64_t tables_for(uint64_t va, uint64_t nr, uint64_t span)
{
    return (va / PAGE_SIZE % span + nr + (span - 1)) / span;
}

/* Page-table pages that map nr pages from va on, without the L4. */
/*@ requires nr <= FAR;
    assigns \nothing;
    ensures all: \result == tables_below(va / PAGE_SIZE, nr);
    ensures few: \result <= nr / 256 + 6;
*/
static uint64_t tables_below_l4(uint64_t va, uint64_t nr)
{
    return tables_for(va, nr, L1_SPAN) + tables_for(va, nr, L2_SPAN) + tables_for(va, nr, L3_SPAN);
}

/*@ inductive power_of_2(integer p) {
      case one: power_of_2(1);
      case twice: \forall integer p; power_of_2(p) ==> power_of_2(2 * p);
    }
*/
/* The least power of two that is not below n. */
/*@ requires 1 <= n <= FAR;
    assigns \nothing;
    ensures power: power_of_2(\result);
    ensures near: n <= \result < 2 * n;
*/
static uint64_t power_of_two(uint64_t n)
{
    uint64_t p = 1;

    /*@ loop invariant power_of_2(p);
        loop invariant 1 <= p < 2 * n;
        loop assigns p;
        loop variant n - p;
    */
    while (p < n)
        p *= 2;
    return p;
}

/* How many pages a mapping from v_start on has that needs so many. */
/*@ requires used <= FAR / 2;
    assigns \nothing;
    ensures padded: used + END_PAD <= \result < used + END_PAD + END_ALIGN;
    ensures aligned: (v_start / PAGE_SIZE + \result) % END_ALIGN == 0;
*/
static uint64_t mapped_for(uint64_t v_start, uint64_t used)
{
    uint64_t nr = used + END_PAD;

    return nr + (END_ALIGN - (v_start / PAGE_SIZE + nr) % END_ALIGN) % END_ALIGN;
}

/* The page tables map themselves, and the stack behind them: grow until they fit. */
/*@ requires at <= FAR / 4;
    assigns *mapped;
    ensures fit: \result >= 1 + tables_below(v_start / PAGE_SIZE, *mapped);
    ensures stack: at + \result + 1 <= *mapped <= FAR / 2;
    ensures few: 1 <= \result <= at / 128 + 40;
*/
static uint64_t tables_place(uint64_t v_start, uint64_t at, uint64_t *mapped)
{
    uint64_t nr = 1, need;

    /*@ loop invariant 1 <= nr <= at / 128 + 40;
        loop assigns nr, need, *mapped;
        loop variant at / 128 + 40 - nr;
    */
    for (;;) {
        *mapped = mapped_for(v_start, at + nr + 1);
        need = 1 + tables_below_l4(v_start, *mapped);
        if (need <= nr)
            return nr;
        nr = need;
    }
}

/* Where an initrd of nr pages goes that is not mapped: behind the rest, which ends at `end`. */
/*@ requires 1 <= mapped <= FAR && end <= FAR && nr <= FAR;
    assigns \nothing;
    ensures behind: end <= \result <= 2 * FAR;
    ensures fits: end + nr <= nr_pages ==> \result + nr <= nr_pages;
*/
static uint64_t initrd_place(uint64_t mapped, uint64_t end, uint64_t nr, uint64_t nr_pages)
{
    uint64_t far = power_of_two(mapped);

    /* Where Xen has it, if there is room: a guest's allocator then finds the same holes. */
    return far > end && far + nr <= nr_pages ? far : end;
}

/* What is there, behind it. */
/*@ requires at <= FAR && nr <= FAR;
    assigns \nothing;
    ensures sum: \result == (there ? at + nr : at);
*/
static uint64_t behind(uint64_t at, uint64_t nr, bool there)
{
    return there ? at + nr : at;
}

/* A function, as provers then need not go both ways each time. */
/*@ assigns \nothing;
    ensures chosen: \result == (which ? yes : no);
*/
static uint64_t either(bool which, uint64_t yes, uint64_t no)
{
    return which ? yes : no;
}

/*@ assigns \nothing; */
static uint64_t va_of(uint64_t base, uint64_t pfn)
{
    return base + pfn * PAGE_SIZE;
}

int pv_layout_make(const struct kimage_info *k, uint64_t nr_pages, uint64_t initrd_bytes, bool console,
                   struct pv_layout *l)
{
    bool p2m_apart = k->init_p2m != KIMAGE_NONE, initrd_apart = k->mod_start_pfn != 0;
    uint64_t base = k->virt_base, kernel = (k->virt_kstart - base) / PAGE_SIZE;
    uint64_t kernel_end = pages_of(k->virt_kend - base);
    uint64_t initrd_pages = pages_of(initrd_bytes), p2m_pages = pages_of(nr_pages * 8);
    uint64_t initrd, p2m, p2m_tables, info, pt, pt_pages, mapped, end;

    if (kernel_end > nr_pages || initrd_pages > nr_pages)
        return -ENOMEM;
    /*@ assert kernel_room: (kernel_end - kernel) * PAGE_SIZE >= k->virt_kend - k->virt_kstart; */
    /* What is mapped, in this order ... */
    p2m = behind(kernel_end, initrd_pages, !initrd_apart);
    info = behind(p2m, p2m_pages, !p2m_apart);
    pt = behind(info + 1, 1, console);
    pt_pages = tables_place(base, pt, &mapped);
    /* ... and what is behind. */
    p2m_tables = either(p2m_apart, tables_below_l4(k->init_p2m, p2m_pages), 0);
    end = behind(mapped, p2m_tables + p2m_pages, p2m_apart);
    initrd = either(initrd_apart, initrd_place(mapped, end, initrd_pages, nr_pages), kernel_end);
    end = either(initrd_apart, initrd + initrd_pages, end);
    if (end > nr_pages)
        return -ENOMEM;
    *l = (struct pv_layout){
        .nr_pages = nr_pages,
        .v_start = base,
        .v_end = va_of(base, mapped),
        .kernel_pfn = kernel,
        .kernel_pages = kernel_end - kernel,
        .initrd_pfn = initrd,
        .initrd_pages = initrd_pages,
        .initrd_va = either(initrd_apart, 0, va_of(base, initrd)),
        .p2m_va = either(p2m_apart, k->init_p2m, va_of(base, p2m)),
        .p2m_pfn = either(p2m_apart, mapped + p2m_tables, p2m),
        .p2m_pages = p2m_pages,
        .p2m_first_pfn = either(p2m_apart, mapped, 0),
        .p2m_frames = either(p2m_apart, p2m_tables + p2m_pages, 0),
        .info_pfn = info,
        .info_va = va_of(base, info),
        .console_pfn = either(console, info + 1, 0),
        .pt_pfn = pt,
        .pt_va = va_of(base, pt),
        .pt_pages = pt_pages,
        .stack_pfn = pt + pt_pages,
        .stack_va = va_of(base, pt + pt_pages),
        .mapped_pages = mapped,
    };
    return 0;
}
