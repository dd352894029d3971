/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "ports/hooks.h"
#include "mock.h"

#include "core/log.h"
#include "core/pool.h"
#include "core/tlb.h"
#include "ports/pagealloc.h"
#include "ports/physdev.h"
#include "ports/pvmmu.h"
#include "ports/sched.h"

unsigned mock_kicks, mock_unblocks, mock_pool_live, mock_free_frames;
struct vcpu *mock_last_kicked;
int mock_preempt_in, mock_pool_fail_in, mock_frame_fail_in, mock_pirq_rc, mock_pvmmu_rc;
bool mock_pirq_bound[256];

unsigned mock_frames_gone;
domid_t mock_gone_of;

struct domain *domain_list, *hardware_domain;

static bool fail_now(int *in)
{
    return *in > 0 && --*in == 0;
}

/* Frames. */

static uint64_t free_frames[MOCK_FRAMES];
static spinlock_t free_lock = SPINLOCK_INIT(RANK_PAGEALLOC);

int pagealloc_get(unsigned order, unsigned addr_bits, uint32_t nodes, mfn_t *out)
{
    (void)addr_bits;
    (void)nodes;
    assert_int_equal(order, 0);
    spin_lock(&free_lock);
    if (mock_free_frames == 0 || fail_now(&mock_frame_fail_in)) {
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
uint64_t mock_refs_ro(mfn_t m) { return (frame_state(m) & FS_RO_MASK) >> FS_RO_SHIFT; }

/* Nothing is counted. */
struct counts *counts_make(struct domain_counts *c)
{
    (void)c;
    return NULL;
}

/* CPUs. */

void tlb_flush_asked(void)
{
    usleep(0);
}

__attribute__((weak)) struct cpu cpus[MAX_CPUS];
__attribute__((weak)) uint32_t nr_cpus = 1;
static __thread struct cpu_top top;

void mock_cpu(uint32_t id)
{
    if (cpus[id].id != id)
        cpus[id].id = id;
    top.cpu = &cpus[id];
}

uint64_t stack_area_end(void)
{
    if (top.cpu == NULL)
        mock_cpu(0);
    return (uint64_t)&top + sizeof(top);
}

/* Locks; weak, because tests/unit/core has the real ones. */

static __thread spinlock_t *held[16];
static __thread unsigned nr_held, jitter;
unsigned mock_lock_jitter;

static void lock_ranked(spinlock_t *lock, bool second_of_pair)
{
    uint16_t ticket;

    assert_true(lock->rank >= RANK_DOMLIST && lock->rank <= RANK_CONSOLE);
    assert_true(nr_held < 16);
    for (unsigned i = 0; i < nr_held; i++) {
        assert_ptr_not_equal(held[i], lock);
        assert_true(held[i]->rank < lock->rank || (second_of_pair && held[i]->rank == lock->rank));
    }
    held[nr_held++] = lock;
    /* Real: stress tests have threads. */
    if (mock_lock_jitter != 0 && ++jitter % mock_lock_jitter == 0)
        usleep(1);
    ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_ACQUIRE);
    while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket)
        usleep(0);
}

__attribute__((weak)) void spin_lock(spinlock_t *lock) { lock_ranked(lock, false); }

/* Readers of a lock, counted for all locks that fall together here. */
static unsigned readers[64];

static unsigned *readers_of(const spinlock_t *lock)
{
    return &readers[(uintptr_t)lock / sizeof(*lock) % 64];
}

__attribute__((weak)) void read_lock(spinlock_t *lock)
{
    unsigned *n = readers_of(lock);

    lock_ranked(lock, false);
    __atomic_add_fetch(n, 1, __ATOMIC_SEQ_CST);
    __atomic_store_n(&lock->owner, (uint16_t)(lock->owner + 1), __ATOMIC_RELEASE); /* taken by this thread no more */
}

__attribute__((weak)) void read_unlock(spinlock_t *lock)
{
    assert_true(nr_held > 0 && held[nr_held - 1] == lock);
    nr_held--;
    assert_true(__atomic_fetch_sub(readers_of(lock), 1, __ATOMIC_SEQ_CST) > 0);
}

__attribute__((weak)) void write_lock(spinlock_t *lock)
{
    lock_ranked(lock, false);
    while (__atomic_load_n(readers_of(lock), __ATOMIC_SEQ_CST) != 0)
        usleep(0);
}

