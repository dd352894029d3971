# SPDX-License-Identifier: MIT
"""A proof that holds whatever the code does is none: each change of mutants.txt must leave a goal unproved, one that is proved in the same time without it.

Those of survivors.txt leave none: what the contracts do not say. One that is seen meanwhile belongs to mutants.txt.
Environment: BUILD (build/ of the tree).  Marks: quick (the first), full (the rest).
"""
import functools
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def mutants(name="mutants.txt", first=pytest.mark.quick):
    for line in (ROOT / "tests/verifier" / name).read_text().splitlines():
        if line and not line.startswith("#"):
            file, function, old, new = [w.strip().replace("\\|", "|") for w in re.split(r"(?<!\\)\|", line)][:4]
            yield pytest.param(file, function, old, new, marks=first, id=f"{function}: {old}")
            first = pytest.mark.full


@pytest.mark.quick
def test_every_file_has_mutants():
    proved = {l.split()[0] for l in (ROOT / "verifier/manifest").read_text().splitlines() if l and not l.startswith("#")}
    assert proved == {p.values[0] for p in mutants()}


def unproved(function, text):
    return set(re.findall(rf"not proved: ({function}\w*)", text))


@functools.cache
def slow(file, function):
    """The goals of the function as it is that need longer than --quick gives them here."""
    with tempfile.TemporaryDirectory() as build:
        done = subprocess.run([ROOT / "verifier/prove", "--build", build, "--quick", "--cold", "--function", function, file], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL, timeout=300, check=False)
    assert re.search(r"^proved \d+ / [1-9]\d*$", done.stdout, re.M), done.stdout
    return unproved(function, done.stdout)


def tree_copy(to):
    for name in ("verifier", "loader", "hypervisor", "xen-compat", "examples"):
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__", "host"))
    return to


def changed(file, function, old, new):
    """The file's text with that change."""
    text = (ROOT / file).read_text()
    head = re.search(rf"^[\w ]+[ *]{function}\([^;]*?\n\{{", text, re.M)
    assert head, f"{file} has no function {function}"
    at = text.find(old, head.start(), text.index("\n}\n", head.start()))
    assert at >= 0, f"{file}: {function}: no {old}"
    return text[:at] + new + text[at + len(old):]


@pytest.mark.quick
def test_every_text_is_there():
    for name in ("mutants.txt", "survivors.txt"):
        for mutant in mutants(name):
            changed(*mutant.values)


def left(file, function, old, new, tmp_path):
    """The goals of the function that are unproved with that change, and what the driver said. What is slow as it is has the time of a real proof."""
    tree_copy(tmp_path)
    (tmp_path / file).write_text(changed(file, function, old, new))
    for quick in (["--quick"], []):
        done = subprocess.run([tmp_path / "verifier/prove", "--build", tmp_path / "build", *quick, "--function", function, file],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL, timeout=1200, check=False)
        found = unproved(function, done.stdout)
        if not found or found - slow(file, function):
            break
    return found, done.stdout


@pytest.mark.parametrize("file,function,old,new", mutants())
def test_mutant(file, function, old, new, tmp_path):
    found, said = left(file, function, old, new, tmp_path)
    assert found, said


@pytest.mark.parametrize("file,function,old,new", mutants("survivors.txt", pytest.mark.full))
def test_survivor(file, function, old, new, tmp_path):
    found, said = left(file, function, old, new, tmp_path)
    assert not found and re.search(r"^proved (\d+) / \1$", said, re.M), f"it is seen now, so it belongs to mutants.txt:\n{said}"
