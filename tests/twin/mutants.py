#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Does each twin see it when the code under test is wrong?

usage: mutants.py --out DIR --cc COMMAND --world OPTIONS [TWIN...]      (make -C tests/twin mutants)
       mutants.py --texts      only that each mutant's text is in its file, once (make quick)
For each mutant of mutants.txt: the file with that one change, the twin built with it, and run: it must fail.
Ends with a line "N passed, N failed"; exit code 1 if a mutant lives.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SECONDS = 120  # a mutant that does not end has been seen too


class Mutant:
    def __init__(self, number, twin, path, why, old, new):
        self.name = f"{twin}-{number}"
        self.twin, self.path, self.why, self.old, self.new = twin, path, why, old, new

    def text(self):
        text = (ROOT / self.path).read_text()
        if text.count(self.old) != 1:
            raise SystemExit(f"mutants.txt: {self.name} ({self.why}): its text is {text.count(self.old)} times in {self.path}")
        return text.replace(self.old, self.new)


def read_table():
    """A paragraph a mutant: `TWIN FILE: why`, then lines `- old` and `+ new`."""
    mutants, counts = [], {}
    for part in re.split(r"\n\s*\n", (HERE / "mutants.txt").read_text().strip()):
        lines = [line for line in part.splitlines() if not line.startswith("#")]
        if not lines:
            continue
        head = re.fullmatch(r"(\w+) (\S+): (.+)", lines[0])
        old, new = ("\n".join(line[2:] for line in lines[1:] if line.startswith(sign)) for sign in "-+")
        if not head or not old or any(line[:1] not in "-+" for line in lines[1:]):
            raise SystemExit(f"mutants.txt: cannot read: {part}")
        counts[head[1]] = counts.get(head[1], 0) + 1
        mutants.append(Mutant(counts[head[1]], head[1], head[2], head[3], old, new))
    return mutants


def objects_of(options, twin):
    """The twin's objects, as make has linked it."""
    listed = subprocess.run(["make", "-s", "--no-print-directory", "-C", str(HERE), f"OUT={options.out}", "BUILD=/nowhere", f"objects-{twin}"],
                            check=True, capture_output=True, text=True).stdout.split()
    return [pathlib.Path(o) for o in listed]


def depends_on(obj, path):
    return str(ROOT / path) in obj.with_suffix(".d").read_text().replace("\\\n", " ").split()


def build(options, mutant, overlay, binary):
    """Compile what the changed file goes into, link it with the rest."""
    changed = overlay / mutant.path
    changed.parent.mkdir(parents=True)
    changed.write_text(mutant.text())
    linked = []
    for obj in objects_of(options, mutant.twin):
        source = obj.relative_to(options.out).with_suffix(".c")
        if not depends_on(obj, mutant.path):
            linked.append(obj)
            continue
        linked.append(overlay / f"{source.name}.o")
        cc = [o for o in shlex.split(options.cc) if o != "-g"]
        subprocess.run([cc[0], f"-I{overlay}/hypervisor", f"-I{overlay}", *cc[1:], *shlex.split(options.world), "-w", "-c", "-o", str(linked[-1]),
                        str(changed if str(source) == mutant.path else ROOT / source)], check=True)
    subprocess.run([shlex.split(options.cc)[0], "-o", str(binary), *map(str, linked), "-lcmocka"], check=True)


def explore(binary, environment):
    """(caught, what was said)"""
    try:
        done = subprocess.run([str(binary)], capture_output=True, text=True, errors="replace", timeout=SECONDS, env={**os.environ, **environment})
    except subprocess.TimeoutExpired:
        return True, f"no end in {SECONDS} s"
    said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    found = next((i for i, line in enumerate(said) if line.startswith("twin ")), None)
    if done.returncode == 0 or found is None:
        return False, "; ".join(said[:3])
    return True, " ".join(said[found:found + 2])


def run(options, mutant):
    """(caught, what was said)"""
    overlay = options.out / "mutants" / mutant.name
    shutil.rmtree(overlay, ignore_errors=True)
    overlay.mkdir(parents=True)
    binary = overlay / "twin"
    build(options, mutant, overlay, binary)
    # Most are seen early, from one of the starts.
    for environment in ({"TWIN_SHORT": "1"}, {}):
        caught, said = explore(binary, environment)
        if caught:
            break
    return caught, said


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", action="store_true")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--cc")
    parser.add_argument("--world")
    parser.add_argument("twins", nargs="*")
    options = parser.parse_args()
    mutants = [m for m in read_table() if not options.twins or m.twin in options.twins]
    for mutant in mutants:
        mutant.text()
    if options.texts:
        return
    if not (options.out and options.cc and options.world):
        parser.error("--out, --cc and --world say what to build; --texts needs none of them")
    lived = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for mutant, (caught, said) in zip(mutants, pool.map(lambda m: run(options, m), mutants)):
            lived += not caught
            print(f"{'caught' if caught else 'LIVES '} {mutant.name}: {mutant.why} ({mutant.path})\n         {said}", flush=True)
    print(f"{len(mutants) - lived} passed, {lived} failed")
    sys.exit(1 if lived or not mutants else 0)


main()
