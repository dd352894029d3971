/* SPDX-License-Identifier: MIT */
/*
 * pv_layout.h - where a new domain's parts go (Xen public header xen.h, "Start-of-day
 * memory layout").  Virtual addresses are the guest's; page frame numbers count from
 * virt_base.
 */
#ifndef XEN_COMPAT_PV_LAYOUT_H
#define XEN_COMPAT_PV_LAYOUT_H

#include "core/base.h"
#include "xen-compat/kimage/kimage.h"

struct pv_layout {
    uint64_t nr_pages;
    uint64_t v_start, v_end; /* initial mapping; pfn 0 is at v_start */
    uint64_t kernel_pfn, kernel_pages;
    uint64_t initrd_pfn, initrd_pages, initrd_va; /* va 0: outside the mapping */
    uint64_t p2m_va, p2m_pfn, p2m_pages;          /* the list itself */
    uint64_t p2m_first_pfn, p2m_frames;           /* with its page tables, when outside the mapping */
    uint64_t info_pfn, info_va;
    uint64_t console_pfn; /* page of the console ring; 0: none */
    uint64_t pt_pfn, pt_va, pt_pages;
    uint64_t stack_pfn, stack_va;
    uint64_t mapped_pages;
};

#define PV_PAGES_MAX (1UL << 40) /* 4 PiB */

/*@ // Tables that have an entry for one of nr pages from first on, where each maps span.
    logic integer spans_touched(integer first, integer nr, integer span) =
      (first + nr + span - 1) / span - first / span;
    // Of all levels below the fourth.
    logic integer tables_below(integer first, integer nr) =
      spans_touched(first, nr, 512) + spans_touched(first, nr, 0x40000) + spans_touched(first, nr, 0x8000000);

    predicate inside(integer a, integer nr, integer all) = nr == 0 || (0 <= a && a + nr <= all);
    predicate apart(integer a, integer nr_a, integer b, integer nr_b) =
      nr_a == 0 || nr_b == 0 || a + nr_a <= b || b + nr_b <= a;
    // With its page tables, where it has such of its own.
    logic integer p2m_from(struct pv_layout l) = l.p2m_frames != 0 ? l.p2m_first_pfn : l.p2m_pfn;
    logic integer p2m_all(struct pv_layout l) = l.p2m_frames != 0 ? l.p2m_frames : l.p2m_pages;
    logic integer console_pages(struct pv_layout l) = l.console_pfn != 0 ? 1 : 0;
*/

