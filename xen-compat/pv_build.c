/* SPDX-License-Identifier: MIT */
/*
 * The domain builder.  It does what a guest could: frames are filled and page
 * tables written as plain memory, then pvmmu validates the whole like any guest's.
 */
#include "xen-compat/pv_build.h"

#include "boot/multiboot.h"
#include "core/cmdline.h"
#include "core/lib_call.h"
#include "core/log.h"
#include "modules/memory/memory.h"
#include "core/wallclock.h"
#include "modules/pvmmu/pvmmu.h"
#include "ports/hypercall_page.h"
#include "ports/pagealloc.h"
#include "ports/sched.h"
#include "unpack/unpack.h"
#include "xen-compat/pv_layout.h"

#define CHUNK_ORDER 10 /* 4 MiB */
#define CHUNK_PAGES (1UL << CHUNK_ORDER)
#define MAX_CHUNKS 1024
#define ARENA_ORDER 14 /* 64 MiB of room for a decompressor's dictionary */
#define ARENA_ORDER_MIN 12

/* The kernel's image: chunks of contiguous frames, later pfn kernel_pfn on. */
static struct {
    uint32_t chunk[MAX_CHUNKS]; /* first mfn */
    unsigned nr_chunks;
    uint64_t pages;
} image;

static struct domain *dom;
static struct pv_layout layout;

/* ---- the sink that kimage streams into ---- */

int kimage_sink_reserve(uint64_t paddr_start, uint64_t nr_bytes)
{
    mfn_t m;

    (void)paddr_start;
    image.pages = ALIGN_UP(nr_bytes, PAGE_SIZE) >> PAGE_SHIFT;
    while (image.nr_chunks * CHUNK_PAGES < image.pages) {
        if (image.nr_chunks >= MAX_CHUNKS || reserve_take(dom, CHUNK_ORDER, (unsigned)dom->addr_bits, &m) != 0)
            return -ENOMEM;
        memset(frame_bytes(m), 0, CHUNK_PAGES * PAGE_SIZE);
        image.chunk[image.nr_chunks++] = (uint32_t)m.v;
    }
    return 0;
}

uint8_t *kimage_sink_span(uint64_t offset, size_t want, size_t *got)
{
    uint64_t chunk_bytes = CHUNK_PAGES * PAGE_SIZE, in_chunk = offset % chunk_bytes;

    if (offset / chunk_bytes >= image.nr_chunks)
        return NULL;
    *got = min_u64(want, chunk_bytes - in_chunk);
    return &frame_bytes(mfn(image.chunk[offset / chunk_bytes]))[in_chunk];
}

static struct kimage_info kinfo;

static int64_t load_in_lib(uint64_t start, uint64_t nr_bytes, uint64_t unused)
{
    (void)unused;
    return kimage_load(frame_bytes(mfn(start >> PAGE_SHIFT)), nr_bytes, &kinfo);
}

/* Load the kernel with an arena as large as there is; both go back to where they came from. */
static void kernel_load(const struct boot_module *kernel)
{
    unsigned order = ARENA_ORDER;
    mfn_t arena;
    int64_t rc;

    while (pagealloc_get(order, 0, &arena) != 0) {
        if (order-- <= ARENA_ORDER_MIN)
            panic("not enough memory to unpack the kernel: give the machine more (-m) or dom0 less (dom0_mem=)");
    }
    unpack_arena_set(frame_bytes(arena), PAGE_SIZE << order);
    rc = lib_call(load_in_lib, kernel->start, kernel->end - kernel->start, 0);
    unpack_arena_set(NULL, 0);
    pagealloc_put(arena, order);
    if (rc != 0)
        panic("the first module is no kernel that can run here: %s (%ld)", kimage_error(), rc);
}

/* ---- frames ---- */

/* The p2m list while building, in chunks of P2M_CHUNK entries. */
#define P2M_CHUNK_ORDER 6 /* 256 KiB: 32768 entries, 128 MiB of the domain */
#define P2M_CHUNK (512UL << P2M_CHUNK_ORDER)
static mfn_t p2m_chunk[2048];

