#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs all crafted files (cases.py) through modinspect and through the harness, compares what is linked with what ld.lld links, mutates.

usage: run.py --build DIR [--seed N] [--count N] [--table] [NAME...]     NAMEs: only the rows whose name has one of these in it
Prints the rows that failed (--table: all); ends with "N passed, N failed". What was made stays in DIR/loader.
"""
import argparse
import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import cases  # pylint: disable=wrong-import-position
import certificates  # pylint: disable=wrong-import-position
import craft  # pylint: disable=wrong-import-position
import oracle  # pylint: disable=wrong-import-position
import sho  # pylint: disable=wrong-import-position
import tools  # pylint: disable=wrong-import-position


class Run:
    def __init__(self, options):
        self.options = options
        self.build, self.out = options.build.resolve(), options.build.resolve() / "loader"
        self.harness, self.modinspect = self.out / "link_harness", self.build / "modinspect"
        self.keys = {name: self.out / f"{name}.pem" for name in ("test", "other")}
        self.real = {p.stem: p.read_bytes() for p in sorted((self.build / "obj/modules").glob("*.sho"))}
        self.passed, self.failed = 0, 0

    def say(self, name, good, what):
        self.passed, self.failed = self.passed + good, self.failed + (not good)
        if self.options.table or not good:
            print(f"{'ok' if good else 'FAILED':7}{name:44}{what}")

    def keys_make(self):
        for pem in self.keys.values():
            if not pem.exists():
                sho.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", pem)

    def signed(self, content, kind, key):
        return sho.signed(content, kind, self.keys[key])

    def file_of(self, row):
        if row.sign == "none":
            data = row.content
        else:
            data = self.signed(row.content, "module" if row.kind == "module" else "bundle", row.sign)
        return row.patch(data) if row.patch else data

    def wanted(self, name):
        return not self.options.names or any(part in name for part in self.options.names)


def outcomes(text, paths):
    """{path: what was said of it}; in a bundle the first thing said counts."""
    said = {}
    for line in text.splitlines():
        path, _, rest = line.partition(": ")
        if path in paths:
            said.setdefault(path, rest)
    return said


def refusal(expected):
    return f"refused: {expected}" if expected is not None else "accepted"


def files_write(run, rows):
    folder = run.out / "cases"
    shutil.rmtree(folder, ignore_errors=True)
    paths = []
    for row in rows:
        paths.append(folder / (row.name.replace("/", "-") + ".sho"))
        paths[-1].parent.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for path, data in zip(paths, pool.map(run.file_of, rows)):
            path.write_bytes(data)
    return [str(path) for path in paths]


def rows_run(run, rows):
    if len({row.name for row in rows}) != len(rows):
        raise ValueError("two rows have one name")
    paths = files_write(run, rows)
    listing = run.out / "cases.list"
    listing.write_text("".join(f"{path} {'bundle ' if row.kind == 'bundle' else ''}{row.words}\n" for path, row in zip(paths, rows)))
    harness = subprocess.run([run.harness, "cases", run.keys["test"], listing], capture_output=True, text=True, errors="replace",
                             check=False)
    tool = subprocess.run([run.modinspect, "--verify", "--key", run.keys["test"], *paths], capture_output=True, text=True, errors="replace",
                          check=False)
    linked, looked = outcomes(harness.stderr, set(paths)), outcomes(tool.stderr, set(paths))
    for path, row in zip(paths, rows):
        want, found = refusal(row.expected), linked.get(path, "nothing was said")
        good, what = found == want, found
        if row.at != "harness":
            # modinspect does not link.
            want, found = refusal(row.expected if row.at == "open" else None), looked.get(path, "accepted")
            good, what = good and found == want, what if found == want else f"modinspect: {found}"
        run.say(row.name, good, what if good else f"{what}\n       expected: {refusal(row.expected)}")
    run.say("harness/ends", harness.returncode == 0,
            harness.stderr[-3000:] if harness.returncode else "no report of the sanitizers, no failed check")
    run.say("modinspect/ends", tool.returncode == (1 if any(row.expected for row in rows) else 0), f"exit code {tool.returncode}")


def oracle_run(run):
    for name, content in sorted({**run.real, "small": bytes(craft.Small().build().bytes)}.items()):
        for layout, addresses in oracle.LAYOUTS.items():
            if not run.wanted(f"lld/{name}-{layout}"):
                continue
            path, prefix = run.out / "lld" / f"{name}-{layout}.sho", run.out / "lld" / f"{name}-{layout}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(run.signed(content, "module", "test"))
            words = " ".join(f"{key}={value:#x}" for key, value in addresses.items())
            (run.out / "lld.list").write_text(f"{path} {words} out={prefix}\n")
            done = subprocess.run([run.harness, "cases", run.keys["test"], run.out / "lld.list"], capture_output=True, text=True,
                                  check=False)
            why = oracle.compare(content, prefix, addresses) if done.stderr == f"{path}: accepted\n" else done.stderr[-2000:]
            run.say(f"lld/{name}-{layout}", not why, why or "as ld.lld links it")


def api_run(run):
    module, both = run.out / "api.sho", run.out / "api.bundle"
    module.write_bytes(run.signed(run.real["evtchn"], "module", "test"))
    both.write_bytes(run.signed(craft.bundle([("evtchn", run.real["evtchn"]), ("insn", run.real["insn"])]), "bundle", "test"))
    done = subprocess.run([run.harness, "api", run.keys["test"], module, both], capture_output=True, text=True, check=False)
    for line in done.stderr.splitlines():
        name, _, rest = line.partition(": ")
        if name.startswith("api/"):
            run.say(name, rest == "accepted", rest)
    run.say("api/ends", done.returncode == 0, done.stderr[-3000:] if done.returncode else "no report of the sanitizers, no failed check")


def messages_run(run):
    """Every refusal of loader/*.c is what some row expects, or a test of api.c."""
    expected = {row.expected.rsplit(": ",
                                    1)[-1] if row.expected.count(": ") > 1 else row.expected for row in cases.table(run.real,
                                                                                                                    run.signed) if row.expected}
    known = "\n".join([row for row in expected] + [(craft.ROOT / "tests/loader/api.c").read_text()])
    nr = 0
    for path in sorted((craft.ROOT / "loader").glob("*.c")):
        for call in re.findall(r"refuse\(.*?\);", path.read_text(), re.S):
            for text in re.findall(r'"((?:[^"\\]|\\.)*)"', call):
                nr += 1
                if text not in known:
                    run.say(f"messages/{path.name}", False, f"no file is refused so: {text}")
    run.say("messages", nr > 50, f"{nr} messages, each expected of a file")


def mutate_run(run):
    folder = run.out / "mutated"
    folder.mkdir(exist_ok=True)
    paths = []
    for name, content in run.real.items():
        paths.append(folder / f"{name}.sho")
        paths[-1].write_bytes(run.signed(content, "module", "test"))
    done = subprocess.run([run.harness, "mutate", run.keys["test"], str(run.options.seed), str(run.options.count), *paths],
                          capture_output=True, text=True, check=False)
    print(done.stdout, end="")
    run.say("mutate", done.returncode == 0, done.stderr[-3000:] if done.returncode else done.stdout.strip())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=1, help="of the mutations (1)")
    parser.add_argument("--count", type=int, default=10000, help="of the mutations (10000)")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME")
    run = Run(parser.parse_args())
    run.keys_make()
    rows = [row for row in cases.table(run.real, run.signed) if run.wanted(row.name)]
    if rows:
        rows_run(run, rows)
    if run.wanted("lld/"):
        oracle_run(run)
    for name, part in (("messages", messages_run), ("api", api_run), ("keys", tools.keys_run), ("maker", tools.maker_run), ("certificate", certificates.certificates_run),
                       ("mutate", mutate_run)):
        if run.wanted(name):
            part(run)
    print(f"{run.passed} passed, {run.failed} failed")
    sys.exit(1 if run.failed else 0)


main()
