#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Make the C++ that tells safecc which headers it trusts: by the end of their path, and by their text.

usage: trusted_headers.py hypervisor/ports/safe.h ... > trusted_headers.cpp
A header of the same name with another text is judged like any file.
"""
import hashlib
import pathlib
import sys


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    print('/* Written by tools/build/trusted_headers.py. */\n#include "safecc.h"\n\nnamespace safecc {\n')
    print("const std::vector<TrustedHeader> &trusted_headers()\n{\n    static const std::vector<TrustedHeader> headers = {")
    for path in map(pathlib.Path, sys.argv[1:]):
        name = path.name if path.parent.name == "include" else f"{path.parent.name}/{path.name}"
        print(f'        {{ "{name}", "{hashlib.sha256(path.read_bytes()).hexdigest()}" }},')
    print("    };\n\n    return headers;\n}\n\n} // namespace safecc")


main()
