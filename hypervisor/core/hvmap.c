/* SPDX-License-Identifier: MIT */
#include "core/hvmap.h"

#include "core/boot_info.h"
#include "core/domain.h"
#include "core/image.h"
#include "core/tlb.h"
#include "core/log.h"
#include "core/modules.h"
#include "core/numa.h"
#include "core/schedule.h"
#include "ports/pagealloc.h"

/* RAM, cut at what is in use, at nodes' ends, and by alignment */
#define MAX_BOOT_RANGES (E820_MAX + MAX_BOOT_MODULES + NUMA_MAX_RANGES + 40)
#define BOOT_REACH 0x100000000UL /* what start.S maps */

mfn_t hv_l4 SC_BOOT;
static struct ram_range boot_free[MAX_BOOT_RANGES] SC_BOOT;
static unsigned nr_boot_free SC_BOOT;
static bool boot_done SC_BOOT;
static bool tables_loaded SC_BOOT; /* hv_l4's, which show all RAM */
static uint64_t device_next SC_BOOT = DEVICE_BASE;

/* ---- frames before there is an allocator ---- */

void hvmap_boot_alloc_add(uint64_t start, uint64_t end)
{
    start = ALIGN_UP(start, PAGE_SIZE);
    end = ALIGN_DOWN(end, PAGE_SIZE);
    while (start < end && nr_boot_free < MAX_BOOT_RANGES) {
        uint64_t stop = min_u64(end, numa_range_end(mfn(start >> PAGE_SHIFT)));

        boot_free[nr_boot_free++] = (struct ram_range){ start, stop };
        start = stop;
    }
}

/* The highest range with so much room, of these nodes; null: none. */
SC_NULLABLE static struct ram_range *boot_range(uint64_t nr_frames, uint32_t nodes)
{
    struct ram_range *best = NULL;

    for (unsigned i = 0; i < nr_boot_free; i++) {
        struct ram_range *r = &boot_free[i];

        if ((tables_loaded || r->end <= BOOT_REACH) && r->end - r->start >= nr_frames * PAGE_SIZE &&
            (nodes >> numa_node_of(mfn(r->start >> PAGE_SHIFT)) & 1) != 0 && (best == NULL || r->end > best->end))
            best = r;
    }
    return best;
}

/* From the top of a range: low memory stays free for DMA. */
static mfn_t boot_alloc(uint64_t nr_frames)
{
    struct ram_range *best = boot_range(nr_frames, numa_here());

    if (best == NULL)
        best = boot_range(nr_frames, numa_all());
    if (best == NULL)
        panic("out of memory at boot: give the machine more (-m), or dom0 less (dom0_mem=)");
    best->end -= nr_frames * PAGE_SIZE;
    memset(frames_bytes(mfn(best->end >> PAGE_SHIFT), nr_frames * PAGE_SIZE), 0, nr_frames * PAGE_SIZE);
    return mfn(best->end >> PAGE_SHIFT);
}

/* As boot_alloc, aligned; what alignment skips goes back as a range of its own. */
static mfn_t boot_alloc_aligned(uint64_t nr_frames, uint64_t align)
{
    mfn_t m = boot_alloc(nr_frames + align / PAGE_SIZE - 1);
    uint64_t start = m.v << PAGE_SHIFT, at = ALIGN_UP(start, align),
             end = start + (nr_frames << PAGE_SHIFT) + align - PAGE_SIZE;

    hvmap_boot_alloc_add(start, at);
    hvmap_boot_alloc_add(at + (nr_frames << PAGE_SHIFT), end);
    return mfn(at >> PAGE_SHIFT);
}

mfn_t hvmap_alloc_frame(void)
{
    mfn_t m;

    if (!boot_done)
        return boot_alloc(1);
    if (frame_alloc_hv(&m) != 0)
        panic("out of memory for the hypervisor's page tables");
    return m;
}

mfn_t hvmap_alloc_frame_pair(void)
{
    mfn_t m;

    if (!boot_done)
        return boot_alloc(2);
    if (frames_alloc_hv(1, &m) != 0)
        panic("out of memory for a CPU's tables");
    return m;
}

void hvmap_boot_alloc_finish(void)
{
    boot_done = true;
    for (unsigned i = 0; i < nr_boot_free; i++) {
        uint64_t start = boot_free[i].start >> PAGE_SHIFT, end = boot_free[i].end >> PAGE_SHIFT;

        for (uint64_t m = start; m < end; m++)
            frame_state_set(mfn(m), FS_NOBODYS);
        if (start < end)
            pagealloc_add(mfn(start), end - start);
    }
}

/* ---- tables ---- */

