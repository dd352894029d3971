#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Make the table of what changes in a copy of the hypervisor's code (core/text.c) from an ELF linked with --emit-relocs.

usage: relocs.py [--empty | ELF] > relocs.S
Text, read-only data and what is read-only after boot are copied for each node, other data is not. In a copy that lies further up, a reference relative to
its place must be made shorter if it leaves what is copied, and a word with an address in it must be moved along if that is in it.
The table lies last in read-only data, so that adding it moves no place that it names.
"""
import struct
import sys

WINDOW_BASE = 0xFFFF808000000000
COPIED = (".text", ".rodata")
R_64, R_PC32, R_PLT32, R_GOTPCREL, R_GOTPCRELX, R_REX_GOTPCRELX = 1, 2, 4, 9, 41, 42
AFTER_BOOT = ("__ro_after_init_start", "__ro_after_init_end")
KEPT = "image"  # its words say where things are linked (core/image.h)


class Elf:
    """Sections, symbols and relocations of a 64-bit little-endian ELF."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = file.read()
        at, = struct.unpack_from("<Q", self.bytes, 0x28)
        size, number, names = struct.unpack_from("<HHH", self.bytes, 0x3A)
        rows = [struct.unpack_from("<IIQQQQIIQQ", self.bytes, at + i * size) for i in range(number)]
        self.sections = rows
        self.names = [self.text(rows[names][4] + row[0]) for row in rows]
        table = self.names.index(".symtab")
        strings = rows[rows[table][6]][4]
        self.symbols = []
        for at in range(rows[table][4], rows[table][4] + rows[table][5], 24):
            name, _, _, section, value, nr_bytes = struct.unpack_from("<IBBHQQ", self.bytes, at)
            self.symbols.append((self.text(strings + name), section, value, nr_bytes))

    def text(self, at):
        return self.bytes[at:self.bytes.index(b"\0", at)].decode()

    def relocations(self, section):
        """(place, type, symbol, addend) of each in a section."""
        row = self.sections[self.names.index(".rela" + section)]
        for at in range(row[4], row[4] + row[5], 24):
            place, kind, symbol, addend = struct.unpack_from("<QIIq", self.bytes, at)
            yield place, kind, self.symbols[symbol], addend

    def word(self, section, address):
        row = self.sections[self.names.index(section)]
        return struct.unpack_from("<i", self.bytes, row[4] + address - row[3])[0]


def places(elf):
    """(places of references that leave what is copied, places of words that stay in it)."""
    copied = [elf.names.index(name) for name in COPIED]
    after_boot = [value for mark in AFTER_BOOT for name, _, value, _ in elf.symbols if name == mark]
    start = elf.sections[copied[0]][3]
    end = elf.sections[copied[-1]][3] + elf.sections[copied[-1]][5]
    kept = [(value, value + size) for name, _, value, size in elf.symbols if name == KEPT and size]
    leaving, words = [], []
    for section in COPIED:
        for place, kind, (name, home, value, _), addend in elf.relocations(section):
            if any(first <= place < last for first, last in kept):
                continue
            if kind in (R_PC32, R_PLT32):
                # Against a section the operand may lie up to 4 bytes further on; the linker script leaves more than that.
                if home not in copied and not after_boot[0] <= value + addend + 4 < after_boot[1]:
                    leaving.append(place)
            elif kind in (R_GOTPCREL, R_GOTPCRELX, R_REX_GOTPCRELX):
                # The linker may have made it a direct one: what it is now says where it goes.
                if not start <= place + 4 + elf.word(section, place) < end:
                    leaving.append(place)
            elif kind == R_64:
                if start <= value + addend < end:
                    words.append(place)
            else:
                sys.exit(f"relocs.py: {place:#x}: a relocation of type {kind} against {name}: not known")
    return sorted(leaving), sorted(words)


def table(name, rows):
    print(f"{name}_nr: .long {len(rows)}\n{name}:")
    for row in rows:
        print(f" .long {row - WINDOW_BASE:#x}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    leaving, words = ([], []) if sys.argv[1] == "--empty" else places(Elf(sys.argv[1]))
    print('.section .relocs, "a"\n.balign 4')
    print(".globl text_leaving_nr, text_leaving, text_words_nr, text_words")
    table("text_leaving", leaving)
    table("text_words", words)
    print('.section .note.GNU-stack, "", @progbits')


main()
