# SPDX-License-Identifier: MIT
"""The crafted files: rows of a name, the file, and what must become of it. Every message of loader/*.c is in here."""
import dataclasses
import struct

import craft
import elf
import keys
from craft import A, FUNC, GLOBAL, INFO, LOCAL, M, NOBITS, NOTYPE, OBJECT, PC32, PLT32, PROGBITS, R64, S, SECTION, U32, U64, W, X, Small, Symbol


@dataclasses.dataclass
class Row:
    """expected: the refusal, None when the file is good. at: who refuses it: "open", modinspect and the harness; "link", the harness when it links, modinspect
    takes it; "harness", what modinspect says does not matter."""
    name: str
    content: bytes
    expected: str = None
    at: str = "open"
    sign: str = "test"  # by which key; "none": the content is the whole file
    kind: str = "module"  # "bundle"; "signed-as-bundle": and read as a module
    words: str = ""
    patch: object = None  # of the signed file


class Table:
    def __init__(self, real):
        self.rows, self.real = [], real

    def add(self, name, file, expected=None, **more):
        content = bytes(file.bytes) if isinstance(file, craft.File) else bytes(file)
        self.rows.append(Row(name, content, expected, **more))

    def file(self, name):
        """A shipped module, not signed."""
        return craft.File(self.real[name])


def in_section(file, section, what):
    return f"section {file.index(section)}: {what}"


def in_symbol(file, symbol, what):
    return f"symbol {file.symbol_index(symbol)}: {what}"


def changed(change):
    """Small with something changed before it is built."""
    small = Small()
    change(small)
    return small.build()


# ---- the file's header

def header_cases(t):
    ident = "it is no ELF64 file of little-endian numbers"
    for name, at, value in (("magic", 0, 0x7e), ("magic-end", 3, 0), ("32-bit", 4, 1), ("big-endian", 5, 2), ("ident-version-0", 6, 0), ("linux-abi", 7, 3),
                            ("abi-version", 8, 1), ("ident-padding", 15, 1)):
        t.add(f"header/{name}", t.file("evtchn").put(at, value, 1), f"byte {at}: {ident}" if at else ident)
    t.add("header/empty-content", b"", ident)
    t.add("header/cut-at-56", t.file("evtchn").bytes[:56], "byte 16: it is no relocatable file for x86-64")
    t.add("header/larger-than-4-MiB", bytes(t.file("evtchn").bytes).ljust(0x400001, b"\0"), "byte 16: it is no relocatable file for x86-64", at="harness", sign="none", words="unsigned")
    for name, field, value in (("executable", "type", 2), ("shared-object", "type", 3), ("core-dump", "type", 4), ("no-type", "type", 0), ("i386", "machine", 3),
                               ("aarch64", "machine", 183), ("version-0", "version", 0), ("version-huge", "version", U32)):
        t.add(f"header/{name}", t.file("pvmmu").header(**{field: value}), "byte 16: it is no relocatable file for x86-64")
    for field in ("entry", "phoff", "flags", "phentsize", "phnum"):
        for value in (1, U64):
            t.add(f"header/{field}-{value & 0xffff:x}", t.file("kimage").header(**{field: value}), "byte 24: it has an entry, flags or program headers")
    for field, value in (("ehsize", 0), ("ehsize", 0xffff), ("shentsize", 0), ("shentsize", 40), ("shentsize", 0xffff)):
        t.add(f"header/{field}-{value}", t.file("sched_fair").header(**{field: value}), "byte 52: its headers have other sizes")
    for field, value in (("shnum", 0), ("shnum", 1), ("shnum", 25), ("shnum", 0xffff), ("shstrndx", 24), ("shstrndx", 0xffff)):
        t.add(f"header/{field}-{value}", t.file("evtchn").header(**{field: value}), "byte 60: no sections, too many, or no table of their names")
    for value in (0, 56, 65, 1 << 40, 1 << 63, U64, U64 - 7, U64 - 63):
        t.add(f"header/shoff-{value:x}", t.file("pvmmu").header(shoff=value), "byte 40: the section headers are not inside")
    short = t.file("pvmmu")
    t.add("header/last-section-header-cut", short.bytes[:-8], "byte 40: the section headers are not inside")


# ---- sections

def section_null_cases(t):
    for field, value in (("name", 1), ("type", 1), ("flags", 1), ("size", 64), ("link", U32), ("info", 1), ("entsize", 1 << 63)):
        t.add(f"section/null-{field}", t.file("evtchn").section(0, **{field: value}), "section 0: the first section is not empty")


def section_name_cases(t):
    strange = "modules have no section of that name"
    for name in (".init_array", ".fini_array", ".ctors", ".comment", ".debug_info", ".tdata", ".tbss", ".note.gnu.property", ".group", ".eh_frame", ".got",
                 ".plt", ".rela.data", ".rela.rodata", ".rela.init_array", ".rela.sc_manifest", ".text.unlikely", ".tex", ".textx", ".dynamic", ".sc_types", ""):
        small = Small()
        small.sections.insert(2, elf.Section(name, PROGBITS, A, b"\0" * 8, 8))
        t.add(f"section/named{name or '-nothing'}", small.build(), f"section 3: {strange}")
    f = t.file("evtchn")
    t.add("section/name-out-of-range", f.section(".rodata.str1.1", name=U32), in_section(f, ".rodata.str1.1", strange))
    f = t.file("evtchn")
    names = f.sections[f.index(".shstrtab")]
    t.add("section/names-without-end", f.section(".shstrtab", size=names.size - 1), in_section(f, ".shstrtab", strange))
    f = t.file("evtchn")
    t.add("section/names-far-away", f.section(".shstrtab", offset=U64 - 3), f"section 1: {strange}")
    f = t.file("evtchn")
    t.add("section/names-in-text", f.header(shstrndx=f.index(".text")), f"section 1: {strange}")
    t.add("section/no-names", t.file("evtchn").header(shstrndx=0), f"section 1: {strange}")
    again = "there is another section of that name"
    for name in (".text", ".data", ".sc_names"):
        small = Small()
        small.sections.append(small.find(name))
        t.add(f"section/two{name}", small.build(), f"section 12: {again}")
    for name in (".symtab", ".sc_manifest", ".strtab"):
        f = Small().build()
        f.put(f.header_at(".sc_certificate"), f.get(f.header_at(name), 4), 4)
        second = max(f.index(name), f.index(".sc_certificate"))
        kind = {".symtab": (2, 24), ".sc_manifest": (1, 0), ".strtab": (3, 0)}[name]
        f.section(".sc_certificate", type=kind[0], entsize=kind[1], size=0)
        t.add(f"section/two{name}", f, f"section {second}: {again}")


