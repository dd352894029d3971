/* SPDX-License-Identifier: MIT */
/* Numbers of the ELF-64 object file format that are used here: byte offsets of fields, sizes, values. */
#ifndef KIMAGE_ELF64_H
#define KIMAGE_ELF64_H

enum elf64_header {
    EH_MAGIC = 0,
    EH_CLASS = 4,
    EH_DATA = 5,
    EH_MACHINE = 18,
    EH_ENTRY = 24,
    EH_PHOFF = 32,
    EH_SHOFF = 40,
    EH_PHENTSIZE = 54,
    EH_PHNUM = 56,
    EH_SHENTSIZE = 58,
    EH_SHNUM = 60,
    EH_SHSTRNDX = 62,
    EH_BYTES = 64
};

enum elf64_segment {
    PH_TYPE = 0,
    PH_FLAGS = 4,
    PH_OFFSET = 8,
    PH_PADDR = 24,
    PH_FILESZ = 32,
    PH_MEMSZ = 40,
    PH_BYTES = 56
};

enum elf64_section {
    SH_NAME = 0,
    SH_TYPE = 4,
    SH_OFFSET = 24,
    SH_SIZE = 32,
    SH_BYTES = 64
};

enum elf64_value {
    MAGIC = 0x464c457f, /* "\177ELF" */
    CLASS_64 = 2,
    DATA_LITTLE = 1,
    MACHINE_X86_64 = 62,
    SEGMENT_LOAD = 1,
    SEGMENT_NOTE = 4,
    SEGMENT_RWX = 7,
    SECTION_NOTE = 7
};

#endif