SC_RANGE(0, 511) static unsigned slot_of(uint64_t va, unsigned level)
{
    return (va >> (PAGE_SHIFT + 9 * (level - 1))) & 511;
}

/* The slot for va at a level (1: 4 KiB, 2: 2 MiB), making the tables above it. */
static uint64_t *slot_make_in(mfn_t root, uint64_t va, unsigned level)
{
    uint64_t *t SC_COUNT(512) = frame_words(root);

    for (unsigned l = 4; l > level; l--) {
        uint64_t *e = &t[slot_of(va, l)];

        if (*e == 0)
            *e = mfn_to_maddr(hvmap_alloc_frame()).v | PTE_P | PTE_W | PTE_A | PTE_D |
                 ((va >> 39 & 511) == 261 && l != 4 ? PTE_U : 0);
        BUG_ON((*e & PTE_PS) != 0);
        t = frame_words(mfn((*e & PTE_ADDR) >> PAGE_SHIFT));
    }
    return &t[slot_of(va, level)];
}

static uint64_t *slot_make(uint64_t va, unsigned level)
{
    return slot_make_in(hv_l4, va, level);
}

void hvmap_show(mfn_t root, uint64_t va, uint64_t flags)
{
    *slot_make_in(root, va, 1) = (hvmap_lookup(va) & PTE_ADDR) | flags;
}

void hvmap_page(uint64_t va, mfn_t m, uint64_t flags)
{
    *slot_make(va, 1) = mfn_to_maddr(m).v | flags;
}

uint64_t hvmap_lookup(uint64_t va)
{
    uint64_t *t SC_COUNT(512) = frame_words(hv_l4);
    uint64_t e = 0;

    for (unsigned l = 4; l >= 1; l--) {
        e = t[slot_of(va, l)];
        if ((e & PTE_P) == 0)
            return 0;
        if (l == 1 || (l < 4 && (e & PTE_PS) != 0))
            return e;
        t = frame_words(mfn((e & PTE_ADDR) >> PAGE_SHIFT));
    }
    return e;
}

static uint64_t image_phys(uint64_t va)
{
    return va - WINDOW_BASE;
}

/* Text and read-only data must not be writable through the direct map either. */
static bool must_be_ro(uint64_t maddr)
{
    return (maddr >= image_phys(image.text_start) && maddr < image_phys(image.rodata_end)) ||
           (maddr >= image_phys(image.area_text_start) && maddr < image_phys(image.area_data_start));
}

/* The tables below come from the memory that they show, if that can be had. */
static void map_direct(uint64_t start, uint64_t end)
{
    uint64_t image_start = ALIGN_DOWN(image_phys(image.text_start), 0x200000UL);
    uint64_t image_end = ALIGN_UP(image_phys(image.data_end), 0x200000UL);

    start = ALIGN_DOWN(start, PAGE_SIZE);
    end = ALIGN_UP(end, PAGE_SIZE);
    for (uint64_t at = start; at < end;) {
        bool near_image = at >= image_start && at < image_end;
        uint32_t before = numa_make_for(1U << numa_node_of(mfn(at >> PAGE_SHIFT)));

        if ((at & 0x1fffff) == 0 && at + 0x200000 <= end && !near_image) {
            *slot_make(DIRECTMAP_BASE + at, 2) = at | HVMAP_RW | PTE_PS | PTE_G;
            at += 0x200000;
        } else {
            hvmap_page(DIRECTMAP_BASE + at, mfn(at >> PAGE_SHIFT), must_be_ro(at) ? HVMAP_R : HVMAP_RW | PTE_G);
            at += PAGE_SIZE;
        }
        (void)numa_make_for(before);
    }
}

static void map_image(uint64_t from, uint64_t to, uint64_t flags)
{
    for (uint64_t va = from; va < to; va += PAGE_SIZE)
        hvmap_page(va, mfn((va - WINDOW_BASE) >> PAGE_SHIFT), flags);
}

/* An array at va, an element for each frame: in memory of that frame's node. */
static void map_table(uint64_t va, uint64_t element_bytes, uint64_t flags)
{
    for (uint64_t at = 0; at < max_mfn * element_bytes; at += PAGE_SIZE) {
        uint32_t before = numa_make_for(1U << numa_node_of(mfn(at / element_bytes)));

        hvmap_page(va + at, boot_alloc(1), flags);
        (void)numa_make_for(before);
    }
}

/* The M2P in 2 MiB pieces, which the ABI can name (XENMEM_machphys_mfn_list). */
static void map_m2p(void)
{
    for (uint64_t at = 0; at < max_mfn * 8; at += 0x200000) {
        uint32_t before = numa_make_for(1U << numa_node_of(mfn(at / 8)));
        mfn_t first = boot_alloc_aligned(512, 0x200000);

        *slot_make(M2P_RW_BASE + at, 2) = mfn_to_maddr(first).v | (HVMAP_RW & ~PTE_NX) | PTE_U | PTE_PS;
        (void)numa_make_for(before);
    }
}

