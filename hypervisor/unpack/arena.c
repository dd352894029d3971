/* SPDX-License-Identifier: MIT */
/*
 * The libraries allocate few and large blocks, most of them for the whole life of a stream, so the arena is a
 * stack: a freed block is given back once everything above it is free as well.
 */
#include "backend.h"
#include "unpack.h"

#define ARENA_ALIGN 16u

struct arena_block {
    struct arena_block *below;
    uint8_t *end;
    int freed;
    int pad[3];
};

_Static_assert(sizeof(struct arena_block) % ARENA_ALIGN == 0, "a block's body is aligned as its header is");

static struct {
    uint8_t *base;
    uint8_t *limit;
    uint8_t *next;
    struct arena_block *top;
    size_t wanted;
} arena;

void arena_reset(void)
{
    arena.next = arena.base;
    arena.top = NULL;
}

void unpack_arena_set(void *base, size_t len_bytes)
{
    uintptr_t skew = -(uintptr_t)base & (ARENA_ALIGN - 1);

    arena.base = len_bytes > skew ? (uint8_t *)base + skew : NULL;
    arena.limit = len_bytes > skew ? (uint8_t *)base + len_bytes : NULL;
    arena.wanted = 0;
    arena_reset();
}

size_t unpack_arena_wanted(void)
{
    return arena.wanted;
}

void *arena_alloc(size_t len_bytes)
{
    size_t room = (size_t)(arena.limit - arena.next);
    struct arena_block *block = (struct arena_block *)arena.next;
    size_t need;

    if (len_bytes > SIZE_MAX / 2)
        return NULL;
    need = sizeof(*block) + ((len_bytes + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1));
    if (need > room) {
        arena.wanted = (size_t)(arena.next - arena.base) + need + ARENA_ALIGN;
        return NULL;
    }
    block->below = arena.top;
    block->end = arena.next + need;
    block->freed = 0;
    arena.top = block;
    arena.next = block->end;
    return block + 1;
}

void *arena_alloc_zeroed(size_t count, size_t each_bytes)
{
    size_t len_bytes;
    void *block;

    if (__builtin_mul_overflow(count, each_bytes, &len_bytes))
        return NULL;
    block = arena_alloc(len_bytes);
    if (block != NULL)
        memset(block, 0, len_bytes);
    return block;
}

void arena_free(void *body)
{
    if (body == NULL)
        return;
    ((struct arena_block *)body - 1)->freed = 1;
    while (arena.top != NULL && arena.top->freed) {
        arena.next = (uint8_t *)arena.top;
        arena.top = arena.top->below;
    }
}
