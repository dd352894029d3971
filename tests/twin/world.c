/* SPDX-License-Identifier: MIT */
/* See world.h. */
#include "tests/twin/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "core/log.h"
#include "core/numa.h"
#include "core/pool.h"
#include "core/tlb.h"
#include "ports/hooks.h"

/* ---- the CPU ---- */

/* Not in a section of the world's: that is only its first. */
__attribute__((section("not_the_world"))) struct cpu cpus[MAX_CPUS];
uint32_t nr_cpus = 1;
uint64_t cpus_online = 1;
struct numa_map numa = { .nr_nodes = 1 };
static struct cpu_top top = { .cpu = &cpus[0] };

uint64_t stack_area_end(void)
{
    return (uint64_t)&top + sizeof(top);
}

__attribute__((weak)) void world_flushed(void) {}

/* core/tlb.c's, for one CPU. */
void cr3_load(uint64_t cr3)
{
    if (tlb_stamped >= tlb_clock)
        tlb_clock++;
    cpus[0].cr3 = cr3;
    cpus[0].tlb_stamp = tlb_clock;
    world_flushed();
}

void tlb_flush_older_elsewhere(uint64_t stamp) {}
void tlb_flush_domain_elsewhere(const struct domain *d) {}
void tlb_flush_asked(void) {}
__attribute__((weak)) void tlb_root_changed(mfn_t l4) {}

__attribute__((weak)) bool preempt_needed(void)
{
    return false;
}

/* ---- another CPU ---- */

#define SAME_LOOKS 3

__attribute__((section("not_the_world"))) unsigned world_steps;
__attribute__((section("not_the_world"))) bool world_zero_is_a_look;
__attribute__((section("not_the_world"))) static const void *looked_at;
__attribute__((section("not_the_world"))) static unsigned nr_looks;
__attribute__((weak)) void world_race(void) {}
static unsigned nr_held, nr_others;

void world_steps_until(unsigned nr)
{
    world_steps = nr;
    looked_at = NULL;
}

void world_step(const void *at)
{
    nr_looks = at != NULL && at == looked_at ? nr_looks + 1 : 1;
    looked_at = at;
    if (nr_looks > SAME_LOOKS || --world_steps != 0)
        return;
    nr_others = nr_held;
    world_race();
    twin_assert(nr_held == nr_others, "the second is over, and holds a lock or has released one of the first's");
    nr_others = 0;
}

void world_cpu(unsigned i)
{
    cpus[i].id = i;
    top.cpu = &cpus[i];
}

/* ---- locks ---- */

enum how { READ, SPIN, WRITE };
/* Those of the first of two operations, the first nr_others, come before those of the second. */
static struct held {
    spinlock_t *lock;
    enum how how;
} held[8];

/* The second would wait for the first: it does not come in here. */
static void wait_for_others(const spinlock_t *lock, enum how how)
{
    for (unsigned i = 0; i < nr_others; i++)
        if (held[i].lock == lock && (held[i].how != READ || how == WRITE))
            twin_wait();
}

static void lock_ranked(spinlock_t *lock, bool second_of_pair, enum how how)
{
    twin_assert(lock->rank >= RANK_ENDING && lock->rank <= RANK_LOG, "a lock without a rank is taken");
    twin_assert(nr_held < ARRAY_SIZE(held), "too many locks are held");
    wait_for_others(lock, how);
    for (unsigned i = nr_others; i < nr_held; i++) {
        twin_assert(held[i].lock != lock, "a lock of rank %u is taken twice", lock->rank);
        twin_assert(held[i].lock->rank < lock->rank || (second_of_pair && held[i].lock->rank == lock->rank),
                    "a lock of rank %u is taken under one of rank %u", lock->rank, held[i].lock->rank);
    }
    held[nr_held++] = (struct held){ lock, how };
}

void spin_lock(spinlock_t *lock)
{
    lock_ranked(lock, false, SPIN);
}

void spin_unlock(spinlock_t *lock)
{
    for (unsigned i = nr_held; i-- > nr_others;) {
        if (held[i].lock != lock)
            continue;
        held[i] = held[--nr_held];
        held[nr_held] = (struct held){ 0 };
        if (world_steps != 0)
            world_step(NULL);
        return;
    }
    twin_fail("a lock of rank %u is released that is not held", lock->rank);
}

void read_lock(spinlock_t *lock)
{
    lock_ranked(lock, false, READ);
}

void read_unlock(spinlock_t *lock)
{
    spin_unlock(lock);
}

void write_lock(spinlock_t *lock)
{
    lock_ranked(lock, false, WRITE);
}

void spin_lock_pair(spinlock_t *a, unsigned a_id, spinlock_t *b, unsigned b_id)
{
    twin_assert((a_id == b_id) == (a == b), "two locks with one id, or one with two");
    lock_ranked(a_id <= b_id ? a : b, false, SPIN);
    if (a != b)
        lock_ranked(a_id <= b_id ? b : a, true, SPIN);
}

