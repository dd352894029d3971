/* SPDX-License-Identifier: MIT */
/*
 * The domain builder.  It does what a guest could: frames are filled and page
 * tables written as plain memory, then pvmmu validates the whole like any guest's.
 */
#include "xen-compat/pv_build.h"

#include "core/log.h"
#include "core/numa.h"
#include "core/vnuma.h"
#include "modules/memory/memory.h"
#include "core/wallclock.h"
#include "modules/pvmmu/pvmmu.h"
#include "ports/console.h"
#include "ports/evtchn.h"
#include "ports/hypercall_page.h"
#include "ports/pagealloc.h"
#include "ports/sched.h"
#include "xen-compat/pv_cmdline.h"
#include "xen-compat/pv_image.h"
#include "xen-compat/pv_layout.h"

static struct domain *dom SC_BOOT;
static struct kimage_info kinfo SC_BOOT;
static struct pv_layout layout SC_BOOT;

/* ---- frames ---- */

/* The p2m list while building, in chunks of P2M_CHUNK entries. */
#define P2M_CHUNK_ORDER 6 /* 256 KiB: 32768 entries, 128 MiB of the domain */
#define P2M_CHUNK (512UL << P2M_CHUNK_ORDER)
static mfn_t p2m_chunk[2048] SC_BOOT;

static void p2m_list_free(void)
{
    for (unsigned n = 0; n < ARRAY_SIZE(p2m_chunk) && p2m_chunk[n].v != 0; n++) {
        pagealloc_put(p2m_chunk[n], P2M_CHUNK_ORDER);
        p2m_chunk[n] = mfn(0);
    }
}

SC_NODISCARD static int p2m_list_alloc(uint64_t nr_pages)
{
    uint64_t nr = (nr_pages + P2M_CHUNK - 1) / P2M_CHUNK;

    if (nr > ARRAY_SIZE(p2m_chunk)) {
        log_err("dom%u: more than %lu pages: give it less memory", dom->id, ARRAY_SIZE(p2m_chunk) * P2M_CHUNK);
        return -EINVAL;
    }
    for (uint64_t n = 0; n < nr; n++) {
        if (pagealloc_get(P2M_CHUNK_ORDER, 0, PAGEALLOC_HERE, &p2m_chunk[n]) != 0) {
            log_err("dom%u: no memory for the p2m list: give the machine more (-m)", dom->id);
            return -ENOMEM;
        }
    }
    return 0;
}

/* The frame of the list that holds pfn's entry. */
static mfn_t p2m_frame(uint64_t pfn)
{
    mfn_t m = p2m_chunk[pfn / P2M_CHUNK % ARRAY_SIZE(p2m_chunk)];

    BUG_ON(m.v == 0);
    return mfn(m.v + pfn % P2M_CHUNK / 512);
}

