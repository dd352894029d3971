/* SPDX-License-Identifier: MIT */
/* const struct image image (core/image.h): addresses that the linker script and the assembly files know. */
        .section .rodata.image, "a", @progbits
        .balign 8
        .globl  image
image:  .quad   __text_start, __text_end
        .quad   __entry_end
        .quad   __rodata_start, __rodata_end
        .quad   __data_start, __data_end
        .quad   __ro_after_init_start, __ro_after_init_end
        .quad   __module_text_start, __module_text_end
        .quad   __area_text_start, __area_readonly_start, __area_data_start, __area_end
        .quad   __build_id_start, __build_id_end
        .quad   guest_iret, syscall_entry, syscall32_entry
        .size   image, . - image
        .section .note.GNU-stack, "", @progbits
