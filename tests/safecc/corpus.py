#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What safecc accepts, refuses and traps: the corpus of small files against their own headers.

usage: corpus.py --safecc PATH [--build DIR] [--jobs N] [--verbose] [PLACE...]
       places: accept reject pairs (all of them), or what lies below: reject/SC-07, accept/adler32.c

accept/   `// expect: ok`: an object comes out; with `// run: ok` it is linked and ends with 0.
reject/   every line that ends in `// expect: SC-nn` is reported with that rule, and no other line is.  A folder with a file
          `module` is one run over all its files.  `// expect-check: SC-nn`: a check of that rule is left on the line.  `// run: trap SC-nn`: accepted, and killed by a check of that rule.
pairs/    *_bad.c: `expect-bad: reject RULES | trap RULES`; *_good.c: compiles, runs, ends with 0.
`// options: ...` adds options; `default-profile` among them takes --profile=host away.
Ends with `N passed, N failed`.
"""
import argparse
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RULE = re.compile(r"SC-\d\d")


def options_of(text):
    m = re.search(r"^// options: *(.*)$", text, re.M)
    words = m.group(1).split() if m else []
    profile = [] if "default-profile" in words else ["--profile=host"]
    return profile + ["-pthread", "-I", "hypervisor", "-I", ".", "-I", "build/gen", "-I", "safecc/include", "--core", "hypervisor/core", "--arch", "hypervisor/arch",
                      "-D__XEN_INTERFACE_VERSION__=0x00040e00"] + [w for w in words if w != "default-profile"]


def expectations(files, mark):
    return {(f.name, n, rule) for f in files for n, line in enumerate(f.read_text().splitlines(), 1) for rule in RULE.findall(line.partition(mark)[2])}


class Corpus:
    def __init__(self, args):
        self.args = args
        args.build.mkdir(parents=True, exist_ok=True)

    def safecc(self, argv):
        return subprocess.run([self.args.safecc, *argv], cwd=ROOT, capture_output=True, text=True, timeout=120)

    def compile(self, path, text):
        obj = self.args.build / (str(path.relative_to(HERE)).replace("/", "-")[:-2] + ".d") / "x.o"
        obj.parent.mkdir(parents=True, exist_ok=True)
        return obj, self.safecc(["-c", str(path), "-o", str(obj), *options_of(text)])

    def execute(self, obj):
        program = obj.with_suffix("")
        link = subprocess.run(["clang-19", str(obj), "-o", str(program), "-lm", "-pthread"], capture_output=True, text=True)
        if link.returncode:
            return None, link.stderr
        try:
            done = subprocess.run([str(program)], capture_output=True, text=True, timeout=20)
        except subprocess.TimeoutExpired:
            return None, "did not end"
        return done.returncode, done.stdout + done.stderr

    def findings(self, paths, text):
        done = self.safecc(["--check", *map(str, paths), "--json", "-", *options_of(text)])
        if done.returncode == 2 or not done.stdout:
            return None, done.stderr
        return json.loads(done.stdout), ""

    def trap_rules(self, path, text):
        data, _ = self.findings([path], text)
        return {c["rule"] for c in data["checks"] if c["fate"] in ("kept", "hoisted")} if data else set()

    def accept(self, path):
        text = path.read_text()
        obj, done = self.compile(path, text)
        if done.returncode:
            return f"expected an object, got: {done.stderr.strip().splitlines()[0] if done.stderr.strip() else done.returncode}"
        if re.search(r"^// run: ok", text, re.M):
            code, out = self.execute(obj)
            if code != 0:
                return f"expected to run, ended with {code}: {out[-200:]}"
        return ""

    def reject(self, path):
        files = sorted(path.glob("*.c")) if path.is_dir() else [path]
        text = "\n".join(f.read_text() for f in files)
        trap = re.search(r"^// run: trap (SC-\d\d)", text, re.M)
        if trap:
            obj, done = self.compile(files[0], text)
            if done.returncode:
                return f"expected to compile, got: {done.stderr.strip().splitlines()[0]}"
            code, out = self.execute(obj)
            if code != -4 or (trap.group(1) not in self.trap_rules(files[0], text) and f"trap {trap.group(1)}" not in out):
                return f"expected a trap of {trap.group(1)}, ended with {code}: {out[-200:]}"
            return ""
        if re.search(r"^// run: ok", text, re.M):
            return self.accept(files[0])
        # Headers beside the files that name them carry expectations too.
        texts = files + [h for h in sorted((path if path.is_dir() else path.parent).glob("*.h")) if f'{h.name}"' in text]
        want = expectations(texts, "// expect:")
        want_checks = expectations(texts, "// expect-check:")
        data, error = self.findings(files, text)
        if data is None:
            return f"did not compile: {error[-300:]}"
        got = {(pathlib.Path(f["place"]["file"]).name, f["place"]["line"], f["rule"]) for f in data["findings"]}
        kept = {(pathlib.Path(c["place"]["file"]).name, c["place"]["line"], c["rule"]) for c in data["checks"] if c["fate"] in ("kept", "hoisted")}
        if not want and not want_checks:
            return "expects nothing"
        if want_checks - kept:
            return f"no check is left for {sorted(want_checks - kept)}"
        if got != want:
            return f"missed {sorted(want - got)}, unexpected {sorted(got - want)}"
        return ""

    def pair(self, path):
        text = path.read_text()
        obj, done = self.compile(path, text)
        if path.name.endswith("_good.c"):
            if done.returncode:
                return f"expected an object, got: {done.stderr.strip().splitlines()[0]}"
            code, out = self.execute(obj)
            return "" if code == 0 else f"expected to run, ended with {code}: {out[-200:]}"
        header = re.search(r"expect-bad:([^*]*)", text).group(1)
        rejects, traps = header.partition("|")[0], header.partition("|")[2] if "|" in header else header if "trap" in header else ""
        rejects = rejects if "reject" in rejects else ""
        if done.returncode == 1:
            rules = set(re.findall(r"error: (SC-\d\d)", done.stderr))
            return "" if rules & set(RULE.findall(rejects)) else f"rejected by {sorted(rules)}, expected one of {RULE.findall(rejects)}"
        if done.returncode:
            return f"safecc ended with {done.returncode}"
        code, out = self.execute(obj)
        if code != -4:
            return f"ran to {code}, expected {header.strip()}"
        rules = self.trap_rules(path, text) | set(RULE.findall(out))
        return "" if rules & set(RULE.findall(traps)) else f"trapped by {sorted(rules)}, expected one of {RULE.findall(traps)}"


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--safecc", required=True, type=lambda s: str(pathlib.Path(s).resolve()))
    p.add_argument("--build", type=pathlib.Path, default=ROOT / "build/safecc-corpus")
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--verbose", action="store_true")
    p.add_argument("places", nargs="*", default=["accept", "reject", "pairs"])
    args = p.parse_args()
    corpus = Corpus(args)
    work = []
    for place in args.places:
        base, folder = HERE / place, pathlib.Path(place).parts[0] if place else ""
        if folder not in ("accept", "reject", "pairs") or not base.exists():
            p.error(f"{place}: no such place under tests/safecc")
        files = [base] if base.is_file() else sorted(base.rglob("*.c"))
        if folder == "reject":
            modules = {m.parent for m in base.rglob("module")}
            found = sorted(modules) + [f for f in files if f.parent not in modules]
            work += [(corpus.reject, f) for f in found]
        else:
            work += [(corpus.pair if folder == "pairs" else corpus.accept, f) for f in files]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for (_, path), why in zip(work, pool.map(lambda w: w[0](w[1]), work)):
            if why:
                failed += 1
                print(f"FAILED {path.relative_to(HERE)}: {why}", flush=True)
            elif args.verbose:
                print(f"ok     {path.relative_to(HERE)}", flush=True)
    print(f"{len(work) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