static uint64_t *p2m_list(uint64_t pfn)
{
    return &plain_words(p2m_frame(pfn))[pfn % 512];
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

/* Where the vnode of pfn ends; frames come from its node from now on. */
static uint64_t vnode_end(uint64_t pfn)
{
    uint32_t i = 0;

    if (vnuma_nr(dom) == 0)
        return layout.nr_pages;
    while (i < MAX_NODES && vnuma_first_pfn(dom, i + 1) <= pfn)
        i++;
    (void)numa_make_for(1U << vnuma_node(dom, i));
    return vnuma_first_pfn(dom, i + 1);
}

/* As large a piece from pfn on as fits before the image or the end. */
static unsigned piece_order(uint64_t pfn, uint64_t end, unsigned order)
{
    while (order > 0 &&
           (pfn + (1UL << order) > end || (pfn < layout.kernel_pfn && pfn + (1UL << order) > layout.kernel_pfn)))
        order--;
    return order;
}

/* The image's frames have their pfns; spare ones of its last chunk and fresh ones fill the rest. */
SC_NODISCARD static int frames_fill(void)
{
    uint64_t image = pv_image_pages(), spare = image, pfn = 0, end = 0;
    unsigned order = PV_CHUNK_ORDER;
    mfn_t m;

    for (uint64_t i = 0; i < image; i++)
        pfn_set(layout.kernel_pfn + i, pv_image_mfn(i).v);
    SC_TRIPS(17179869184) while (pfn < layout.nr_pages)
    {
        if (pfn == layout.kernel_pfn) {
            pfn += image;
            order = PV_CHUNK_ORDER;
            continue;
        }
        if (spare < pv_image_room()) {
            pfn_set(pfn++, pv_image_mfn(spare++).v);
            continue;
        }
        if (pfn >= end) {
            end = vnode_end(pfn);
            order = PV_CHUNK_ORDER;
        }
        order = piece_order(pfn, end, order);
        if (reserve_take(dom, order, (unsigned)dom->addr_bits, &m) != 0) {
            if (order == 0) {
                log_err("dom%u: out of memory at page %lu of %lu: give it less", dom->id, pfn, layout.nr_pages);
                return -ENOMEM;
            }
            order--;
            continue;
        }
        for (uint64_t i = 0; i < 1UL << order; i++)
            pfn_set(pfn++, m.v + i);
    }
    return 0;
}

/* ---- contents ---- */

static void page_clear(uint64_t pfn)
{
    memset(plain_bytes(pfn_mfn(pfn)), 0, PAGE_SIZE);
}

static uint64_t ramdisk_bytes(const struct pv_config *c)
{
    const struct boot_module *m = c->ramdisk;

    return m != NULL ? m->end - m->start : 0;
}

static void initrd_copy(const struct pv_config *c)
{
    const struct boot_module *initrd = c->ramdisk;
    uint64_t size = ramdisk_bytes(c);

    for (uint64_t at = 0; initrd != NULL && at < size; at += PAGE_SIZE) {
        uint64_t nr = min_u64(size - at, PAGE_SIZE);

        memcpy(plain_bytes(pfn_mfn(layout.initrd_pfn + (at >> PAGE_SHIFT))), boot_module_bytes(initrd, at, nr), nr);
    }
}

static void p2m_copy(void)
{
    for (uint64_t i = 0; i < layout.p2m_pages; i++) {
        uint64_t n = min_u64(512, layout.nr_pages - i * 512);

        memcpy(plain_bytes(pfn_mfn(layout.p2m_pfn + i)), plain_words(p2m_frame(i * 512)), n * 8);
    }
}

/* If the kernel wants a hypercall page filled: it must be in its image. */
SC_NODISCARD static int hypercall_page_place(void)
{
    uint64_t va = kinfo.hypercall_page, pfn = (va - layout.v_start) >> PAGE_SHIFT;

    if (va == KIMAGE_NONE)
        return 0;
    if (va < layout.v_start || pfn < layout.kernel_pfn || pfn >= layout.kernel_pfn + pv_image_pages()) {
        log_err("dom%u: the kernel's hypercall page lies outside its image: no kernel for us", dom->id);
        return -EINVAL;
    }
    hypercall_page_fill(plain_bytes(pfn_mfn(pfn)));
    return 0;
}

/* ---- page tables ---- */

static uint64_t next_table SC_BOOT; /* pfn of the next unused page-table page */

/* The table below slot e, made if absent. */
SC_COUNT(512) static uint64_t *table_below(uint64_t *e)
{
    if (*e == 0) {
        page_clear(next_table);
        *e = mfn_to_maddr(pfn_mfn(next_table)).v | PTE_P | PTE_W | PTE_U | PTE_A | PTE_D;
        next_table++;
    }
    return plain_words(pte_mfn(*e));
}

static bool is_table_pfn(uint64_t pfn)
{
    bool boot = pfn >= layout.pt_pfn && pfn < layout.pt_pfn + layout.pt_pages;
    bool p2m = pfn >= layout.p2m_first_pfn && pfn < layout.p2m_first_pfn + layout.p2m_frames - layout.p2m_pages;

    return boot || (layout.p2m_frames != 0 && p2m);
}

static void map_pages(uint64_t *l4 SC_COUNT(512), uint64_t va, uint64_t pfn, uint64_t nr)
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
    uint64_t *l4 = plain_words(pfn_mfn(layout.pt_pfn));

    page_clear(layout.pt_pfn);
    next_table = layout.pt_pfn + 1;
    map_pages(l4, layout.v_start, 0, layout.mapped_pages);
    if (layout.p2m_frames != 0) {
        next_table = layout.p2m_first_pfn;
        map_pages(l4, layout.p2m_va, layout.p2m_pfn, layout.p2m_pages);
    }
}

/* Pin the L4, which validates everything, and make it the vcpu's. */
SC_NODISCARD static int tables_validate(struct vcpu *v)
{
    struct mmu_ctx c = { .v = v, .pt_owner = dom, .pg_owner = dom, .to_end = true };
    struct mmu_request q = { .op = MMU_PIN, .kind = KIND_L4, .mfn = pfn_mfn(layout.pt_pfn) };
    fref_t l4;
    int rc;

    rc = mmu_request_run(&c, &q);
    if (rc != 0) {
        log_err("dom%u: its first page tables are refused (%d)", dom->id, rc);
        return rc;
    }
    rc = frame_get_sealed(pfn_mfn(layout.pt_pfn), dom->id, KIND_L4, &l4);
    if (rc != 0)
        return rc;
    table_put_to_end(&c, vcpu_set_base(v, false, l4), KIND_L4);
    return 0;
}

