/* SPDX-License-Identifier: MIT */
/*
 * text.h - the hypervisor's code, a copy for each node.
 *
 * Text and read-only data of node n's copy lie so far above the linked ones, and so does what is read-only after boot
 * (TEXT_AFTER_BOOT); other data is there once (docs/decisions/0022-text-per-node.md).  A CPU runs its node's copy from
 * ap_main on.  What runs finds its own copy's tables; where addresses are compared with linked ones, text_home comes
 * first.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include "core/image.h"
#include "core/layout.h"

/* Boot, before other CPUs are started: a copy for each node that has CPUs and memory.  Alternatives have been applied.
 */
SC_CORE void text_make(void);
/* Boot, when nothing of TEXT_AFTER_BOOT changes any more: the copies of it, as it is now.  What is not the first CPU
 * reads an older one until then. */
SC_CORE void text_seal(void);
/* How far above the linked one the copy of a node lies; 0: it uses that. */
SC_CORE uint64_t text_delta(uint32_t node);

/*
 * Writing to code and read-only data, at the linked place and in every copy.  No CPU may run what changes: at boot, or
 * while the others wait (core/modules.h).
 */
SC_CORE void text_write(uint64_t home, const uint8_t *bytes SC_COUNT(nr), uint64_t nr, uint32_t node);
/* A reference of 32 bits to what is copied too: the same everywhere. */
SC_CORE void text_write_distance(uint64_t home, uint32_t distance);
/* A word with the linked address of something that is copied. */
SC_CORE void text_write_address(uint64_t home, uint64_t address);

/* Text and read-only data, the image's and modules'. */
SC_INLINE bool text_is_copied(uint64_t home)
{
    return (home >= image.text_start && home < image.rodata_end) ||
           (home >= image.area_text_start && home < image.area_data_start);
}
/* Where what lies at an address in a copy is linked; any other address as it is. */
SC_INLINE uint64_t text_home(uint64_t address)
{
    uint64_t home = WINDOW_BASE + (address - WINDOW_BASE) % TEXT_STRIDE;

    if (address - WINDOW_BASE >= (uint64_t)MAX_NODES * TEXT_STRIDE)
        return address;
    return text_is_copied(home) ? home : address;
}

#endif
