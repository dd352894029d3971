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

/* 0, or -ENOMEM: the domain is too small for what it must hold.  console: with a page for a console ring. */
SC_NODISCARD int pv_layout_make(const struct kimage_info *k, uint64_t nr_pages, uint64_t initrd_bytes, bool console,
                                struct pv_layout *l);

#endif
