# SPDX-License-Identifier: MIT
"""Crafted files: symbols and relocations."""
import elf
from craft import FUNC, GLOBAL, LOCAL, NOTYPE, OBJECT, PC32, PLT32, R64, SECTION, U32, U64, Small, Symbol
from rows import changed, in_section, in_symbol


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
    for symbol, name, binding in (("sample_call", "weak", 2), ("sched_wake", "weak-import", 2), ("sample_limits", "unique", 10),
                                  ("table", "global-among-locals", 1),
                                  ("sample_call", "local-among-globals", 0), ("table", "weak-among-locals", 2),
                                  ("sample_call", "binding-15", 15)):
        f = Small().build()
        kind = f.symbols[f.symbol_index(symbol)].kind
        t.add(f"symbol/{name}", f.symbol(symbol, info=binding << 4 | kind), in_symbol(f, symbol, mixed))
    for name, kind in (("file", 4), ("common", 5), ("tls", 6), ("ifunc", 10), ("type-15", 15)):
        f = Small().build()
        t.add(f"symbol/{name}", f.symbol("sample_call", info=GLOBAL << 4 | kind),
              in_symbol(f, "sample_call", "its type is not one of NOTYPE, OBJECT, FUNC and SECTION"))
    for name, other in (("internal", 1), ("protected", 3), ("other-bits", 0x80)):
        f = t.file("sched_fair")
        symbol = next(s.index for s in f.symbols if s.kind == FUNC)
        t.add(f"symbol/{name}", f.symbol(symbol, other=other), f"symbol {symbol}: its visibility is neither default nor hidden")
    what = "an import has a value, a size, no name, or is local"
    for name, values in (("value", {"value": 8}), ("size", {"size": 8}), ("nameless", {"name": 0}),
                         ("section", {"info": GLOBAL << 4 | SECTION})):
        f = Small().build()
        t.add(f"symbol/import-{name}", f.symbol("cpus", **values), in_symbol(f, "cpus", what))
    f = Small().build()
    t.add("symbol/import-local", f.symbol("table", section=0, value=0, size=0), in_symbol(f, "table", what))
    absolute = "it is absolute and no __kcfi_typeid_"
    f = Small().build()
    t.add("symbol/absolute-function", f.symbol("sample_call", section=elf.ABS), in_symbol(f, "sample_call", absolute))
    f = Small().build()
    t.add("symbol/absolute-33-bits", f.symbol("__kcfi_typeid_sched_wake", value=1 << 32),
          in_symbol(f, "__kcfi_typeid_sched_wake", absolute))
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
        t.add(f"symbol/in{section}", f.symbol("sample_limits", section=f.index(section)),
              in_symbol(f, "sample_limits", "it lies in a section that is not loaded"))
    for symbol, name, values in (("table", "value", {"value": 41}), ("table", "size", {"size": 41}),
                                 ("table", "size-2-32", {"size": 1 << 32}),
                                 ("table", "size-2-63", {"size": 1 << 63}),
                                 ("table", "value-huge", {"value": U64}), ("counters", "bss", {"size": 4033}),
                                 ("table", "sum-wraps", {"value": 8, "size": U64 - 7}),
                                 ("sample_call", "function", {"value": 96, "size": 1})):
        f = Small().build()
        t.add(f"symbol/reaches-{name}", f.symbol(symbol, **values), in_symbol(f, symbol, "it reaches out of its section"))
    t.add("symbol/just-behind", changed(lambda s: s.symbols.insert(4, Symbol("end", NOTYPE, LOCAL, ".data", 32, 0))))
    t.add("symbol/to-the-end", Small().build().symbol("counters", size=4032))
    t.add("symbol/absolute-32-bits", Small().build().symbol("__kcfi_typeid_sched_wake", value=U32), words="typeid=0xffffffff")
    for section in (".rodata", ".data", ".bss", ".data.rel.ro"):
        f = Small().build()
        t.add(f"symbol/function-in{section}", f.symbol("sample_call", section=f.index(section), value=0, size=8),
              in_symbol(f, "sample_call", "it is a function outside .text"))
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
    for name, values in (("info-0", {"info": 0}), ("info-behind", {"info": len(f.sections)}), ("info-max", {"info": U32}),
                         ("link-0", {"link": 0}), ("link-strtab", {"link": f.index(".strtab")}),
                         ("link-max", {"link": U32})):
        f = Small().build()
        t.add(f"relocation/{name}", f.section(".rela.text", **values), in_section(f, ".rela.text", what))
    f = Small().build()
    t.add("relocation/same-section", f.section(".rela.sc_sites", info=f.index(".data.rel.ro")),
          in_section(f, ".rela.sc_sites", "another relocates the same section"))
    t.add("relocation/info-of-what-has-none", Small().build().section(".text", info=1))
    kind = "its type is not allowed in that section"
    for name, value in (("none", 0), ("64", R64), ("got32", 3), ("copy", 5), ("glob-dat", 6), ("jump-slot", 7), ("relative", 8),
                        ("gotpcrel", 9), ("32", 10), ("32s", 11), ("tpoff32", 23), ("pc64", 24),
                        ("irelative", 37), ("gotpcrelx", 41), ("rex-gotpcrelx", 42), ("max", U32)):
        t.add(f"relocation/text-{name}", with_relocation(".text", (4, "table", value, -4)), f"relocation 0: {kind}")
    for section, value in ((".sc_sites", PLT32), (".sc_sites", R64), (".kcfi_traps", PLT32), (".kcfi_traps", R64), (".data.rel.ro", PC32),
                           (".data.rel.ro", PLT32), (".percpu_arrays", PC32)):
        small = Small()
        first = small.relas[section][0]
        t.add(f"relocation/type{section}-{value}", with_relocation(section, (first[0], first[1], value, first[3])),
              f"relocation {FIRST[section]}: {kind}")
    for section in (".rodata", ".data", ".bss", ".symtab", ".sc_manifest", ".strtab", ".rodata.cst8", ".sc_names"):
        f = Small().build()
        t.add(f"relocation/of{section}", f.section(".rela.text", info=f.index(section)), f"relocation 0: {kind}")