def section_shape_cases(t):
    kind, flags = "its type is not that of its name", "its flags are not those of its name"
    for section, value in ((".text", NOBITS), (".bss", PROGBITS), (".rodata", 7), (".data", 14), (".rodata", 17), (".symtab", 11), (".rela.text", 9), (".data", 0x70000001),
                           (".data", 18), (".text", U32)):
        f = Small().build()
        t.add(f"section/type{section}-{value:x}", f.section(section, type=value), in_section(f, section, kind))
    for section, name, value in ((".text", "writable", W | A | X), (".text", "not-executable", A), (".data", "executable", W | A | X), (".bss", "executable", W | A | X),
                                 (".rodata", "writable", W | A), (".rodata", "executable", A | X), (".data", "tls", W | A | 0x400), (".rodata", "group", A | 0x200),
                                 (".text", "compressed", A | X | 0x800), (".data", "exclude", W | A | 0x80000000), (".rodata", "high", A | 1 << 63), (".text", "merge", A | X | M | S),
                                 (".rodata", "merge", A | M), (".rodata.cst8", "strings", A | M | S), (".data.rel.ro", "not-writable", A), (".sc_manifest", "loaded", A),
                                 (".rela.text", "loaded", INFO | A), (".rela.text", "no-info", 0), (".symtab", "loaded", A), (".percpu_arrays", "executable", W | A | X),
                                 (".sc_sites", "link-order", A | 0x80)):
        f = Small().build()
        t.add(f"section/flags{section}-{name}", f.section(section, flags=value), in_section(f, section, flags))
    for section in (".text", ".bss", ".symtab"):
        f = Small().build()
        t.add(f"section/address{section}", f.section(section, addr=0xffff808000000000), in_section(f, section, "it has an address"))
    for value in (3, 6, 4097, 8192, 1 << 32, 1 << 63, U64):
        f = t.file("sched_fair")
        t.add(f"section/align-{value:x}", f.section(".bss", align=value), in_section(f, ".bss", "its alignment is no power of two up to 4096"))
    for section, value in ((".bss", 0x200001), (".text", U64), (".symtab", 1 << 63), (".bss", U64), (".rela.text", U64 - 15)):
        f = t.file("sched_fair")
        t.add(f"section/size{section}-{value:x}", f.section(section, size=value), in_section(f, section, "it is larger than 2 MiB"))
    for section, field, value in ((".symtab", "entsize", 0), (".symtab", "entsize", 16), (".symtab", "size", 25), (".rela.text", "entsize", 8), (".rela.text", "entsize", U64),
                                  (".rela.text", "size", 23)):
        f = t.file("kimage")
        t.add(f"section/{field}{section}-{value:x}", f.section(section, **{field: value}), in_section(f, section, "its entries are not of 24 bytes"))


def section_place_cases(t):
    for section, value in ((".text", 1 << 32), (".text", U64), (".rodata", U64 - 15), (".strtab", 1 << 63), (".sc_manifest", U64 - 0x100)):
        f = Small().build()
        t.add(f"section/offset{section}-{value:x}", f.section(section, offset=value), in_section(f, section, "it is not inside the file"))
    f = Small().build()
    t.add("section/one-byte-beyond", f.section(".rodata", offset=len(f.bytes) - 39), in_section(f, ".rodata", "it is not inside the file"))
    over = "it lies over headers"
    for section, value in ((".text", 0), (".text", 63), (".rodata", 32)):
        f = Small().build()
        t.add(f"section/over-header{section}-{value}", f.section(section, offset=value), in_section(f, section, over))
    f = Small().build()
    headers = f.get(40, 8)
    t.add("section/over-section-headers", f.section(".rodata", offset=headers), in_section(f, ".rodata", over))
    f = Small().build()
    t.add("section/into-section-headers", f.section(".rodata", offset=headers - 39), in_section(f, ".rodata", over))
    f = Small().build()
    t.add("section/into-last-section-header", f.section(".rodata", offset=len(f.bytes) - 40), in_section(f, ".rodata", over))
    other = "it lies over another section"
    for a, b, shift in ((".text", ".rodata", 0), (".text", ".rodata", 95), (".rodata", ".data", 8), (".text", ".symtab", 16), (".sc_manifest", ".strtab", 0), (".text", ".data", 1)):
        f = Small().build()
        t.add(f"section/over{a}{b}-{shift}", f.section(b, offset=f.begin(a) + shift), in_section(f, max(a, b, key=f.index), other))
    f = Small().build()
    t.add("section/rodata-swallows-text", f.section(".rodata", offset=64, size=f.begin(".rodata") + 8 - 64), in_section(f, ".rodata", other))
    region = "its region is larger than 2 MiB"
    small = Small()
    small.find(".bss").size = 0x200000
    t.add("section/region-too-large", small.build(), f"section 11: {region}")
    f = changed(lambda s: setattr(s.find(".data"), "align", 4096)).section(".bss", size=0x200000 - 32, align=64)
    t.add("section/region-by-alignment", f, in_section(f, ".bss", region))


def table_cases(t):
    missing = "it has no symbols, or no manifest"

    f = Small().build()
    for drop in ((".sc_manifest",), (".symtab", ".strtab"), (".strtab",), (".sc_manifest", ".sc_certificate", ".symtab", ".strtab")):
        kept = [s for s in f.sections[1:-1] if s.name not in drop]
        t.add(f"table/without{''.join(drop)}", elf.write(kept), missing)
    t.add("table/of-a-text-only", elf.write([Small().sections[0]]), missing)
    names = "the tables of names are not where they should be"
    for link in (0, 1, U32):
        g = Small().build()
        t.add(f"table/symtab-link-{link:x}", g.section(".symtab", link=link), names)
    # .strtab holds the sections' names too, and the header says that it is the table.
    both = Small()
    both.symbols.insert(5, Symbol("x", NOTYPE, LOCAL, ".data"))
    g = both.build()
    texts = bytes(g.sections[g.index(".strtab")].data) + bytes(g.sections[-1].data)
    kept = g.sections[1:-1]
    kept[-1].data, kept[-1].size = texts, len(texts)
    g = craft.File(elf.write(kept))
    shift = len(texts) - len(g.sections[-1].data)
    for s in g.sections[1:]:
        g.section(s.index, name=g.get(g.header_at(s.index), 4) + shift)
    t.add("table/names-are-the-symbols", g.header(shstrndx=g.index(".strtab")), names)
    ends = "its texts do not begin and end with a 0"
    for name, change in (("empty", {"size": 0}), ("end", {"size": len(f.sections[f.index(".strtab")].data) - 1}), ("begin", {"offset": f.begin(".strtab") + 1})):
        g = Small().build()
        g.section(".strtab", **change)
        if name == "begin":
            g.section(".strtab", size=g.sections[g.index(".strtab")].size - 1)
        t.add(f"table/strtab-{name}", g, in_section(g, ".strtab", ends))


