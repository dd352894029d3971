#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Check that includes run along the layers (docs/handbook/code.md).  Ends with 1 on a breach.

usage: layers.py [FOLDER]      FOLDER: only that of an extension outside of the tree

arch, boot -> core -> dispatch -> xen-compat -> modules is the way a hypercall travels; includes run back only through ports.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# layer: what its files may include besides their own folder
MAY = {
    "arch": {"arch", "core", "ports", "xen"},
    "boot": {"arch", "boot", "core", "ports", "xen", "xen-compat"},
    "core": {"arch", "core", "ports", "xen", "dispatch/hypercall.h", "loader/sho.h", "gen"},
    "dispatch": {"core", "dispatch", "ports", "public", "xen", "xen-compat/hypercalls.h", "modules/faulty/faulty.h"},
    "ports": {"core", "ports", "xen"},
    "unpack": {"core", "unpack", "xen"},
    "modules": {"core", "ports", "xen"},
    "loader": set(),
    "xen-compat": {"core", "ports", "xen", "xen-compat", "modules", "../../hypervisor/unpack/unpack.h", "unpack/unpack.h", "dispatch/hypercall.h"},
}
FOLDER = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
LIBRARIES = {"lzma.h", "zlib.h", "zstd.h", "lz4.h", "bearssl.h"}


def extension(path):
    return path.parent == FOLDER or path.is_relative_to(ROOT / "examples")


def layer_of(path):
    if extension(path):
        return "modules"
    parts = path.relative_to(ROOT).parts
    return {"xen-compat": "xen-compat", "loader": "loader"}.get(parts[0], parts[1])


def allowed(path, layer, name):
    first = name.split("/")[0]
    if name.endswith("/ports/safe.h") and name.startswith("../"):
        return True  # folders that are built on their own too
    if "/" not in name:
        return (path.parent / name).exists() or name in LIBRARIES or name.startswith("std") or name == "asm_offsets.h"
    if extension(path):
        return first in MAY["modules"]
    if layer == "modules":
        own = "/".join(path.relative_to(ROOT / "hypervisor").parts[:2])
        if name.startswith(own + "/"):
            return True
        # privemul changes the address space by pvmmu's own requests
        if own == "modules/privemul" and name == "modules/pvmmu/pvmmu.h":
            return True
    return first in MAY[layer] or name in MAY[layer]


def main():
    bad = 0
    files = [*ROOT.glob("hypervisor/**/*.[chS]"), *ROOT.glob("xen-compat/**/*.[ch]"), *ROOT.glob("loader/*.[ch]"),
             *ROOT.glob("examples/**/*.[ch]")] if FOLDER is None else [*FOLDER.glob("*.[ch]")]
    name_of = lambda path: path.relative_to(ROOT if FOLDER is None else FOLDER)
    for path in sorted(files):
        layer = layer_of(path)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            m = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
            if m and not allowed(path, layer, m.group(1)):
                print(f"{name_of(path)}:{number}: {layer} may not include {m.group(1)}")
                bad += 1
    asm = re.compile(r"\b(__asm__|asm)\b")
    for path in sorted(files):
        if layer_of(path) in ("arch", "boot"):
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if asm.search(re.sub(r"/\*.*?\*/|//.*", "", line)) and not line.lstrip().startswith("*"):
                print(f"{name_of(path)}:{number}: assembly outside arch/ and boot/")
                bad += 1
    print(f"layers: {len(files)} files" if not bad else f"layers: {bad} breaches")
    sys.exit(1 if bad else 0)


main()