static uint64_t *p2m_list(uint64_t pfn)
{
    uint64_t n = pfn / P2M_CHUNK;
    mfn_t m;

    if (n >= ARRAY_SIZE(p2m_chunk))
        panic("dom0_mem: more than %lu pages", ARRAY_SIZE(p2m_chunk) * P2M_CHUNK);
    if (p2m_chunk[n].v == 0 && pagealloc_get(P2M_CHUNK_ORDER, 0, &p2m_chunk[n]) != 0)
        panic("no memory for the p2m list");
    m = mfn(p2m_chunk[n].v + pfn % P2M_CHUNK / 512);
    return &frame_words(m)[pfn % 512];
}

static void p2m_list_free(void)
{
    for (unsigned n = 0; n < ARRAY_SIZE(p2m_chunk) && p2m_chunk[n].v != 0; n++)
        pagealloc_put(p2m_chunk[n], P2M_CHUNK_ORDER);
}

static mfn_t pfn_mfn(uint64_t pfn)
{
    return mfn(*p2m_list(pfn));
}

static void pfn_set(uint64_t pfn, uint64_t m)
{
    *p2m_list(pfn) = m;
    m2p_set(mfn(m), pfn);
}

/* The image's frames have their pfns; spare ones of its last chunk and fresh ones fill the rest. */
static void frames_fill(void)
{
    uint64_t spare = image.pages, pfn = 0;
    unsigned order = CHUNK_ORDER;
    mfn_t m;

    for (uint64_t i = 0; i < image.pages; i++)
        pfn_set(layout.kernel_pfn + i, image.chunk[i / CHUNK_PAGES] + i % CHUNK_PAGES);
    while (pfn < layout.nr_pages) {
        if (pfn == layout.kernel_pfn)
            pfn += image.pages;
        if (pfn >= layout.nr_pages)
            break;
        if (spare < image.nr_chunks * CHUNK_PAGES) {
            pfn_set(pfn++, image.chunk[spare / CHUNK_PAGES] + spare % CHUNK_PAGES);
            spare++;
            continue;
        }
        /* As large a piece as fits before the image or the end. */
        while (order > 0 && (pfn + (1UL << order) > layout.nr_pages ||
                             (pfn < layout.kernel_pfn && pfn + (1UL << order) > layout.kernel_pfn)))
            order--;
        if (reserve_take(dom, order, (unsigned)dom->addr_bits, &m) != 0) {
            if (order == 0)
                panic("out of memory at page %lu of dom0's %lu: lower dom0_mem=", pfn, layout.nr_pages);
            order--;
            continue;
        }
        for (uint64_t i = 0; i < 1UL << order; i++)
            pfn_set(pfn++, m.v + i);
        if (pfn == layout.kernel_pfn)
            order = CHUNK_ORDER;
    }
}

/* ---- contents ---- */

static void page_clear(uint64_t pfn)
{
    memset(frame_bytes(pfn_mfn(pfn)), 0, PAGE_SIZE);
}

static void initrd_copy(const struct boot_module *initrd)
{
    uint64_t size = initrd->end - initrd->start;

    for (uint64_t at = 0; at < size; at += PAGE_SIZE)
        memcpy(frame_bytes(pfn_mfn(layout.initrd_pfn + (at >> PAGE_SHIFT))),
               frame_bytes(mfn((initrd->start + at) >> PAGE_SHIFT)), min_u64(size - at, PAGE_SIZE));
}

static void p2m_copy(void)
{
    for (uint64_t i = 0; i < layout.p2m_pages; i++) {
        uint64_t n = min_u64(512, layout.nr_pages - i * 512);

        memcpy(frame_bytes(pfn_mfn(layout.p2m_pfn + i)), p2m_list(i * 512), n * 8);
    }
}

/* The frame of the image at a guest virtual address. */
static mfn_t guest_page(uint64_t va)
{
    uint64_t pfn = (va - layout.v_start) >> PAGE_SHIFT;

    if (va < layout.v_start || pfn < layout.kernel_pfn || pfn >= layout.kernel_pfn + image.pages)
        panic("the kernel's hypercall page lies outside its image");
    return pfn_mfn(pfn);
}

/* ---- page tables ---- */