# ---- symbols

def symbol_table_cases(t):
    f = Small().build()
    size = "no symbols, or more than 2048"
    t.add("symbol/none", f.section(".symtab", size=0), in_section(f, ".symtab", size))
    many = Small()
    many.symbols[1:1] = [Symbol("", NOTYPE, LOCAL, ".data") for _ in range(2048 - len(many.symbols))]
    f = many.build()
    t.add("symbol/2049", f, in_section(f, ".symtab", size))
    many.symbols.pop(1)
    t.add("symbol/2048", many.build())
    for info in (0, 12, U32):
        f = Small().build()
        t.add(f"symbol/nr-local-{info:x}", f.section(".symtab", info=info), in_section(f, ".symtab", "more local symbols than symbols"))
    for field, value in (("name", 1), ("info", 0x10), ("section", 1), ("value", 1), ("size", 1 << 63)):
        t.add(f"symbol/null-{field}", t.file("kimage").symbol(0, **{field: value}), "symbol 0: the first symbol is not empty")
    f = Small().build()
    texts = f.sections[f.index(".strtab")].size
    for value in (texts, U32):
        f = Small().build()
        t.add(f"symbol/name-at-{'end' if value != U32 else 'max'}", f.symbol(2, name=value), "symbol 2: its name is not in the table")
    f = changed(lambda s: s.symbols.insert(2, Symbol("n" * 256, NOTYPE, LOCAL, ".data")))
    t.add("symbol/name-of-256", f, "symbol 3: its name is longer than 255 bytes")
    t.add("symbol/name-of-255", changed(lambda s: s.symbols.insert(2, Symbol("n" * 255, NOTYPE, LOCAL, ".data"))))


def symbol_kind_cases(t):
    mixed = "it is weak or unique, or local and global symbols are mixed"
    for symbol, name, binding in (("sample_call", "weak", 2), ("sched_wake", "weak-import", 2), ("sample_limits", "unique", 10), ("table", "global-among-locals", 1),
                                  ("sample_call", "local-among-globals", 0), ("table", "weak-among-locals", 2), ("sample_call", "binding-15", 15)):
        f = Small().build()
        kind = f.symbols[f.symbol_index(symbol)].kind
        t.add(f"symbol/{name}", f.symbol(symbol, info=binding << 4 | kind), in_symbol(f, symbol, mixed))
    for name, kind in (("file", 4), ("common", 5), ("tls", 6), ("ifunc", 10), ("type-15", 15)):
        f = Small().build()
        t.add(f"symbol/{name}", f.symbol("sample_call", info=GLOBAL << 4 | kind), in_symbol(f, "sample_call", "its type is not one of NOTYPE, OBJECT, FUNC and SECTION"))
    for name, other in (("internal", 1), ("protected", 3), ("other-bits", 0x80)):
        f = t.file("sched_fair")
        symbol = next(s.index for s in f.symbols if s.kind == FUNC)
        t.add(f"symbol/{name}", f.symbol(symbol, other=other), f"symbol {symbol}: its visibility is neither default nor hidden")
    what = "an import has a value, a size, no name, or is local"
    for name, values in (("value", {"value": 8}), ("size", {"size": 8}), ("nameless", {"name": 0}), ("section", {"info": GLOBAL << 4 | SECTION})):
        f = Small().build()
        t.add(f"symbol/import-{name}", f.symbol("cpus", **values), in_symbol(f, "cpus", what))
    f = Small().build()
    t.add("symbol/import-local", f.symbol("table", section=0, value=0, size=0), in_symbol(f, "table", what))
    absolute = "it is absolute and no __kcfi_typeid_"
    f = Small().build()
    t.add("symbol/absolute-function", f.symbol("sample_call", section=elf.ABS), in_symbol(f, "sample_call", absolute))
    f = Small().build()
    t.add("symbol/absolute-33-bits", f.symbol("__kcfi_typeid_sched_wake", value=1 << 32), in_symbol(f, "__kcfi_typeid_sched_wake", absolute))
    f = changed(lambda s: s.symbols.insert(5, Symbol("__kcfi_typeid", NOTYPE, GLOBAL, elf.ABS, 1)))
    t.add("symbol/absolute-almost", f, in_symbol(f, "__kcfi_typeid", absolute))
    f = Small().build()
    t.add("symbol/absolute-local", f.symbol("state", section=elf.ABS, value=0xffff8080), in_symbol(f, "state", absolute))