__attribute__((weak)) void spin_unlock(spinlock_t *lock)
{
    for (unsigned i = nr_held; i-- > 0;) {
        if (held[i] != lock)
            continue;
        held[i] = held[--nr_held];
        __atomic_store_n(&lock->owner, (uint16_t)(lock->owner + 1), __ATOMIC_RELEASE);
        return;
    }
    fail_msg("unlock of a lock that is not held");
}

__attribute__((weak)) void spin_lock_pair(spinlock_t *a, unsigned a_id, spinlock_t *b, unsigned b_id)
{
    assert_int_equal(a_id == b_id, a == b);
    lock_ranked(a_id <= b_id ? a : b, false);
    if (a != b)
        lock_ranked(a_id <= b_id ? b : a, true);
}

__attribute__((weak)) void spin_unlock_pair(spinlock_t *a, spinlock_t *b)
{
    spin_unlock(a);
    if (a != b)
        spin_unlock(b);
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

    if (fail_now(&mock_pool_fail_in))
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

/* Nobody takes over from another here, and no extension looks on. */
void pool_offer(struct pool *p) {}

int pool_accept(struct pool *p)
{
    return 0;
}

__attribute__((weak)) int hook_event_send(struct domain *d, uint32_t port)
{
    return 0;
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

    assert_int_equal(nr_held, 0); /* a module never touches guest memory with a lock held */
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

/* Domains, vcpus, time. */

static struct domain *all_domains[64];
static unsigned nr_domains;

struct domain *mock_domain(domid_t id, uint32_t nr_vcpus, bool privileged)
{
    struct domain *d = calloc(1, sizeof(*d));

    d->id = id;
    d->privileged = privileged;
    d->max_vcpus = nr_vcpus;
    assert_int_equal(frame_alloc_shared(id, &d->shared_ref), 0);
    d->shared_mfn = fref_mfn(d->shared_ref);
    d->shared = (struct shared_info *)frame_bytes(d->shared_mfn);
    for (uint32_t i = 0; i < nr_vcpus; i++) {
        struct vcpu *v = calloc(1, sizeof(*v));

        v->domain = d;
        v->id = i;
        v->online = v->initialised = true;
        v->info = i < XEN_LEGACY_MAX_VCPUS ? &d->shared->vcpu_info[i] : NULL;
        d->vcpu[i] = v;
    }
    d->next = domain_list;
    domain_list = d;
    assert_true(nr_domains < ARRAY_SIZE(all_domains));
    all_domains[nr_domains++] = d;
    if (privileged)
        hardware_domain = d;
    return d;
}

void mock_forget(struct domain *d)
{
    struct domain **at = &domain_list;

    while (*at != NULL && *at != d)
        at = &(*at)->next;
    if (*at != NULL)
        *at = d->next;
}

struct domain *domain_find(struct domain *self, domid_t id)
{
    struct domain *d;

    if (id == DOMID_SELF)
        return self;
    for (d = domain_list; d != NULL && d->id != id; d = d->next)
        ;
    return d;
}

void vcpu_kick(struct vcpu *v)
{
    for (unsigned i = 0; i < nr_held; i++)
        assert_true(held[i]->rank < RANK_SCHED);
    __atomic_fetch_add(&mock_kicks, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&mock_last_kicked, v, __ATOMIC_RELAXED);
}

void domain_hv_event(struct domain *d)
{
    d->hv_event = 1;
}

void vcpu_unblock(struct vcpu *v)
{
    for (unsigned i = 0; i < nr_held; i++)
        assert_true(held[i]->rank < RANK_SCHED);
    mock_unblocks++;
    if (v->block == VCPU_POLLING)
        v->domain->nr_polling--;
    v->block = VCPU_RUNNABLE;
}

bool preempt_needed(void)
{
    assert_int_equal(nr_held, 0);
    return fail_now(&mock_preempt_in);
}

/* Log. */

static void mock_vlog(const char *fmt, va_list ap)
{
    if (getenv("MOCK_VERBOSE") != NULL)
        vfprintf(stderr, fmt, ap);
}
void log_print(enum log_level level, const char *fmt, ...)
{
    va_list ap;

    (void)level;
    va_start(ap, fmt);
    mock_vlog(fmt, ap);
    va_end(ap);
}
void log_guest(enum log_level level, const char *fmt, ...)
{
    va_list ap;

    (void)level;
    va_start(ap, fmt);
    mock_vlog(fmt, ap);
    va_end(ap);
}
void panic(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    abort();
}

/* physdev and pvmmu. */

int physdev_pirq_bind(struct domain *d, uint32_t pirq, bool share)
{
    (void)d;
    (void)share;
    assert_true(pirq < ARRAY_SIZE(mock_pirq_bound));
    if (mock_pirq_rc != 0)
        return mock_pirq_rc;
    assert_false(mock_pirq_bound[pirq]);
    mock_pirq_bound[pirq] = true;
    return 0;
}

void physdev_pirq_unbind(struct domain *d, uint32_t pirq)
{
    (void)d;
    assert_true(mock_pirq_bound[pirq]);
    mock_pirq_bound[pirq] = false;
}

static struct mock_pte ptes[4096];

struct mock_pte *mock_pte_at(uint64_t where)
{
    for (unsigned i = 0; i < ARRAY_SIZE(ptes); i++)
        if (ptes[i].used && ptes[i].where == where)
            return &ptes[i];
    return NULL;
}

int pvmmu_grant_map(struct vcpu *v, uint64_t where, bool contains_pte, bool readonly, uint64_t avail,
                    fref_t ref)
{
    struct mock_pte *p = mock_pte_at(where);

    (void)v;
    assert_int_equal(nr_held, 0);
    assert_int_equal(readonly, !fref_is_rw(ref));
    if (mock_pvmmu_rc != 0 || where == 0 || where % (contains_pte ? 8 : PAGE_SIZE) != 0) {
        frame_put(ref);
        return mock_pvmmu_rc != 0 ? mock_pvmmu_rc : -EINVAL;
    }
    for (unsigned i = 0; p == NULL && i < ARRAY_SIZE(ptes); i++)
        if (!ptes[i].used)
            p = &ptes[i];
    assert_non_null(p);
    if (p->used)
        frame_put(p->ref);
    *p = (struct mock_pte){ .where = where, .ref = ref, .avail = avail, .readonly = readonly,
                            .contains_pte = contains_pte, .used = true };
    return 0;
}

int pvmmu_grant_unmap(struct vcpu *v, uint64_t where, bool contains_pte, mfn_t m, bool readonly,
                      uint64_t new_pte_gva)
{
    struct mock_pte *p = mock_pte_at(where), *new_pte;

    (void)v;
    assert_int_equal(nr_held, 0);
    if (mock_pvmmu_rc != 0)
        return mock_pvmmu_rc;
    if (p == NULL || p->contains_pte != contains_pte || fref_mfn(p->ref).v != m.v ||
        p->readonly != readonly)
        return -EINVAL;
    new_pte = new_pte_gva != 0 ? mock_pte_at(new_pte_gva) : NULL;
    if (new_pte_gva != 0 && new_pte == NULL)
        return -EINVAL;
    frame_put(p->ref);
    p->used = false;
    if (new_pte != NULL)
        new_pte->where = where;
    return 0;
}

/* The machine. */

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

int mock_setup(void **state)
{
    (void)state;
    max_mfn = MOCK_FRAMES;
    mock_free_frames = 0;
    for (uint64_t m = MOCK_FRAMES - 1; m > 0; m--) { /* frame 0 is never given out */
        frame_table()[m].state = FS_OWNER(DOMID_NONE);
        free_frames[mock_free_frames++] = m;
    }
    frame_table()[0].state = FS_OWNER(DOMID_NONE);
    nr_held = 0;
    nr_domains = 0;
    domain_list = hardware_domain = NULL;
    arena_used = 0;
    mock_kicks = mock_unblocks = mock_pool_live = 0;
    mock_last_kicked = NULL;
    mock_preempt_in = mock_pool_fail_in = mock_frame_fail_in = mock_pirq_rc = mock_pvmmu_rc = 0;
    memset(mock_pirq_bound, 0, sizeof(mock_pirq_bound));
    memset(ptes, 0, sizeof(ptes));
    return 0;
}

int mock_teardown(void **state)
{
    (void)state;
    for (unsigned i = 0; i < nr_domains; i++) {
        for (uint32_t k = 0; k < MAX_VCPUS; k++)
            free(all_domains[i]->vcpu[k]);
        free(all_domains[i]);
    }
    nr_domains = 0;
    if (nr_held != 0 || mock_pool_live != 0) {
        fprintf(stderr, "left over: %u locks, %u objects\n", nr_held, mock_pool_live);
        return -1;
    }
    return 0;
}
