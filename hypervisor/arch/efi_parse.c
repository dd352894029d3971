/* SPDX-License-Identifier: MIT */
#include "arch/efi_parse.h"

#define GUID_BYTES 16

/* 8868e871-e4f1-11d3-bc22-0080c73c8881 and eb9d2d30-2d88-11d3-9a16-0090273fc14d */
static const uint8_t acpi20[GUID_BYTES] = { 0x71, 0xe8, 0x68, 0x88, 0xf1, 0xe4, 0xd3, 0x11,
                                            0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 };
static const uint8_t acpi10[GUID_BYTES] = { 0x30, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11,
                                            0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d };

static uint64_t get64(const uint8_t *b SC_COUNT(n), uint32_t n, uint32_t at)
{
    uint64_t v = 0;

    for (uint32_t i = 0; i < 8 && at < n && i < n - at; i++)
        v |= (uint64_t)b[at + i] << (8 * i);
    return v;
}

struct efi_config efi_parse_system_table(const uint8_t *b, uint32_t n)
{
    static const uint8_t signature[8] = { 'I', 'B', 'I', ' ', 'S', 'Y', 'S', 'T' };
    uint64_t nr = get64(b, n, 104), maddr = get64(b, n, 112);

    for (uint32_t i = 0; i < sizeof(signature); i++) {
        if (i >= n || b[i] != signature[i])
            return (struct efi_config){ 0, 0 };
    }
    if (maddr == 0 || nr > EFI_MAX_CONFIG_ENTRIES)
        return (struct efi_config){ 0, 0 };
    return (struct efi_config){ maddr, (uint32_t)nr };
}

static bool is_guid(const uint8_t *b SC_COUNT(n), uint32_t n, uint32_t at, const uint8_t guid[GUID_BYTES])
{
    for (uint32_t i = 0; i < GUID_BYTES; i++) {
        if (b[at + i] != guid[i])
            return false;
    }
    return true;
}

uint64_t efi_config_rsdp(const uint8_t *b, uint32_t n)
{
    uint64_t old = 0;

    for (uint32_t at = 0; at < n && n - at >= EFI_CONFIG_ENTRY_BYTES; at += EFI_CONFIG_ENTRY_BYTES) {
        if (is_guid(b, n, at, acpi20))
            return get64(b, n, at + GUID_BYTES);
        if (is_guid(b, n, at, acpi10))
            old = get64(b, n, at + GUID_BYTES);
    }
    return old;
}
