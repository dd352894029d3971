#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Figures of the source tree and the image as `name: value` lines.  usage: stats.py BUILD-FOLDER"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def code_lines(path):
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group(0).count("\n"), path.read_text(), flags=re.S)
    return [l for l in text.splitlines() if l.strip() and not l.strip().startswith(("//", "# "))]


ANNOTATION = re.compile(r"\bSC_(?!INLINE|NODISCARD|UNSAFE)[A-Z_]+\b")


def annotated(paths):
    """Share of code lines that carry an annotation of the dialect, in percent."""
    lines = [l for p in paths for l in code_lines(p)]
    return 100 * sum(bool(ANNOTATION.search(l)) for l in lines) / len(lines)


def safecc_figures(report):
    """What the last whole check (make check-safecc) left in BUILD/safecc.json."""
    islands = [(i["last_line"] - i["line"] + 1, f"{i['file']}:{i['line']} {i['why'].split(':')[0]}") for i in report["islands"]]
    print(f"unsafe islands: {len(islands)}")
    print(f"unsafe lines: {sum(n for n, _ in islands)}")
    print("largest islands: " + ", ".join(f"{where} ({n} lines)" for n, where in sorted(islands, reverse=True)[:5]))


def check_figures(build):
    """What safecc left beside each object: each check once, however many files include its header; one that any of them keeps is kept."""
    order, checks = ("static", "proved", "hoisted", "kept"), {}
    for path in (build / "obj").rglob("*.json"):
        for c in json.loads(path.read_text()).get("checks", []):
            key = c["place"]["file"], c["id"]
            checks[key] = max(checks.get(key, "static"), c["fate"], key=order.index)
    fates = list(checks.values())
    print(f"checks kept/elided: {fates.count('kept')}/{len(fates) - fates.count('kept')}")
    print(f"checks hoisted/static/proved: {fates.count('hoisted')}/{fates.count('static')}/{fates.count('proved')}")
    for name, folders in (("modules", ("hypervisor/modules/", "xen-compat/")), ("the loader", ("loader/",))):
        own = [fate for (file, _), fate in checks.items() if file.startswith(folders)]
        print(f"checks of {name}, static/proved/kept: {own.count('static')}/{own.count('proved')}/{own.count('kept')}, "
              f"{100 * (1 - own.count('kept') / len(own)):.1f} % need no code")


def proof_figures(build):
    """What make check-proofs left, and how much people wrote for it."""
    goals = [g for f in json.loads((build / "verifier/proofs.json").read_text())["files"] for g in f["goals"]]
    print(f"proof goals proved/total: {sum(g['by'] != '' for g in goals)}/{len(goals)}")
    print(subprocess.run([ROOT / "verifier/prove", "--stats"], stdout=subprocess.PIPE, text=True, check=True).stdout, end="")


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
    asm = c("hypervisor/**/*.S", "hypervisor/**/*.inc")
    wrappers = sum(len(re.findall(r"__asm__", p.read_text())) for p in everything)
    print(f"assembly lines: {sum(len(code_lines(p)) for p in asm)}")
    print(f"inline assembly statements: {wrappers}")
    safecc_figures(json.loads((build / "safecc.json").read_text()))
    check_figures(build)
    print(f"annotated lines of modules and xen-compat: {annotated(classes['modules'] + classes['xen-compat']):.1f} %")
    print(f"modules: {len([p for p in (hv / 'modules').iterdir() if p.is_dir()])}")
    proof_figures(build)
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
