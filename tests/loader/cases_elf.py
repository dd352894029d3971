# SPDX-License-Identifier: MIT
"""Crafted files: the ELF header and the sections."""
import craft
import elf
from craft import A, INFO, LOCAL, M, NOBITS, NOTYPE, PROGBITS, S, U32, U64, W, X, Small, Symbol
from rows import changed, in_section


# ---- the file's header

def more_sections(small, nr):
    for name in (".rodata.cst4", ".rodata.cst16", ".rodata.cst32")[:nr]:
        small.sections.append(elf.Section(name, PROGBITS, A | M, b"\1" * 32, 1, 32))


def headers_first(f):
    """The section headers directly behind the file's."""
    at, nr = f.get(40, 8), 64 * len(f.sections)
    for s in f.sections[1:]:
        f.section(s.index, offset=f.begin(s.index) + nr)
    return bytes(f.header(shoff=64).bytes[:64]) + bytes(f.bytes[at:at + nr]) + bytes(f.bytes[64:at])


def header_cases(t):
    ident = "it is no ELF64 file of little-endian numbers"
    for name, at, value in (("magic", 0, 0x7e), ("magic-end", 3, 0), ("32-bit", 4, 1), ("big-endian", 5, 2), ("ident-version-0", 6, 0),
                            ("linux-abi", 7, 3),
                            ("abi-version", 8, 1), ("ident-padding", 15, 1)):
        t.add(f"header/{name}", t.file("evtchn").put(at, value, 1), f"byte {at}: {ident}" if at else ident)
    t.add("header/empty-content", b"", ident)
    t.add("header/cut-at-56", t.file("evtchn").bytes[:56], "byte 16: it is no relocatable file for x86-64")
    t.add("header/larger-than-4-MiB", bytes(t.file("evtchn").bytes).ljust(0x400001, b"\0"), "byte 16: it is no relocatable file for x86-64",
          at="harness", sign="none", words="unsigned")
    for name, field, value in (("executable", "type", 2), ("shared-object", "type", 3), ("core-dump", "type", 4), ("no-type", "type", 0),
                               ("i386", "machine", 3),
                               ("aarch64", "machine", 183), ("version-0", "version", 0), ("version-huge", "version", U32)):
        t.add(f"header/{name}", t.file("pvmmu").header(**{field: value}), "byte 16: it is no relocatable file for x86-64")
    for field in ("entry", "phoff", "flags", "phentsize", "phnum"):
        for value in (1, U64):
            t.add(f"header/{field}-{value & 0xffff:x}", t.file("kimage").header(**{field: value}),
                  "byte 24: it has an entry, flags or program headers")
    for field, value in (("ehsize", 0), ("ehsize", 0xffff), ("shentsize", 0), ("shentsize", 40), ("shentsize", 0xffff)):
        t.add(f"header/{field}-{value}", t.file("sched_fair").header(**{field: value}), "byte 52: its headers have other sizes")
    for field, value in (("shnum", 0), ("shnum", 1), ("shnum", 25), ("shnum", 0xffff), ("shstrndx", 24), ("shstrndx", 0xffff)):
        t.add(f"header/{field}-{value}", t.file("evtchn").header(**{field: value}),
              "byte 60: no sections, too many, or no table of their names")
    for value in (0, 56, 65, 1 << 40, 1 << 63, U64, U64 - 7, U64 - 63):
        t.add(f"header/shoff-{value:x}", t.file("pvmmu").header(shoff=value), "byte 40: the section headers are not inside")
    f = t.file("evtchn")
    t.add("header/shstrndx-behind-last", f.header(shstrndx=len(f.sections)), "byte 60: no sections, too many, or no table of their names")
    t.add("header/only-the-null-section", t.file("evtchn").header(shnum=1, shstrndx=0),
          "byte 60: no sections, too many, or no table of their names")
    t.add("header/25-sections", changed(lambda s: more_sections(s, 3)), "byte 60: no sections, too many, or no table of their names")
    t.add("header/24-sections", changed(lambda s: more_sections(s, 2)))
    t.add("header/section-headers-first", headers_first(Small().build()))
    short = t.file("pvmmu")
    t.add("header/last-section-header-cut", short.bytes[:-8], "byte 40: the section headers are not inside")


# ---- sections

def section_null_cases(t):
    for field, value in (("name", 1), ("type", 1), ("flags", 1), ("size", 64), ("link", U32), ("info", 1), ("entsize", 1 << 63)):
        t.add(f"section/null-{field}", t.file("evtchn").section(0, **{field: value}), "section 0: the first section is not empty")