def symbol_place_cases(t):
    nowhere = "it lies in no section of the file (COMMON, or an index out of range)"
    f = Small().build()
    for name, index in (("common", 0xfff2), ("reserved", 0xff00), ("xindex", 0xffff), ("behind-last", len(f.sections))):
        f = Small().build()
        t.add(f"symbol/in-{name}", f.symbol("sample_limits", section=index), in_symbol(f, "sample_limits", nowhere))
    for section in (".symtab", ".strtab", ".sc_manifest", ".rela.text", ".shstrtab"):
        f = Small().build()
        t.add(f"symbol/in{section}", f.symbol("sample_limits", section=f.index(section)), in_symbol(f, "sample_limits", "it lies in a section that is not loaded"))
    for symbol, name, values in (("table", "value", {"value": 41}), ("table", "size", {"size": 41}), ("table", "value-huge", {"value": U64}), ("counters", "bss", {"size": 4033}),
                                 ("table", "sum-wraps", {"value": 8, "size": U64 - 7}), ("sample_call", "function", {"value": 96, "size": 1})):
        f = Small().build()
        t.add(f"symbol/reaches-{name}", f.symbol(symbol, **values), in_symbol(f, symbol, "it reaches out of its section"))
    for section in (".rodata", ".data", ".bss", ".data.rel.ro"):
        f = Small().build()
        t.add(f"symbol/function-in{section}", f.symbol("sample_call", section=f.index(section), value=0, size=8), in_symbol(f, "sample_call", "it is a function outside .text"))
    f = Small().build()
    t.add("symbol/object-in-text", f.symbol("sample_limits", section=1), in_symbol(f, "sample_limits", "it is an object in .text"))
    twice = "there is another global symbol of its name, or their names do not ascend"
    f = changed(lambda s: s.symbols.insert(8, Symbol("sample_call", FUNC, GLOBAL, ".text", 48, 8)))
    t.add("symbol/defined-twice", f, f"symbol 9: {twice}")
    f = changed(lambda s: s.symbols.insert(10, Symbol("sched_wake")))
    t.add("symbol/imported-twice", f, f"symbol 11: {twice}")
    f = changed(lambda s: s.symbols.insert(10, Symbol("sched_wake", FUNC, GLOBAL, ".text", 0, 8)))
    t.add("symbol/interposes-an-import", f, f"symbol 11: {twice}")
    f = changed(lambda s: s.symbols.insert(5, Symbol("__kcfi_typeid_sched_wake", NOTYPE, GLOBAL, elf.ABS, 1)))
    t.add("symbol/two-typeids", f, f"symbol 7: {twice}")
    f = changed(lambda s: (s.symbols.append(Symbol("abc")), s.imports.append(("abc", 0, b"\0" * 16))))
    t.add("symbol/names-descend", f, f"symbol 11: {twice}")
    f = changed(lambda s: s.symbols.insert(9, Symbol("sample_limit", OBJECT, GLOBAL, ".data", 0, 8)))
    t.add("symbol/prefix-behind", f, f"symbol 10: {twice}")
    t.add("symbol/prefix-before", changed(lambda s: s.symbols.insert(8, Symbol("sample_limit", OBJECT, GLOBAL, ".data", 0, 8))))


# ---- the manifest

def manifest_cases(t):
    none, size = "it is none, or of another format", "manifest, at 8: its size is not the section's, or what must be 0 is not"
    f = t.file("evtchn")
    t.add("manifest/magic", f.manifest(magic=b"SHOMANJ\1"), f"manifest, at 0: {none}")
    t.add("manifest/version-2", t.file("evtchn").manifest(magic=b"SHOMANI\2"), f"manifest, at 0: {none}")
    t.add("manifest/119-bytes", t.file("evtchn").section(".sc_manifest", size=119), f"manifest, at 0: {none}")
    t.add("manifest/empty", t.file("evtchn").section(".sc_manifest", size=0), f"manifest, at 0: {none}")
    for field, value in (("size", 0), ("size", U32), ("zero", 1), ("zero2", 1 << 31)):
        t.add(f"manifest/{field}-{value:x}", t.file("evtchn").manifest(**{field: value}), size)
    t.add("manifest/section-longer", t.file("evtchn").section(".sc_manifest", size=t.file("evtchn").sections[8].size - 8), size)
    letters = "manifest, at 16: the module's name is not of 1 to 31 letters a-z, 0-9 and _"
    for what, name in (("empty", b""), ("capital", b"Evtchn"), ("path", b"../evtchn"), ("space", b"ev chn"), ("32-letters", b"a" * 32), ("behind-0", b"evtchn\0x"), ("utf8", "évt".encode()),
                       ("control", b"ev\x1b[2J")):
        t.add(f"manifest/name-{what}", t.file("evtchn").manifest(name=name), letters)
    t.add("manifest/name-31-letters", t.file("evtchn").manifest(name=b"a" * 31))
    t.add("manifest/stack-4097", t.file("evtchn").manifest(stack=4097), "manifest, at 60: it wants more stack than a module has (4096 bytes)")
    t.add("manifest/stack-max", t.file("evtchn").manifest(stack=U32), "manifest, at 60: it wants more stack than a module has (4096 bytes)")
    t.add("manifest/stack-4096", t.file("evtchn").manifest(stack=4096))
    for level in (2, U32):
        t.add(f"manifest/level-{level:x}", t.file("evtchn").manifest(level=level), "manifest, at 96: there is no such proof level")
    t.add("manifest/level-contract", t.file("evtchn").manifest(level=1))
    t.add("manifest/version-and-epoch-max", t.file("evtchn").manifest(version=U64, epoch=U32))
    for field, limit in (("provides", 32), ("requires", 32), ("exports", 512), ("imports", 512)):
        for value in (limit + 1, U32):
            t.add(f"manifest/{field}-{value:x}", t.file("evtchn").manifest(**{field: value}), "manifest, at 100: more ports, exports or imports than a module may have")
        t.add(f"manifest/{field}-at-limit", t.file("evtchn").manifest(**{field: limit}), "manifest, at 108: its lists do not fill it")
    t.add("manifest/no-exports", t.file("evtchn").manifest(exports=0), "manifest, at 108: its lists do not fill it")
    t.add("manifest/swapped", swapped_manifest(t, "evtchn", "sched_fair"), "manifest, at 0: it is none, or of another format")


def swapped_manifest(t, to, of):
    """Another module's manifest, where the section header of one's own points at; it is appended."""
    f, g = t.file(to), t.file(of)
    data = bytes(g.sections[g.index(".sc_manifest")].data)
    kept = f.sections[1:-1]
    kept[f.index(".sc_manifest") - 1].data = b"\0" + data
    kept[f.index(".sc_manifest") - 1].size = len(data) + 1
    return craft.File(elf.write(kept))


def port_cases(t):
    bad, twice = "a port's name is not of 1 to 31 letters a-z, 0-9 and _", "a port is named twice"
    for i, name in ((0, b""), (1, b"Core"), (2, b"x" * 32), (2, b"a\0b")):
        t.add(f"manifest/port-{i}-{name[:4].hex() or 'empty'}", Small().build().port(i, name), f"manifest, at {120 + 32 * i}: {bad}")
    t.add("manifest/required-twice", Small().build().port(2, b"core"), f"manifest, at 184: {twice}")
    f = changed(lambda s: s.provides.append("sample"))
    t.add("manifest/provided-twice", f, f"manifest, at 152: {twice}")
    t.add("manifest/provided-and-required", Small().build().port(1, b"sample"))
    f = Small()
    f.provides, f.requires = [f"p{i}" for i in range(32)], [f"r{i}" for i in range(32)]
    t.add("manifest/64-ports", f.build())


