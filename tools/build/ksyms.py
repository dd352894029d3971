#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Make the hypervisor's table of its own function names (core/ksyms.c) from a linked ELF.

usage: ksyms.py [--empty | ELF] > ksyms.S
The table lies last in read-only data, so that adding it moves no function.
"""
import subprocess
import sys

WINDOW_BASE = 0xFFFF808000000000


def symbols(elf):
    out = subprocess.run(["llvm-nm-19", "-n", "--defined-only", elf], check=True, capture_output=True, text=True).stdout
    rows = []
    for line in out.splitlines():
        address, kind, name = line.split(" ", 2)
        if kind in "tT" and int(address, 16) >= WINDOW_BASE and not name.startswith("entry_stub_"):
            rows.append((int(address, 16) - WINDOW_BASE, name))
    return rows


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    rows = [] if sys.argv[1] == "--empty" else symbols(sys.argv[1])
    print('.section .ksyms, "a"\n.globl ksyms_nr, ksyms_offset, ksyms_name, ksyms_text')
    print(f"ksyms_nr: .long {len(rows)}")
    print("ksyms_offset:")
    for offset, _ in rows:
        print(f" .long {offset:#x}")
    print("ksyms_name:")
    at = 0
    for _, name in rows:
        print(f" .long {at}")
        at += len(name) + 1
    print("ksyms_text:")
    for _, name in rows:
        print(f' .asciz "{name}"')
    print('.section .note.GNU-stack, "", @progbits')


main()