def relocation_place_cases(t):
    outside = "it is outside its section"
    for name, at in (("last", 93), ("behind", 96), ("far", 1 << 32), ("max", U64), ("wraps", U64 - 2)):
        t.add(f"relocation/at-{name}", with_relocation(".text", (0, "table", PC32, -4)).relocation(".text", 0, offset=at),
              f"relocation 0: {outside}")
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
    for name, values in (("symbol-0", {"symbol": 0}), ("symbol-behind", {"symbol": len(f.symbols)}), ("symbol-max", {"symbol": U32}),
                         ("addend-far", {"addend": 0x400001}),
                         ("addend-far-below", {"addend": -0x400001}), ("addend-max", {"addend": (1 << 63) - 1}),
                         ("addend-min", {"addend": 1 << 63})):
        t.add(f"relocation/{name}", Small().build().relocation(".text", 0, **values), f"relocation 0: {far}")
    stay = "it must stay in the module"
    for section in (".sc_sites", ".kcfi_traps", ".percpu_arrays"):
        f = Small().build()
        t.add(f"relocation/import-in{section}", f.relocation(section, 0, symbol=f.symbol_index("cpus")),
              f"relocation {FIRST[section]}: {stay}")
    f = Small().build()
    t.add("relocation/absolute", f.relocation(".text", 0, symbol=f.symbol_index("__kcfi_typeid_sched_wake")),
          "relocation 0: its symbol lies in no section")
    outside = "it means what is outside its symbol's section"
    for section, name, addend in ((".text", "behind", 37), (".text", "before", -9), (".text", "far", 0x400000),
                                  (".data.rel.ro", "behind", 41), (".data.rel.ro", "before", -1),
                                  (".sc_sites", "behind", 81), (".sc_sites", "before", -17), (".kcfi_traps", "behind", 97),
                                  (".percpu_arrays", "behind", 4033), (".percpu_arrays", "before", -65)):
        f = Small().build()
        t.add(f"relocation/means-{name}{section}", f.relocation(section, 0, addend=addend), f"relocation {FIRST[section]}: {outside}")
    for section, name, addend in ((".text", "just-behind", 36), (".text", "just-before", -8), (".data.rel.ro", "just-behind", 40),
                                  (".data.rel.ro", "begin", 0), (".sc_sites", "just-behind", 80),
                                  (".kcfi_traps", "just-behind", 96), (".percpu_arrays", "just-behind", 4032)):
        t.add(f"relocation/means-{name}{section}", Small().build().relocation(section, 0, addend=addend))
    for section in (".sc_sites", ".kcfi_traps"):
        f = Small().build()
        t.add(f"relocation/to-data{section}", f.relocation(section, 0, symbol=f.symbol_index("state"), addend=0),
              f"relocation {FIRST[section]}: it may mean only .text or .sc_names")
    for symbol in ("table", "sample_call"):
        f = Small().build()
        t.add(f"relocation/percpu-to-{symbol}", f.relocation(".percpu_arrays", 0, symbol=f.symbol_index(symbol)),
              f"relocation {FIRST['.percpu_arrays']}: it may mean only .data or .bss")
    t.add("relocation/last-4-bytes", Small().build().relocation(".text", 5, offset=92))
