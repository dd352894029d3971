#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Random programs in the dialect: what safecc accepts must run clean.

usage: generate.py --safecc PATH [--programs N] [--seed S] [--build DIR] [--batch N] [--jobs N] [--keep]

Makes small programs from a seed: arrays, counted pointers, structs, loops, calls, casts of integers, shifts, divisions, null
pointers, many of them wrong on some path.  safecc judges them; what it refuses is left out; NAME.checked.c of the rest is
compiled natively with ASan and UBSan, and every program runs in a process of its own.  A trap of SC_CHECK (SIGILL) is a right
answer, as is a normal end.  A sanitizer's report is a hole in safecc: the program is kept and named.
Ends with `N passed, N failed`; 1 when there was a report, 2 when something could not be run.
"""
import argparse
import concurrent.futures
import json
import pathlib
import random
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
TYPES = ["uint8_t", "int8_t", "uint16_t", "int16_t", "uint32_t", "int32_t", "uint64_t", "int64_t"]
FLAGS = ["-std=gnu11", "-O1", "-I", str(ROOT / "hypervisor"), "-I", str(ROOT / "safecc/include")]

MAIN = r"""
#ifndef FUZZ_RUN
#define FUZZ_RUN
#endif
"""

RUNNER = r"""
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
%(declarations)s
struct entry { const char *name; uint64_t (*run)(uint64_t); };
static const struct entry entries[] = { %(entries)s };
int main(void)
{
    for (unsigned i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
        for (uint64_t in = 0; in < 4; in++) {
            pid_t child;
            int status = 0;
            fflush(stdout);
            child = fork();
            if (child == 0) {
                static const uint64_t inputs[] = { 0, 1, 7, 0xfffffffffffffff3u };
                alarm(5);
                entries[i].run(inputs[in]);
                _exit(0);
            }
            waitpid(child, &status, 0);
            if (WIFSIGNALED(status) && WTERMSIG(status) == 4)
                printf("%%s trap\n", entries[i].name);
            else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
                printf("%%s ok\n", entries[i].name);
            else
                printf("%%s BAD %%llu status %%x\n", entries[i].name, (unsigned long long)in, status);
        }
    return 0;
}
"""


class Program:
    """One program: helpers and an entry `uint64_t pN_run(uint64_t in)`."""

    def __init__(self, rng, name):
        self.r = rng
        self.name = name
        self.lines = []
        self.depth = 0
        self.fresh = 0
        self.helpers = []

    def emit(self, text):
        self.lines.append("    " * (self.depth + 1) + text)

    def new(self, stem):
        self.fresh += 1
        return f"{stem}{self.fresh}"

    # ---- expressions ----
    def number(self):
        r = self.r
        return str(r.choice([0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 31, 32, 63, 64, 100, 255, 256, 1000, 65535, r.randrange(1 << 31)]))

    def integer(self, scope, level=0):
        r = self.r
        kind = r.random()
        if level > 2 or kind < 0.25:
            return self.number()
        if kind < 0.6 and scope["ints"]:
            return r.choice(scope["ints"])
        if kind < 0.72:
            op = r.choice(["+", "-", "*", "&", "|", "^"])
            return f"({self.integer(scope, level + 1)} {op} {self.integer(scope, level + 1)})"
        if kind < 0.78:
            divisor = self.integer(scope, level + 1)
            if divisor == "0" and r.random() < 0.95:
                divisor = "3"
            return f"({self.integer(scope, level + 1)} {r.choice(['/', '%'])} {divisor})"
        if kind < 0.83:
            amount = self.integer(scope, level + 1)
            if amount.isdigit() and int(amount) > 31 and r.random() < 0.97:
                amount = str(r.randrange(32))
            return f"({self.integer(scope, level + 1)} {r.choice(['<<', '>>'])} {amount})"
        if kind < 0.89:
            return f"({r.choice(TYPES)})({self.integer(scope, level + 1)})"
        if kind < 0.94 and scope["arrays"]:
            return self.element(scope, level + 1)
        if scope["structs"]:
            s, is_pointer = r.choice(scope["structs"])
            field = f"{s}{'->' if is_pointer else '.'}{r.choice(['a', 'b', 'n'])}"
            return f"({s} != NULL ? {field} : {self.number()})" if is_pointer and r.random() < 0.97 else field
        return self.number()

    def index(self, scope, length, level):
        r = self.r
        kind = r.random()
        if kind < 0.3 and length.isdigit():
            return str(r.randrange(int(length)))
        e = self.integer(scope, level)
        if kind < 0.55 and length.isdigit():
            return f"(uint32_t)({e}) % {length}"
        if kind < 0.7:
            return f"({e}) & {r.choice([3, 7, 15])}"
        return e

    def element(self, scope, level=0):
        name, length = self.r.choice(scope["arrays"])
        return f"{name}[{self.index(scope, length, level)}]"

    def condition(self, scope):
        r = self.r
        kind = r.random()
        if kind < 0.15 and scope["structs"]:
            pointers = [s for s, p in scope["structs"] if p]
            if pointers:
                return f"{r.choice(pointers)} {r.choice(['!=', '=='])} NULL"
        if kind < 0.3:
            return f"({self.integer(scope, 1)} {r.choice(['<', '>'])} {self.integer(scope, 1)}) {r.choice(['&&', '||'])} ({self.integer(scope, 1)} {r.choice(['<=', '!='])} {self.integer(scope, 1)})"
        return f"{self.integer(scope, 1)} {r.choice(['<', '<=', '>', '>=', '==', '!='])} {self.integer(scope, 1)}"

    # ---- statements ----
    def statement(self, scope):
        r = self.r
        kind = r.random()
        if kind < 0.18:
            v = self.new("v")
            self.emit(f"{r.choice(TYPES)} {v} = {self.integer(scope)};")
            scope["ints"].append(v)
            scope["targets"].append(v)
        elif kind < 0.26:
            a, n = self.new("arr"), r.choice([1, 3, 4, 8, 10, 16])
            self.emit(f"{r.choice(TYPES)} {a}[{n}] = {{ {self.number() if n else 0} }};")
            scope["arrays"].append((a, str(n)))
        elif kind < 0.42 and scope["targets"]:
            op = r.choice(["=", "=", "+=", "-=", "*=", "^=", "|=", "&="])
            self.emit(f"{r.choice(scope['targets'])} {op} {self.integer(scope)};")
        elif kind < 0.56 and scope["arrays"]:
            self.emit(f"{self.element(scope)} {r.choice(['=', '+=', '^='])} {self.integer(scope)};")
        elif kind < 0.68 and self.depth < 3:
            self.emit(f"if ({self.condition(scope)}) {{")
            self.block(scope)
            if r.random() < 0.4:
                self.emit("} else {")
                self.block(scope)
            self.emit("}")
        elif kind < 0.80 and self.depth < 3:
            self.loop(scope)
        elif kind < 0.84:
            self.emit(f"if ({self.condition(scope)})")
            self.emit(f"    return {self.number()};")
        elif kind < 0.90 and scope["structs"]:
            s, is_pointer = r.choice(scope["structs"])
            dot = "->" if is_pointer else "."
            if is_pointer and r.random() < 0.96:
                self.emit(f"if ({s} != NULL)")
            if r.random() < 0.5:
                self.emit(f"{s}{dot}{r.choice(['a', 'b', 'n'])} = {self.integer(scope)};")
            else:
                self.emit(f"{s}{dot}v[{self.index(scope, '6', 0)}] = {self.integer(scope)};")
        elif kind < 0.94:
            s = self.new("p")
            source = r.choice(["&g_one", "NULL", "g_maybe", f"({self.condition(scope)}) ? &g_one : NULL"])
            self.emit(f"struct {self.name}_s *{s} = {source};")
            scope["structs"].append((s, True))
        elif self.helpers:
            self.call(scope)

    def loop(self, scope):
        r = self.r
        i = self.new("i")
        inner = {k: list(v) for k, v in scope.items()}
        kind = r.random()
        if kind < 0.6:
            limit = r.choice([self.number(), str(r.randrange(1, 20)), self.integer(scope, 2)])
            start = r.choice(["0", "0", "1", self.number()])
            op = r.choice(["<", "<", "<", "<=", "!="])
            self.emit(f"for ({r.choice(['uint32_t', 'int32_t', 'uint8_t', 'uint64_t'])} {i} = {start}; {i} {op} {limit} && steps < 300; {i}++, steps++) {{")
        elif kind < 0.8:
            self.emit(f"for (uint32_t {i} = {r.choice(['3', '9', '15', self.integer(scope, 2)])}; {i} > 0 && steps < 300; {i}--, steps++) {{")
        else:
            self.emit(f"uint32_t {i} = {self.number()};")
            scope["ints"].append(i)
            self.emit(f"while (({self.condition(scope)}) && steps < 300) {{")
            self.emit("    steps++;")
        inner["ints"].append(i)
        self.block(inner)
        if r.random() < 0.2:
            self.emit(f"    if ({self.condition(inner)})")
            self.emit(f"        {r.choice(['break', 'continue'])};")
        self.emit("}")

    def block(self, scope):
        inner = {k: list(v) for k, v in scope.items()}
        self.depth += 1
        for _ in range(self.r.randrange(1, 4)):
            self.statement(inner)
        self.depth -= 1

    def call(self, scope):
        r = self.r
        name, shape = r.choice(self.helpers)
        if shape == "count":
            if not scope["arrays"]:
                return
            a, n = r.choice(scope["arrays"])
            t = self.new("v")
            size = r.choice([n, n, self.integer(scope, 2)])
            self.emit(f"uint64_t {t} = {name}_{self.type_of(a)}({a}, {size}, {self.integer(scope, 1)});")
        else:
            pointers = [s for s, p in scope["structs"] if p]
            t = self.new("v")
            arg = r.choice(pointers) if pointers and r.random() < 0.3 else "&g_one"
            self.emit(f"uint64_t {t} = {name}({arg}, {self.integer(scope, 1)});")
        scope["ints"].append(t)

    def type_of(self, array):
        for line in reversed(self.lines):
            words = line.split()
            if len(words) > 1 and words[1].startswith(array + "["):
                return words[0]
        return "uint8_t"

    def text(self):
        r, n = self.r, self.name
        head = [f"struct {n}_s {{ uint32_t a; int32_t b; uint8_t n; uint8_t v[6]; }};",
                f"static struct {n}_s {n}_one = {{ 1, -2, 3, {{ 4 }} }};", f"static struct {n}_s *{n}_maybe;"]
        for t in TYPES:
            self_check = r.choice(["", "    if (i >= n)\n        return 0;\n", "    if (n == 0)\n        return 0;\n    i %= n;\n"])
            head.append(f"static inline uint64_t {n}_take_{t}(const {t} *p SC_COUNT(n), uint32_t n, uint32_t i)\n{{\n{self_check}    return (uint64_t)p[i];\n}}")
        test = r.choice(["", "    if (s == NULL)\n        return 1;\n"])
        nullable = " SC_NULLABLE" if test or r.random() < 0.2 else ""
        head.append(f"static inline uint64_t {n}_look(const struct {n}_s *s{nullable}, uint32_t i)\n{{\n{test}    return (uint64_t)s->v[i % 6] + s->a;\n}}")
        self.helpers = [(f"{n}_take", "count"), (f"{n}_look", "struct")]
        scope = {"ints": ["in"], "targets": [], "arrays": [], "structs": []}
        for _ in range(r.randrange(6, 18)):
            self.statement(scope)
        used = " ^ ".join(["(uint64_t)" + v for v in scope["ints"][-4:]])
        body = "\n".join(self.lines).replace("g_one", f"{n}_one").replace("g_maybe", f"{n}_maybe")
        return "\n".join(head) + f"\n\nuint64_t {n}_run(uint64_t in);\nuint64_t {n}_run(uint64_t in)\n{{\n    uint32_t steps = 0;\n{body}\n    return {used} ^ steps;\n}}\n"


def run(argv, **kw):
    return subprocess.run(argv, capture_output=True, text=True, **kw)


def batch(args, number):
    rng = random.Random(f"{args.seed}:{number}")
    build = args.build / f"b{number}"
    build.mkdir(parents=True, exist_ok=True)
    source = build / "programs.c"
    programs = {f"p{number}_{k}": None for k in range(args.batch)}
    for name in programs:
        programs[name] = Program(rng, name).text()
    prologue = '#include <stddef.h>\n#include <stdint.h>\n#include "ports/safe.h"\n'
    refused = 0
    # Leave out what is refused, by function, until the rest passes.
    for _ in range(6):
        source.write_text(prologue + "\n".join(programs.values()))
        r = run([args.safecc, "--check", "--profile=host", *FLAGS, "--json", str(build / "findings.json"), str(source)], timeout=300)
        if r.returncode == 0:
            break
        if r.returncode != 1:
            return [f"b{number}: safecc ended with {r.returncode}: {r.stderr[-300:]}"], 0, 0, 0, 0
        findings = json.loads((build / "findings.json").read_text())["findings"]
        lines = source.read_text().splitlines()
        bad = set()
        for f in findings:
            owner = f["function"].split("_")
            name = "_".join(owner[:2]) if len(owner) > 1 else ""
            if name not in programs:
                # a finding outside of a function: the program whose text holds the line
                for line in range(f["place"]["line"] - 1, -1, -1):
                    if lines[line].startswith("struct p"):
                        name = lines[line].split()[1][:-2]
                        break
            bad.add(name)
        if not bad & set(programs):
            return [f"b{number}: findings that belong to no program: {findings[0]}"], 0, 0, 0, 0
        for name in bad:
            if programs.pop(name, None) is not None:
                refused += 1
        if not programs:
            break
    if not programs:
        return [], 0, refused, 0, 0
    r = run([args.safecc, "-c", "--profile=host", *FLAGS, str(source), "-o", str(build / "programs.o")], timeout=300)
    if r.returncode != 0:
        return [f"b{number}: accepted by --check, refused by -c: {r.stderr[-400:]}"], len(programs), refused, 0, 0
    runner = build / "runner.c"
    runner.write_text(RUNNER % {"declarations": "\n".join(f"uint64_t {n}_run(uint64_t);" for n in programs),
                                "entries": ", ".join(f'{{ "{n}", {n}_run }}' for n in programs)})
    r = run(["clang-19", "-w", "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-sanitize=unsigned-integer-overflow,implicit-conversion",
             "-fwrapv", "-ftrivial-auto-var-init=zero", str(build / "programs.checked.c"), str(runner), "-o", str(build / "runner")], timeout=300)
    if r.returncode != 0:
        return [f"b{number}: the checked source does not compile: {r.stderr[-400:]}"], len(programs), refused, 0, 0
    r = run([str(build / "runner")], timeout=600, env={"ASAN_OPTIONS": "detect_leaks=0:handle_sigill=0:abort_on_error=0", "UBSAN_OPTIONS": "print_stacktrace=1", "PATH": "/usr/lib/llvm-19/bin:/usr/bin"})
    bad = [line for line in r.stdout.splitlines() if " BAD " in line]
    traps = sum(line.endswith(" trap") for line in r.stdout.splitlines())
    runs = sum(line.endswith(" ok") for line in r.stdout.splitlines())
    errors = []
    if bad:
        errors = [f"{source}: {line}" for line in bad] + [r.stderr[:1500]]
        (build / "report.txt").write_text(r.stdout + r.stderr)
    elif runs + traps != 4 * len(programs):
        errors = [f"b{number}: {runs + traps} runs of {4 * len(programs)}"]
    if not errors and not args.keep:
        shutil.rmtree(build)
    return errors, len(programs), refused, traps, runs


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--safecc", required=True)
    p.add_argument("--programs", type=int, default=1000)
    p.add_argument("--seed", default="1")
    p.add_argument("--build", type=pathlib.Path, default=ROOT / "build/safecc-fuzz")
    p.add_argument("--batch", type=int, default=50, help="programs in one file")
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--keep", action="store_true", help="keep the files of good batches too")
    args = p.parse_args()
    accepted = refused = traps = runs = failed = 0
    start = time.monotonic()
    number = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        while accepted < args.programs:
            for errors, good, bad, trapped, ran in pool.map(lambda n: batch(args, n), range(number, number + args.jobs * 2)):
                accepted, refused, traps, runs = accepted + good, refused + bad, traps + trapped, runs + ran
                for e in errors:
                    print("FAILED", e)
                failed += 1 if errors else 0
            number += args.jobs * 2
            print(f"{accepted} accepted, {refused} refused, {runs} runs to the end, {traps} traps ({time.monotonic() - start:.0f} s)", flush=True)
            if failed > 5 or number > 100000:
                break
    print(f"{accepted - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
