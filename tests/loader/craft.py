# SPDX-License-Identifier: MIT
"""Modules' files, made by hand: good ones, and ways to make them bad (docs/module-format.md).

Small is a module with one of everything that the format knows; its parts are lists to be changed before build().
File is a file's bytes, whose fields are changed in place: header, section headers, symbols, relocations, manifest.
"""
import hashlib
import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/module"))
sys.dont_write_bytecode = True
import elf  # pylint: disable=wrong-import-position
import sho  # pylint: disable=wrong-import-position

PROGBITS, SYMTAB, STRTAB, RELA, NOBITS = 1, 2, 3, 4, 8
W, A, X, M, S, INFO = 1, 2, 4, 0x10, 0x20, 0x40
NOTYPE, OBJECT, FUNC, SECTION = 0, 1, 2, 3
LOCAL, GLOBAL = 0, 1
R64, PC32, PLT32 = 1, 2, 4
U32, U64 = 0xffffffff, 0xffffffffffffffff
ORDER = sho.ORDER

# field: (offset, width)
HEADER = {"type": (16, 2), "machine": (18, 2), "version": (20, 4), "entry": (24, 8), "phoff": (32, 8), "shoff": (40, 8), "flags": (48, 4),
          "ehsize": (52, 2), "phentsize": (54, 2), "phnum": (56, 2), "shentsize": (58, 2), "shnum": (60, 2), "shstrndx": (62, 2)}
SECTION_HEADER = {"name": (0, 4), "type": (4, 4), "flags": (8, 8), "addr": (16, 8), "offset": (24, 8), "size": (32, 8), "link": (40, 4),
                  "info": (44, 4), "align": (48, 8), "entsize": (56, 8)}
SYMBOL = {"name": (0, 4), "info": (4, 1), "other": (5, 1), "section": (6, 2), "value": (8, 8), "size": (16, 8)}
RELOCATION = {"offset": (0, 8), "type": (8, 4), "symbol": (12, 4), "addend": (16, 8)}
MANIFEST = {"magic": (0, 8), "size": (8, 4), "zero": (12, 4), "name": (16, 32), "version": (48, 8), "epoch": (56, 4), "stack": (60, 4),
            "interface": (64, 32), "level": (96, 4), "provides": (100, 4), "requires": (104, 4), "exports": (108, 4), "imports": (112, 4),
            "zero2": (116, 4)}


class File:
    """The bytes of a module without its trailer."""

    def __init__(self, content):
        self.bytes = bytearray(content)
        self.sections, self.symbols = elf.read(bytes(content))

    def index(self, section):
        return section if isinstance(section, int) else next(s.index for s in self.sections if s.name == section)

    def symbol_index(self, symbol):
        return symbol if isinstance(symbol, int) else next(s.index for s in self.symbols if s.name == symbol)

    def header_at(self, section):
        return struct.unpack_from("<Q", self.original_header(), 40)[0] + 64 * self.index(section)

    def original_header(self):
        if not hasattr(self, "_header"):
            self._header = bytes(self.bytes[:64])
        return self._header

    def begin(self, section):
        """Where its bytes begin in the file."""
        if not hasattr(self, "_begins"):
            self._begins = {}
        i = self.index(section)
        if i not in self._begins:
            self._begins[i] = struct.unpack_from("<Q", self.bytes, self.header_at(i) + 24)[0]
        return self._begins[i]

    def put(self, at, value, width):
        if isinstance(value, (bytes, str)):
            data = value.encode() if isinstance(value, str) else value
            self.bytes[at:at + width] = data.ljust(width, b"\0")[:width]
        else:
            self.bytes[at:at + width] = (value & ((1 << (8 * width)) - 1)).to_bytes(width, "little")
        return self

    def get(self, at, width):
        return int.from_bytes(self.bytes[at:at + width], "little")

    def fields(self, at, table, values):
        for field, value in values.items():
            offset, width = table[field]
            self.put(at + offset, value, width)
        return self

    def header(self, **values):
        self.original_header()
        return self.fields(0, HEADER, values)

    def section(self, which, **values):
        self.begin(which)
        return self.fields(self.header_at(which), SECTION_HEADER, values)

    def symbol(self, which, **values):
        return self.fields(self.begin(".symtab") + 24 * self.symbol_index(which), SYMBOL, values)

    def relocation(self, section, k, **values):
        return self.fields(self.begin(".rela" + section) + 24 * k, RELOCATION, values)

    def manifest(self, **values):
        return self.fields(self.begin(".sc_manifest"), MANIFEST, values)

    def port(self, i, name):
        return self.put(self.begin(".sc_manifest") + 120 + 32 * i, name, 32)

    def record(self, i, **values):
        """Exports first, then imports."""
        ports = sum(self.get(self.begin(".sc_manifest") + at, 4) for at in (100, 104))
        return self.fields(self.begin(".sc_manifest") + 120 + 32 * ports + 24 * i, {"symbol": (0, 4), "port": (4, 4), "type": (8, 16)},
                           values)

    def swap(self, a, b, nr):
        self.bytes[a:a + nr], self.bytes[b:b + nr] = self.bytes[b:b + nr], self.bytes[a:a + nr]
        return self


