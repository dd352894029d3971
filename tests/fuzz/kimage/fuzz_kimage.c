/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer over kimage_load(). The first byte chooses the windows; the rest is the module. What must hold: no report
 * of the sanitizers, the sink's bounds (it aborts), an error has a reason, and a success makes sense.
 */
#include <stdlib.h>
#include <string.h>
#include "hypervisor/unpack/unpack.h"
#include "tests/unit/kimage/sink.h"
#include "xen-compat/kimage/kimage.h"
#include "xen-compat/kimage/kimage_sink.h"

#define ARENA_BYTES ((size_t)12 << 20)
#define SINK_LIMIT ((uint64_t)1 << 20)

/* More turns than any input needs: one that takes them all is a finding. */
#define TURNS (1L << 28)
static long turns;

_Bool turn_take(void)
{
    return turns-- > 0;
}

static void require(int truth)
{
    if (!truth)
        abort();
}

static void require_info(const struct kimage_info *info)
{
    const struct sink *sink = sink_get();

    require(info->paddr_start < info->paddr_end);
    require(sink->paddr_start == (info->paddr_start & ~UINT64_C(0xFFF)));
    require(sink->nr_bytes == info->paddr_end - sink->paddr_start);
    require(info->virt_kend - info->virt_kstart == info->paddr_end - info->paddr_start);
    require(info->virt_entry >= info->virt_kstart && info->virt_entry < info->virt_kend);
    require((info->features_required & ~info->features_supported) == 0);
    require(memchr(info->guest_os, 0, sizeof(info->guest_os)) != NULL);
    require(memchr(info->guest_version, 0, sizeof(info->guest_version)) != NULL);
    require(memchr(info->loader, 0, sizeof(info->loader)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t *arena;
    struct kimage_info info;
    uint8_t *module;
    int rc;

    if (arena == NULL)
        arena = malloc(ARENA_BYTES);
    if (len == 0)
        return 0;
    turns = TURNS;
    module = malloc(len - 1 == 0 ? 1 : len - 1); /* of the exact size, for ASan */
    memcpy(module, &data[1], len - 1);
    sink_reset((data[0] & 1) != 0 ? 4096 : 65536, SINK_LIMIT);
    unpack_arena_set(arena, ARENA_BYTES);
    unpack_check_set((data[0] & 2) == 0);
    rc = kimage_load(module, len - 1, &info);
    require(rc <= 0 && rc > -4096);
    require(rc == 0 || strcmp(kimage_error(), "no error") != 0);
    if (rc == 0)
        require_info(&info);
    free(module);
    return 0;
}
