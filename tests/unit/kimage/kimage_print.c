/* SPDX-License-Identifier: MIT */
/* kimage_print FILE [MEMORY]: loads a kernel, prints what it says of itself, writes its memory; for compare_stock.py. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "hypervisor/unpack/unpack.h"
#include "sink.h"
#include "xen-compat/kimage/kimage.h"

#define ARENA_BYTES ((size_t)36 << 20)
#define SINK_LIMIT ((uint64_t)256 << 20)

static int load(const uint8_t *bytes, size_t len, struct kimage_info *info)
{
    size_t arena_len = ARENA_BYTES;
    int rc = 0;

    for (int tries = 0; tries < 4; tries++) {
        void *arena = malloc(arena_len);

        sink_reset((uint64_t)2 << 20, SINK_LIMIT);
        unpack_arena_set(arena, arena_len);
        rc = kimage_load(bytes, len, info);
        free(arena);
        if (rc == 0 || unpack_arena_wanted() <= arena_len)
            break;
        arena_len = unpack_arena_wanted();
    }
    fprintf(stderr, "arena %zu bytes\n", arena_len);
    return rc;
}

static void print_number(const char *name, uint64_t value)
{
    if (value != KIMAGE_NONE)
        printf("%s: %" PRIu64 "\n", name, value);
}

static void print_info(const struct kimage_info *info)
{
    print_number("paddr_start", info->paddr_start);
    print_number("paddr_end", info->paddr_end);
    print_number("virt_kstart", info->virt_kstart);
    print_number("virt_base", info->virt_base);
    print_number("paddr_offset", info->paddr_offset);
    print_number("virt_entry", info->virt_entry);
    print_number("hypercall_page", info->hypercall_page);
    print_number("init_p2m", info->init_p2m);
    print_number("hv_start_low", info->hv_start_low);
    print_number("phys32_entry", info->phys32_entry);
    print_number("l1_mfn_valid_mask", info->l1_mfn_valid_mask);
    print_number("l1_mfn_valid_value", info->l1_mfn_valid_value);
    print_number("mod_start_pfn", info->mod_start_pfn);
    print_number("suspend_cancel", info->suspend_cancel);
    printf("guest_os: %s\nguest_version: %s\n", info->guest_os, info->guest_version);
    printf("xen_version: %s\nloader: %s\n", info->xen_version, info->loader);
}

static int write_memory(const char *path)
{
    const struct sink *sink = sink_get();
    FILE *file = fopen(path, "wb");
    uint64_t done = 0;

    if (file == NULL)
        return 1;
    for (uint64_t i = 0; done < sink->nr_bytes; i++) {
        uint64_t left = sink->nr_bytes - done;
        size_t count = left < sink->chunk_bytes ? left : sink->chunk_bytes;

        done += fwrite(sink->chunks[i], 1, count, file);
    }
    return fclose(file);
}

int main(int argc, char **argv)
{
    struct kimage_info info;
    size_t len;
    uint8_t *bytes = argc >= 2 ? sink_read_file(argv[1], &len) : NULL;
    int rc;

    if (bytes == NULL)
        return 2;
    rc = load(bytes, len, &info);
    free(bytes);
    if (rc != 0) {
        fprintf(stderr, "%s: %d: %s\n", argv[1], rc, kimage_error());
        return 1;
    }
    print_info(&info);
    rc = argc >= 3 ? write_memory(argv[2]) : 0;
    sink_reset(4096, 0);
    return rc;
}
