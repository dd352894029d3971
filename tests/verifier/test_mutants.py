# SPDX-License-Identifier: MIT
"""A proof that holds whatever the code does is none: each change of mutants.txt must leave a goal unproved.

Environment: BUILD (build/ of the tree).  Marks: quick (the first), full (the rest).
"""
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def mutants():
    first = True
    for line in (ROOT / "tests/verifier/mutants.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            file, function, old, new = (w.strip().replace("\\|", "|") for w in re.split(r"(?<!\\)\|", line))
            yield pytest.param(file, function, old, new, marks=pytest.mark.quick if first else pytest.mark.full, id=f"{function}: {old}")
            first = False


@pytest.mark.quick
def test_every_file_has_mutants():
    proved = {l.split()[0] for l in (ROOT / "verifier/manifest").read_text().splitlines() if l and not l.startswith("#")}
    assert proved == {p.values[0] for p in mutants()}


@pytest.mark.parametrize("file,function,old,new", mutants())
def test_mutant(file, function, old, new, tmp_path):
    for name in ("verifier", "loader", "hypervisor", "xen-compat", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "host"))
    text = (tmp_path / file).read_text()
    start = re.search(rf"^[\w ]+[ *]{function}\([^;]*?\n\{{", text, re.M).start()
    at = text.index(old, start)
    assert at < text.index("\n}\n", start), "not in that function"
    (tmp_path / file).write_text(text[:at] + new + text[at + len(old):])
    done = subprocess.run([tmp_path / "verifier/prove", "--build", tmp_path / "build", "--quick", "--function", function, file],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL, timeout=300, check=False)
    assert done.returncode == 1 and f"not proved: {function}" in done.stdout, done.stdout