/* 0, or -ENOMEM: the domain is too small for what it must hold.  console: with a page for a console ring. */
/*@ requires k->virt_base % PAGE_SIZE == 0 && k->virt_base <= k->virt_kstart <= k->virt_kend;
    requires nr_pages <= PV_PAGES_MAX && \separated(k, l);
    assigns *l;
    ensures answer: \result == 0 || \result == -ENOMEM;
    ensures kernel_there: \result == 0 ==> inside(l->kernel_pfn, l->kernel_pages, nr_pages);
    ensures initrd_there: \result == 0 ==> inside(l->initrd_pfn, l->initrd_pages, nr_pages);
    ensures p2m_there: \result == 0 ==> inside(p2m_from(*l), p2m_all(*l), nr_pages);
    ensures info_there: \result == 0 ==> inside(l->info_pfn, 1, nr_pages);
    ensures console_there: \result == 0 ==> inside(l->console_pfn, console_pages(*l), nr_pages);
    ensures pt_there: \result == 0 ==> inside(l->pt_pfn, l->pt_pages, nr_pages);
    ensures stack_there: \result == 0 ==> inside(l->stack_pfn, 1, nr_pages);
    ensures kernel_not_initrd: \result == 0 ==> apart(l->kernel_pfn, l->kernel_pages, l->initrd_pfn, l->initrd_pages);
    ensures kernel_not_p2m: \result == 0 ==> apart(l->kernel_pfn, l->kernel_pages, p2m_from(*l), p2m_all(*l));
    ensures kernel_not_info: \result == 0 ==> apart(l->kernel_pfn, l->kernel_pages, l->info_pfn, 1);
    ensures kernel_not_console: \result == 0 ==>
      apart(l->kernel_pfn, l->kernel_pages, l->console_pfn, console_pages(*l));
    ensures kernel_not_pt: \result == 0 ==> apart(l->kernel_pfn, l->kernel_pages, l->pt_pfn, l->pt_pages);
    ensures kernel_not_stack: \result == 0 ==> apart(l->kernel_pfn, l->kernel_pages, l->stack_pfn, 1);
    ensures initrd_not_p2m: \result == 0 ==> apart(l->initrd_pfn, l->initrd_pages, p2m_from(*l), p2m_all(*l));
    ensures initrd_not_info: \result == 0 ==> apart(l->initrd_pfn, l->initrd_pages, l->info_pfn, 1);
    ensures initrd_not_console: \result == 0 ==>
      apart(l->initrd_pfn, l->initrd_pages, l->console_pfn, console_pages(*l));
    ensures initrd_not_pt: \result == 0 ==> apart(l->initrd_pfn, l->initrd_pages, l->pt_pfn, l->pt_pages);
    ensures initrd_not_stack: \result == 0 ==> apart(l->initrd_pfn, l->initrd_pages, l->stack_pfn, 1);
    ensures p2m_not_info: \result == 0 ==> apart(p2m_from(*l), p2m_all(*l), l->info_pfn, 1);
    ensures p2m_not_console: \result == 0 ==> apart(p2m_from(*l), p2m_all(*l), l->console_pfn, console_pages(*l));
    ensures p2m_not_pt: \result == 0 ==> apart(p2m_from(*l), p2m_all(*l), l->pt_pfn, l->pt_pages);
    ensures p2m_not_stack: \result == 0 ==> apart(p2m_from(*l), p2m_all(*l), l->stack_pfn, 1);
    ensures info_not_console: \result == 0 ==> apart(l->info_pfn, 1, l->console_pfn, console_pages(*l));
    ensures info_not_pt: \result == 0 ==> apart(l->info_pfn, 1, l->pt_pfn, l->pt_pages);
    ensures info_not_stack: \result == 0 ==> apart(l->info_pfn, 1, l->stack_pfn, 1);
    ensures console_not_pt: \result == 0 ==> apart(l->console_pfn, console_pages(*l), l->pt_pfn, l->pt_pages);
    ensures console_not_stack: \result == 0 ==> apart(l->console_pfn, console_pages(*l), l->stack_pfn, 1);
    ensures pt_not_stack: \result == 0 ==> apart(l->pt_pfn, l->pt_pages, l->stack_pfn, 1);
    ensures kernel_mapped: \result == 0 ==> inside(l->kernel_pfn, l->kernel_pages, l->mapped_pages);
    ensures info_mapped: \result == 0 ==> inside(l->info_pfn, 1, l->mapped_pages);
    ensures console_mapped: \result == 0 ==> inside(l->console_pfn, console_pages(*l), l->mapped_pages);
    ensures pt_mapped: \result == 0 ==> inside(l->pt_pfn, l->pt_pages, l->mapped_pages);
    ensures stack_mapped: \result == 0 ==> inside(l->stack_pfn, 1, l->mapped_pages);
    ensures tables: \result == 0 ==> l->pt_pages >= 1 + tables_below(l->v_start / PAGE_SIZE, l->mapped_pages);
    ensures kernel_room: \result == 0 ==> l->kernel_pages * PAGE_SIZE >= k->virt_kend - k->virt_kstart;
    ensures initrd_room: \result == 0 ==> l->initrd_pages * PAGE_SIZE >= initrd_bytes;
    ensures p2m_room: \result == 0 ==> l->p2m_pages * PAGE_SIZE >= nr_pages * 8;
    ensures console: \result == 0 && console ==> l->console_pfn != 0;
    ensures p2m_tables: \result == 0 && k->init_p2m != KIMAGE_NONE ==>
      l->p2m_frames == l->p2m_pages + tables_below(l->p2m_va / PAGE_SIZE, l->p2m_pages);
    ensures p2m_last: \result == 0 && k->init_p2m != KIMAGE_NONE ==>
      l->p2m_pfn + l->p2m_pages == l->p2m_first_pfn + l->p2m_frames;
*/
SC_NODISCARD int pv_layout_make(const struct kimage_info *k, uint64_t nr_pages, uint64_t initrd_bytes, bool console,
                                struct pv_layout *l);

#endif