def record_cases(t):
    t_global = "it is no global symbol"
    f = Small().build()
    for name, symbol in (("null", 0), ("behind-last", len(f.symbols)), ("max", U32), ("local", f.symbol_index("table"))):
        for i, what in ((0, "export 0"), (2, "import 0")):
            t.add(f"manifest/{what.replace(' 0', '')}-{name}", Small().build().record(i, symbol=symbol), f"{what}: {t_global}")
    f = changed(lambda s: s.symbols.insert(5, Symbol("", OBJECT, GLOBAL, ".data", 0, 8)))
    t.add("manifest/export-nameless", f.record(0, symbol=6), f"export 0: {t_global}")
    order = "it is listed twice or out of order"
    f = Small().build()
    t.add("manifest/export-twice", f.record(1, symbol=f.symbol_index("sample_call")), f"export 1: {order}")
    f = Small().build()
    t.add("manifest/import-twice", f.record(3, symbol=f.symbol_index("cpus")), f"import 1: {order}")
    f = changed(lambda s: s.exports.reverse())
    t.add("manifest/exports-descend", f, f"export 1: {order}")
    f = changed(lambda s: s.imports.reverse())
    t.add("manifest/imports-descend", f, f"import 1: {order}")
    port = "its port is not declared"
    t.add("manifest/export-port", Small().build().record(0, port=1), f"export 0: {port}")
    t.add("manifest/export-port-max", Small().build().record(0, port=U32), f"export 0: {port}")
    t.add("manifest/import-port", Small().build().record(2, port=2), f"import 0: {port}")
    f = changed(lambda s: s.exports.__setitem__(0, ("cpus", 0, b"\0" * 16)))
    t.add("manifest/export-of-an-import", f, "export 0: the module does not define it")
    f = changed(lambda s: s.exports.__setitem__(0, ("__kcfi_typeid_sched_wake", 0, b"\0" * 16)))
    t.add("manifest/export-absolute", f, "export 0: the module does not define it")
    f = changed(lambda s: s.imports.__setitem__(1, ("sample_limits", 0, b"\0" * 16)))
    t.add("manifest/import-of-its-own", f, "import 1: the module defines it")
    f = changed(lambda s: s.imports.__setitem__(0, ("__kcfi_typeid_sched_wake", 0, b"\0" * 16)))
    t.add("manifest/import-absolute", f, "import 0: the module defines it")
    for name, kind in (("untyped", NOTYPE), ("section", SECTION)):
        f = Small().build()
        t.add(f"manifest/export-{name}", f.symbol("sample_call", info=GLOBAL << 4 | kind), "export 0: it is neither a function nor an object")
    incomplete = "it is undefined, and no import of the manifest"
    f = changed(lambda s: s.imports.pop())
    t.add("manifest/import-missing", f, in_symbol(f, "sched_wake", incomplete))
    f = changed(lambda s: s.imports.clear())
    t.add("manifest/no-imports", f, in_symbol(f, "cpus", incomplete))
    f = changed(lambda s: s.symbols.append(Symbol("zz")))
    t.add("manifest/import-unlisted", f, in_symbol(f, "zz", incomplete))


# ---- relocations

def with_relocation(section, row, at=0):
    """Small with one relocation of a section's in place of others."""
    small = Small()
    small.relas[section][at] = row
    return small.build()


FIRST = {".text": 0, ".data.rel.ro": 6, ".percpu_arrays": 9, ".sc_sites": 10, ".kcfi_traps": 12}


def relocation_section_cases(t):
    what = "it relocates no section, or by other symbols"
    f = Small().build()
    for name, values in (("info-0", {"info": 0}), ("info-behind", {"info": len(f.sections)}), ("info-max", {"info": U32}), ("link-0", {"link": 0}), ("link-strtab", {"link": f.index(".strtab")}),
                         ("link-max", {"link": U32})):
        f = Small().build()
        t.add(f"relocation/{name}", f.section(".rela.text", **values), in_section(f, ".rela.text", what))
    f = Small().build()
    t.add("relocation/same-section", f.section(".rela.sc_sites", info=f.index(".data.rel.ro")), in_section(f, ".rela.sc_sites", "another relocates the same section"))
    kind = "its type is not allowed in that section"
    for name, value in (("none", 0), ("64", R64), ("got32", 3), ("copy", 5), ("glob-dat", 6), ("jump-slot", 7), ("relative", 8), ("gotpcrel", 9), ("32", 10), ("32s", 11), ("tpoff32", 23), ("pc64", 24),
                        ("irelative", 37), ("gotpcrelx", 41), ("rex-gotpcrelx", 42), ("max", U32)):
        t.add(f"relocation/text-{name}", with_relocation(".text", (4, "table", value, -4)), f"relocation 0: {kind}")
    for section, value in ((".sc_sites", PLT32), (".sc_sites", R64), (".kcfi_traps", PLT32), (".kcfi_traps", R64), (".data.rel.ro", PC32), (".data.rel.ro", PLT32), (".percpu_arrays", PC32)):
        small = Small()
        first = small.relas[section][0]
        t.add(f"relocation/type{section}-{value}", with_relocation(section, (first[0], first[1], value, first[3])), f"relocation {FIRST[section]}: {kind}")
    for section in (".rodata", ".data", ".bss", ".symtab", ".sc_manifest", ".strtab", ".rodata.cst8", ".sc_names"):
        f = Small().build()
        t.add(f"relocation/of{section}", f.section(".rela.text", info=f.index(section)), f"relocation 0: {kind}")


def relocation_place_cases(t):
    outside = "it is outside its section"
    for name, at in (("last", 93), ("behind", 96), ("far", 1 << 32), ("max", U64), ("wraps", U64 - 2)):
        t.add(f"relocation/at-{name}", with_relocation(".text", (0, "table", PC32, -4)).relocation(".text", 0, offset=at), f"relocation 0: {outside}")
    for section, at in ((".data.rel.ro", 17), (".sc_sites", 13), (".kcfi_traps", 1), (".percpu_arrays", 9)):
        f = Small().build()
        t.add(f"relocation/at-end{section}", f.relocation(section, 0, offset=at), f"relocation {FIRST[section]}: {outside}")
    f = Small().build()
    t.add("relocation/section-of-3-bytes", f.section(".kcfi_traps", size=3), f"relocation {FIRST['.kcfi_traps']}: {outside}")
    over = "it lies over the one before, or out of order"
    for name, at in (("same", 4), ("3-bytes-on", 7), ("before", 0)):
        f = Small().build()
        t.add(f"relocation/over-{name}", f.relocation(".text", 1, offset=at), f"relocation 1: {over}")
    f = Small().build()
    t.add("relocation/over-8-bytes", f.relocation(".data.rel.ro", 1, offset=7), f"relocation 7: {over}")


