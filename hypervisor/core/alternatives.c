/* SPDX-License-Identifier: MIT */
/* Code that depends on the CPU's features, patched once before text becomes read-only. */
#include "core/alternatives.h"

#include "arch/cpu.h"

struct alt_entry {
    int32_t where; /* relative to its own place */
    uint8_t bytes[4];
};

extern const struct alt_entry __alt_start[], __alt_end[];

void alternatives_apply_smap(void)
{
    for (unsigned i = 0; &__alt_start[i] != __alt_end; i++) {
        SC_UNSAFE("DEV-11: three bytes of text that the assembler set aside; no other CPU runs yet")
        {
            uint8_t *at = (uint8_t *)((uint64_t)&__alt_start[i].where + (uint64_t)(int64_t)__alt_start[i].where);

            memcpy(at, __alt_start[i].bytes, 3);
        }
    }
}
