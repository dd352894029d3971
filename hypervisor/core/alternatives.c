/* SPDX-License-Identifier: MIT */
/* Code that depends on the CPU's features, patched once before text becomes read-only. */
#include "core/alternatives.h"

#include "arch/cpu.h"

struct alt_entry {
    int32_t where; /* relative to its own place */
    uint8_t bytes[4];
};

void alternatives_apply_smap(void)
{
    SC_UNSAFE("DEV-11: entries between the linker's symbols name three bytes of text each; no other CPU runs yet")
    {
        extern const struct alt_entry __alt_start[], __alt_end[];

        for (const struct alt_entry *e = __alt_start; e != __alt_end; e++)
            memcpy((uint8_t *)((uint64_t)&e->where + (uint64_t)(int64_t)e->where), e->bytes, 3);
    }
}