def relocation_target_cases(t):
    far = "its symbol or its addend is out of range"
    f = Small().build()
    for name, values in (("symbol-0", {"symbol": 0}), ("symbol-behind", {"symbol": len(f.symbols)}), ("symbol-max", {"symbol": U32}), ("addend-far", {"addend": 0x400001}),
                         ("addend-far-below", {"addend": -0x400001}), ("addend-max", {"addend": (1 << 63) - 1}), ("addend-min", {"addend": 1 << 63})):
        t.add(f"relocation/{name}", Small().build().relocation(".text", 0, **values), f"relocation 0: {far}")
    stay = "it must stay in the module"
    for section in (".sc_sites", ".kcfi_traps", ".percpu_arrays"):
        f = Small().build()
        t.add(f"relocation/import-in{section}", f.relocation(section, 0, symbol=f.symbol_index("cpus")), f"relocation {FIRST[section]}: {stay}")
    f = Small().build()
    t.add("relocation/absolute", f.relocation(".text", 0, symbol=f.symbol_index("__kcfi_typeid_sched_wake")), "relocation 0: its symbol lies in no section")
    outside = "it means what is outside its symbol's section"
    for section, name, addend in ((".text", "behind", 37), (".text", "before", -9), (".text", "far", 0x400000), (".data.rel.ro", "behind", 41), (".data.rel.ro", "before", -1),
                                  (".sc_sites", "behind", 81), (".sc_sites", "before", -17), (".kcfi_traps", "behind", 97), (".percpu_arrays", "behind", 4033), (".percpu_arrays", "before", -65)):
        f = Small().build()
        t.add(f"relocation/means-{name}{section}", f.relocation(section, 0, addend=addend), f"relocation {FIRST[section]}: {outside}")
    for section, name, addend in ((".text", "just-behind", 36), (".text", "just-before", -8), (".data.rel.ro", "just-behind", 40), (".data.rel.ro", "begin", 0), (".sc_sites", "just-behind", 80),
                                  (".kcfi_traps", "just-behind", 96), (".percpu_arrays", "just-behind", 4032)):
        t.add(f"relocation/means-{name}{section}", Small().build().relocation(section, 0, addend=addend))
    for section in (".sc_sites", ".kcfi_traps"):
        f = Small().build()
        t.add(f"relocation/to-data{section}", f.relocation(section, 0, symbol=f.symbol_index("state"), addend=0), f"relocation {FIRST[section]}: it may mean only .text or .sc_names")
    for symbol in ("table", "sample_call"):
        f = Small().build()
        t.add(f"relocation/percpu-to-{symbol}", f.relocation(".percpu_arrays", 0, symbol=f.symbol_index(symbol)), f"relocation {FIRST['.percpu_arrays']}: it may mean only .data or .bss")
    t.add("relocation/last-4-bytes", Small().build().relocation(".text", 5, offset=92))


# ---- linking

def link_cases(t):
    small = Small().build()
    for region, number in (("text", 1), ("read-only", 2), ("writable", 3)):
        t.add(f"link/short-{region}", small, f"byte {number}: there is not room enough for a region", at="link", words=f"short={number}")
    outside = "it means what is outside the import"
    t.add("link/function-in-the-middle", small, f"relocation 2: {outside}", at="link", words=f"import_nr=0")
    f = Small().build().relocation(".text", 2, addend=-4)
    t.add("link/functions", f, words=f"import_nr=0")
    t.add("link/function-plus-8", Small().build().relocation(".text", 1, addend=4), f"relocation 1: {outside}", at="link", words=f"import_nr=0")
    t.add("link/function-minus-1", Small().build().relocation(".text", 1, addend=-5), f"relocation 1: {outside}", at="link", words=f"import_nr=0")
    t.add("link/pointer-to-function-plus-8", Small().build().relocation(".text", 2, addend=-4).relocation(".data.rel.ro", 1, addend=8), f"relocation 7: {outside}", at="link", words=f"import_nr=0")
    t.add("link/object-of-8-just-behind", small, words=f"import_nr=8")
    t.add("link/object-of-7", small, f"relocation 2: {outside}", at="link", words=f"import_nr=7")
    t.add("link/object-before", Small().build().relocation(".text", 2, addend=-9), f"relocation 2: {outside}", at="link")
    t.add("link/object-4-before", Small().build().relocation(".text", 2, addend=-8))
    t.add("link/object-largest-addend", Small().build().relocation(".text", 2, addend=0x400000), f"relocation 2: {outside}", at="link")
    away = "its target is more than 2 GiB away"
    text = 0xffff808040000000
    t.add("link/data-far-above", small, f"relocation 3: {away}", at="link", words=f"data={text + (1 << 31) + 4096:#x}")
    t.add("link/read-only-far-below", small, f"relocation 0: {away}", at="link", words=f"readonly={text - (1 << 31) - 4096:#x}")
    t.add("link/imports-far", small, f"relocation 1: {away}", at="link", words=f"imports={0x1000:#x}")
    t.add("link/imports-wrap", small, f"relocation 1: {away}", at="link", words=f"imports={U64 - 0xfffff:#x}")
    # table - 4 at text + 4: the distance is readonly - 4 - (text + 4).
    t.add("link/2-GiB-below-exactly", Small().build(), words=f"readonly={text + 8 - (1 << 31):#x}")
    t.add("link/2-GiB-below-and-1", Small().build(), f"relocation 0: {away}", at="link", words=f"readonly={text + 7 - (1 << 31):#x}")
    t.add("link/2-GiB-above-exactly", only_relocation(0), words=f"readonly={text + 7 + (1 << 31):#x}")
    t.add("link/2-GiB-above-and-1", only_relocation(0), f"relocation 0: {away}", at="link", words=f"readonly={text + 8 + (1 << 31):#x}")
    kcfi = in_symbol(small, "__kcfi_typeid_sched_wake", "its kCFI type is not that of the function")
    t.add("link/typeid-of-none", small, kcfi, at="link", words="typeid_of=-")
    t.add("link/typeid-differs", small, kcfi, at="link", words="typeid=0x12345679")
    t.add("link/typeid-of-another", small, kcfi, at="link", words="typeid_of=cpus")
    f = changed(lambda s: s.symbols.insert(5, Symbol("__kcfi_typeid_", NOTYPE, GLOBAL, elf.ABS, 1)))
    t.add("link/typeid-of-no-name", f, in_symbol(f, "__kcfi_typeid_", "its kCFI type is not that of the function"), at="link")
    f = changed(lambda s: s.symbols.insert(6, Symbol("__kcfi_typeid_sched_wakeup", NOTYPE, GLOBAL, elf.ABS, 0x12345678)))
    t.add("link/typeid-longer", f, in_symbol(f, "__kcfi_typeid_sched_wakeup", "its kCFI type is not that of the function"), at="link")
    f = changed(lambda s: s.symbols.insert(6, Symbol("__kcfi_typeid_sample_call", NOTYPE, GLOBAL, elf.ABS, 0x12345678)) or s.symbols.sort(key=lambda x: (x.binding, x.name if x.binding else "")))
    t.add("link/typeid-of-its-own", f, in_symbol(f, "__kcfi_typeid_sample_call", "its kCFI type is not that of the function"), at="link")