static uint64_t next_table; /* pfn of the next unused page-table page */

/* The table below slot e, made if absent. */
static uint64_t *table_below(uint64_t *e)
{
    if (*e == 0) {
        page_clear(next_table);
        *e = mfn_to_maddr(pfn_mfn(next_table)).v | PTE_P | PTE_W | PTE_U | PTE_A | PTE_D;
        next_table++;
    }
    return frame_words(pte_mfn(*e));
}

static bool is_table_pfn(uint64_t pfn)
{
    bool boot = pfn >= layout.pt_pfn && pfn < layout.pt_pfn + layout.pt_pages;
    bool p2m = pfn >= layout.p2m_first_pfn && pfn < layout.p2m_first_pfn + layout.p2m_frames - layout.p2m_pages;

    return boot || (layout.p2m_frames != 0 && p2m);
}

static void map_pages(uint64_t *l4, uint64_t va, uint64_t pfn, uint64_t nr)
{
    for (uint64_t i = 0; i < nr; i++, va += PAGE_SIZE, pfn++) {
        uint64_t *l3 = table_below(&l4[va >> 39 & 511]);
        uint64_t *l2 = table_below(&l3[va >> 30 & 511]);
        uint64_t *l1 = table_below(&l2[va >> 21 & 511]);

        l1[va >> 12 & 511] =
            mfn_to_maddr(pfn_mfn(pfn)).v | PTE_P | PTE_U | PTE_A | PTE_D | (is_table_pfn(pfn) ? 0 : PTE_W);
    }
}

static void tables_build(void)
{
    uint64_t *l4 = frame_words(pfn_mfn(layout.pt_pfn));

    page_clear(layout.pt_pfn);
    next_table = layout.pt_pfn + 1;
    map_pages(l4, layout.v_start, 0, layout.mapped_pages);
    if (layout.p2m_frames != 0) {
        next_table = layout.p2m_first_pfn;
        map_pages(l4, layout.p2m_va, layout.p2m_pfn, layout.p2m_pages);
    }
}

/* Pin the L4, which validates everything, and make it the vcpu's. */
static void tables_validate(struct vcpu *v)
{
    struct mmu_ctx c = { .v = v, .pt_owner = dom, .pg_owner = dom, .to_end = true };
    struct mmu_request q = { .op = MMU_PIN, .kind = KIND_L4, .mfn = pfn_mfn(layout.pt_pfn) };
    int rc;

    rc = mmu_request_run(&c, &q);
    if (rc == 0)
        rc = frame_get_sealed(pfn_mfn(layout.pt_pfn), dom->id, KIND_L4, &v->kernel_pt);
    if (rc != 0)
        panic("the first domain's page tables are refused (%d)", rc);
}

/* ---- start of day ---- */

/* The kernel's own words into the (cleared) page. */
static void cmd_line_copy(struct start_info *si, const char *from)
{
    for (unsigned i = 0; i + 1 < sizeof(si->cmd_line) && from[i] != '\0'; i++)
        si->cmd_line[i] = (int8_t)from[i];
}

/* The kernel's own words: after the file's name, which QEMU puts first. */
static const char *kernel_args(const struct boot_module *kernel)
{
    unsigned i = 0;

    while (kernel->cmdline[i] != '\0' && kernel->cmdline[i] != ' ')
        i++;
    while (kernel->cmdline[i] == ' ')
        i++;
    return &kernel->cmdline[i];
}

static void start_info_fill(const struct boot_module *kernel, uint64_t initrd_bytes)
{
    static const char magic[] = "xen-3.0-x86_64";
    struct start_info *si = frame_start_info(pfn_mfn(layout.info_pfn));

    page_clear(layout.info_pfn);
    memcpy(si->magic, magic, sizeof(magic));
    si->nr_pages = layout.nr_pages;
    si->shared_info = mfn_to_maddr(dom->shared_mfn).v;
    si->flags = SIF_PRIVILEGED | SIF_INITDOMAIN;
    si->pt_base = layout.pt_va;
    si->nr_pt_frames = layout.pt_pages;
    si->mfn_list = layout.p2m_va;
    si->first_p2m_pfn = layout.p2m_first_pfn;
    si->nr_p2m_frames = layout.p2m_frames;
    if (initrd_bytes != 0) {
        si->mod_start = layout.initrd_va != 0 ? layout.initrd_va : layout.initrd_pfn;
        si->mod_len = initrd_bytes;
        if (layout.initrd_va == 0)
            si->flags |= SIF_MOD_START_PFN;
    }
    cmd_line_copy(si, kernel_args(kernel));
}