def section_name_cases(t):
    strange = "modules have no section of that name"
    for name in (".init_array", ".fini_array", ".ctors", ".comment", ".debug_info", ".tdata", ".tbss", ".note.gnu.property", ".group",
                 ".eh_frame", ".got",
                 ".plt", ".rela.data", ".rela.rodata", ".rela.init_array", ".rela.sc_manifest", ".text.unlikely", ".tex", ".textx",
                 ".dynamic", ".sc_types", ""):
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
    for section, value in ((".text", NOBITS), (".bss", PROGBITS), (".rodata", 7), (".data", 14), (".rodata", 17), (".symtab", 11),
                           (".rela.text", 9), (".data", 0x70000001),
                           (".data", 18), (".text", U32)):
        f = Small().build()
        t.add(f"section/type{section}-{value:x}", f.section(section, type=value), in_section(f, section, kind))
    for section, name, value in ((".text", "writable", W | A | X), (".text", "not-executable", A), (".data", "executable", W | A | X),
                                 (".bss", "executable", W | A | X),
                                 (".rodata", "writable", W | A), (".rodata", "executable", A | X), (".data", "tls", W | A | 0x400),
                                 (".rodata", "group", A | 0x200),
                                 (".text", "compressed", A | X | 0x800), (".data", "exclude", W | A | 0x80000000),
                                 (".rodata", "high", A | 1 << 63), (".text", "merge", A | X | M | S),
                                 (".rodata", "merge", A | M), (".rodata.cst8", "strings", A | M | S), (".data.rel.ro", "not-writable", A),
                                 (".sc_manifest", "loaded", A),
                                 (".rela.text", "loaded", INFO | A), (".rela.text", "no-info", 0), (".symtab", "loaded", A),
                                 (".percpu_arrays", "executable", W | A | X),
                                 (".sc_sites", "link-order", A | 0x80)):
        f = Small().build()
        t.add(f"section/flags{section}-{name}", f.section(section, flags=value), in_section(f, section, flags))
    for section in (".text", ".bss", ".symtab"):
        f = Small().build()
        t.add(f"section/address{section}", f.section(section, addr=0xffff808000000000), in_section(f, section, "it has an address"))
    for value in (3, 6, 4097, 8192, 1 << 32, 1 << 63, U64):
        f = t.file("sched_fair")
        t.add(f"section/align-{value:x}", f.section(".bss", align=value),
              in_section(f, ".bss", "its alignment is no power of two up to 4096"))
    for section, value in ((".bss", 0x200001), (".text", U64), (".symtab", 1 << 63), (".bss", U64), (".rela.text", U64 - 15)):
        f = t.file("sched_fair")
        t.add(f"section/size{section}-{value:x}", f.section(section, size=value), in_section(f, section, "it is larger than 2 MiB"))
    for section, field, value in ((".symtab", "entsize", 0), (".symtab", "entsize", 16), (".symtab", "entsize", 24 + (1 << 32)),
                                  (".symtab", "entsize", 24 + (1 << 48)), (".symtab", "size", 25),
                                  (".rela.text", "entsize", 8), (".rela.text", "entsize", U64),
                                  (".rela.text", "size", 23)):
        f = t.file("kimage")
        t.add(f"section/{field}{section}-{value:x}", f.section(section, **{field: value}),
              in_section(f, section, "its entries are not of 24 bytes"))


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
    for a, b, shift in ((".text", ".rodata", 0), (".text", ".rodata", 95), (".rodata", ".data", 8), (".text", ".symtab", 16),
                        (".sc_manifest", ".strtab", 0), (".text", ".data", 1)):
        f = Small().build()
        t.add(f"section/over{a}{b}-{shift}", f.section(b, offset=f.begin(a) + shift), in_section(f, max(a, b, key=f.index), other))
    f = Small().build()
    t.add("section/rodata-swallows-text", f.section(".rodata", offset=64, size=f.begin(".rodata") + 8 - 64),
          in_section(f, ".rodata", other))
    region = "its region is larger than 2 MiB"
    small = Small()
    small.find(".bss").size = 0x200000
    t.add("section/region-too-large", small.build(), f"section 11: {region}")
    f = changed(lambda s: setattr(s.find(".data"), "align", 4096)).section(".bss", size=0x200000 - 32, align=64)
    t.add("section/region-by-alignment", f, in_section(f, ".bss", region))


def table_cases(t):
    missing = "it has no symbols, or no manifest"

    f = Small().build()
    for drop in ((".sc_manifest",), (".symtab",), (".symtab", ".strtab"), (".strtab",),
                 (".sc_manifest", ".sc_certificate", ".symtab", ".strtab")):
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
    for name, change in (("empty", {"size": 0}), ("end", {"size": len(f.sections[f.index(".strtab")].data) - 1}),
                         ("begin", {"offset": f.begin(".strtab") + 1})):
        g = Small().build()
        g.section(".strtab", **change)
        if name == "begin":
            g.section(".strtab", size=g.sections[g.index(".strtab")].size - 1)
        t.add(f"table/strtab-{name}", g, in_section(g, ".strtab", ends))