bool hvmap_m2p_piece(unsigned n, mfn_t *out)
{
    uint64_t at = (uint64_t)n * 0x200000;

    if (at >= max_mfn * 8)
        return false;
    *out = mfn((hvmap_lookup(M2P_RW_BASE + at) & PTE_ADDR) >> PAGE_SHIFT);
    return true;
}

void hvmap_init(const struct ram_range *ram, unsigned nr_ram)
{
    uint64_t *l4 SC_COUNT(512);
    uint64_t l3;

    for (unsigned i = 0; i < nr_ram; i++)
        max_mfn = max_u64(max_mfn, ram[i].end >> PAGE_SHIFT);
    hv_l4 = boot_alloc(1);
    l4 = frame_words(hv_l4);
    for (unsigned i = 0; i < nr_ram; i++)
        map_direct(ram[i].start, ram[i].end);
    map_image(image.text_start, image.text_end, HVMAP_RX);
    map_image(image.rodata_start, image.rodata_end, HVMAP_R);
    map_image(image.data_start, image.area_text_start, HVMAP_RW | PTE_G);
    map_image(image.area_text_start, image.area_readonly_start, HVMAP_RX);
    map_image(image.area_readonly_start, image.area_data_start, HVMAP_R);
    map_image(image.area_data_start, image.data_end, HVMAP_RW | PTE_G);
    cr3_load(mfn_to_maddr(hv_l4).v);
    tables_loaded = true;
    map_table(FRAMETABLE_BASE, sizeof(struct frame_info), HVMAP_RW | PTE_G);
    /* One set of tables shows the M2P twice: writable to us, read-only to guests. */
    map_m2p();
    l3 = l4[261] & PTE_ADDR;
    l4[261] = l3 | PTE_P | PTE_W | PTE_A | PTE_NX;
    l4[M2P_RO_SLOT] = l3 | PTE_P | PTE_U | PTE_A | PTE_NX;
    /* Every shared slot exists from now on, so that guests' L4s never need another look. */
    (void)slot_make(VMAP_BASE, 1);
    (void)slot_make(DEVICE_BASE, 1);
    tlb_flush_all_local();
    for (uint64_t i = 0; i < max_mfn; i++) {
        frame_table()[i].state = FS_OWNER(DOMID_IO & 0x7fff);
        m2p_set(mfn(i), M2P_INVALID);
    }
    for (unsigned i = 0; i < nr_ram; i++) {
        for (uint64_t m = ALIGN_UP(ram[i].start, PAGE_SIZE) >> PAGE_SHIFT; m < ram[i].end >> PAGE_SHIFT; m++)
            frame_table()[m].state = FS_OWNER(DOMID_NONE) | FS_HV; /* until the allocator has it */
    }
}

void hvmap_protect_direct(mfn_t m)
{
    uint64_t va = DIRECTMAP_BASE + (m.v << PAGE_SHIFT), *e = slot_make(va, 2), old = *e;

    if ((old & PTE_PS) != 0) {
        mfn_t l1 = hvmap_alloc_frame();

        for (unsigned i = 0; i < 512; i++)
            frame_words(l1)[i] = (old & ~PTE_PS) + i * PAGE_SIZE;
        *e = mfn_to_maddr(l1).v | PTE_P | PTE_W | PTE_A;
    }
    hvmap_page(va, m, HVMAP_R);
    tlb_flush_all_local();
}

static uint64_t device_map(uint64_t maddr, uint64_t nr_bytes, uint64_t flags)
{
    uint64_t first = ALIGN_DOWN(maddr, PAGE_SIZE), va = device_next;

    for (uint64_t at = first; at < maddr + nr_bytes; at += PAGE_SIZE) {
        hvmap_page(device_next, mfn(at >> PAGE_SHIFT), flags);
        device_next += PAGE_SIZE;
    }
    device_next += PAGE_SIZE; /* a guard */
    return va + (maddr - first);
}

volatile uint8_t *hvmap_device(uint64_t maddr, uint64_t nr_bytes)
{
    SC_UNSAFE("DEV-08: a mapping made just now for these registers")
    {
        return (volatile uint8_t *)device_map(maddr, nr_bytes, HVMAP_DEVICE);
    }
}

