#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Write compile_commands.json: how each file is compiled, for clangd, for `safecc -p DIR` and for tools/editor/safecc_lsp.py.

usage: compile_commands.py OUTPUT DIRECTORY -- COMPILER OPTION... -- FILE... [-- COMPILER OPTION... -- FILE...]

Called by `make compile_commands.json`, which knows the flags. Written only when something has changed.
"""
import json
import pathlib
import sys


def main():
    output, directory = pathlib.Path(sys.argv[1]), sys.argv[2]
    groups = []
    for word in sys.argv[3:]:
        if word == "--":
            groups.append([])
        else:
            groups[-1].append(word)
    entries = []
    for command, files in zip(groups[::2], groups[1::2]):
        for file in files:
            entries.append({"directory": directory, "file": file, "arguments": [*command, "-c", file]})
    text = json.dumps(entries, indent=1) + "\n"
    if not output.exists() or output.read_text() != text:
        output.write_text(text)
    print(f"{output.name}: {len(entries)} files")


main()
