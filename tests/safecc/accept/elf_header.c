/* SPDX-License-Identifier: MIT */
// expect: ok
/*
 * Reads fields of an ELF header at fixed offsets through little-endian loads that know the
 * count.
 */
#include "core/base.h"

#define EHDR_BYTES 64

struct elf_info {
    uint64_t entry;
    uint64_t phdr_at;
    uint32_t nr_phdrs;
    uint32_t phdr_bytes;
};

static uint64_t load_le(const uint8_t *p SC_COUNT(n), uint32_t n, uint32_t at, SC_RANGE(1, 8) uint32_t width)
{
    uint64_t value = 0;

    for (uint32_t i = 0; i < width; i++)
        if (at < n && i < n - at)
            value |= (uint64_t)p[at + i] << 8 * i;
    return value;
}

int elf_read(const uint8_t *p SC_COUNT(n), uint32_t n, struct elf_info *info)
{
    static const uint8_t magic[4] = { 0x7f, 'E', 'L', 'F' };

    if (n < EHDR_BYTES)
        return -EINVAL;
    for (uint32_t i = 0; i < 4; i++)
        if (p[i] != magic[i])
            return -EINVAL;
    if (p[4] != 2 || p[5] != 1)
        return -EINVAL;
    info->entry = load_le(p, n, 24, 8);
    info->phdr_at = load_le(p, n, 32, 8);
    info->phdr_bytes = (uint32_t)load_le(p, n, 54, 2);
    info->nr_phdrs = (uint32_t)load_le(p, n, 56, 2);
    if (info->phdr_bytes < 56 || info->phdr_at > n)
        return -EINVAL;
    return info->nr_phdrs <= (n - info->phdr_at) / info->phdr_bytes ? 0 : -EINVAL;
}
