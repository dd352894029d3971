/* SPDX-License-Identifier: MIT */
/*
 * The libraries allocate few and large blocks, most of them for the whole life of a stream, so the arena is a
 * stack: a freed block is given back once everything above it is free as well.
 */
#include "backend.h"
#include "unpack.h"

#define ARENA_ALIGN 16u
#define ARENA_BLOCKS 64u /* liblzma takes a dozen */

struct arena_block {
    size_t at;
    int freed;
};

static struct {
    uint8_t *base SC_COUNT(room);
    size_t room;
    size_t next; /* offset of the next block */
    uint32_t nr_blocks;
    size_t wanted;
    struct arena_block blocks[ARENA_BLOCKS];
} arena SC_BOOT;

void arena_reset(void)
{
    arena.next = 0;
    arena.nr_blocks = 0;
}

/* Bytes up to the next aligned place. */
static size_t arena_skew(const uint8_t *base)
{
    SC_UNSAFE("DEV-47: the address is looked at for its low bits only")
    {
        return -(uintptr_t)base & (ARENA_ALIGN - 1);
    }
}

void unpack_arena_set(uint8_t *base, size_t len_bytes)
{
    size_t skew = base != NULL ? arena_skew(base) : 0;

    arena.wanted = 0;
    arena_reset();
    if (base != NULL && len_bytes > skew) {
        arena.room = len_bytes - skew;
        arena.base = &base[skew];
    } else {
        arena.room = 0;
        arena.base = NULL;
    }
}

size_t unpack_arena_wanted(void)
{
    return arena.wanted;
}

uint8_t *arena_alloc(size_t len_bytes)
{
    size_t at = arena.next, need;
    uint8_t *base = arena.base;

    if (len_bytes > SIZE_MAX / 2 || base == NULL)
        return NULL;
    need = (len_bytes + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (arena.nr_blocks >= ARENA_BLOCKS || at > arena.room || need > arena.room - at) {
        arena.wanted = at + need + ARENA_ALIGN;
        return NULL;
    }
    arena.blocks[arena.nr_blocks] = (struct arena_block){ .at = at };
    arena.nr_blocks++;
    arena.next = at + need;
    return &arena.base[at];
}

SC_NULLABLE SC_COUNT(len_bytes) static uint8_t *alloc_zeroed(size_t len_bytes)
{
    uint8_t *block SC_COUNT(len_bytes) = arena_alloc(len_bytes);

    if (block != NULL)
        memset(block, 0, len_bytes);
    return block;
}

uint8_t *arena_alloc_zeroed(size_t count, size_t each_bytes)
{
    size_t len_bytes;

    return __builtin_mul_overflow(count, each_bytes, &len_bytes) ? NULL : alloc_zeroed(len_bytes);
}

void arena_free(const uint8_t *body)
{
    if (body == NULL || arena.base == NULL)
        return;
    for (uint32_t i = 0; i < arena.nr_blocks; i++)
        if (&arena.base[arena.blocks[i].at] == body)
            arena.blocks[i].freed = 1;
    while (arena.nr_blocks > 0 && arena.blocks[arena.nr_blocks - 1].freed) {
        arena.nr_blocks--;
        arena.next = arena.blocks[arena.nr_blocks].at;
    }
}
