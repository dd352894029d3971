/* SPDX-License-Identifier: MIT */
/* image.h - symbols that the linker script makes. */
#ifndef CORE_IMAGE_H
#define CORE_IMAGE_H

#include "core/base.h"

/* The build id's note: a header of 16 bytes, then the id. */
#define BUILD_ID_AT 16
extern const uint8_t __build_id_start[], __build_id_end[];

SC_INLINE uint64_t image_build_id_bytes(void)
{
    SC_UNSAFE("DEV-17: two addresses of one section")
    {
        return (uint64_t)__build_id_end - (uint64_t)__build_id_start;
    }
}

/* Byte i of the note; 0 past its end. */
SC_INLINE uint8_t image_build_id_byte(uint64_t i)
{
    if (i >= image_build_id_bytes())
        return 0;
    SC_UNSAFE("DEV-17: i lies between the section's two addresses")
    {
        return __build_id_start[i];
    }
}

#endif
