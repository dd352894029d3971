/* SPDX-License-Identifier: MIT */
/* Memory: frames, pools, and what a guest can read and write. */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "mock_parts.h"

#include "core/pool.h"
#include "ports/pagealloc.h"

unsigned mock_pool_live, mock_free_frames, mock_frames_gone;
int mock_pool_fail_in, mock_frame_fail_in;
domid_t mock_gone_of;

/* Frames. */

static uint64_t free_frames[MOCK_FRAMES];
static spinlock_t free_lock = SPINLOCK_INIT(RANK_PAGEALLOC);

int pagealloc_get(unsigned order, unsigned addr_bits, uint32_t nodes, mfn_t *out)
{
    (void)addr_bits;
    (void)nodes;
    assert_int_equal(order, 0);
    spin_lock(&free_lock);
    if (mock_free_frames == 0 || mock_fail_now(&mock_frame_fail_in)) {
        spin_unlock(&free_lock);
        return -ENOMEM;
    }
    *out = mfn(free_frames[--mock_free_frames]);
    spin_unlock(&free_lock);
    memset(frame_bytes(*out), 0xa5, PAGE_SIZE);
    return 0;
}

void pagealloc_put(mfn_t m, unsigned order)
{
    assert_int_equal(order, 0);
    spin_lock(&free_lock);
    assert_true(mock_free_frames < MOCK_FRAMES);
    assert_int_equal(frame_state(m) & (FS_KIND_MASK | FS_RO_MASK | FS_ALLOC), 0);
    frame_table()[m.v].state = FS_OWNER(DOMID_NONE);
    free_frames[mock_free_frames++] = m.v;
    spin_unlock(&free_lock);
}

void domain_frame_gone(domid_t owner)
{
    mock_gone_of = owner;
    mock_frames_gone++;
}

mfn_t mock_frame(struct domain *d)
{
    mfn_t m;

    assert_int_equal(frame_alloc_hv(&m), 0);
    frame_assign(m, d->id, false);
    return m;
}

uint64_t mock_refs_rw(mfn_t m) { return frame_state(m) & FS_KIND_MASK; }
uint64_t mock_refs_ro(mfn_t m) { return frame_word_readers(frame_state(m)); }

/* Nothing is counted. */
struct counts *counts_make(struct domain_counts *c)
{
    (void)c;
    return NULL;
}

/* Pools. */

/* Where objects of this size lie in a frame that was cut into them. */
static size_t pool_align(const struct pool *p)
{
    size_t size = (p->object_bytes + 15U) & ~15U;

    return size & -size;
}

void *pool_new(struct pool *p)
{
    void *object;

    if (mock_fail_now(&mock_pool_fail_in))
        return NULL;
    spin_lock(&p->lock);
    spin_unlock(&p->lock);
    __atomic_fetch_add(&mock_pool_live, 1, __ATOMIC_RELAXED);
    assert_int_equal(posix_memalign(&object, pool_align(p), p->object_bytes), 0);
    return memset(object, 0, p->object_bytes);
}

void pool_delete(struct pool *p, void *object)
{
    if (object == NULL)
        return;
    spin_lock(&p->lock);
    spin_unlock(&p->lock);
    assert_true(__atomic_fetch_sub(&mock_pool_live, 1, __ATOMIC_RELAXED) > 0);
    free(object);
}

/* Guest memory. */

static uint8_t arena[1 << 20] __attribute__((aligned(64)));
static size_t arena_used;

void *mock_guest_alloc(size_t nr_bytes)
{
    void *p = &arena[arena_used];

    assert_true(arena_used + nr_bytes <= sizeof(arena));
    arena_used = (arena_used + nr_bytes + 63) & ~(size_t)63;
    memset(p, 0, nr_bytes);
    return p;
}

void mock_guest_free_all(void) { arena_used = 0; }

uint64_t mock_gva(const void *p) { return (uint64_t)(uintptr_t)p; }

static void *guest_at(gva_t a, uint64_t nr_bytes)
{
    uint64_t base = mock_gva(arena);

    assert_int_equal(mock_locks_held(), 0); /* a module never touches guest memory with a lock held */
    if (a.v < base || a.v - base + nr_bytes > arena_used)
        return NULL;
    return &arena[a.v - base];
}

bool guest_range(gva_t at, uint64_t nr_bytes)
{
    return at.v != MOCK_BAD_GVA && at.v + nr_bytes >= at.v;
}

int guest_read(void *dst, gva_t src, uint64_t nr_bytes)
{
    void *p = guest_at(src, nr_bytes);

    if (p == NULL)
        return -EFAULT;
    memcpy(dst, p, nr_bytes);
    return 0;
}

int guest_write(gva_t dst, const void *src, uint64_t nr_bytes)
{
    void *p = guest_at(dst, nr_bytes);

    if (p == NULL)
        return -EFAULT;
    memcpy(p, src, nr_bytes);
    return 0;
}

int guest_read_u64(uint64_t *dst, gva_t src) { return guest_read(dst, src, 8); }
int guest_read_u32(uint32_t *dst, gva_t src) { return guest_read(dst, src, 4); }
int guest_write_u64(gva_t dst, uint64_t value) { return guest_write(dst, &value, 8); }

/* The machine's. */

static void *map_at(uint64_t address, size_t nr_bytes)
{
    return mmap((void *)(uintptr_t)address, nr_bytes, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
}

int mock_start(void **state)
{
    (void)state;
    if (map_at(DIRECTMAP_BASE, MOCK_FRAMES * PAGE_SIZE) == MAP_FAILED ||
        map_at(FRAMETABLE_BASE, MOCK_FRAMES * sizeof(struct frame_info)) == MAP_FAILED ||
        map_at(M2P_RW_BASE, MOCK_FRAMES * 8) == MAP_FAILED)
        return -1;
    return 0;
}

void mock_memory_reset(void)
{
    max_mfn = MOCK_FRAMES;
    mock_free_frames = 0;
    for (uint64_t m = MOCK_FRAMES - 1; m > 0; m--) { /* frame 0 is never given out */
        frame_table()[m].state = FS_OWNER(DOMID_NONE);
        free_frames[mock_free_frames++] = m;
    }
    frame_table()[0].state = FS_OWNER(DOMID_NONE);
    arena_used = 0;
    mock_pool_live = 0;
    mock_pool_fail_in = mock_frame_fail_in = 0;
}
