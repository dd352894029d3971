/* SPDX-License-Identifier: MIT */
/* image.h - addresses of the image's parts, from the linker script and the assembly files (arch/image.S). */
#ifndef CORE_IMAGE_H
#define CORE_IMAGE_H

#include "core/base.h"

struct image {
    uint64_t text_start, text_end;
    uint64_t entry_end; /* from text_start: the code that runs on a guest's root table too */
    uint64_t rodata_start, rodata_end;
    uint64_t data_start, data_end;
    uint64_t ro_after_init_start, ro_after_init_end;
    uint64_t module_text_start, module_text_end;
    uint64_t area_text_start, area_readonly_start, area_data_start, area_end; /* for modules: core/modules.h */
    uint64_t build_id_start, build_id_end; /* the note: a header of 16 bytes, then the id */
    uint64_t guest_iret, syscall_entry, syscall32_entry;
};
extern const struct image image;

#define BUILD_ID_AT 16

/* Byte i of the build id's note; 0 past its end. */
SC_INLINE uint8_t image_build_id_byte(uint64_t i)
{
    if (i >= image.build_id_end - image.build_id_start)
        return 0;
    SC_UNSAFE("DEV-17: i lies between the section's two addresses")
    {
        return *(const uint8_t *)(image.build_id_start + i);
    }
}

#endif
