# SPDX-License-Identifier: MIT
"""ld.lld as another opinion: the same module at the same addresses with the same values for its imports, byte by byte."""
import pathlib
import subprocess

import craft
import elf

STEP = 0x10000  # LINKED_IMPORT_STEP
LAYOUTS = {
    "near": {"text": 0xffff808040000000, "readonly": 0xffff808040400000, "data": 0xffff808040800000, "imports": 0xffff808000100000},
    "far": {"text": 0xffff8080b0000000, "readonly": 0xffff808040000000, "data": 0xffff8080e0000000, "imports": 0xffff8081200a1230},
    "low": {"text": 0x10000000, "readonly": 0x70000000, "data": 0x1000, "imports": 0x60000008},
}
REGION = {".text": "text", ".data": "data", ".bss": "data"}


def places(sections):
    """[(section, region, where in it)]: each region's sections in the order of the file, each at its alignment."""
    used, out = {}, []
    for s in sections:
        if s.flags & craft.A:
            region = REGION.get(s.name, "readonly")
            align = max(s.align, 1)
            at = -(-used.get(region, 0) // align) * align
            used[region] = at + s.size
            out.append((s, region, at))
    return out


def import_names(sections, symbols):
    """In the order of the manifest's records."""
    m = next(s.data for s in sections if s.name == ".sc_manifest")
    provides, requires, exports, imports = (int.from_bytes(m[at:at + 4], "little") for at in (100, 104, 108, 112))
    at = 120 + 32 * (provides + requires) + 24 * exports
    return [symbols[int.from_bytes(m[at + 24 * i:at + 24 * i + 4], "little")].name for i in range(imports)]


def link(content, prefix, addresses):
    """The linked file's sections, by ld.lld."""
    sections, symbols = elf.read(content)
    module, script, linked = (pathlib.Path(f"{prefix}{suffix}") for suffix in (".o", ".lds", ".elf"))
    module.write_bytes(content)
    lines = [f"  {s.name} {addresses[region] + at:#x} : {{ *({s.name}) }} :{region}" for s, region, at in places(sections)]
    script.write_text("PHDRS { text PT_LOAD; readonly PT_LOAD; data PT_LOAD; }\nSECTIONS {\n" + "\n".join(lines) +
                      "\n  /DISCARD/ : { *(.sc_manifest) *(.sc_certificate) }\n}\n")
    values = [f"--defsym={name}={addresses['imports'] + i * STEP:#x}" for i, name in enumerate(import_names(sections, symbols))]
    # -O0: texts are not merged.
    subprocess.run(["ld.lld-19", "-static", "-O0", "--entry=0", "--no-gc-sections", "-T", script, *values, "-o", linked, module],
                   check=True, capture_output=True, text=True)
    return sections, {s.name: s for s in elf.read_linked(linked.read_bytes())[0]}


def compare(content, prefix, addresses):
    """What differs, or an empty text."""
    try:
        sections, theirs = link(content, prefix, addresses)
    except subprocess.CalledProcessError as problem:
        return f"ld.lld: {problem.stderr[-1000:]}"
    ours = {region: pathlib.Path(f"{prefix}.{region}").read_bytes() for region in ("text", "readonly", "data")}
    compared = 0
    for s, region, at in places(sections):
        mine, other = ours[region][at:at + s.size], theirs[s.name].data if s.kind != craft.NOBITS else b"\0" * s.size
        if mine != other:
            first = next((i for i, (a, b) in enumerate(zip(mine, other)) if a != b), min(len(mine), len(other)))
            return f"{s.name} differs at {first:#x}"
        compared += s.size
    return "" if compared else "nothing was compared"
