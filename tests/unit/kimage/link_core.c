/* SPDX-License-Identifier: MIT */
/* What the core gives to the decoders, as stubs that only have to link. Never run. */
#include <stddef.h>
#include <stdint.h>
#include "hypervisor/unpack/unpack.h"
#include "xen-compat/kimage/kimage.h"
#include "xen-compat/kimage/kimage_sink.h"

void *memcpy(void *dst, const void *src, size_t len);
void *memmove(void *dst, const void *src, size_t len);
void *memset(void *dst, int value, size_t len);
int memcmp(const void *a, const void *b, size_t len);
_Noreturn void lib_panic(const char *what);
int link_entry(const uint8_t *src, size_t len, void *arena, struct kimage_info *info);

void *memcpy(void *dst, const void *src, size_t len)
{
    (void)src;
    (void)len;
    return dst;
}

void *memmove(void *dst, const void *src, size_t len)
{
    return memcpy(dst, src, len);
}

void *memset(void *dst, int value, size_t len)
{
    (void)value;
    (void)len;
    return dst;
}

int memcmp(const void *a, const void *b, size_t len)
{
    return len != 0 && a != b;
}

_Noreturn void lib_panic(const char *what)
{
    (void)what;
    for (;;)
        ;
}

int kimage_sink_reserve(uint64_t paddr_start, uint64_t nr_bytes)
{
    return paddr_start == nr_bytes;
}

struct kimage_window kimage_sink_window(uint64_t offset, size_t want)
{
    static uint8_t window[4096];

    (void)want;
    return (struct kimage_window){ &window[offset & 0xFFF], 1 };
}

int link_entry(const uint8_t *src, size_t len, void *arena, struct kimage_info *info)
{
    unpack_arena_set(arena, len);
    unpack_check_set(0);
    return kimage_load(src, len, info) != 0 && kimage_error()[0] == 0;
}