/* ---- start of day ---- */

/* A console ring, and an event channel to the hypervisor, which empties it. */
SC_NODISCARD static int console_place(struct start_info *si)
{
    uint32_t port = 0;
    int rc;

    page_clear(layout.console_pfn);
    rc = evtchn_alloc_hv(dom, &port);
    if (rc == 0)
        rc = console_ring_attach(dom, pfn_mfn(layout.console_pfn), port);
    si->console.domU.mfn = pfn_mfn(layout.console_pfn).v;
    si->console.domU.evtchn = port;
    return rc;
}

SC_NODISCARD static int start_info_fill(const struct pv_config *c)
{
    static const char magic[] = "xen-3.0-x86_64";
    struct start_info *si = frame_start_info(pfn_mfn(layout.info_pfn));
    uint64_t initrd_bytes = ramdisk_bytes(c);

    page_clear(layout.info_pfn);
    memcpy(si->magic, magic, sizeof(magic));
    si->nr_pages = layout.nr_pages;
    si->shared_info = mfn_to_maddr(dom->shared_mfn).v;
    si->flags = c->privileged ? SIF_PRIVILEGED | SIF_INITDOMAIN : 0;
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
    pv_cmdline_write(c, si->cmd_line, sizeof(si->cmd_line));
    return layout.console_pfn != 0 ? console_place(si) : 0;
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

/* Everything that is in its memory; page tables validated last. */
SC_NODISCARD static int contents_build(const struct pv_config *c)
{
    int rc;

    initrd_copy(c);
    page_clear(layout.stack_pfn);
    rc = hypercall_page_place();
    if (rc != 0)
        return rc;
    tables_build();
    p2m_copy();
    rc = start_info_fill(c);
    if (rc != 0)
        return rc;
    wallclock_publish(dom);
    for (uint32_t i = 0; i < dom->max_vcpus; i++) {
        rc = vcpu_create(dom, i);
        if (rc != 0) {
            log_err("dom%u: no memory for its vcpus: give it fewer", dom->id);
            return rc;
        }
        if (c->nodes_only)
            dom->vcpu[i]->sched.affinity = dom->vcpu[i]->sched.likes;
    }
    return tables_validate(dom->vcpu[0]);
}

SC_NODISCARD static int build(const struct pv_config *c)
{
    int rc = pv_image_load(dom, c->kernel, &kinfo);

    if (rc != 0)
        return rc;
    log_info("dom%u kernel: %.32s %.32s, %lx-%lx, entry %lx", dom->id, kinfo.guest_os, kinfo.guest_version,
             kinfo.virt_kstart, kinfo.virt_kend, kinfo.virt_entry);
    rc = pv_layout_make(&kinfo, c->nr_pages, ramdisk_bytes(c), !c->privileged, &layout);
    if (rc != 0) {
        log_err("dom%u: %lu MiB is too little for this kernel and its initrd: give it more", dom->id, c->nr_pages >> 8);
        return rc;
    }
    rc = p2m_list_alloc(c->nr_pages);
    if (rc == 0)
        rc = frames_fill();
    if (rc == 0)
        rc = contents_build(c);
    p2m_list_free();
    return rc;
}

SC_NODISCARD static int domain_make(const struct pv_config *c, struct domain **out)
{
    int rc;

    dom = domain_create(c->id, c->vcpus, c->privileged, c->nodes);
    if (dom == NULL) {
        log_err("dom%u: no memory for its first structures: give the machine more (-m)", c->id);
        return -ENOMEM;
    }
    memcpy(dom->name, c->name, sizeof(dom->name));
    dom->max_frames = c->nr_pages;
    dom->vnuma_pages = c->vnuma ? c->nr_pages : 0;
    (void)vnode_end(0);
    rc = build(c);
    if (rc != 0) {
        reserve_give_back_all(dom);
        domain_discard(dom);
        return rc;
    }
    /* Only the hardware domain may grow: the others were promised to each other. */
    if (c->privileged)
        dom->max_frames = UINT32_MAX;
    vcpu_start_state(dom->vcpu[0]);
    domain_publish(dom);
    *out = dom;
    return 0;
}

int pv_build(const struct pv_config *c, struct domain **out)
{
    uint32_t before = numa_make_for(c->nodes);
    int rc = domain_make(c, out);

    (void)numa_make_for(before);
    return rc;
}
