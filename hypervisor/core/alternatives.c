/* SPDX-License-Identifier: MIT */
/* Code that depends on the CPU's features, patched once before text becomes read-only. */
#include "core/alternatives.h"

#include "core/log.h"

struct alt_entry {
    int32_t where; /* relative to its own place */
    uint8_t bytes[3];
    uint8_t feature;
};

void alternatives_apply(unsigned feature)
{
    SC_UNSAFE("DEV-11: entries between the linker's symbols name three bytes of text each; no other CPU runs yet")
    {
        extern const struct alt_entry __alt_start[], __alt_end[];

        for (const struct alt_entry *e = __alt_start; e != __alt_end; e++) {
            uint8_t *at = (uint8_t *)((uint64_t)&e->where + (uint64_t)(int64_t)e->where);

            if (e->feature != feature)
                continue;
            BUG_ON(at[0] != 0x0f && at[0] != 0xeb); /* a no-op, or a short jump: the assembler chose */
            memcpy(at, e->bytes, sizeof(e->bytes));
        }
    }
}