def only_relocation(k):
    small = Small()
    small.relas = {".text": [small.relas[".text"][k]]}
    return small.build()


# ---- good files

def good_cases(t):
    for name in sorted(t.real):
        t.add(f"good/{name}", t.file(name))
    t.add("good/small", Small().build())
    t.add("good/small-in-low-memory", Small().build(), words=f"text=0x100000 readonly=0x200000 data=0x300000 imports=0x400000")

    def drop_all(small):
        for section in small.sections[1:]:
            small.drop(section.name)
        small.relas, small.exports, small.imports = {}, [("sample_call", 0, b"\0" * 16)], []
        small.symbols = [s for s in small.symbols if s.section == ".text"]

    t.add("good/text-only", changed(drop_all))
    nothing = Small()
    nothing.sections, nothing.symbols, nothing.relas, nothing.exports, nothing.imports, nothing.provides, nothing.requires = [], [], {}, [], [], [], []
    t.add("good/nothing-but-a-manifest", nothing.build())
    f = Small().build()
    t.add("good/empty-certificate", changed(lambda s: setattr(s, "certificate", b"")))
    no = [s for s in f.sections[1:-1] if s.name != ".sc_certificate"]
    for s in no:
        s.link -= s.link > f.index(".sc_certificate")
    t.add("good/no-certificate", elf.write(no))
    t.add("good/alignment-4096", Small().build().section(".data", align=4096).section(".rodata", align=4096))
    t.add("good/alignment-0", Small().build().section(".data", align=0))
    small = Small()
    small.find(".bss").size = 0x200000 - 64
    t.add("good/region-of-2-MiB", small.build())
    t.add("good/default-visibility", Small().build().symbol("sample_call", other=0))
    f = Small().build()
    t.add("good/empty-section-anywhere", f.section(".sc_certificate", size=0, offset=U64))
    many = Small()
    many.symbols, many.relas = [Symbol(f"f{i:04}", FUNC, GLOBAL, ".text", 0, 8) for i in range(512)] + [Symbol(f"i{i:04}") for i in range(512)], {}
    many.exports, many.imports = [(f"f{i:04}", 0, b"\1" * 16) for i in range(512)], [(f"i{i:04}", 1, b"\2" * 16) for i in range(512)]
    t.add("good/512-exports-and-imports", many.build())


# ---- signatures

def number(data):
    return int.from_bytes(data, "big")


def set_rs(file, r=None, s=None):
    data = bytearray(file)
    if r is not None:
        data[-64:-32] = r.to_bytes(32, "big")
    if s is not None:
        data[-32:] = s.to_bytes(32, "big")
    return bytes(data)


def patched(at, value):
    """Bytes of the signed file; at < 0 counts from its end."""
    def change(file):
        data = bytearray(file)
        begin = at % len(data)
        data[begin:begin + len(value)] = value
        return bytes(data)
    return change


