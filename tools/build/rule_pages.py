#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Make the C++ that safecc --explain prints from, out of the rules' pages.

usage: rule_pages.py SC-01.md SC-02.md ... > rule_pages.cpp
The pages go into the binary as they are: safecc reads no file to explain a rule.
"""
import pathlib
import sys

END = "page"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    print('/* Written by tools/build/rule_pages.py. */\n#include "driver/driver.h"\n\nnamespace safecc {\n\nconst std::vector<RulePage> &rule_pages()\n{')
    print("    static const std::vector<RulePage> pages = {")
    for path in sorted(map(pathlib.Path, sys.argv[1:])):
        text = path.read_text(encoding="utf-8")
        if f'){END}"' in text:
            sys.exit(f'{path}: holds ){END}"')
        print(f'        {{ "{path.stem}", R"{END}({text}){END}" }},')
    print("    };\n\n    return pages;\n}\n\n} // namespace safecc")


main()
