/* SPDX-License-Identifier: MIT */
/*
 * sc_host.h - what a program of the host profile (--profile=host) gets besides libc:
 * typed memory, threads whose argument keeps its type, mutexes, and numbers from the
 * command line.
 *
 * TRUSTED: safecc does not check this file; it checks what is passed to it.  What safecc
 * may rely on stands above each entry.  Names that begin with sc_host_ are inside matters.
 *
 * Memory never changes its type (SC-12).  Every sc_new(T) in the source has a pool of its
 * own per thread, made of chunks that hold only objects of T; sc_delete puts an object back
 * into the pool it came from.  (A pool per place, not per type name: two types of one name
 * in different scopes stay apart.)  The list of free objects is kept outside the objects, so
 * that a write through a stale pointer cannot bend it.  Arrays, once deleted, are never used
 * again.  A second delete, or one of what was never new, traps as SC-12.
 */
#ifndef SC_HOST_H
#define SC_HOST_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ports/safe.h"

#define SC_HOST_CHUNK_BYTES ((size_t)1 << 18)
#define SC_HOST_ARENA_BYTES ((size_t)1 << 24)
#define SC_HOST_ALIGN ((size_t)64)
#define SC_HOST_CHUNK_MAGIC ((uintptr_t)0x5afec0de00c0ffeeU)
#define SC_HOST_ARRAY_MAGIC ((uintptr_t)0x5afec0de00a44a15U)
#define SC_HOST_SLOW static __attribute__((noinline, cold, unused))

struct sc_host_pool {
    const void *owner;      /* the thread: the address of its sc_host_me */
    size_t object_bytes;
    size_t chunk_bytes;
    size_t objects_per_chunk;
    char *fresh;            /* objects never handed out, zeroed */
    size_t nr_fresh;
    void *free;             /* deleted by the owner */
    void *remote;           /* deleted by other threads */
};

/* At the start of each chunk, whose address is a multiple of SC_HOST_CHUNK_BYTES. */
struct sc_host_chunk {
    uintptr_t magic;
    struct sc_host_pool *pool;
    char *objects;
    uintptr_t state[]; /* per object: 0 live or fresh, 1 free and last of its list, else the next free object */
};

/* In front of each array. */
struct sc_host_array {
    uintptr_t magic;
    size_t bytes;
    uintptr_t deleted;
};

static _Thread_local char *sc_host_arena __attribute__((unused));
static _Thread_local size_t sc_host_arena_left __attribute__((unused));
static _Thread_local char sc_host_me __attribute__((unused));

/* Say which rule is broken and stop. */
__attribute__((noreturn)) SC_HOST_SLOW void sc_host_trap(const char *rule, const char *file, int line, const char *what)
{
    fflush(stdout);
    fprintf(stderr, "%s:%d: trap %s: %s\n", file, line, rule, what);
    fflush(stderr);
    __builtin_trap();
}

/* Zeroed bytes, aligned to SC_HOST_ALIGN or, on demand, to a chunk; null when memory is out. */
SC_HOST_SLOW char *sc_host_bytes(size_t bytes, bool chunk)
{
    size_t align = chunk ? SC_HOST_CHUNK_BYTES : SC_HOST_ALIGN;
    size_t slack;

    if (bytes > SIZE_MAX / 4)
        return NULL;
    bytes = (bytes + SC_HOST_ALIGN - 1) & ~(SC_HOST_ALIGN - 1);
    slack = (size_t)(-(uintptr_t)sc_host_arena & (align - 1));
    if (slack + bytes > sc_host_arena_left) {
        size_t want = bytes + align > SC_HOST_ARENA_BYTES ? bytes + align : SC_HOST_ARENA_BYTES;

        if (want != SC_HOST_ARENA_BYTES || sc_host_arena_left > SC_HOST_ARENA_BYTES / 2) {
            char *own = calloc(1, bytes + align);

            return own == NULL ? NULL : own + (-(uintptr_t)own & (align - 1));
        }
        sc_host_arena = calloc(1, want);
        sc_host_arena_left = sc_host_arena == NULL ? 0 : want;
        if (sc_host_arena == NULL)
            return NULL;
        slack = (size_t)(-(uintptr_t)sc_host_arena & (align - 1));
    }
    sc_host_arena += slack + bytes;
    sc_host_arena_left -= slack + bytes;
    return sc_host_arena - bytes;
}

