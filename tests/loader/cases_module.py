# SPDX-License-Identifier: MIT
"""Crafted files: the manifest, linking, and good ones."""
import craft
import elf
from craft import FUNC, GLOBAL, NOTYPE, OBJECT, SECTION, U32, U64, Small, Symbol
from rows import changed, in_symbol


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
    for what, name in (("empty", b""), ("capital", b"Evtchn"), ("path", b"../evtchn"), ("space", b"ev chn"), ("32-letters", b"a" * 32),
                       ("behind-0", b"evtchn\0x"), ("utf8", "évt".encode()),
                       ("control", b"ev\x1b[2J")):
        t.add(f"manifest/name-{what}", t.file("evtchn").manifest(name=name), letters)
    for letter in "`{/:^@[":
        t.add(f"manifest/name-with-{ord(letter):x}", t.file("evtchn").manifest(name=f"ev{letter}"), letters)
    t.add("manifest/name-of-first-and-last", t.file("evtchn").manifest(name=b"az09_"))
    t.add("manifest/name-31-letters", t.file("evtchn").manifest(name=b"a" * 31))
    t.add("manifest/stack-4097", t.file("evtchn").manifest(stack=4097),
          "manifest, at 60: it wants more stack than a module has (4096 bytes)")
    t.add("manifest/stack-max", t.file("evtchn").manifest(stack=U32), "manifest, at 60: it wants more stack than a module has (4096 bytes)")
    t.add("manifest/stack-4096", t.file("evtchn").manifest(stack=4096))
    for level in (2, U32):
        t.add(f"manifest/level-{level:x}", t.file("evtchn").manifest(level=level), "manifest, at 96: there is no such proof level")
    t.add("manifest/level-contract", t.file("evtchn").manifest(level=1))
    t.add("manifest/version-and-epoch-max", t.file("evtchn").manifest(version=U64, epoch=U32))
    for field, limit in (("provides", 32), ("requires", 32), ("exports", 512), ("imports", 512)):
        for value in (limit + 1, U32):
            t.add(f"manifest/{field}-{value:x}", t.file("evtchn").manifest(**{field: value}),
                  "manifest, at 100: more ports, exports or imports than a module may have")
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
        t.add(f"manifest/export-{name}", f.symbol("sample_call", info=GLOBAL << 4 | kind),
              "export 0: it is neither a function nor an object")
    incomplete = "it is undefined, and no import of the manifest"
    f = changed(lambda s: s.imports.pop())
    t.add("manifest/import-missing", f, in_symbol(f, "sched_wake", incomplete))
    f = changed(lambda s: s.imports.clear())
    t.add("manifest/no-imports", f, in_symbol(f, "cpus", incomplete))
    f = changed(lambda s: s.symbols.append(Symbol("zz")))
    t.add("manifest/import-unlisted", f, in_symbol(f, "zz", incomplete))


# ---- linking

def link_cases(t):
    small = Small().build()
    for region, number in (("text", 1), ("read-only", 2), ("writable", 3)):
        t.add(f"link/short-{region}", small, f"byte {number}: there is not room enough for a region", at="link", words=f"short={number}")
    outside = "it means what is outside the import"
    t.add("link/function-in-the-middle", small, f"relocation 2: {outside}", at="link", words=f"import_nr=0")
    f = Small().build().relocation(".text", 2, addend=-4)
    t.add("link/functions", f, words=f"import_nr=0")
    t.add("link/function-plus-8", Small().build().relocation(".text", 1, addend=4), f"relocation 1: {outside}", at="link",
          words=f"import_nr=0")
    t.add("link/function-minus-1", Small().build().relocation(".text", 1, addend=-5), f"relocation 1: {outside}", at="link",
          words=f"import_nr=0")
    t.add("link/pointer-to-function-plus-8", Small().build().relocation(".text", 2, addend=-4).relocation(".data.rel.ro", 1, addend=8),
          f"relocation 7: {outside}", at="link", words=f"import_nr=0")
    t.add("link/object-of-8-just-behind", small, words=f"import_nr=8")
    t.add("link/object-of-7", small, f"relocation 2: {outside}", at="link", words=f"import_nr=7")
    t.add("link/object-before", Small().build().relocation(".text", 2, addend=-9), f"relocation 2: {outside}", at="link")
    t.add("link/object-4-before", Small().build().relocation(".text", 2, addend=-8))
    t.add("link/object-largest-addend", Small().build().relocation(".text", 2, addend=0x400000), f"relocation 2: {outside}", at="link")
    t.add("link/object-least-addend", Small().build().relocation(".text", 2, addend=-0x400000), f"relocation 2: {outside}", at="link")
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
    f = changed(lambda s: s.symbols.insert(5, Symbol("__kcfi_typeid_sched_waka", NOTYPE, GLOBAL, elf.ABS, 0x12345678)))
    t.add("link/typeid-of-a-like-name", f, in_symbol(f, "__kcfi_typeid_sched_waka", "its kCFI type is not that of the function"), at="link")
    f = changed(lambda s: s.symbols.insert(5, Symbol("__kcfi_typeid_", NOTYPE, GLOBAL, elf.ABS, 1)))
    t.add("link/typeid-of-no-name", f, in_symbol(f, "__kcfi_typeid_", "its kCFI type is not that of the function"), at="link")
    f = changed(lambda s: s.symbols.insert(6, Symbol("__kcfi_typeid_sched_wakeup", NOTYPE, GLOBAL, elf.ABS, 0x12345678)))
    t.add("link/typeid-longer", f, in_symbol(f, "__kcfi_typeid_sched_wakeup", "its kCFI type is not that of the function"), at="link")
    f = changed(lambda s: s.symbols.insert(6, Symbol("__kcfi_typeid_sample_call", NOTYPE, GLOBAL, elf.ABS,
                                                     0x12345678)) or s.symbols.sort(key=lambda x: (x.binding, x.name if x.binding else "")))
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
    nothing.sections, nothing.symbols, nothing.relas = [], [], {}
    nothing.exports, nothing.imports, nothing.provides, nothing.requires = [], [], [], []
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
    f = Small().build()
    t.add("good/empty-section-in-another", f.section(".sc_certificate", size=0, offset=70))
    f = Small().build()
    t.add("good/another-over-an-empty-section", f.section(".rodata.cst8", size=0, offset=f.begin(".data") + 8))
    t.add("good/file-of-4-MiB", bytes(Small().build().bytes).ljust(0x400000 - 112, b"\0"))
    many = Small()
    many.symbols, many.relas = [Symbol(f"f{i:04}", FUNC, GLOBAL, ".text", 0,
                                       8) for i in range(512)] + [Symbol(f"i{i:04}") for i in range(512)], {}
    many.exports, many.imports = [(f"f{i:04}", 0, b"\1" * 16) for i in range(512)], [(f"i{i:04}", 1, b"\2" * 16) for i in range(512)]
    t.add("good/512-exports-and-imports", many.build())
