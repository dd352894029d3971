/* SPDX-License-Identifier: MIT */
#include "xen-compat/pv_image.h"

#include "core/lib_call.h"
#include "core/log.h"
#include "modules/memory/memory.h"
#include "xen-compat/kimage/kimage_sink.h"
#include "ports/pagealloc.h"
#include "unpack/unpack.h"

#define CHUNK_PAGES (1UL << PV_CHUNK_ORDER)
#define MAX_CHUNKS 1024
#define ARENA_ORDER 14 /* 64 MiB of room for a decompressor's dictionary */
#define ARENA_ORDER_MIN 12

static struct {
    struct domain *dom;
    uint32_t chunk[MAX_CHUNKS]; /* first mfn */
    unsigned nr_chunks;
    uint64_t pages;
} image SC_BOOT;

/* ---- the sink that kimage streams into ---- */

int kimage_sink_reserve(uint64_t paddr_start, uint64_t nr_bytes)
{
    mfn_t m;

    (void)paddr_start;
    image.pages = ALIGN_UP(nr_bytes, PAGE_SIZE) >> PAGE_SHIFT;
    while (image.nr_chunks * CHUNK_PAGES < image.pages) {
        if (image.nr_chunks >= MAX_CHUNKS ||
            reserve_take(image.dom, PV_CHUNK_ORDER, (unsigned)image.dom->addr_bits, &m) != 0)
            return -ENOMEM;
        for (uint64_t i = 0; i < CHUNK_PAGES; i++)
            memset(plain_bytes(mfn(m.v + i)), 0, PAGE_SIZE);
        image.chunk[image.nr_chunks] = (uint32_t)m.v;
        image.nr_chunks++;
    }
    return 0;
}

struct kimage_window kimage_sink_window(uint64_t offset, size_t want)
{
    uint64_t chunk_bytes = CHUNK_PAGES * PAGE_SIZE, in_chunk = offset % chunk_bytes;
    uint64_t nr = min_u64(want, chunk_bytes - in_chunk);
    uint8_t *chunk SC_COUNT(chunk_bytes);

    if (offset / chunk_bytes >= image.nr_chunks)
        return (struct kimage_window){ NULL, 0 };
    chunk = plain_run(mfn(image.chunk[offset / chunk_bytes]), chunk_bytes);
    return (struct kimage_window){ &chunk[in_chunk], nr };
}

static struct kimage_info loaded SC_BOOT;

static const struct boot_module *file SC_BOOT;

int64_t pv_image_job(void)
{
    uint64_t nr_bytes = file->end - file->start;

    return kimage_load(boot_module_bytes(file, 0, nr_bytes), nr_bytes, &loaded);
}

/* With an arena as large as there is; it goes back to where it came from. */
int pv_image_load(struct domain *d, const struct boot_module *kernel, struct kimage_info *info)
{
    unsigned order = ARENA_ORDER;
    mfn_t arena;
    int64_t rc;

    image.dom = d;
    image.nr_chunks = 0;
    image.pages = 0;
    loaded = (struct kimage_info){ 0 };
    while (pagealloc_get(order, 0, PAGEALLOC_HERE, &arena) != 0) {
        if (order-- <= ARENA_ORDER_MIN) {
            log_err("dom%u: not enough memory to unpack its kernel: give the machine more (-m) or the domains less",
                    d->id);
            return -ENOMEM;
        }
    }
    unpack_arena_set(plain_run(arena, PAGE_SIZE << order), PAGE_SIZE << order);
    file = kernel;
    rc = lib_call(LIB_KERNEL);
    unpack_arena_set(NULL, 0);
    pagealloc_put(arena, order);
    if (rc == -ENOMEM)
        log_err("dom%u: %lu MiB cannot hold its kernel (%s): give it more", d->id, d->max_frames >> 8, kimage_error());
    else if (rc != 0)
        log_err("dom%u: module \"%.256s\" is no kernel that can run here: %s (%ld)", d->id, kernel->text.all,
                kimage_error(), rc);
    *info = loaded;
    return (int)rc;
}

uint64_t pv_image_pages(void)
{
    return image.pages;
}

uint64_t pv_image_room(void)
{
    return image.nr_chunks * CHUNK_PAGES;
}

mfn_t pv_image_mfn(uint64_t i)
{
    BUG_ON(i >= pv_image_room());
    return mfn(image.chunk[i / CHUNK_PAGES % MAX_CHUNKS] + i % CHUNK_PAGES);
}
