#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Figures of the source tree and the image as `name: value` lines.  usage: stats.py BUILD-FOLDER"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def code_lines(path):
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group(0).count("\n"), path.read_text(), flags=re.S)
    return [l for l in text.splitlines() if l.strip() and not l.strip().startswith(("//", "# "))]


def islands(paths):
    """(number of islands, lines in them)"""
    count = lines = 0
    for path in paths:
        text = path.read_text()
        for m in re.finditer(r'SC_UNSAFE\("[^"]*"\)\s*\{', text):
            count += 1
            depth, i = 1, m.end()
            while depth and i < len(text):
                depth += {"{": 1, "}": -1}.get(text[i], 0)
                i += 1
            lines += len([l for l in text[m.end():i - 1].splitlines() if l.strip()])
    return count, lines


def island_lines(path):
    """Numbers of the lines of path that stand inside an island."""
    text, inside = path.read_text(), set()
    for m in re.finditer(r'SC_UNSAFE\("[^"]*"\)\s*\{', text):
        depth, i = 1, m.end()
        while depth and i < len(text):
            depth += {"{": 1, "}": -1}.get(text[i], 0)
            i += 1
        inside |= set(range(text.count("\n", 0, m.start()) + 1, text.count("\n", 0, i) + 2))
    return inside


def casts_outside(paths, flags):
    """Lines of the core with a pointer-integer or pointer-pointer cast, or assembly, that no island holds yet."""
    kinds = ", ".join(f'hasCastKind("CK_{k}")' for k in ("IntegralToPointer", "PointerToIntegral", "BitCast"))
    where = 'isExpansionInFileMatching("hypervisor/(core|arch|boot|dispatch|unpack)/")'
    match = f'match explicitCastExpr({where}, unless(isExpandedFromMacro("NULL")), anyOf({kinds}))'
    run = subprocess.run(["clang-query-19", "-c", "set output diag", "-c", match, *map(str, paths), "--", *flags],
                         capture_output=True, text=True, cwd=ROOT)
    lines = set(re.findall(r'^(\S+?):(\d+):\d+: note: "root" binds here', run.stdout, re.M))
    named = {((ROOT / f).resolve(), int(n)) for f, n in lines}
    return sum(n not in island_lines(f) for f, n in named)


def functions(path):
    """(lines, name) of each function"""
    lines = path.read_text().splitlines()
    name, start = None, 0
    for n, line in enumerate(lines):
        if line == "{" and n:
            head = " ".join(lines[max(0, n - 3):n])
            found = re.findall(r"(\w+)\(", head)
            name, start = (found[0] if found else "?"), n
        elif line == "}" and name:
            yield n - start - 1, f"{name} ({path.relative_to(ROOT)})"
            name = None


def main():
    build = pathlib.Path(sys.argv[1])
    hv = ROOT / "hypervisor"
    c = lambda *globs: sorted(p for g in globs for p in ROOT.glob(g))
    classes = {
        "core": c("hypervisor/boot/*.[ch]", "hypervisor/arch/*.[ch]", "hypervisor/core/*.[ch]", "hypervisor/dispatch/*.[ch]", "hypervisor/ports/*.h"),
        "libraries' glue": c("hypervisor/unpack/*.[ch]"),
        "modules": c("hypervisor/modules/*/*.[ch]"),
        "xen-compat": c("xen-compat/**/*.[ch]"),
    }
    everything = [p for files in classes.values() for p in files]
    for name, files in classes.items():
        print(f"lines of C, {name}: {sum(len(code_lines(p)) for p in files)}")
    asm = c("hypervisor/**/*.S")
    wrappers = sum(len(re.findall(r"__asm__", p.read_text())) for p in everything)
    print(f"assembly lines: {sum(len(code_lines(p)) for p in asm)}")
    print(f"inline assembly statements: {wrappers}")
    count, lines = islands(everything)
    print(f"unsafe islands: {count}")
    print(f"unsafe lines: {lines}")
    flags = (build / "gen" / "check_flags").read_text().split()
    core_c = c("hypervisor/boot/*.c", "hypervisor/arch/*.c", "hypervisor/core/*.c", "hypervisor/dispatch/*.c", "hypervisor/unpack/*.c")
    print(f"lines with unsafe casts in no island yet: {casts_outside(core_c, flags)}")
    print(f"modules: {len([p for p in (hv / 'modules').iterdir() if p.is_dir()])}")
    print("proof goals proved/total: 0/0")
    print("checks kept/elided: 0/0")
    image = build / "safehype"
    if image.exists():
        print(f"image bytes: {image.stat().st_size}")
    guests = [p for p in (ROOT / "tests/guests").iterdir() if (p / "main.c").exists()]
    print(f"test guests: {len(guests)}")
    size, path = max((len(p.read_text().splitlines()), p) for p in everything)
    print(f"largest file: {size} lines ({path.relative_to(ROOT)})")
    size, name = max(f for p in everything if p.suffix == ".c" for f in functions(p))
    print(f"largest function: {size} lines, {name}")


main()