static void vcpu_start_state(struct vcpu *v)
{
    v->kernel_mode = true;
    v->kernel_ss = FLAT_KERNEL_SS;
    v->kernel_sp = layout.stack_va + PAGE_SIZE;
    v->regs.rip = kinfo.virt_entry;
    v->regs.rsp = layout.stack_va + PAGE_SIZE;
    v->regs.rsi = layout.info_va;
    v->regs.cs = FLAT_KERNEL_CS;
    v->regs.ss = FLAT_KERNEL_SS;
    v->regs.rflags = RFLAGS_IF | RFLAGS_FIXED;
    v->initialised = true;
}

/* dom0_mem=, or all but a sixteenth (at most 128 MiB) and what the boot modules hold. */
static uint64_t pages_wanted(void)
{
    uint64_t free = pagealloc_nr_free(), reserve = min_u64(pagealloc_nr_total() / 16, 32768);

    if (opt_dom0_mem != 0)
        return opt_dom0_mem >> PAGE_SHIFT;
    return free > reserve ? free - reserve : free;
}

static void modules_free(void)
{
    for (uint32_t i = 0; i < nr_boot_modules; i++) {
        uint64_t start = ALIGN_UP(boot_modules[i].start, PAGE_SIZE), end = ALIGN_DOWN(boot_modules[i].end, PAGE_SIZE);

        if (start < end)
            pagealloc_add(mfn(start >> PAGE_SHIFT), (end - start) >> PAGE_SHIFT);
    }
}

void pv_build_hardware_domain(void)
{
    const struct boot_module *kernel = &boot_modules[0], *initrd = &boot_modules[1];
    uint64_t initrd_bytes = nr_boot_modules > 1 ? initrd->end - initrd->start : 0, pages = pages_wanted();
    uint32_t vcpus = opt_dom0_max_vcpus != 0 ? opt_dom0_max_vcpus : nr_cpus;

    if (nr_boot_modules == 0)
        panic("no kernel: give one as the first module (-initrd \"vmlinuz ARGS,initrd\")");
    dom = domain_create(0, (uint32_t)min_u64(vcpus, MAX_VCPUS), true);
    if (dom == NULL)
        panic("no memory for the first domain");
    dom->max_frames = pages;
    kernel_load(kernel);
    log_info("dom0 kernel: %s %s, %lx-%lx, entry %lx", kinfo.guest_os, kinfo.guest_version, kinfo.virt_kstart,
             kinfo.virt_kend, kinfo.virt_entry);
    if (pv_layout_make(&kinfo, pages, initrd_bytes, &layout) != 0)
        panic("dom0_mem: %lu MiB is too little for this kernel and its initrd", pages >> 8);
    frames_fill();
    if (initrd_bytes != 0)
        initrd_copy(initrd);
    page_clear(layout.stack_pfn);
    if (kinfo.hypercall_page != KIMAGE_NONE)
        hypercall_page_fill(guest_page(kinfo.hypercall_page));
    tables_build();
    p2m_copy();
    start_info_fill(kernel, initrd_bytes);
    wallclock_publish(dom);
    for (uint32_t i = 0; i < dom->max_vcpus; i++) {
        if (vcpu_create(dom, i) != 0)
            panic("no memory for the first domain's vcpus");
    }
    tables_validate(dom->vcpu[0]);
    vcpu_start_state(dom->vcpu[0]);
    p2m_list_free();
    modules_free();
    dom->max_frames = UINT32_MAX;
    dom->vcpu[0]->online = true;
    sched_wake(dom->vcpu[0]);
    log_info("dom0: %lu MiB, %u vcpus; %lu MiB free", pages >> 8, dom->max_vcpus, pagealloc_nr_free() >> 8);
}
