/* SPDX-License-Identifier: MIT */
#include "core/text.h"

#include "arch/cpu.h"
#include "core/hvmap.h"
#include "core/log.h"
#include "core/module_link.h"
#include "core/numa.h"
#include "core/tlb.h"
#include "ports/pagealloc.h"

static uint64_t deltas[MAX_NODES] SC_BOOT;

uint64_t text_delta(uint32_t node)
{
    return deltas[node % MAX_NODES];
}

/* A reference of 32 bits to what is not copied: its place has moved, that has not. */
static void leaving_fix(uint64_t at, uint64_t delta)
{
    SC_UNSAFE("DEV-102: a place in the new copy that the linker made a reference of 32 bits")
    {
        uint32_t distance;

        memcpy(&distance, (const void *)at, sizeof(distance));
        distance -= (uint32_t)delta;
        memcpy((void *)at, &distance, sizeof(distance));
    }
}

/* A word with the address of something that is copied. */
static void word_fix(uint64_t at, uint64_t delta)
{
    SC_UNSAFE("DEV-103: a place in the new copy that the linker made an address")
    {
        *(uint64_t *)at += delta;
    }
}

static void copy_fix(uint64_t delta)
{
    SC_UNSAFE("DEV-104: the second link fills so many offsets from WINDOW_BASE, of places in text and read-only data")
    {
        extern const uint32_t text_leaving_nr, text_leaving[], text_words_nr, text_words[];

        for (uint32_t i = 0; i < text_leaving_nr; i++)
            leaving_fix(WINDOW_BASE + delta + text_leaving[i], delta);
        for (uint32_t i = 0; i < text_words_nr; i++)
            word_fix(WINDOW_BASE + delta + text_words[i], delta);
    }
}

/* One page of it, in fresh memory that nothing can execute yet. */
static void page_copy(uint64_t home, uint64_t delta)
{
    mfn_t to = hvmap_alloc_frame();

    memcpy(frame_bytes(to), frame_bytes(mfn((home - WINDOW_BASE) >> PAGE_SHIFT)), PAGE_SIZE);
    hvmap_page(home + delta, to, HVMAP_RW);
}

static bool is_text(uint64_t home)
{
    return home < image.text_end || (home >= image.area_text_start && home < image.area_readonly_start);
}

/* From here on it cannot be written. */
static void page_seal(uint64_t home, uint64_t delta)
{
    mfn_t m = mfn((hvmap_lookup(home + delta) & PTE_ADDR) >> PAGE_SHIFT);

    hvmap_page(home + delta, m, is_text(home) ? HVMAP_RX : HVMAP_R);
    hvmap_protect_direct(m);
}

static void copy_make(uint64_t delta)
{
    for (uint64_t at = image.text_start; at < image.rodata_end; at += PAGE_SIZE)
        page_copy(at, delta);
    for (uint64_t at = image.area_text_start; at < image.area_data_start; at += PAGE_SIZE)
        page_copy(at, delta);
    for (uint64_t at = image.ro_after_init_start; at < image.ro_after_init_end; at += PAGE_SIZE)
        page_copy(at, delta);
    copy_fix(delta);
    for (uint64_t at = image.text_start; at < image.rodata_end; at += PAGE_SIZE)
        page_seal(at, delta);
    for (uint64_t at = image.area_text_start; at < image.area_data_start; at += PAGE_SIZE)
        page_seal(at, delta);
}

/* Through the mapping that runs, which is read-only: for a moment this CPU's supervisor mode may write there all the
 * same. */
static void poke(uint64_t at, const uint8_t *bytes SC_COUNT(nr), uint64_t nr)
{
    uint64_t cr0 = read_cr0();

    BUG_ON(!text_is_copied(text_home(at)) || nr > MODULES_TEXT_BYTES || !text_is_copied(text_home(at + nr - 1)));
    SC_UNSAFE("DEV-122: the place is the hypervisor's text or read-only data, and interrupts are off until CR0.WP is "
              "set again")
    {
        write_cr0(cr0 & ~CR0_WP);
        memcpy((void *)at, bytes, nr);
        write_cr0(cr0);
    }
}

void text_write(uint64_t home, const uint8_t *bytes, uint64_t nr, uint32_t node)
{
    if (nr != 0)
        poke(home + text_delta(node), bytes, nr);
}

void text_write_distance(uint64_t home, uint32_t distance)
{
    uint8_t bytes[4];

    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(distance >> (8 * i));
    poke(home, bytes, sizeof(bytes));
    for (uint32_t n = 0; n < MAX_NODES; n++) {
        if (deltas[n] != 0)
            poke(home + deltas[n], bytes, sizeof(bytes));
    }
}

static void address_poke(uint64_t at, uint64_t address)
{
    uint8_t bytes[8];

    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(address >> (8 * i));
    poke(at, bytes, sizeof(bytes));
}

void text_write_address(uint64_t home, uint64_t address)
{
    address_poke(home, address);
    for (uint32_t n = 0; n < MAX_NODES; n++) {
        if (deltas[n] != 0)
            address_poke(home + deltas[n], address + deltas[n]);
    }
}

/* Does the firmware name a CPU there? */
static bool node_has_cpu(uint32_t node)
{
    for (uint32_t i = 0; i < numa.nr_cpus && i < MAX_CPUS; i++) {
        if (numa.cpus[i].node == node)
            return true;
    }
    return false;
}

void text_make(void)
{
    uint32_t home = numa_node_of(mfn((image.text_start - WINDOW_BASE) >> PAGE_SHIFT)), nr = 0;

    for (uint32_t n = 0; n < numa.nr_nodes && n < MAX_NODES; n++) {
        uint32_t before;

        if (n == home || !node_has_cpu(n) ||
            pagealloc_nr_free_on(n) << PAGE_SHIFT < image.rodata_end - image.text_start)
            continue;
        before = numa_make_for(1U << n);
        deltas[n] = (uint64_t)++nr * TEXT_STRIDE;
        copy_make(deltas[n]);
        modules_link_copy(n);
        (void)numa_make_for(before);
        log_info("NUMA: node %u has its own code, %lu KiB", n, (image.rodata_end - image.text_start) >> 10);
    }
    tlb_flush_all_local();
}

void text_seal(void)
{
    for (uint32_t n = 0; n < MAX_NODES; n++) {
        for (uint64_t at = image.ro_after_init_start; deltas[n] != 0 && at < image.ro_after_init_end; at += PAGE_SIZE) {
            mfn_t m = mfn((hvmap_lookup(at + deltas[n]) & PTE_ADDR) >> PAGE_SHIFT);

            memcpy(frame_bytes(m), frame_bytes(mfn((at - WINDOW_BASE) >> PAGE_SHIFT)), PAGE_SIZE);
            page_seal(at, deltas[n]);
        }
    }
}