SC_HOST_SLOW struct sc_host_pool *sc_host_pool_make(size_t object_bytes)
{
    size_t each = object_bytes + sizeof(uintptr_t);
    size_t head = sizeof(struct sc_host_chunk) + SC_HOST_ALIGN;
    struct sc_host_pool *p;

    if (object_bytes == 0 || object_bytes > SIZE_MAX / 8)
        return NULL;
    p = (struct sc_host_pool *)(void *)sc_host_bytes(sizeof(*p), false);
    if (p == NULL)
        return NULL;
    p->owner = &sc_host_me;
    p->object_bytes = object_bytes;
    p->objects_per_chunk = head + each > SC_HOST_CHUNK_BYTES ? 1 : (SC_HOST_CHUNK_BYTES - head) / each;
    p->chunk_bytes = p->objects_per_chunk == 1 ? head + each : SC_HOST_CHUNK_BYTES;
    return p;
}

SC_INLINE struct sc_host_chunk *sc_host_chunk_of(const void *object)
{
    return (struct sc_host_chunk *)((uintptr_t)object & ~(uintptr_t)(SC_HOST_CHUNK_BYTES - 1));
}

SC_INLINE uintptr_t *sc_host_state_of(const void *object)
{
    struct sc_host_chunk *c = sc_host_chunk_of(object);

    return &c->state[(size_t)((const char *)object - c->objects) / c->pool->object_bytes];
}

/* From the free list, or from a new chunk. */
SC_HOST_SLOW void *sc_host_new_slow(struct sc_host_pool **slot, size_t object_bytes)
{
    struct sc_host_pool *p = *slot;
    struct sc_host_chunk *c;
    void *object;

    if (p == NULL)
        p = *slot = sc_host_pool_make(object_bytes);
    if (p == NULL)
        return NULL;
    if (p->free == NULL)
        p->free = __atomic_exchange_n(&p->remote, NULL, __ATOMIC_ACQUIRE);
    object = p->free;
    if (object != NULL) {
        uintptr_t *state = sc_host_state_of(object);

        p->free = *state == 1 ? NULL : (void *)*state;
        memset(object, 0, object_bytes);
        __atomic_store_n(state, 0, __ATOMIC_RELEASE);
        return object;
    }
    if (p->nr_fresh == 0) {
        c = (struct sc_host_chunk *)(void *)sc_host_bytes(p->chunk_bytes, true);
        if (c == NULL)
            return NULL;
        c->pool = p;
        c->objects = (char *)c + ((sizeof(*c) + p->objects_per_chunk * sizeof(uintptr_t) + SC_HOST_ALIGN - 1) &
                                  ~(SC_HOST_ALIGN - 1));
        c->magic = (uintptr_t)c ^ SC_HOST_CHUNK_MAGIC;
        p->fresh = c->objects;
        p->nr_fresh = p->objects_per_chunk;
    }
    p->nr_fresh--;
    p->fresh += object_bytes;
    return p->fresh - object_bytes;
}

SC_NULLABLE SC_OWNED SC_INLINE void *sc_host_new(struct sc_host_pool **slot, size_t object_bytes)
{
    struct sc_host_pool *p = *slot;

    if (__builtin_expect(p != NULL && p->free == NULL && p->nr_fresh != 0, 1)) {
        char *object = p->fresh;

        p->nr_fresh--;
        p->fresh = object + object_bytes;
        return object;
    }
    return sc_host_new_slow(slot, object_bytes);
}