class Symbol:
    def __init__(self, name, kind=NOTYPE, binding=GLOBAL, section=None, value=0, size=0, other=2):
        self.name, self.kind, self.binding, self.section = name, kind, binding, section
        self.value, self.size, self.other = value, size, other


class Small:
    """A module that has one of everything. section None of a symbol: undefined; a number: that index."""

    def __init__(self):
        text = bytearray(b"\x90" * 96)
        self.sections = [
            elf.Section(".text", PROGBITS, A | X, bytes(text), 16),
            elf.Section(".rodata", PROGBITS, A, bytes(range(40)), 8),
            elf.Section(".rodata.str1.1", PROGBITS, A | M | S, b"a text\0", 1, 1),
            elf.Section(".rodata.cst8", PROGBITS, A | M, b"\1" * 8, 8, 8),
            elf.Section(".data.rel.ro", PROGBITS, W | A, b"\0" * 24, 8),
            elf.Section(".percpu_arrays", PROGBITS, W | A, struct.pack("<QQ", 0, 64), 8),
            elf.Section(".sc_sites", PROGBITS, A, b"\0" * 16, 4),
            elf.Section(".sc_names", PROGBITS, A | M | S, b"SC-07\0file.c\0", 1, 1),
            elf.Section(".kcfi_traps", PROGBITS, A, b"\0" * 4, 4),
            elf.Section(".data", PROGBITS, W | A, b"\7" * 32, 8),
            elf.Section(".bss", NOBITS, W | A, b"", 64, size=4096),
        ]
        self.symbols = [
            Symbol("", SECTION, LOCAL, ".text", 0, 0, 0),
            Symbol("table", OBJECT, LOCAL, ".rodata", 0, 40),
            Symbol("names", NOTYPE, LOCAL, ".sc_names", 0, 0),
            Symbol("counters", OBJECT, LOCAL, ".bss", 64, 4000),
            Symbol("state", OBJECT, LOCAL, ".data", 0, 32),
            Symbol("__kcfi_typeid_sched_wake", NOTYPE, GLOBAL, elf.ABS, 0x12345678, 0),
            Symbol("cpus", NOTYPE, GLOBAL, None, other=0),
            Symbol("sample_call", FUNC, GLOBAL, ".text", 16, 32),
            Symbol("sample_limits", OBJECT, GLOBAL, ".rodata", 8, 16),
            Symbol("sched_wake", NOTYPE, GLOBAL, None),
        ]
        # section: [(offset, symbol, type, addend)]
        self.relas = {
            ".text": [(4, "table", PC32, -4), (20, "sched_wake", PLT32, -4), (28, "cpus", PC32, 4), (36, "counters", PC32, -8),
                      (44, "sample_call", PLT32, -4), (52, "state", PC32, 28)],
            ".data.rel.ro": [(0, "table", R64, 8), (8, "sched_wake", R64, 0), (16, "sample_call", R64, 0)],
            ".percpu_arrays": [(0, "counters", R64, 0)],
            ".sc_sites": [(0, "sample_call", PC32, 4), (8, "names", PC32, 6)],
            ".kcfi_traps": [(0, "", PC32, 40)],
        }
        self.name, self.version, self.epoch, self.stack, self.level = "sample", 3, 1, 512, 0
        self.provides, self.requires = ["sample"], ["core", "sched"]
        self.exports = [("sample_call", 0, b"\x11" * 16), ("sample_limits", 0, b"\x22" * 16)]
        self.imports = [("cpus", 0, b"\x33" * 16), ("sched_wake", 1, b"\x44" * 16)]
        self.certificate = b"{}"
        self.interface = b"\x55" * 32

    def find(self, name):
        return next(s for s in self.sections if s.name == name)

    def drop(self, name):
        self.sections = [s for s in self.sections if s.name != name]
        self.relas.pop(name, None)

    def number(self, name):
        return 1 + next(i for i, s in enumerate(self.symbols) if s.name == name)

    def section_number(self, section):
        if section is None or isinstance(section, int):
            return section or 0
        return 1 + next(i for i, s in enumerate(self.sections) if s.name == section)

    def symbol_table(self):
        texts, table = elf.Texts(), b"\0" * 24
        for s in self.symbols:
            table += struct.pack(elf.SYMBOL, texts.add(s.name), s.binding << 4 | s.kind, s.other, self.section_number(s.section), s.value,
                                 s.size)
        return table, texts.data

    def manifest_bytes(self):
        lists = b"".join(name.encode().ljust(32, b"\0") for name in self.provides + self.requires)
        for entries in (self.exports, self.imports):
            lists += b"".join(struct.pack("<II16s", self.number(name) if isinstance(name, str) else name, port, kind) for name, port,
                              kind in entries)
        return struct.pack("<8sII32sQII32sIIIIII", b"SHOMANI\1", 120 + len(lists), 0, self.name.encode(), self.version, self.epoch,
                           self.stack,
                           self.interface, self.level, len(self.provides), len(self.requires), len(self.exports), len(self.imports),
                           0) + lists

    def build(self):
        table, texts = self.symbol_table()
        symtab = 1 + len(self.sections) + len(self.relas) + 2
        relas = [elf.Section(f".rela{name}", RELA, INFO, b"".join(
            struct.pack(elf.RELOCATION, at, (self.number(symbol) if isinstance(symbol, str) else symbol) << 32 | kind, addend)
            for at, symbol, kind, addend in rows), 8, 24, symtab, self.section_number(name)) for name, rows in self.relas.items()]
        nr_local = 1 + sum(1 for s in self.symbols if s.binding == LOCAL)
        return File(elf.write([
            *self.sections, *relas, elf.Section(".sc_manifest", PROGBITS, 0, self.manifest_bytes(), 8),
            elf.Section(".sc_certificate", PROGBITS, 0, self.certificate, 1),
            elf.Section(".symtab", SYMTAB, 0, table, 8, 24, symtab + 1, nr_local), elf.Section(".strtab", STRTAB, 0, texts)]))


def bundle(modules, **changes):
    """A bundle's content. changes: count, reserved, magic, or rows={i: {offset, size, digest}}."""
    data = bytearray(sho.bundle_bytes(modules))
    if "magic" in changes:
        data[:8] = changes["magic"]
    if "count" in changes:
        data[8:12] = struct.pack("<I", changes["count"])
    if "reserved" in changes:
        data[12:16] = struct.pack("<I", changes["reserved"])
    for i, row in changes.get("rows", {}).items():
        for field, value in row.items():
            at, form = {"offset": (32, "<Q"), "size": (40, "<Q"), "digest": (48, "<32s")}[field]
            struct.pack_into(form, data, 16 + 80 * i + at, value)
    return bytes(data)


def digest_of(data):
    return hashlib.sha256(data).digest()