def signature_cases(t, signed_by):
    """signed_by(content, kind, key): the signed file."""
    module = bytes(t.file("evtchn").bytes)
    other = signed_by(bytes(t.file("sched_fair").bytes), "module", "test")
    none, at_end, bad = "it is not signed: no trailer", "it is not signed: no trailer at its end", "its signature is not good"
    t.add("signature/stripped", module, at_end, sign="none")
    t.add("signature/stripped-odd", module + b"\0", none, sign="none")
    t.add("signature/empty-file", b"", none, sign="none")
    t.add("signature/111-bytes", other[-111:], none, sign="none")
    t.add("signature/only-a-trailer", other[-112:], "its size is not what the trailer says", sign="none")
    t.add("signature/larger-than-4-MiB", b"\0" * (0x400000 + 8 - 112) + other[-112:], "it is larger than 4 MiB", sign="none")
    t.add("signature/magic", module, at_end, patch=patched(-112, b"SHOSIH\0\1"))
    t.add("signature/trailer-version-2", module, at_end, patch=patched(-112, b"SHOSIG\0\2"))
    for name, value in (("0", 0), ("less", len(module)), ("max", U64), ("4-GiB-more", (1 << 32) + len(module) + 112)):
        t.add(f"signature/size-{name}", module, "its size is not what the trailer says", patch=patched(-104, struct.pack("<Q", value)))
    t.add("signature/8-bytes-behind", module, at_end, patch=lambda file: file + b"\0" * 8)
    t.add("signature/1-byte-behind", module, none, patch=lambda file: file + b"\0")
    t.add("signature/a-file-behind", module, bad, patch=lambda file: file + file[:-104] + struct.pack("<Q", 2 * len(file)) + file[-96:])
    t.add("signature/second-trailer", module, bad, patch=lambda file: file + file[-112:-104] + struct.pack("<Q", len(file) + 112) + file[-96:])
    t.add("signature/cut-in-front", module, "its size is not what the trailer says", patch=lambda file: file[8:])
    t.add("signature/another-modules-trailer", module, "its size is not what the trailer says", patch=lambda file: file[:-112] + other[-112:])
    t.add("signature/another-modules-signature", module, bad, patch=lambda file: file[:-64] + other[-64:])
    t.add("signature/manifest-swapped-behind-it", module, bad, patch=renamed)
    for name, at in (("first-byte", 0), ("text", 100), ("key-id", -96)):
        t.add(f"signature/changed-{name}", module, bad if at >= 0 else "the key that signed it is not trusted here", patch=lambda file, at=at: patched(at, bytes([file[at] ^ 1]))(file))
    t.add("signature/padding-changed", module + b"\0\1\0", bad, patch=lambda file: patched(len(file) - 113, bytes([file[-113] ^ 1]))(file))
    t.add("signature/other-key", module, "the key that signed it is not trusted here", sign="other")
    t.add("signature/other-key-under-this-id", module, bad, sign="other", patch=lambda file: file[:-96] + other[-96:-64] + file[-64:])
    t.add("signature/revoked-key", module, "the key that signed it is revoked", at="harness", words="revoked")
    t.add("signature/as-a-bundle", module, bad, kind="signed-as-bundle")
    high = "its signature is not in the one form that is allowed (s is high)"
    t.add("signature/malleated", module, high, patch=lambda file: set_rs(file, s=craft.ORDER - number(file[-32:])))
    t.add("signature/s-just-high", module, high, patch=lambda file: set_rs(file, s=craft.ORDER // 2 + 1))
    t.add("signature/s-half", module, bad, patch=lambda file: set_rs(file, s=craft.ORDER // 2))
    t.add("signature/s-max", module, high, patch=lambda file: set_rs(file, s=(1 << 256) - 1))
    t.add("signature/s-plus-order", module, high, patch=lambda file: set_rs(file, s=(number(file[-32:]) + craft.ORDER) % (1 << 256) | 1 << 255))
    for name, r, s in (("r-0", 0, None), ("s-0", None, 0), ("r-and-s-0", 0, 0), ("r-order", craft.ORDER, None), ("r-max", (1 << 256) - 1, None), ("r-1-s-1", 1, 1)):
        t.add(f"signature/{name}", module, bad, patch=lambda file, r=r, s=s: set_rs(file, r=r, s=s))
    t.add("signature/r-plus-1", module, bad, patch=lambda file: set_rs(file, r=(number(file[-64:-32]) + 1) % craft.ORDER))
    t.add("signature/r-and-s-exchanged", module, bad, patch=lambda file: set_rs(file, r=number(file[-32:]), s=min(number(file[-64:-32]), craft.ORDER - number(file[-64:-32]))))
    for name, point in keys.WRONG.items():
        for r, s in ((None, None), (1, 1)):
            t.add(f"signature/key-{name}{'-1-1' if r else ''}", module, bad, at="harness", patch=lambda file, p=point, r=r, s=s: set_rs(file[:-96] + keys.key_id(p) + file[-64:], r=r, s=s))


def renamed(file):
    return bytes(craft.File(file[:-112]).manifest(name=b"sched_fair").bytes) + file[-112:]


# ---- bundles

def bundle_cases(t):
    a, b = bytes(t.file("evtchn").bytes), bytes(t.file("insn").bytes)
    two, more = [("evtchn", a), ("insn", b)], {"kind": "bundle"}
    none, count = "it is no bundle", "a bundle of none, or of too many, or cut short"
    t.add("bundle/two", craft.bundle(two), **more)
    t.add("bundle/forty", craft.bundle([(f"m{i}", b) for i in range(40)]), **more)
    t.add("bundle/magic", craft.bundle(two, magic=b"SHOBNDM\1"), none, at="harness", **more)
    t.add("bundle/version-2", craft.bundle(two, magic=b"SHOBNDL\2"), none, at="harness", **more)
    t.add("bundle/reserved", craft.bundle(two, reserved=1), none, **more)
    t.add("bundle/empty-content", b"", none, at="harness", **more)
    for nr in (0, 41, U32):
        t.add(f"bundle/count-{nr:x}", craft.bundle(two, count=nr), count, **more)
    t.add("bundle/cut-in-its-entries", craft.bundle(two)[:168], count, **more)
    t.add("bundle/forty-one", craft.bundle([(f"m{i}", b) for i in range(41)]), count, **more)
    behind = "its bytes do not lie behind those before it"
    first = 176
    for name, i, row in (("offset-0", 0, {"offset": 0}), ("over-entries", 0, {"offset": first - 16}), ("offset-not-16", 0, {"offset": first + 8}), ("offset-max", 0, {"offset": U64 - 15}),
                         ("size-0", 0, {"size": 0}), ("size-max", 0, {"size": U64}), ("sum-wraps", 1, {"size": U64 - first}), ("over-the-first", 1, {"offset": first}),
                         ("into-the-first", 1, {"offset": first + (len(a) & ~15) - 16}), ("beyond", 1, {"size": len(b) + 16})):
        t.add(f"bundle/{name}", craft.bundle(two, rows={i: row}), f"bundle entry {i}: {behind}", **more)
    t.add("bundle/digest", craft.bundle(two, rows={0: {"digest": craft.digest_of(b)}}), "bundle entry 0: its bytes are not those that were signed", **more)
    t.add("bundle/digest-of-the-second", craft.bundle(two, rows={1: {"digest": b"\0" * 32}}), "bundle entry 1: its bytes are not those that were signed", **more)
    t.add("bundle/size-8-less", craft.bundle(two, rows={0: {"size": len(a) - 8}}), "bundle entry 0: its bytes are not those that were signed", **more)
    t.add("bundle/bad-module-in-it", craft.bundle([("evtchn", a), ("insn", b"\0" + b[1:])]), "it is no ELF64 file of little-endian numbers", **more)
    t.add("bundle/module-cut-short", craft.bundle([("evtchn", a[:-8])]), "byte 40: the section headers are not inside", **more)
    t.add("bundle/as-a-module", craft.bundle(two), "its signature is not good", at="harness", kind="signed-as-bundle")
    t.add("bundle/changed-behind-its-signature", craft.bundle(two), "its signature is not good", patch=patched(200, b"\xff\xff\xff"), **more)


def table(real, signed_by):
    t = Table(real)
    for cases in (header_cases, section_null_cases, section_name_cases, section_shape_cases, section_place_cases, table_cases, symbol_table_cases, symbol_kind_cases,
                  symbol_place_cases, manifest_cases, port_cases, record_cases, relocation_section_cases, relocation_place_cases, relocation_target_cases, link_cases,
                  good_cases, bundle_cases):
        cases(t)
    signature_cases(t, signed_by)
    return t.rows
