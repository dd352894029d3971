# SPDX-License-Identifier: MIT
"""compare_stock.py PRINTER DIR KERNEL...: what kimage_load() makes of stock kernels, against readelf, the command line
unpackers and sha256. Nothing here shares code with kimage."""
import hashlib
import os
import re
import subprocess
import sys

# (note type, name that kimage_print uses, which 8-byte word)
NUMBERS = ((1, "virt_entry", 0), (2, "hypercall_page", 0), (3, "virt_base", 0), (4, "paddr_offset", 0),
           (12, "hv_start_low", 0), (13, "l1_mfn_valid_mask", 0), (13, "l1_mfn_valid_value", 1),
           (14, "suspend_cancel", 0), (15, "init_p2m", 0), (16, "mod_start_pfn", 0), (18, "phys32_entry", 0))
TEXTS = ((5, "xen_version"), (6, "guest_os"), (7, "guest_version"), (8, "loader"))
UNPACKERS = ((b"\xfd7zXZ\0", ["xz", "-dc"]), (b"\x02\x21\x4c\x18", ["lz4", "-dc"]),
             (b"\x28\xb5\x2f\xfd", ["zstd", "-dc", "--long=31"]), (b"\x1f\x8b", ["gzip", "-dc"]))


def vmlinux_of(kernel):
    """Unpacks the payload, found as Linux's scripts/extract-vmlinux does: by its magic. Bytes behind it are noise."""
    data = open(kernel, "rb").read()
    for magic, command in UNPACKERS:
        for found in re.finditer(re.escape(magic), data):
            out = subprocess.run(command, input=data[found.start():], stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL).stdout
            if out.startswith(b"\x7fELF"):
                return out
    return data


def readelf(option, path):
    return subprocess.run(["readelf", option, path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=True).stdout.decode(errors="replace")


def loads_of(path):
    """(offset, paddr, filesz, memsz) of each LOAD."""
    for line in readelf("-lW", path).splitlines():
        words = line.split()
        if words[:1] == ["LOAD"]:
            offset, _, paddr, filesz, memsz = (int(word, 16) for word in words[1:6])
            yield offset, paddr, filesz, memsz


def notes_of(data, path):
    """{type: descriptor} of Xen's notes, at the place that readelf names for the NOTE segments."""
    notes = {}
    for line in readelf("-lW", path).splitlines():
        words = line.split()
        if words[:1] != ["NOTE"]:
            continue
        at, end = int(words[1], 16), int(words[1], 16) + int(words[4], 16)
        while at + 12 <= end:
            name, desc, kind = (int.from_bytes(data[at + i:at + i + 4], "little") for i in (0, 4, 8))
            body = at + 12 + (name + 3) // 4 * 4
            if data[at + 12:at + 16] == b"Xen\0":
                notes[kind] = data[body:body + desc]
            at = body + (desc + 3) // 4 * 4
    return notes


def compare(printer, folder, kernel):
    mine, vmlinux = os.path.join(folder, "stock.mem"), os.path.join(folder, "stock.vmlinux")
    out = subprocess.run([printer, kernel, mine], stdout=subprocess.PIPE, check=True).stdout.decode()
    said = dict(line.split(": ", 1) for line in out.splitlines() if ": " in line)
    data = vmlinux_of(kernel)
    with open(vmlinux, "wb") as f:
        f.write(data)
    memory = open(mine, "rb").read()
    loads, notes, wrong = list(loads_of(vmlinux)), notes_of(data, vmlinux), []
    start = min(load[1] for load in loads)
    if int(said["paddr_start"]) != start or int(said["paddr_end"]) != max(p + m for _, p, _, m in loads):
        wrong.append("extent")
    expect = bytearray(len(memory))
    for offset, paddr, filesz, _ in loads:
        at = paddr - (start & ~0xFFF)
        expect[at:at + filesz] = data[offset:offset + filesz]
        if hashlib.sha256(memory[at:at + filesz]).digest() != hashlib.sha256(data[offset:offset + filesz]).digest():
            wrong.append("segment at %#x" % paddr)
    if expect != memory:
        wrong.append("memory between segments")
    for kind, name, word in NUMBERS:
        if kind in notes:
            value = int.from_bytes(notes[kind][8 * word:8 * word + 8], "little")
            if int(said.get(name, -1)) != (int(value != 0) if kind in (14, 16) else value):
                wrong.append(name)
        elif kind == 2 and name in said:
            wrong.append("hypercall_page without a note")
    wrong += [name for kind, name in TEXTS if kind in notes and said[name] != notes[kind].rstrip(b"\0").decode()]
    print("%s: %d segments, %d notes: %s" % (os.path.basename(kernel), len(loads), len(notes),
                                             "differs: " + ", ".join(wrong) if wrong else "same"))
    return not wrong


sys.exit(0 if all([compare(sys.argv[1], sys.argv[2], kernel) for kernel in sys.argv[3:]]) else 1)
