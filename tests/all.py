#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Run everything that CI runs, a step after the other, and count.

usage: all.py [--full] [STEP...]      steps: check proofs models safecc scaffold unit twins loader fuzz guests boot (all)
Ends with a line "N passed, N failed"; exit code 1 if anything failed.  Logs go to BUILD/test/.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
LOGS = BUILD / "test"


def run(name, argv):
    """(return code, output); the output goes to a log too."""
    LOGS.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    print(f"==== {name}", flush=True)
    done = subprocess.run(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, env={**os.environ, "BUILD": str(BUILD)})
    (LOGS / f"{name.replace('/', '-')}.log").write_text(done.stdout)
    print(f"     {name}: {'ok' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - start:.0f} s", flush=True)
    if done.returncode:
        print(done.stdout[-6000:], flush=True)
    return done.returncode, done.stdout


def count_cmocka(text):
    passed = sum(int(n) for n in re.findall(r"\[  PASSED  \] (\d+) test", text))
    failed = sum(int(n) for n in re.findall(r"\[  FAILED  \].*?(\d+) test", text))
    return passed, failed


def count_pytest(text):
    tail = text[-2000:]
    n = lambda word: sum(int(x) for x in re.findall(rf"(\d+) {word}", tail.splitlines()[-1] if tail.splitlines() else ""))
    return n("passed"), n("failed") + n("error")


def count_plain(text):
    n = re.findall(r"^(\d+) passed, (\d+) failed$", text, re.M)
    return (int(n[-1][0]), int(n[-1][1])) if n else (0, 1)


def count_proofs(text):
    n = re.findall(r"^proved (\d+) / (\d+)$", text, re.M)
    return (int(n[-1][0]), int(n[-1][1]) - int(n[-1][0])) if n else (0, 1)


def step(name, argv, counter=None):
    code, text = run(name, argv)
    passed, failed = counter(text) if counter else (0, 0)
    if code and not failed:
        failed = 1
    if not code and not passed:
        passed = 1
    return passed, failed


def safecc_steps(add, full):
    add(step("check-safecc", ["make", "check-safecc"]))
    add(step("safecc/corpus", ["tests/safecc/corpus.py", "--safecc", str(BUILD / "safecc"), "--build", str(BUILD / "safecc-corpus")], count_plain))
    add(step("safecc/docs", ["tests/safecc/docs.py", "--safecc", str(BUILD / "safecc"), "--build", str(BUILD / "safecc-docs")], count_plain))
    add(step("safecc/fuzz", ["tests/safecc/fuzz/generate.py", "--safecc", str(BUILD / "safecc"), "--build", str(BUILD / "safecc-fuzz"),
                             "--programs", "20000" if full else "1000", "--seed", "night" if full else "1"]))
    if full:
        add(step("safecc/bench", ["tests/safecc/bench/bench.py", "--safecc", str(BUILD / "safecc"), "--build", str(BUILD / "safecc-bench")]))
    add(step("safecc/driver", ["/usr/bin/python3", "-m", "pytest", "-q", "tests/safecc/driver"], count_pytest))
    add(step("safecc/editor", ["/usr/bin/python3", "-m", "pytest", "-q", "tests/editor"], count_pytest))


def folders(kind):
    return sorted(p.parent.name for p in (ROOT / "tests" / kind).glob("*/Makefile"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="the whole acceptance run")
    parser.add_argument("steps", nargs="*", choices=["check", "proofs", "models", "safecc", "scaffold", "unit", "twins", "loader", "fuzz", "guests", "boot", []])
    options = parser.parse_args()
    steps = options.steps or ["check", "proofs", "models", "safecc", "scaffold", "unit", "twins", "loader", "fuzz", "guests", "boot"]
    passed = failed = 0

    def add(result):
        nonlocal passed, failed
        passed, failed = passed + result[0], failed + result[1]

    if "check" in steps:
        for gate in ("check-layers", "check-headers", "check-format", "check-tidy"):
            add(step(gate, ["make", gate]))
    if "proofs" in steps:
        add(step("proofs", ["verifier/prove", *(["--cold"] if options.full else [])], count_proofs))
        add(step("proofs/gates", ["/usr/bin/python3", "-m", "pytest", "-q", "tests/verifier", *([] if options.full else ["-m", "quick"])], count_pytest))
    if "models" in steps:
        add(step("models", ["verifier/models/check", "--build", str(BUILD / "models"), *(["--full"] if options.full else [])], count_plain))
    # Both take one CPU most of the time, and scaffold works on a copy of the tree.
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        scaffold = pool.submit(step, "scaffold", ["/usr/bin/python3", "-m", "pytest", "-q", "tests/scaffold"], count_pytest) if "scaffold" in steps else None
        if "safecc" in steps:
            safecc_steps(add, options.full)
        if scaffold:
            add(scaffold.result())
    if "unit" in steps:
        for name in folders("unit"):
            add(step(f"unit/{name}", ["make", "-C", f"tests/unit/{name}", f"BUILD={BUILD}"], count_cmocka))
    if "twins" in steps:
        add(step("twins", ["make", "-s", "-j2", "-O", "-C", "tests/twin", f"BUILD={BUILD}", *(["FULL=1"] if options.full else []), "explore"], count_cmocka))
        add(step("twins/mutants", ["make", "-s", "-C", "tests/twin", f"BUILD={BUILD}", "mutants"], count_plain))
    if "loader" in steps:
        add(step("loader", ["make", "-C", "tests/loader", f"BUILD={BUILD}", f"COUNT={200000 if options.full else 10000}"], count_plain))
    if "fuzz" in steps:
        fuzz = lambda name: step(f"fuzz/{name}", ["make", "-C", f"tests/fuzz/{name}", f"BUILD={BUILD}", f"SECONDS_MAX={300 if options.full else 20}"])
        # Each takes one CPU for its time.
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for result in pool.map(fuzz, folders("fuzz")):
                add(result)
    if "guests" in steps:
        add(step("guests", ["/usr/bin/python3", "-m", "pytest", "-q", "tests/boot/test_guests.py", *([] if options.full else ["-m", "quick"])], count_pytest))
    if "boot" in steps:
        add(step("boot", ["/usr/bin/python3", "-m", "pytest", "-q", "--durations=12", "tests/boot", "--ignore", "tests/boot/test_guests.py", *([] if options.full else ["-m", "quick"])], count_pytest))
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