const uint8_t *hvmap_firmware(uint64_t maddr, uint64_t nr_bytes)
{
    SC_UNSAFE("DEV-08: a read-only mapping made just now, or what start.S maps of all memory")
    {
        if (!tables_loaded)
            return (const uint8_t *)(DIRECTMAP_BASE + maddr);
        return (const uint8_t *)device_map(maddr, nr_bytes, HVMAP_R);
    }
}

uint64_t hvmap_firmware_reach(void)
{
    return tables_loaded ? UINT64_MAX : BOOT_REACH;
}

/* What a virtual page holds moves to a frame of the node that memory comes from now. */
static void page_move(uint64_t va)
{
    mfn_t to = hvmap_alloc_frame(), from = mfn((hvmap_lookup(va) & PTE_ADDR) >> PAGE_SHIFT);

    memcpy(frame_bytes(to), frame_bytes(from), PAGE_SIZE);
    hvmap_page(va, to, HVMAP_RW | PTE_G);
}

static void pages_move(uint64_t va, uint64_t nr_bytes)
{
    for (uint64_t at = 0; at < nr_bytes; at += PAGE_SIZE)
        page_move(va + at);
}

/* A CPU's parts of such arrays, which lie in these bytes. */
static void arrays_move(const struct cpu *cpu, const struct percpu_array *first SC_COUNT(nr), uint64_t nr,
                        uint64_t from, uint64_t nr_bytes)
{
    SC_UNSAFE("DEV-136: whole records, each of an array with a part for every CPU; nobody uses that CPU's part yet")
    {
        for (uint64_t i = 0; i < nr; i++) {
            const struct percpu_array *a = &first[i];

            BUG_ON(a->nr_bytes > nr_bytes / MAX_CPUS || (uint64_t)a->first < from ||
                   (uint64_t)a->first - from > nr_bytes - a->nr_bytes * MAX_CPUS);
            if (((uint64_t)a->first | a->nr_bytes) % PAGE_SIZE == 0)
                pages_move((uint64_t)a->first + cpu->id * a->nr_bytes, a->nr_bytes);
        }
    }
}

/* Those of the modules, which the loader linked. */
static void modules_arrays_move(const struct cpu *cpu)
{
    for (uint32_t i = 0; i < MODULES_MAX; i++) {
        const struct module *m = module_get(i);
        uint64_t place, nr;

        if (m == NULL)
            continue;
        nr = sho_find_part(&m->sho, SHO_PART_PERCPU, &place) / sizeof(struct percpu_array);
        SC_UNSAFE("DEV-137: the module's section of such records, as large as the file says")
        {
            arrays_move(cpu, (const struct percpu_array *)(m->place[SHO_READONLY] + place), nr, m->place[SHO_DATA],
                        m->sho.region_bytes[SHO_DATA]);
        }
    }
}

void hvmap_percpu(const struct cpu *cpu)
{
    if (cpu->node == numa_node_of(mfn((image.data_start - WINDOW_BASE) >> PAGE_SHIFT)))
        return;
    SC_UNSAFE("DEV-101: the linker script puts whole records between the two symbols; nobody uses that CPU's part yet")
    {
        extern const struct percpu_array __percpu_arrays_start[], __percpu_arrays_end[];

        pages_move((uint64_t)cpu, sizeof(*cpu));
        arrays_move(cpu, __percpu_arrays_start, (uint64_t)(__percpu_arrays_end - __percpu_arrays_start),
                    image.data_start, image.area_text_start - image.data_start);
    }
    modules_arrays_move(cpu);
    tlb_flush_all_local();
}

void hvmap_seal(void)
{
    map_image(image.ro_after_init_start, image.ro_after_init_end, HVMAP_R);
    for (uint64_t va = image.ro_after_init_start; va < image.ro_after_init_end; va += PAGE_SIZE)
        hvmap_page(DIRECTMAP_BASE + va - WINDOW_BASE, mfn((va - WINDOW_BASE) >> PAGE_SHIFT), HVMAP_R);
    tlb_flush_all_local();
}

uint64_t hvmap_direct_maddr(uint64_t va)
{
    BUG_ON(va < DIRECTMAP_BASE || va >= DIRECTMAP_BASE + DIRECTMAP_SIZE);
    return va - DIRECTMAP_BASE;
}

void hvmap_fill_l4(mfn_t l4, const struct domain *d)
{
    uint64_t *to = frame_words(l4), *from = frame_words(hv_l4);

    SC_REQUIRE((frame_state(l4) & FS_TYPE_MASK) == FS_TYPE(KIND_L4));
    for (unsigned i = HV_L4_FIRST; i <= HV_L4_LAST; i++)
        to[i] = from[i];
    to[PERDOM_SLOT] = mfn_to_maddr(d->perdom_l3).v | PTE_P | PTE_W | PTE_A;
}