void spin_unlock_pair(spinlock_t *a, spinlock_t *b)
{
    spin_unlock(a);
    if (a != b)
        spin_unlock(b);
}

void world_check(void)
{
    twin_assert(nr_held == 0, "%u locks are held, the first of rank %u", nr_held,
                nr_held != 0 ? held[0].lock->rank : 0);
}

/* ---- pools ---- */

#define ARENA_OBJECTS 48
#define ARENA_BYTES (128 * 1024)
#define POISON 0xdd

static struct object {
    const struct pool *pool;
    uint32_t at;
    bool alive;
} objects[ARENA_OBJECTS];
static unsigned nr_objects;
static uint32_t arena_used, arena_limit = ARENA_BYTES;
__attribute__((section("not_the_world"), aligned(4096))) static uint8_t arena[ARENA_BYTES];

static void *object_begin(struct object *o)
{
    o->alive = true;
    return memset(&arena[o->at], 0, o->pool->object_bytes);
}

void *pool_new(struct pool *p)
{
    uint32_t room = ALIGN_UP(p->object_bytes, 64);

    spin_lock(&p->lock);
    spin_unlock(&p->lock);
    for (unsigned i = 0; i < nr_objects; i++)
        if (objects[i].pool == p && !objects[i].alive)
            return object_begin(&objects[i]);
    if (nr_objects == ARENA_OBJECTS || arena_used + room > arena_limit)
        return NULL;
    objects[nr_objects] = (struct object){ .pool = p, .at = arena_used };
    arena_used += room;
    return object_begin(&objects[nr_objects++]);
}

void pool_delete(struct pool *p, void *object)
{
    if (object == NULL)
        return;
    spin_lock(&p->lock);
    spin_unlock(&p->lock);
    for (unsigned i = 0; i < nr_objects; i++) {
        if (&arena[objects[i].at] != object)
            continue;
        twin_assert(objects[i].pool == p && objects[i].alive, "an object of pool %s is freed twice", p->name);
        objects[i].alive = false;
        memset(object, POISON, p->object_bytes);
        return;
    }
    twin_fail("what is freed is no object of pool %s", p->name);
}

unsigned world_nr_objects(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < nr_objects; i++)
        n += objects[i].alive;
    return n;
}

void pool_offer(struct pool *p) {}

int pool_accept(struct pool *p)
{
    return 0;
}

/* ---- memory ---- */

static void *map_at(uint64_t address, size_t nr_bytes)
{
    void *p = mmap((void *)(uintptr_t)address, nr_bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    twin_assert(p != MAP_FAILED, "no memory at %lx", address);
    return p;
}

void world_frames(uint64_t nr)
{
    max_mfn = nr;
    io_max_mfn = 1UL << 34;
    twin_region(map_at(DIRECTMAP_BASE, nr * PAGE_SIZE), nr * PAGE_SIZE);
    twin_region(map_at(FRAMETABLE_BASE, nr * sizeof(struct frame_info)), ALIGN_UP(nr * sizeof(struct frame_info), 256));
    (void)map_at(M2P_RW_BASE, nr * 8); /* what guests see of it decides nothing */
    for (uint64_t m = 0; m < nr; m++)
        frame_table()[m].state = FS_OWNER(DOMID_NONE);
    twin_region(&cpus[0], sizeof(cpus[0]));
}

void world_ready(uint32_t nr_bytes)
{
    arena_limit = (uint32_t)ALIGN_UP(arena_used + nr_bytes, 256);
    twin_assert(arena_limit <= ARENA_BYTES, "the arena is too small");
    twin_region(arena, arena_limit);
}

/* ---- domains ---- */

struct domain *domain_list, *hardware_domain;

static void *fresh(size_t nr_bytes)
{
    size_t room = ALIGN_UP(nr_bytes, 256);
    void *p = aligned_alloc(256, room);

    twin_assert(p != NULL, "no memory");
    twin_region(p, room);
    return memset(p, 0, room);
}

struct domain *world_domain(domid_t id, uint32_t nr_vcpus, bool privileged)
{
    struct domain *d = fresh(sizeof(*d));

    d->id = id;
    d->privileged = privileged;
    d->max_vcpus = nr_vcpus;
    for (uint32_t i = 0; i < nr_vcpus; i++) {
        struct vcpu *v = fresh(sizeof(*v));

        v->domain = d;
        v->id = i;
        v->online = v->initialised = true;
        v->kernel_mode = true;
        d->vcpu[i] = v;
    }
    d->next = domain_list;
    domain_list = d;
    if (privileged)
        hardware_domain = d;
    return d;
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

__attribute__((weak)) void domain_frame_gone(domid_t owner) {}

struct counts *counts_make(struct domain_counts *c)
{
    return NULL;
}

/* ---- said ---- */

void log_print(enum log_level level, const char *fmt, ...) {}
void log_guest(enum log_level level, const char *fmt, ...) {}

void panic(const char *fmt, ...)
{
    char text[256];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    twin_fail("panic: %s", text);
}
