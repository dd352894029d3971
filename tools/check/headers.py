#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compile every header by itself.  usage: headers.py FLAGS-FILE HEADER...  Ends with 1 if one does not compile."""
import concurrent.futures
import os
import pathlib
import subprocess
import sys


def compile_one(args):
    flags, header = args
    run = subprocess.run(["clang-19", *flags, "-fsyntax-only", "-x", "c", "-include", header, "/dev/null"],
                         capture_output=True, text=True)
    return f"{header}: does not compile by itself\n{run.stderr[:600]}" if run.returncode else ""


def main():
    flags = pathlib.Path(sys.argv[1]).read_text().split()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        errors = [e for e in pool.map(compile_one, [(flags, h) for h in sys.argv[2:]]) if e]
    print("\n".join(errors) if errors else f"headers: {len(sys.argv) - 2} compile by themselves")
    sys.exit(1 if errors else 0)


main()
