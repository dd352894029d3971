#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Mutants of the project's own modules: does safecc miss what was taken away?

usage: mutate.py --safecc PATH [--build DIR] [--jobs N] [--core] [--only FILE...] [--kind KIND...] [--sample N] [--seed S]
                 [--floor PERCENT] [--list] [--show KEY]

Takes each file of the modules and of xen-compat, makes it wrong in one place - a guard, a bound, a null test, the test of a result, a
lock, a reference, an annotation - in a copy of the tree, and runs safecc on it.  A mutant is

  refused      safecc reports an error
  run-time     a check runs that did not before: it stops the fault
  covered      a check that ran before covers the same value: it stops the fault
  leak         what is not put back is lost, which a module may do: it does not count
  equivalent   it cannot hurt memory: it does not count (the criterion: README.md, beside this file)
  survivor     it matters, and nothing saw it

Caught are the first three, out of those and the survivors.  BUILD/mutate/report.md and .json tell each survivor with its line
and every mutant with its reason.  Ends with `N passed, N failed`: caught mutants, and 1 when they are less than --floor percent.
"""
import argparse
import collections
import json
import os
import pathlib
import queue
import random
import shlex
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
from ctree import Tree  # noqa: E402
from judge import Judge, Sites  # noqa: E402
from places import KINDS, Places, World  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
TREE = ("hypervisor", "xen-compat")
CORE = tuple(f"hypervisor/{f}/" for f in ("arch", "boot", "core", "dispatch", "unpack"))
CAUGHT = ("refused", "run-time", "covered")
VERDICTS = (*CAUGHT, "survivor", "leak", "equivalent", "invalid")
# Rules that look at all files together; the others have said what they have to say of the file alone.
WHOLE = [word for rule in ("SC-02", "SC-11", "SC-12", "SC-13", "SC-14", "SC-16", "SC-20") for word in ("--rule", rule)]


class Runner:
    """safecc over a copy of the tree; one per job."""

    def __init__(self, setup, number):
        self.setup = setup
        self.root = setup.build / f"tree.{number}"
        shutil.rmtree(self.root, ignore_errors=True)
        for name in TREE:
            shutil.copytree(ROOT / name, self.root / name)

    def safecc(self, files, rules=()):
        done = subprocess.run([self.setup.safecc, "--check", "--json", "-", *rules, *self.setup.flags, *files], cwd=self.root, capture_output=True, text=True, timeout=300)
        if done.returncode not in (0, 1) or not done.stdout:
            return None
        return json.loads(done.stdout)

    def mutant(self, m):
        """(verdict, rule, why) of one mutant."""
        setup, path = self.setup, self.root / m.file
        text = path.read_text()
        users = [m.file] if m.file.endswith(".c") else setup.users[m.file]
        try:
            path.write_text(m.apply(text))
            data = self.safecc(users)
            if data is None:
                return "invalid", "", "it does not compile"
            before = setup.baseline(self, tuple(users), m.file)
            verdict = setup.judge.judge(m, before, Sites(data, m.file), data, setup.trees[m.file])
            # What only the whole program shows.
            if verdict[0] in ("survivor", "leak") or (verdict[0] in ("equivalent", "covered") and m.owns):
                data = self.safecc(setup.files, () if m.kind == "annotation" else WHOLE)
                if data is None:
                    return "invalid", "", "it does not compile"
                if m.kind == "annotation":
                    return setup.judge.judge(m, setup.baseline(self, tuple(setup.files), m.file), Sites(data, m.file), data, setup.trees[m.file])
                if data["findings"]:
                    f = data["findings"][0]
                    return "refused", f["rule"], f"{f['place']['file']}:{f['place']['line']}: {f['message']}"
            return verdict
        except subprocess.TimeoutExpired:
            return "refused", "", "safecc did not end in 300 s"
        finally:
            path.write_text(text)


class Setup:
    def __init__(self, args):
        self.safecc, self.build, self.core = args.safecc, args.build, args.core
        self.build.mkdir(parents=True, exist_ok=True)
        flags = self.build / "flags"
        subprocess.run(["make", "-s", "--no-print-directory", "-C", str(ROOT), f"BUILD={args.build.parent}", "safecc-flags", f"FLAGS_FILE={flags}"], check=True)
        lines = flags.read_text().split("\n")
        self.flags, self.files = shlex.split(lines[0]), lines[1].split()
        self.clang_flags = [f for i, f in enumerate(self.flags) if f not in ("--core", "--arch") and (i == 0 or self.flags[i - 1] not in ("--core", "--arch"))]
        headers = sorted(str(p.relative_to(ROOT)) for p in [*ROOT.glob("hypervisor/modules/*/*.h"), *ROOT.glob("hypervisor/ports/*.h"), *ROOT.glob("xen-compat/*.h")] if p.name != "safe.h")
        self.users = {h: [] for h in headers}
        for f in self.files:
            deps = subprocess.run(["clang-19", *self.clang_flags, "-D__SAFECC__", "-MM", f], cwd=ROOT, capture_output=True, text=True).stdout.replace("\\\n", " ").split()
            for d in deps:
                if d in self.users:
                    self.users[d].append(f)
        core = [p.read_text() for p in [*ROOT.glob("hypervisor/core/*.h"), *ROOT.glob("hypervisor/arch/*.h")]]
        core_code = [p.read_text() for folder in ("core", "arch") for p in sorted((ROOT / "hypervisor" / folder).glob("*.c"))]
        every = [p.read_text() for pattern in ("hypervisor/*/*.[ch]", "hypervisor/modules/*/*.[ch]", "xen-compat/*.[ch]") for p in sorted(ROOT.glob(pattern))]
        self.world = World(every, core, core_code)
        self.trees = {}
        for f in self.files:
            self.trees[f] = Tree(ROOT, f, self.clang_flags)
        for h in headers:
            if self.users[h]:
                self.trees[h] = Tree(ROOT, self.users[h][0], self.clang_flags, h)
        self.judge = Judge(self.world, list(self.trees.values()))
        self.baselines, self.lock = {}, threading.Lock()

    def mutants(self):
        return [m for f in sorted(self.trees) if self.core or not f.startswith(CORE) for m in Places(self.trees[f], self.world).out]

    def baseline(self, runner, files, file):
        """The checks of the unchanged tree, for the same files."""
        with self.lock:
            data = self.baselines.get(files)
        if data is None:
            done = subprocess.run([self.safecc, "--check", "--json", "-", *self.flags, *files], cwd=ROOT, capture_output=True, text=True)
            if done.returncode != 0:
                raise SystemExit(f"mutate.py: the unchanged tree is not clean: {' '.join(files)}\n{done.stderr[:2000]}")
            data = json.loads(done.stdout)
            with self.lock:
                self.baselines[files] = data
        return Sites(data, file)


def progress(done, total, counts, start, last=False):
    text = f"{done} of {total} mutants, {counts['survivor']} survivors, {time.monotonic() - start:.0f} s"
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", end="\n" if last else "", flush=True)
    else:
        print(text, flush=True)


def run(setup, mutants, jobs):
    work, results = queue.Queue(), {}
    counts, start = collections.Counter(), time.monotonic()
    for i, m in enumerate(mutants):
        work.put((i, m))
    failed = []

    def worker(number):
        try:
            runner = Runner(setup, number)
            while not failed:
                try:
                    i, m = work.get_nowait()
                except queue.Empty:
                    break
                verdict = runner.mutant(m)
                results[i] = verdict
                counts[verdict[0]] += 1
                if verdict[0] == "survivor":
                    print(f"survivor {m.key}: {verdict[2]}", flush=True)
            shutil.rmtree(runner.root, ignore_errors=True)
        except BaseException as e:  # told by the main thread
            failed.append(e)

    threads = [threading.Thread(target=worker, args=(n,), daemon=True) for n in range(jobs)]
    for t in threads:
        t.start()
    shown = 0.0
    while any(t.is_alive() for t in threads):
        time.sleep(0.2)
        if time.monotonic() - shown >= 2:
            shown = time.monotonic()
            progress(len(results), len(mutants), counts, start)
    if failed:
        raise failed[0]
    progress(len(results), len(mutants), counts, start, last=True)
    return [(m, *results[i]) for i, m in enumerate(mutants)]


def table(rows, columns):
    return ["| " + " | ".join(columns) + " |", "| " + " | ".join("---" for _ in columns) + " |", *("| " + " | ".join(map(str, r)) + " |" for r in rows), ""]


def write_reports(build, results, percent, caught, matter, args):
    verdicts = VERDICTS
    out = ["# Mutants", "", f"`{' '.join(map(shlex.quote, sys.argv))}`", "",
           f"{len(results)} mutants; {matter} matter; {caught} of those are caught: {percent:.2f} %. Floor: {args.floor} %.", ""]
    by_kind = collections.Counter((m.kind, v) for m, v, _, _ in results)
    out += table([[k, KINDS[k], *(by_kind[k, v] for v in verdicts)] for k in KINDS], ["kind", "what", *verdicts])
    by_rule = collections.Counter((rule, v) for _, v, rule, _ in results if v in CAUGHT)
    out += ["Caught by rule:", ""] + table([[r, *(by_rule[r, v] for v in CAUGHT)] for r in sorted({r for r, _ in by_rule})], ["rule", *CAUGHT])
    out += [f"## Survivors that matter: {sum(v == 'survivor' for _, v, _, _ in results)}", ""]
    for m, v, _, why in results:
        if v == "survivor":
            out += [f"* `{m.file}:{m.line}` ({m.kind}, in `{m.function or 'a declaration'}`): {why}", "", "  ```diff", *(f"  - {x}" for x in m.before), *(f"  + {x}" for x in m.after), "  ```", ""]
    (build / "report.md").write_text("\n".join(out) + "\n")
    (build / "report.json").write_text(json.dumps([{"file": m.file, "line": m.line, "kind": m.kind, "function": m.function, "what": m.what, "verdict": v, "rule": rule, "why": why,
                                                    "before": m.before, "after": m.after} for m, v, rule, why in results], indent=1) + "\n")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--safecc", required=True, type=lambda s: str(pathlib.Path(s).resolve()), help="the checker")
    p.add_argument("--build", type=lambda s: pathlib.Path(s).resolve(), default=ROOT / "build/mutate", help="where copies and reports go")
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--core", action="store_true", help="mutants of the core too, whose islands nobody checks")
    p.add_argument("--only", nargs="+", metavar="FILE", help="mutants of these files only (ends of paths)")
    p.add_argument("--kind", nargs="+", choices=sorted(KINDS), help="mutants of these kinds only (all but annotation)")
    p.add_argument("--sample", type=int, metavar="N", help="N of them, chosen by --seed")
    p.add_argument("--seed", default="1")
    p.add_argument("--floor", type=float, default=95, metavar="PERCENT", help="fewer caught is a failure (95)")
    p.add_argument("--list", action="store_true", help="list the mutants and stop")
    args = p.parse_args()
    setup = Setup(args)
    mutants = setup.mutants()
    if args.only:
        mutants = [m for m in mutants if any(m.file.endswith(f) for f in args.only)]
    # Without an annotation the code is what it was: a question of its own.
    mutants = [m for m in mutants if (m.kind in args.kind if args.kind else m.kind != "annotation")]
    if args.sample is not None and args.sample < len(mutants):
        chosen = set(random.Random(args.seed).sample([m.key for m in mutants], args.sample))
        mutants = [m for m in mutants if m.key in chosen]
    if args.list:
        for m in mutants:
            print(m.key)
        print(f"{len(mutants)} mutants")
        return 0
    if not mutants:
        print("mutate.py: no mutant fits", file=sys.stderr)
        return 2
    results = run(setup, mutants, args.jobs)
    caught = sum(v in CAUGHT for _, v, _, _ in results)
    matter = caught + sum(v == "survivor" for _, v, _, _ in results)
    percent = 100.0 * caught / matter if matter else 100.0
    write_reports(args.build, results, percent, caught, matter, args)
    counts = collections.Counter(v for _, v, _, _ in results)
    print(", ".join(f"{counts[v]} {v}" for v in VERDICTS))
    print(f"{percent:.2f} % of {matter} that matter are caught (floor {args.floor:g} %); {args.build}/report.md")
    bad = percent < args.floor
    print(f"{caught} passed, {int(bad)} failed")
    return 1 if bad else 0


sys.exit(main())
