/* SPDX-License-Identifier: MIT */
/* The unpacker by itself: reads of odd sizes, an arena that is too small, checks off, the arena's own behaviour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "hypervisor/unpack/backend.h"
#include "hypervisor/unpack/unpack.h"
#include "sink.h"

#define ARENA_BYTES ((size_t)36 << 20)
#define PAYLOAD_AT (3 * 512 + 0x2CC) /* as elfmaker.py's bzimage() has it */

static const char *folder;
static uint8_t *arena;

static uint8_t *input(const char *name, size_t *len)
{
    char path[512];
    uint8_t *bytes;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    bytes = sink_read_file(path, len);
    assert_non_null(bytes);
    return bytes;
}

static const char *const packed_names[] = { "bzimage-gzip.img", "bzimage-xz.img", "bzimage-xz-crc64.img",
    "bzimage-xz-nocheck.img", "bzimage-xz-blocks.img", "bzimage-lz4.img", "bzimage-zstd.img", "bzimage-zstd-fast.img" };

#define NR_PACKED (sizeof(packed_names) / sizeof(packed_names[0]))

/* The payload's length, from the header. */
static size_t payload_len(const uint8_t *bytes)
{
    uint32_t len;

    memcpy(&len, &bytes[0x24C], sizeof(len));
    return len;
}

/* The windows of xz -9 and zstd -22 are more than the arena, so these need the size that the payload ends with. */
static int open_payload(const uint8_t *bytes)
{
    const uint8_t *payload = &bytes[PAYLOAD_AT];
    size_t len = payload_len(bytes);
    enum unpack_format format = unpack_detect(payload, len);
    int sized = format == UNPACK_ZSTD || format == UNPACK_XZ;
    uint32_t size;

    memcpy(&size, &payload[len - 4], sizeof(size));
    return unpack_open_sized(format, payload, len, sized ? size : UINT64_MAX);
}

static void compare_unpacked(const char *name, size_t step)
{
    size_t len, want_len, done = 0;
    uint8_t *bytes = input(name, &len);
    uint8_t *want = input("elf.img", &want_len);
    uint8_t *window = malloc(step);
    int64_t count;

    unpack_arena_set(arena, ARENA_BYTES);
    assert_int_equal(open_payload(bytes), 0);
    do {
        count = unpack_read(window, step);
        assert_true(count >= 0 && (uint64_t)count <= want_len - done);
        assert_memory_equal(window, &want[done], (size_t)count);
        done += (size_t)count;
    } while ((size_t)count == step);
    assert_int_equal(done, want_len);
    assert_int_equal(unpack_read(window, step), 0);
    unpack_close();
    assert_true(unpack_read(window, step) < 0);
    free(window);
    free(want);
    free(bytes);
}

static void unpack_read_sizes(void **state)
{
    static const size_t steps[] = { 3, 4096, 65536, 1000003 };

    (void)state;
    for (size_t i = 0; i < NR_PACKED; i++)
        for (size_t j = 0; j < sizeof(steps) / sizeof(steps[0]); j++)
            compare_unpacked(packed_names[i], steps[j]);
}

static void unpack_arena_small(void **state)
{
    (void)state;
    for (size_t i = 0; i < NR_PACKED; i++) {
        size_t len, arena_len = 64;
        uint8_t *bytes = input(packed_names[i], &len);
        uint8_t window[64];
        int64_t rc;
        int tries;

        /* Asking for what the failed try said it wanted comes to an end. */
        for (tries = 0; tries < 20; tries++) {
            unpack_arena_set(arena, arena_len);
            rc = open_payload(bytes);
            if (rc == 0)
                rc = unpack_read(window, sizeof(window));
            if (rc >= 0)
                break;
            assert_int_equal(rc, -XEN_ENOMEM);
            assert_true(unpack_arena_wanted() > arena_len);
            arena_len = unpack_arena_wanted();
        }
        assert_true(tries > 0 && tries < 20);
        assert_int_equal(rc, sizeof(window));
        free(bytes);
    }
}

static int64_t read_all(const uint8_t *bytes)
{
    static uint8_t window[100000];
    int64_t count = open_payload(bytes);

    if (count == 0)
        do
            count = unpack_read(window, sizeof(window));
        while (count > 0);
    return count;
}

static void unpack_check_off(void **state)
{
    size_t len;
    uint8_t *bytes = input("gzip-crc.img", &len);

    (void)state;
    unpack_arena_set(arena, ARENA_BYTES);
    assert_int_equal(read_all(bytes), -XEN_EINVAL);
    unpack_check_set(0);
    assert_int_equal(read_all(bytes), 0);
    unpack_check_set(1);
    free(bytes);
}

static void arena_gives_back(void **state)
{
    void *first, *second;

    (void)state;
    unpack_arena_set(&arena[1], 1024);
    first = arena_alloc(100);
    second = arena_alloc_zeroed(10, 10);
    assert_non_null(first);
    assert_non_null(second);
    assert_int_equal((uintptr_t)first % 16, 0);
    assert_null(arena_alloc(1024));
    arena_free(first);
    assert_null(arena_alloc(800));
    arena_free(second);
    assert_ptr_equal(arena_alloc(800), first);
    assert_null(arena_alloc(SIZE_MAX));
    assert_null(arena_alloc(SIZE_MAX / 2 - 20));
    assert_null(arena_alloc_zeroed(SIZE_MAX / 2, 3));
    unpack_arena_set(NULL, 0);
    assert_null(arena_alloc(1));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unpack_read_sizes),
        cmocka_unit_test(unpack_arena_small),
        cmocka_unit_test(unpack_check_off),
        cmocka_unit_test(arena_gives_back),
    };

    if (argc != 2)
        return 2;
    folder = argv[1];
    arena = malloc(ARENA_BYTES);
    return cmocka_run_group_tests_name("unpack", tests, NULL, NULL);
}
