#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Is each `ensures` of the proved files worth something?  With `\\true` in its place some mutant must go unseen, or some caller's proof must fail.

usage: weakness.py [--file FILE] [--function NAME] [--jobs N]

A mutant of mutants.txt needs an ensures if that function's goals which it leaves unproved are all goals of that ensures. What no mutant needs is tried:
`\\true` is put there, and the functions of proved files that call it are proved again. What nobody notices must be in weak.txt, with the reason, and
nothing else may be. What each mutant left is kept in BUILD/verifier/mutants.json as long as neither the file's proof nor the mutant changes.
Exit code 0: as weak.txt says.  Environment: BUILD.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "verifier")]
import contracts  # noqa: E402
import test_mutants  # noqa: E402

BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
KEPT = BUILD / "verifier/mutants.json"


def manifest():
    return [l.split()[0] for l in (ROOT / "verifier/manifest").read_text().splitlines() if l and not l.startswith("#")]


def proof_of(file):
    """What says that a kept answer is of the file as it is."""
    path = ROOT / "verifier/cache" / (file.replace("/", "-") + ".txt")
    return next(l for l in path.read_text().splitlines() if l.startswith("smoke-key "))


def clauses(file, function):
    """(header or source, begin, end, goal's name) of each ensures that people wrote for the function."""
    texts = [file] + [str(h.relative_to(ROOT)) for d in ("loader", "hypervisor", "xen-compat", "examples") for h in (ROOT / d).rglob("*.h") if str(h.relative_to(ROOT)) != file]
    for name in texts:
        text = (ROOT / name).read_text()
        if function not in text:
            continue
        contract = contracts.contracts_of(text).get(function)
        if contract:
            plain, nth = re.sub(r"//[^\n]*", lambda m: " " * len(m[0]), contract[0]), 0
            for m in re.finditer(r"\bensures\s+(?:(\w+):(?!:))?", plain):
                depth, at = 0, m.end()  # a quantifier's `;` is behind its variables
                while plain[at] != ";" or depth:
                    depth += bool(re.match(r"\\(forall|exists|let)\b", plain[at:]))
                    depth -= plain[at] == ";"
                    at += 1
                nth += not m[1]
                goal = f"{function}_ensures" + (f"_{m[1]}" if m[1] else f"_{nth}" if nth > 1 else "")
                yield name, contract.start() + m.end(), contract.start() + at, goal
            return


def goals_of(mutant, kept):
    key = hashlib.sha256("\0".join((*mutant, proof_of(mutant[0]))).encode()).hexdigest()
    if key not in kept:
        with tempfile.TemporaryDirectory() as folder:
            kept[key] = sorted(test_mutants.left(*mutant, pathlib.Path(folder))[0])
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        KEPT.write_text(json.dumps(kept))
    return set(kept[key])


def needs(mutant, goals, own):
    """Of what the mutant left, all that is not slow without it too is of this ensures."""
    if not any(own.match(g) for g in goals):
        return False
    return all(own.match(g) for g in goals) or all(own.match(g) for g in goals - test_mutants.slow(*mutant[:2]))


def callers(function):
    """(file, function) of the proved functions that call it"""
    for file in manifest():
        flat = contracts.attributes_blank(contracts.blank((ROOT / file).read_text()))
        for _, name, _, begin, end in contracts.functions(flat):
            if name != function and re.search(rf"\b{function}\s*\(", flat[begin:end]):
                yield file, name


def caller_notices(function, name, begin, end):
    """The first caller that is not proved without the clause, or None."""
    for file, caller in callers(function):
        with tempfile.TemporaryDirectory() as folder:
            tree = test_mutants.tree_copy(pathlib.Path(folder))
            text = (tree / name).read_text()
            (tree / name).write_text(text[:begin] + "\\true" + text[end:])
            done = subprocess.run([tree / "verifier/prove", "--build", tree / "build", "--quick", "--function", caller, file], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL, timeout=1200, check=False)
        if test_mutants.unproved(caller, done.stdout) - test_mutants.slow(file, caller):
            return caller
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", help="only this file of the manifest")
    parser.add_argument("--function", help="only this function")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    mutants = [p.values for p in test_mutants.mutants()]
    known = {l.split("|")[0].strip(): l for l in (HERE / "weak.txt").read_text().splitlines() if l and not l.startswith("#")}
    weak, total, by_mutant, by_caller = [], 0, 0, 0
    files = [options.file] if options.file else manifest()
    wanted = [m for m in mutants if m[0] in files and options.function in (None, m[1])]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        found = dict(zip(wanted, pool.map(lambda m: goals_of(m, kept), wanted)))
        todo = []
        for file in files:
            for _, function, *_ in contracts.functions(contracts.attributes_blank(contracts.blank((ROOT / file).read_text()))):
                if options.function not in (None, function):
                    continue
                for name, begin, end, goal in clauses(file, function):
                    total += 1
                    own = re.compile(rf"{goal}(_part\d+)?$")
                    if any(needs(m, goals, own) for m, goals in found.items() if m[:2] == (file, function)):
                        by_mutant += 1
                    else:
                        todo.append((goal, function, name, begin, end))
        for (goal, *_), caller in zip(todo, pool.map(lambda t: caller_notices(*t[1:]), todo)):
            by_caller += caller is not None
            if caller is None:
                weak.append(goal)
            print(f"  {goal}: {caller or 'nobody'} notices", flush=True)
    print(f"ensures: {total}; a mutant needs {by_mutant}, a caller {by_caller} others, nobody {len(weak)}")
    new = [g for g in weak if g not in known]
    gone = [g for g in known if g not in weak] if not options.file and not options.function else []
    for g in new:
        print(f"{g}: nobody notices that it is gone: a mutant for mutants.txt, or a line in weak.txt")
    for g in gone:
        print(f"{g}: is noticed now: it is to leave weak.txt")
    return 1 if new or gone else 0


if __name__ == "__main__":
    sys.exit(main())
