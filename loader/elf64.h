/* SPDX-License-Identifier: MIT */
/* elf64.h - offsets and values of the System V ABI, AMD64 supplement, as far as the loader knows them. */
#ifndef LOADER_ELF64_H
#define LOADER_ELF64_H

#define EH_BYTES 64u
#define EH_TYPE 16u
#define EH_MACHINE 18u
#define EH_VERSION 20u
#define EH_ENTRY 24u
#define EH_PHOFF 32u
#define EH_SHOFF 40u
#define EH_FLAGS 48u
#define EH_EHSIZE 52u
#define EH_PHENTSIZE 54u
#define EH_PHNUM 56u
#define EH_SHENTSIZE 58u
#define EH_SHNUM 60u
#define EH_SHSTRNDX 62u
#define ELF_RELOCATABLE 1u
#define ELF_X86_64 62u

#define SH_BYTES 64u
#define SH_NAME 0u
#define SH_TYPE 4u
#define SH_FLAGS 8u
#define SH_ADDR 16u
#define SH_OFFSET 24u
#define SH_SIZE 32u
#define SH_LINK 40u
#define SH_INFO 44u
#define SH_ALIGN 48u
#define SH_ENTSIZE 56u

#define SECTION_NULL 0u
#define SECTION_PROGBITS 1u
#define SECTION_SYMTAB 2u
#define SECTION_STRTAB 3u
#define SECTION_RELA 4u
#define SECTION_NOBITS 8u
#define SECTION_WRITE 1u
#define SECTION_ALLOC 2u
#define SECTION_EXEC 4u
#define SECTION_MERGE 0x10u
#define SECTION_STRINGS 0x20u
#define SECTION_INFO_LINK 0x40u

#define SYM_BYTES 24u
#define SYM_NAME 0u
#define SYM_INFO 4u
#define SYM_OTHER 5u
#define SYM_SHNDX 6u
#define SYM_VALUE 8u
#define SYM_SIZE 16u
#define SYMBOL_UNDEFINED 0u
#define SYMBOL_ABSOLUTE 0xfff1u
#define BIND_LOCAL 0u
#define BIND_GLOBAL 1u
#define KIND_NOTYPE 0u
#define KIND_OBJECT 1u
#define KIND_FUNC 2u
#define KIND_SECTION 3u
#define VISIBILITY_DEFAULT 0u
#define VISIBILITY_HIDDEN 2u

#define RELA_BYTES 24u
#define RELA_OFFSET 0u
#define RELA_INFO 8u
#define RELA_ADDEND 16u
#define RELOCATION_64 1u
#define RELOCATION_PC32 2u
#define RELOCATION_PLT32 4u

#endif
