# SPDX-License-Identifier: MIT
"""Which run-time checks a proof makes superfluous (verifier/checks.py), and that nothing stale, unproved or called from outside drops any.

Environment: BUILD (build/ of the tree), with the hypervisor built.
"""
import hashlib
import itertools
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
PATH = "loader/elf.c"

NUMBERS = itertools.count()

pytestmark = pytest.mark.quick


def check(rule, what, access=True, fate="kept"):
    return {"id": f"0x{next(NUMBERS):08x}", "rule": rule, "what": what, "access": access, "fate": fate, "place": {"file": "x.c", "line": 1}}


def dropped(tmp_path, checks, proof):
    (tmp_path / "x.c").write_text("int x;\n")
    proof = {"checks_stay": "", "source_sha256": hashlib.sha256(b"int x;\n").hexdigest(), "headers": {}, **proof}
    (tmp_path / "certificate.json").write_text(json.dumps({"files": {"x.c": proof}}))
    (tmp_path / "x.json").write_text(json.dumps({"checks": checks, "sources": [{"file": "x.c", "sha256": "12"}]}))
    done = subprocess.run([ROOT / "verifier/checks.py", tmp_path / "certificate.json", tmp_path / "x.json", "x.c"], capture_output=True, text=True, check=True, cwd=tmp_path)
    said = json.loads(done.stdout)
    assert said["source_sha256"] == "12"
    return said["proved"], done.stderr


def test_what_a_goal_says_goes(tmp_path):
    yes = [check("SC-07", "index"), check("SC-08", "null"), check("SC-10", "shift", access=False), check("SC-10", "division", access=False), check("SC-07", "index", fate="hoisted")]
    no = [check("SC-07", "index", access=False), check("SC-08", "null", access=False), check("SC-08", "call", access=False), check("SC-07", "count", access=False),
          check("SC-10", "overflow", access=False), check("SC-10", "range", access=False), check("SC-17", "loop"), check("SC-21", "required"),
          check("SC-07", "index", fate="static")]
    elsewhere = [{**check("SC-07", "index"), "place": {"file": "y.h", "line": 1}}]
    assert dropped(tmp_path, yes + no + elsewhere, {}) == ([c["id"] for c in yes], "")


@pytest.mark.parametrize("why", [({"stale": "it was changed"}, "it was changed"), ({"checks_stay": "unproved code calls f"}, "unproved code calls f"),
                                 ({"source_sha256": "34"}, "x.c was changed since"), ({"headers": {"x.json": "56"}}, "x.json was changed since")])
def test_what_is_not_proved_stays(tmp_path, why):
    proved, said = dropped(tmp_path, [check("SC-07", "index")], why[0])
    assert proved == [] and f"x.c: its run-time checks stay: {why[1]}" in said


def test_objects_have_no_proved_check():
    report = json.loads((BUILD / "obj" / PATH).with_suffix(".json").read_text())
    text = (BUILD / "obj" / PATH).with_suffix(".checked.c").read_text()
    own = [c for c in report["checks"] if c["place"]["file"] == PATH]
    proved = {c["id"] for c in own if c["fate"] == "proved"}
    assert len(proved) >= 10 and not any(f"SC_CHECK({i}" in text for i in proved)
    assert not [c for c in own if c["fate"] == "kept" and c["access"]]
    assert any(f"SC_CHECK({c['id']}" in text for c in report["checks"] if c["fate"] == "kept")


@pytest.fixture(name="flags", scope="module")
def flags_of_the_build(tmp_path_factory):
    path = tmp_path_factory.mktemp("flags") / "flags"
    subprocess.run(["make", "-s", "safecc-flags", f"FLAGS_FILE={path}", f"BUILD={BUILD}"], cwd=ROOT, check=True, capture_output=True)
    return shlex.split(path.read_text().splitlines()[0].split(" --core ")[0])


def code_of(obj):
    text = subprocess.run(["llvm-objdump-19", "-d", "--no-show-raw-insn", "--no-leading-addr", obj], capture_output=True, text=True, check=True).stdout
    return text.split("\n", 3)[3]  # without the file's name


@pytest.mark.parametrize("path", ["hypervisor/modules/timer/timer.c", "hypervisor/modules/hooks/hooks.c", "hypervisor/modules/privemul/debugreg.c",
                                  "examples/event_limit/event_limit.c", "loader/bundle.c"])
def test_what_is_proved_costs_nothing(path, flags, tmp_path):
    """Files that keep no check of their own: instruction for instruction what clang -O2 makes of the source without safecc."""
    subprocess.run(["clang-19", *flags, "-c", path, "-o", tmp_path / "plain.o"], cwd=ROOT, check=True)
    assert "-O2" in flags and "ret" in code_of(tmp_path / "plain.o")
    assert code_of((BUILD / "obj" / path).with_suffix(".o")) == code_of(tmp_path / "plain.o")


class Tree:
    def __init__(self, root):
        self.root = root
        for name in ("verifier", "loader", "hypervisor", "xen-compat", "examples"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))

    def edit(self, name, old, new):
        text = (self.root / name).read_text()
        assert old in text
        (self.root / name).write_text(text.replace(old, new, 1))

    def certificate(self):
        done = subprocess.run([self.root / "verifier/prove", "--build", self.root / "build", "--certificate", self.root / "certificate.json"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        return done.returncode, done.stdout

    def files(self):
        code, text = self.certificate()
        assert code == 0, text
        return json.loads((self.root / "certificate.json").read_text())["files"]


@pytest.fixture(name="tree")
def tree_new(tmp_path):
    return Tree(tmp_path)


def test_what_unproved_callers_keep(tree):
    files = tree.files()
    assert files[PATH]["checks_stay"] == ""
    assert re.match("unproved code calls kbytes_", files["xen-compat/kimage/bytes.c"]["checks_stay"])
    tree.edit("verifier/lib/callers.list", "sho_open ", "#sho_open ")
    assert re.match(r"unproved code calls sho_open, which requires \\separated", tree.files()[PATH]["checks_stay"])


@pytest.mark.parametrize("clause, stays", [
    ("\\valid_read(b.bytes + (0 .. b.nr - 1))", False), ("\\valid(&b) && at < 7", True), ("0 <= at <= 7", True), ("named: at < 7", True),
    ("\\valid_read(b.bytes) && small(at)", True), ("\\forall integer i; 0 <= i < at ==> i < 7", True), ("b.bytes != \\null || at < 7", True)])
def test_what_a_contract_asks_of_its_callers(clause, stays):
    """Whatever people require beyond valid memory, safecc does not see to, however it is written."""
    sys.path.insert(0, str(ROOT / "verifier"))
    import checks
    parts = checks.conjuncts(re.sub(r"^\s*\w+:(?!:)", "", clause))
    assert any(not checks.VALID.match(p) for p in parts) == stays


def test_a_changed_source_is_stale(tree):
    tree.edit(PATH, "1", "2")
    assert tree.files()[PATH] == {"stale": "it was changed since it was proved, or what it includes, or the verifier"}


@pytest.mark.parametrize("line, says", [("no_such_function it keeps it\n", "no_such_function is no function of a proved file"), ("sho_same\n", "sho_same: why do its callers keep")])
def test_callers_list(tree, line, says):
    with open(tree.root / "verifier/lib/callers.list", "a", encoding="utf-8") as file:
        file.write(line)
    code, text = tree.certificate()
    assert code == 1 and says in text, text
