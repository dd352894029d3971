#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the pages about safecc show is what safecc does.

usage: docs.py --safecc PATH [--build DIR] [--write] [--verbose]

docs/safecc/rules/SC-nn.md, one per rule, docs/handbook/safe-c.md and README.md.  A fenced block is put through safecc by its info string:

```c refused      exactly errors of the page's rule come out (in the others: any)
```c accepted     no error, and an object comes out
```c checked      the same, and a check of the page's rule is left to run time
    further words: file=NAME (example.c), hypervisor (not the host profile), core, arch (the file is one of those)
```diff KIND      the code before, changed: hunks without line numbers, each beginning with @@
```text diagnostic    what safecc says of the code before, word for word
```text says          lines of that, in this order
```text report        lines of its --report, in this order
```text built         lines of the --report of safecc -c, in this order
```text checked.c     lines of its NAME.checked.c, in this order; blanks count once

A line `...` stands for any lines.  --write puts what safecc says into the diagnostic blocks.  Also: --explain prints each page, in each way to write the rule, and
--list-rules and the pages name the same rules.  Ends with `N passed, N failed`.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "docs/safecc/rules"
OTHERS = [ROOT / "docs/handbook/safe-c.md", ROOT / "README.md"]
FENCE = re.compile(r"^```(\S+) ([^\n]+)\n(.*?)^```$", re.M | re.S)
HINT = re.compile(r"^\d+ errors?; safecc --explain SC-\d\d says more\n", re.M)
CODE, SHOWN = ("refused", "accepted", "checked"), ("diagnostic", "says", "report", "built", "checked.c")


def patched(text, diff):
    """(text with the hunks made, or None and the hunk that fits nowhere or twice)."""
    for hunk in re.split(r"^@@.*\n", diff, flags=re.M)[1:]:
        lines = hunk.splitlines(keepends=True)
        old, new = ("".join(line[1:] for line in lines if line[0] in " " + sign) for sign in "-+")
        if text.count(old) != 1:
            return None, hunk
        text = text.replace(old, new)
    return text, ""


class Docs:
    def __init__(self, safecc, build, write, verbose):
        self.safecc, self.build, self.write, self.verbose = safecc, build, write, verbose
        self.passed = self.failed = 0

    def judge(self, name, why):
        """Count one question; why is empty when all is well."""
        self.passed, self.failed = self.passed + (not why), self.failed + bool(why)
        if why or self.verbose:
            print(f"{'FAILED' if why else 'ok    '} {name}{': ' + why if why else ''}", flush=True)

    def run(self, argv, cwd=ROOT):
        return subprocess.run([self.safecc, *argv], cwd=cwd, capture_output=True, text=True, timeout=120)

    def options(self, words):
        """As corpus.py's, from any folder."""
        file = self.file(words)
        return ([] if "hypervisor" in words else ["--profile=host"]) + [
            "-pthread", "-I", str(ROOT / "hypervisor"), "-I", str(ROOT), "-I", str(ROOT / "build/gen"), "-I", str(ROOT / "safecc/include"),
            "--core", file if "core" in words else str(ROOT / "hypervisor/core"), "--arch", file if "arch" in words else str(ROOT / "hypervisor/arch"),
            "-D__XEN_INTERFACE_VERSION__=0x00040e00"]

    @staticmethod
    def file(words):
        return next((w[5:] for w in words if w.startswith("file=")), "example.c")

    def check(self, words, text):
        """(findings and checks, what safecc says of them)."""
        (self.build / self.file(words)).write_text(text)
        machine = self.run(["--check", self.file(words), "--json", "-", *self.options(words)], self.build)
        people = self.run(["--check", self.file(words), *self.options(words)], self.build)
        if machine.returncode == 2 or not machine.stdout:
            return None, machine.stderr
        return json.loads(machine.stdout), people.stderr

    def code(self, rule, kind, data, words):
        found = sorted({f["rule"] for f in data["findings"]})
        if kind == "refused":
            return "" if found and (rule is None or found == [rule]) else f"expected errors of {rule}, got {found}"
        if found:
            return f"expected no error, got {found}"
        if kind == "checked" and not any(c["rule"] == rule and c["fate"] in ("kept", "hoisted") for c in data["checks"]):
            return f"no check of {rule} is left to run time"
        done = self.run(["-c", self.file(words), "-o", "example.o", *self.options(words)], self.build)
        return f"gives no object: {done.stderr}" if done.returncode else ""

    def shown(self, kind, want, words, says):
        if kind == "diagnostic":
            return "" if want.strip() == HINT.sub("", says).strip() else f"safecc says\n{says}"
        have, plain = says, str.rstrip
        if kind != "says":
            mode = ["--check"] if kind == "report" else ["-c", "-o", "example.o"]
            done = self.run([*mode, "--report", self.file(words), *self.options(words)], self.build)
            if done.returncode:
                return f"safecc ended with {done.returncode}: {done.stderr}"
            have = done.stdout
        if kind == "checked.c":
            have, plain = (self.build / self.file(words).replace(".c", ".checked.c")).read_text(), lambda line: " ".join(line.split())
        lines = iter([plain(line) for line in have.splitlines()])
        for line in map(plain, want.splitlines()):
            if line != "..." and line not in lines:
                return f"not there (or not in this order): {line}\n{have[-3000:]}"
        return ""

    def page(self, path, rule):
        """Every block of a page; the kinds of code that it shows."""
        text, kinds = path.read_text(), set()
        words, code, says, new = None, "", "", path.read_text()
        for m in FENCE.finditer(text):
            kind, rest = m.group(2).split()[0], m.group(2).split()[1:]
            name = f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, m.start()) + 1}: {kind}"
            if m.group(1) in ("c", "diff") and kind in CODE:
                words, (code, hunk) = (rest, (m.group(3), "")) if m.group(1) == "c" else (words, patched(code, m.group(3)))
                if code is None:
                    self.judge(name, f"this hunk does not fit in one place:\n{hunk}")
                    break
                data, says = self.check(words, code)
                self.judge(name, f"does not compile: {says}" if data is None else self.code(rule, kind, data, words))
                kinds.add(kind)
            elif self.write and kind == "diagnostic":
                new = new.replace(f"```text diagnostic\n{m.group(3)}```", f"```text diagnostic\n{HINT.sub('', says).strip()}\n```".replace("\n", "\0"), 1)
            elif m.group(1) == "text" and kind in SHOWN:
                self.judge(name, self.shown(kind, m.group(3), words, says) if words is not None else "there is no code before it")
            else:
                self.judge(name, "not a kind of block that is known here")
        if self.write:
            path.write_text(new.replace("\0", "\n"))
        return kinds

    def rules(self):
        listed = [line.split()[0] for line in self.run(["--list-rules"]).stdout.splitlines()]
        pages = sorted(p.stem for p in RULES.glob("*.md"))
        self.judge("--list-rules", "" if listed == pages else f"rules {sorted(set(listed) - set(pages))} have no page, pages {sorted(set(pages) - set(listed))} no rule")
        titles = dict(line.split(None, 1) for line in self.run(["--list-rules"]).stdout.splitlines())
        for rule in pages:
            path = RULES / f"{rule}.md"
            kinds, text = self.page(path, rule), path.read_text()
            self.judge(f"{rule}: title", "" if text.startswith(f"# {rule}: {titles.get(rule)}\n") else f"is not `# {rule}: {titles.get(rule)}`")
            self.judge(f"{rule}: examples", "" if "refused" in kinds and kinds & {"accepted", "checked"} else f"shows only {sorted(kinds)}")
            forms = [rule, rule.lower(), rule[3:], str(int(rule[3:])), f"sc-{int(rule[3:])}", f"SC{rule[3:]}"]
            wrong = [f for f in forms if (done := self.run(["--explain", f])).returncode or done.stdout != text]
            self.judge(f"{rule}: --explain", f"prints another text for {wrong} (`make safecc` puts the pages into it)" if wrong else "")
        for given in ("SC-99", "0", "SC-", "", "SC-007", "7x"):
            done = self.run(["--explain", given])
            good = done.returncode == 2 and not done.stdout and f"`{given}`" in done.stderr and all(rule in done.stderr for rule in listed)
            self.judge(f"--explain {given!r}", "" if good else f"ended with {done.returncode}: {done.stderr}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--safecc", required=True, type=lambda s: str(pathlib.Path(s).resolve()))
    p.add_argument("--build", type=pathlib.Path, default=ROOT / "build/safecc-docs")
    p.add_argument("--write", action="store_true")
    p.add_argument("--verbose", action="store_true")
    args = p.parse_args()
    args.build.mkdir(parents=True, exist_ok=True)
    docs = Docs(args.safecc, args.build, args.write, args.verbose)
    docs.rules()
    for path in OTHERS:
        docs.page(path, None)
    print(f"{docs.passed} passed, {docs.failed} failed")
    return 1 if docs.failed else 0


sys.exit(main())
