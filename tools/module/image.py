#!/usr/bin/python3
"""What the hypervisor's image needs to link modules into itself (core/modules.c), as assembly on standard output.

    image.py stubs --objects O... --modules M.sho...             a place for every function of a module that the core calls
    image.py exports --objects O... --modules M.sho...           what modules may import from the core: address, size, type
    image.py sites --objects O... --modules M.sho... --elf ELF   where the core refers to modules, from a link with --emit-relocs

    image.py bundle --objects O... [--modules BUNDLE]           the bundle itself, if there is one

--objects are the core's; a module's import that nobody exports with the same type is an error.
"""
import argparse
import pathlib
import struct
import sys

import elf
import sho

WINDOW_BASE = 0xFFFF808000000000
KINDS = {1: 0, 2: 1, 4: 1}  # R_X86_64_64, _PC32, _PLT32: enum port_site_kind


class Core:
    """The core's objects: what they define, use and declare."""

    def __init__(self, paths):
        self.defined, self.undefined, self.types = {}, set(), {}
        for path in paths:
            sections, symbols = elf.read(path.read_bytes())
            for name, (digest, header) in sho.types_read(sections).items():
                if self.types.setdefault(name, (digest, header))[0] != digest:
                    raise sho.Refused(f"{path}: {name} is declared differently than in {self.types[name][1]}")
            for s in symbols[1:]:
                if s.section == elf.UNDEF:
                    self.undefined.add(s.name)
                elif s.binding == 1 and not s.name.startswith("__cfi_"):
                    self.defined[s.name] = (0 if s.kind == 2 else s.size, s.kind)
        self.undefined -= set(self.defined)

    def exports(self):
        """{name: (size, type)}, sorted by name."""
        out = {name: (self.defined[name][0], self.types[name][0]) for name in self.defined
               if name in self.types and not self.types[name][1].endswith(".c")}
        out.update({name: (0, digest) for name, digest in sho.BUILTIN.items() if name in self.defined})
        return dict(sorted(out.items()))


def module_read(path):
    """(name, {export: type}, {import: type}) out of a module's own manifest."""
    sections, symbols = elf.read(path.read_bytes())
    m = next(s.data for s in sections if s.name == ".sc_manifest")
    provides, requires, exports, imports = struct.unpack_from("<IIII", m, 100)
    at, lists = 120 + 32 * (provides + requires), []
    for count in (exports, imports):
        rows = [struct.unpack_from("<II16s", m, at + 24 * i) for i in range(count)]
        lists.append({symbols[symbol].name: digest.hex() for symbol, _, digest in rows})
        at += 24 * count
    return m[16:48].rstrip(b"\0").decode(), *lists


def check(core, modules):
    """Every import has an export of its type, in the core or in a module."""
    own = {name: digest for name, (_, digest) in core.exports().items()}
    theirs = {}
    for _, exports, _ in modules:
        theirs.update(exports)
    for module, _, imports in modules:
        for name, digest in imports.items():
            found = own.get(name) or theirs.get(name)
            if found != digest:
                why = "nobody exports it" if found is None else "it is declared differently there"
                raise sho.Refused(f"module {module} imports {name}: {why}")
    for name in core.undefined & set(theirs):
        if name in core.types and core.types[name][0] != theirs[name]:
            raise sho.Refused(f"the core calls {name}, which its module declares differently")
    return sorted(core.undefined & set(theirs)), theirs


def texts(label, names):
    """A table of texts, and where each begins."""
    at, places = 0, {}
    print(f"{label}:")
    for name in names:
        places[name] = at
        at += len(name) + 1
        print(f' .asciz "{name}"')
    return places


def type_line(digest):
    print(" .byte " + ", ".join(f"0x{b:02x}" for b in bytes.fromhex(digest)))


def do_stubs(names):
    print('.section .port_stubs, "ax"\n.globl port_stubs_start, port_stubs_end\nport_stubs_start:')
    for name in names:
        print(f".globl {name}\n.type {name}, @function\n{name}: ud2")
    print("port_stubs_end:")


def do_exports(core):
    exports = core.exports()
    print('.section .core_exports, "a"\n.balign 8\n.globl core_exports, core_exports_nr, core_exports_text')
    print(f"core_exports_nr: .quad {len(exports)}")
    at = 0
    print("core_exports:")
    for name, (size, digest) in exports.items():
        print(f" .quad {name}\n .long {size}, {at}")
        type_line(digest)
        at += len(name) + 1
    texts("core_exports_text", exports)


def do_sites(names, theirs, path):
    sites = []
    if path is not None:
        sections, symbols = elf.read_linked(path.read_bytes())
        number = {s.index: names.index(s.name) for s in symbols if s.name in names}
        for section in sections:
            if section.kind == elf.SHT["RELA"] and sections[section.info].flags & 2:
                for address, symbol, kind, addend in elf.relocations(section):
                    if symbol in number and sections[section.info].name != ".port_stubs":
                        if kind not in KINDS or addend != (0 if kind == 1 else -4):
                            raise sho.Refused(f"{path}: a relocation of type {kind} to {names[number[symbol]]}")
                        sites.append((number[symbol], address - WINDOW_BASE, KINDS[kind]))
    print('.section .port_sites, "a"\n.balign 8\n.globl port_symbols, port_symbols_nr_word, port_symbols_text, port_sites, port_sites_nr')
    print(f"port_symbols_nr_word: .quad {len(names)}\nport_sites_nr: .quad {len(sites)}\nport_symbols:")
    at = 0
    for name in names:
        print(f" .long {at}, 0")
        type_line(theirs[name])
        at += len(name) + 1
    print("port_sites:")
    for symbol, rva, kind in sorted(sites):
        print(f" .long {rva:#x}\n .short {symbol}, {kind}")
    texts("port_symbols_text", names)


def do_bundle(paths):
    print('.section .bundle, "a"\n.balign 16\n.globl module_bundle, module_bundle_end\nmodule_bundle:')
    for path in paths:
        print(f' .incbin "{path}"')
    print("module_bundle_end:")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["stubs", "exports", "sites", "bundle"])
    parser.add_argument("--objects", nargs="+", type=pathlib.Path, required=True)
    parser.add_argument("--modules", nargs="*", type=pathlib.Path, default=[])
    parser.add_argument("--elf", type=pathlib.Path)
    options = parser.parse_args()
    try:
        if options.command == "bundle":
            do_bundle(options.modules)
            return
        core = Core(options.objects)
        names, theirs = check(core, [module_read(path) for path in options.modules])
        if options.command == "stubs":
            do_stubs(names)
        elif options.command == "exports":
            do_exports(core)
        else:
            do_sites(names, theirs, options.elf)
        print('.section .note.GNU-stack, "", @progbits')
    except (sho.Refused, ValueError, OSError) as problem:
        print(f"image.py: {problem}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
