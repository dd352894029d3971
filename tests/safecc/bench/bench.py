#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What safecc's checks cost: builds each program here with clang and with safecc, runs both
in turn, and compares user time and code size.

One round runs every program once each way, in alternating order; a program's ratio is the
median of its rounds' ratios.  Code is the sum of the .text* sections, less the runtime's own
functions (sc_host_*), which are the same in both; "all" also counts read-only data (site
tables, unwind tables).  Results go to BUILD/bench.json.
"""

import argparse
import json
import math
import os
import shlex
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TREE = HERE.parents[2]
# Where a loop happens to lie is worth 15 % either way: on both sides they lie alike.
CODEGEN = ["-fwrapv", "-falign-functions=64", "-falign-loops=64"]
KCFI = ["-fsanitize=kcfi"]
COMMON = ["-std=gnu11", "-I", str(TREE / "hypervisor"), "-I", str(TREE / "safecc/include")]
QUICK = {  # arguments for a run of about a tenth of the default
    "anagram": ["600"],
    "bisort": ["17"],
    "em3d": ["2000", "800"],
    "find_primes": ["4000"],
    "ft": ["20000", "10"],
    "hashtab": ["2000000"],
    "health": ["6", "600"],
    "matmul": ["20"],
    "mst": ["768", "20"],
    "perimeter": ["11", "30"],
    "power": ["150"],
    "producer_consumer": ["12000000"],
    "subset_sum": ["24"],
    "subset_sum_dp": ["200000", "120"],
    "treeadd": ["18", "90"],
}
TARGETS = {"geomean": 1.05, "worst": 1.15, "text": 1.09}


def fail(message):
    print(f"bench.py: {message}", file=sys.stderr)
    sys.exit(1)


def run(command, timeout=300):
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    if done.returncode != 0:
        fail(f"this failed ({done.returncode}):\n  {shlex.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def build(name, build_dir, safecc, flags):
    """Compile and link both ways; returns {kind: (program, object)}."""
    made = {}
    for kind in ("base", "safe"):
        folder = build_dir / kind
        folder.mkdir(parents=True, exist_ok=True)
        obj, exe = folder / f"{name}.o", folder / name
        compiler = ["clang-19"] if kind == "base" else safecc + ["--profile=host"]
        run(compiler + ["-O2", "-c", str(HERE / f"{name}.c"), "-o", str(obj)] + flags)
        run(["clang-19", "-O2", str(obj), "-o", str(exe), "-pthread", "-lm"])
        made[kind] = (exe, obj)
    return made


def sizes(obj):
    """Bytes of code (without the runtime's own functions), and of code and read-only data."""
    code = 0
    for line in run(["llvm-size-19", "-A", str(obj)]).splitlines():
        words = line.split()
        if len(words) >= 2 and words[0].startswith(".text"):
            code += int(words[1])
    every = int(run(["llvm-size-19", str(obj)]).splitlines()[1].split()[0])
    runtime = 0
    for line in run(["llvm-nm-19", "--print-size", "--defined-only", str(obj)]).splitlines():
        words = line.split()
        if len(words) == 4 and words[2] in "tT" and words[3].startswith("sc_host_"):
            runtime += int(words[1], 16)
    return code - runtime, every - runtime


def measure(exe, args, limit):
    """Run once; returns (user seconds, output)."""
    out, into = os.pipe()
    pid = os.posix_spawn(
        "/usr/bin/timeout",
        ["timeout", str(limit), str(exe)] + args,
        dict(os.environ, LC_ALL="C"),
        file_actions=[(os.POSIX_SPAWN_DUP2, into, 1), (os.POSIX_SPAWN_CLOSE, out)],
    )
    os.close(into)
    with os.fdopen(out) as pipe:
        text = pipe.read()
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        fail(f"{exe} {' '.join(args)} ended with {os.waitstatus_to_exitcode(status)}; it printed: {text!r}")
    return usage.ru_utime, text


def geomean(values):
    return math.exp(statistics.fmean(math.log(v) for v in values))


def main():
    every = sorted(p.stem for p in HERE.glob("*.c"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help=f"default: all ({', '.join(every)})")
    parser.add_argument("--safecc", required=True, help="the safe compiler; may have arguments of its own")
    parser.add_argument("--build", type=Path, default=TREE / "build/safecc-bench", help="build directory (%(default)s)")
    parser.add_argument("--rounds", type=int, default=9, help="rounds to run (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="3 rounds of small sizes, for a look")
    parser.add_argument("--kcfi", action="store_true", help="compile both ways with kCFI")
    parser.add_argument("--flags", default="", help="more flags for both")
    parser.add_argument("--limit", type=int, default=60, help="seconds one run may take (%(default)s)")
    parser.add_argument("--no-gate", action="store_true", help="do not fail when a target is missed")
    args = parser.parse_args()

    names = args.programs or every
    for name in names:
        if name not in every:
            fail(f"there is no program {name}; there are: {', '.join(every)}")
    rounds = 3 if args.quick else args.rounds
    if rounds < 1:
        fail("--rounds must be at least 1")
    flags = COMMON + CODEGEN + (KCFI if args.kcfi else []) + shlex.split(args.flags)
    safecc = shlex.split(args.safecc)
    args.build.mkdir(parents=True, exist_ok=True)

    built = {name: build(name, args.build, safecc, flags) for name in names}
    times = {name: {"base": [], "safe": []} for name in names}
    for number in range(rounds):
        for name in names:
            outputs = {}
            for kind in ("base", "safe") if number % 2 == 0 else ("safe", "base"):
                seconds, outputs[kind] = measure(built[name][kind][0], QUICK.get(name, []) if args.quick else [], args.limit)
                times[name][kind].append(seconds)
            if outputs["base"] != outputs["safe"]:
                fail(f"{name}: the outputs differ\n  base: {outputs['base']}  safe: {outputs['safe']}")

    results = {}
    print(f"{'program':<20}{'base ms':>9}{'ratio':>8}{'text':>8}{'all':>8}")
    for name in names:
        pairs = zip(times[name]["base"], times[name]["safe"])
        (base_code, base_all), (safe_code, safe_all) = (sizes(built[name][kind][1]) for kind in ("base", "safe"))
        r = results[name] = {
            "base_ms": 1000 * statistics.median(times[name]["base"]),
            "ratio": statistics.median(max(s, 1e-4) / max(b, 1e-4) for b, s in pairs),
            "text_base": base_code,
            "text_safe": safe_code,
            "text_ratio": safe_code / base_code,
            "all_ratio": safe_all / base_all,
            "times": times[name],
        }
        print(f"{name:<20}{r['base_ms']:>9.0f}{r['ratio']:>8.3f}{r['text_ratio']:>8.3f}{r['all_ratio']:>8.3f}")

    worst = max(results, key=lambda n: results[n]["ratio"])
    summary = {
        "geomean": geomean(r["ratio"] for r in results.values()),
        "worst": results[worst]["ratio"],
        "text": geomean(r["text_ratio"] for r in results.values()),
    }
    print(f"geomean: {summary['geomean']:.3f}")
    print(f"worst: {worst} {summary['worst']:.3f}")
    print(f"text geomean: {summary['text']:.3f}")
    report = {"rounds": rounds, "flags": flags, "safecc": safecc, "quick": args.quick, "targets": TARGETS,
              "summary": summary, "worst": worst, "programs": results}
    (args.build / "bench.json").write_text(json.dumps(report, indent=1) + "\n")

    missed = [f"{key} is {summary[key]:.3f}, the target at most {TARGETS[key]}" for key in TARGETS if summary[key] > TARGETS[key]]
    if missed and not args.no_gate:
        fail("targets missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
