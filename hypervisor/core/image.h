/* SPDX-License-Identifier: MIT */
/* image.h - symbols that the linker script makes. */
#ifndef CORE_IMAGE_H
#define CORE_IMAGE_H

#include "core/base.h"

/* The build id's note: a header of 16 bytes, then the id. */
extern const uint8_t __build_id_start[], __build_id_end[];

SC_INLINE uint64_t image_build_id_bytes(void)
{
    SC_UNSAFE("DEV-17: two addresses of one section")
    {
        return (uint64_t)__build_id_end - (uint64_t)__build_id_start;
    }
}

#endif
