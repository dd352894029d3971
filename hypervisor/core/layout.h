/* SPDX-License-Identifier: MIT */
/*
 * layout.h - the hypervisor's part of every address space: L4 slots 256-271.
 *
 * Source: Xen public header arch-x86/xen-x86_64.h (HYPERVISOR_VIRT_START..END)
 * and docs/decisions/0001-address-space.md.
 *
 *   slot  start                contents
 *   256   0xffff800000000000   machine-to-phys table, read-only, guest-visible
 *   257   0xffff808000000000   text and read-only data of each node, data, CPU stubs: within 1 GiB
 *   258   0xffff810000000000   CPU stacks, device mappings
 *   259   0xffff818000000000   frame table
 *   260   0xffff820000000000   per-domain: each vcpu's GDT and LDT
 *   261   0xffff828000000000   machine-to-phys table, writable, hypervisor only
 *   264   0xffff840000000000   direct map of RAM, 4 TiB
 */
#ifndef CORE_LAYOUT_H
#define CORE_LAYOUT_H

#define L4_SLOT_SIZE 0x8000000000
#define HV_L4_FIRST 256
#define HV_L4_LAST 271
#define HV_VIRT_START 0xffff800000000000
#define HV_VIRT_END 0xffff880000000000

#define M2P_RO_BASE 0xffff800000000000
#define WINDOW_BASE 0xffff808000000000
#define WINDOW_SIZE 0x40000000
#define VMAP_BASE 0xffff810000000000
#define FRAMETABLE_BASE 0xffff818000000000
#define PERDOM_BASE 0xffff820000000000
#define M2P_RW_BASE 0xffff828000000000
#define DIRECTMAP_BASE 0xffff840000000000
#define DIRECTMAP_SIZE 0x40000000000

#define PERDOM_SLOT 260
#define M2P_RO_SLOT 256

/* Where the image is loaded (multiboot) and linked. */
#define LOAD_PHYS 0x200000
#define LOW_MEMORY_END 0x100000 /* what is below is no memory to hand out */
#define IMAGE_BASE (WINDOW_BASE + LOAD_PHYS)
/* Inside the window: a copy of text and read-only data for each node, the linked one first (core/text.h). */
#define TEXT_STRIDE 0x4000000
/* At the image's end: where modules are linked (core/modules.h). */
#define MODULES_TEXT_BYTES 0x100000
#define MODULES_READONLY_BYTES 0x80000
#define MODULES_DATA_BYTES 0x400000

/* Inside the window: per-CPU entry stubs: a text page, a data page, the TSS's page. */
#define STUB_BASE (WINDOW_BASE + 0x30000000)
#define STUB_STRIDE 0x4000
#define STUB_TSS 0x2000

/* Inside the vmap slot. */
#define STACK_BASE VMAP_BASE
#define STACK_AREA 0x10000 /* 64 KiB a CPU: IST stacks, guards, primary stack */
#define DEVICE_BASE (VMAP_BASE + 0x4000000000)

/* Per-domain slot: 16 pages of GDT, then 16 of LDT, per vcpu. */
#define PERDOM_VCPU_PAGES 32
#define PERDOM_VCPU_STRIDE (PERDOM_VCPU_PAGES * 4096)
#define GDT_PAGES 16
#define LDT_FIRST_PAGE 16
#define LDT_PAGES 16       /* 8192 descriptors */
#define GDT_GUEST_PAGES 14 /* FIRST_RESERVED_GDT_PAGE of the Xen ABI */

#define MAX_CPUS 64
#define MAX_VCPUS 128
#define MAX_DOMAINS 64
#define MAX_NODES 8

#endif