SC_HOST_SLOW void sc_host_delete(void *object SC_OWNED SC_NULLABLE, const char *file, int line)
{
    struct sc_host_chunk *c = sc_host_chunk_of(object);
    struct sc_host_pool *p;
    uintptr_t *state, none = 0;
    void *head;

    if (object == NULL)
        return;
    if (c->magic != ((uintptr_t)c ^ SC_HOST_CHUNK_MAGIC) || (char *)object < c->objects ||
        (size_t)((char *)object - c->objects) % c->pool->object_bytes != 0)
        sc_host_trap("SC-12", file, line, "deleted what sc_new did not make");
    p = c->pool;
    state = sc_host_state_of(object);
    if (!__atomic_compare_exchange_n(state, &none, 1, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        sc_host_trap("SC-12", file, line, "deleted twice");
    if (p->owner == &sc_host_me) {
        if (p->free != NULL)
            *state = (uintptr_t)p->free;
        p->free = object;
        return;
    }
    head = __atomic_load_n(&p->remote, __ATOMIC_RELAXED);
    do
        *state = head == NULL ? 1 : (uintptr_t)head;
    while (!__atomic_compare_exchange_n(&p->remote, &head, object, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

SC_NULLABLE SC_OWNED SC_COUNT(count) SC_HOST_SLOW void *sc_host_new_array(size_t count, size_t element_bytes)
{
    struct sc_host_array *a;

    if (element_bytes == 0 || count > SIZE_MAX / 8 / element_bytes)
        return NULL;
    a = (struct sc_host_array *)(void *)sc_host_bytes(SC_HOST_ALIGN + count * element_bytes, false);
    if (a == NULL)
        return NULL;
    a->bytes = count * element_bytes;
    a->magic = (uintptr_t)a ^ SC_HOST_ARRAY_MAGIC;
    return (char *)a + SC_HOST_ALIGN;
}

SC_HOST_SLOW void sc_host_delete_array(void *elements SC_OWNED SC_NULLABLE, const char *file, int line)
{
    struct sc_host_array *a;

    if (elements == NULL)
        return;
    if ((uintptr_t)elements % SC_HOST_ALIGN != 0)
        sc_host_trap("SC-12", file, line, "deleted what sc_new_array did not make");
    a = (struct sc_host_array *)(void *)((char *)elements - SC_HOST_ALIGN);
    if (a->magic != ((uintptr_t)a ^ SC_HOST_ARRAY_MAGIC))
        sc_host_trap("SC-12", file, line, "deleted what sc_new_array did not make");
    if (__atomic_exchange_n(&a->deleted, 1, __ATOMIC_ACQ_REL) != 0)
        sc_host_trap("SC-12", file, line, "deleted twice");
}

/*
 * sc_new(T): T *, one zeroed object, owned by who gets it; or null.
 * For safecc: the value of the statement expression is a cast of sc_host_new().
 */
#define sc_new(T)                                                \
    __extension__({                                              \
        static _Thread_local struct sc_host_pool *sc_host_pool_; \
        (T *)sc_host_new(&sc_host_pool_, sizeof(T));             \
    })

/*
 * sc_new_array(T, n): T * with count n, zeroed, owned; null when memory is out or n * sizeof(T)
 * is too large.  n is evaluated once and may be 0.
 * For safecc: a cast of sc_host_new_array(n, ...), n of type size_t.
 */
#define sc_new_array(T, n) ((T *)sc_host_new_array((n), sizeof(T)))

/* sc_delete(p): ends an object of sc_new; consumes p.  Null does nothing. */
#define sc_delete(p) sc_host_delete((p), __FILE__, __LINE__)

/* sc_delete_array(p): ends an array of sc_new_array; consumes p.  Null does nothing. */
#define sc_delete_array(p) sc_host_delete_array((p), __FILE__, __LINE__)

/*
 * SC_THREAD(name, T, run): for a function void run(T *), defines name_start(thread, argument),
 * which runs it in a new thread: 0, or an error number.  The argument must live until
 * sc_thread_join(thread), whose result is 0 or an error number.
 */
#define SC_THREAD(name, T, run)                                                                 \
    static void *name##_host_entry(void *argument)                                              \
    {                                                                                           \
        run((T *)argument);                                                                     \
        return NULL;                                                                            \
    }                                                                                           \
    static inline __attribute__((unused)) int name##_start(pthread_t *thread, T *argument)      \
    {                                                                                           \
        return pthread_create(thread, NULL, name##_host_entry, argument);                       \
    }                                                                                           \
    _Static_assert(1, "")

SC_INLINE int sc_thread_join(pthread_t thread)
{
    return pthread_join(thread, NULL);
}

/* A mutex of the host; fields are SC_GUARDED_BY it.  Lock and unlock cannot fail on a mutex made here. */
typedef struct {
    pthread_mutex_t host;
} sc_mutex;
typedef struct {
    pthread_cond_t host;
} sc_cond;

#define SC_MUTEX_INIT { PTHREAD_MUTEX_INITIALIZER }
#define SC_COND_INIT { PTHREAD_COND_INITIALIZER }

SC_ACQUIRES(m) SC_INLINE void sc_mutex_lock(sc_mutex *m)
{
    if (pthread_mutex_lock(&m->host) != 0)
        sc_host_trap("SC-14", __FILE__, __LINE__, "a mutex cannot be taken");
}
SC_RELEASES(m) SC_INLINE void sc_mutex_unlock(sc_mutex *m)
{
    if (pthread_mutex_unlock(&m->host) != 0)
        sc_host_trap("SC-14", __FILE__, __LINE__, "a mutex cannot be released");
}
/* Gives the mutex up while it waits; holds it again when it returns (maybe without a signal). */
SC_HOLDS(m) SC_INLINE void sc_cond_wait(sc_cond *c, sc_mutex *m)
{
    if (pthread_cond_wait(&c->host, &m->host) != 0)
        sc_host_trap("SC-14", __FILE__, __LINE__, "a condition cannot be waited for");
}
SC_INLINE void sc_cond_signal(sc_cond *c)
{
    pthread_cond_signal(&c->host);
}

/* The command line's i-th word as a number; fallback when there is none or it is no number. */
SC_INLINE unsigned long sc_arg(int argc, char **argv SC_COUNT(argc), int i, unsigned long fallback)
{
    char *end;
    unsigned long v;

    if (i < 0 || i >= argc || argv[i] == NULL)
        return fallback;
    errno = 0;
    v = strtoul(argv[i], &end, 0);
    return errno != 0 || end == argv[i] || *end != '\0' ? fallback : v;
}

#endif
