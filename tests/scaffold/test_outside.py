# SPDX-License-Identifier: MIT
"""An extension outside of the tree: what make new-module DIR= makes, and its file for CI, played step by step up to the signature."""
import json
import os
import re
import subprocess

import pytest
import yaml
from conftest import ENVIRONMENT

FAKE_APT = """#!/bin/sh
# Installs nothing: says no to a package that is not here.
for word in "$@"; do
    case $word in
    -*|update|install) ;;
    *) dpkg-query -W "$word" >/dev/null || { echo "E: Unable to locate package $word" >&2; exit 100; } ;;
    esac
done
"""


def run(*argv, cwd=None, env=None):
    done = subprocess.run([str(a) for a in argv], cwd=cwd, env={**ENVIRONMENT, **(env or {})}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          stdin=subprocess.DEVNULL, timeout=600, check=False)
    return done.returncode, done.stdout


class Folder:
    """The extension `tally`, as it was made."""

    def __init__(self, tree, path):
        self.tree, self.path = tree, path
        self.said = tree.make("new-module", "NAME=tally", "PORT=hooks", f"DIR={os.path.relpath(path, tree.root)}")

    def make(self, *argv):
        return run("make", "--no-print-directory", "-C", self.path, *argv)

    def edit(self, name, old, new):
        text = (self.path / name).read_text()
        assert old in text
        (self.path / name).write_text(text.replace(old, new, 1))

    def modinspect(self, key, *options):
        """What a hypervisor that trusts the key would say of the file."""
        build = self.path.parent / "inspect"
        self.tree.make(f"BUILD={build}", f"KEY={key}", f"{build}/modinspect")
        return run(build / "modinspect", *options, self.path / "build/tally.sho")


@pytest.fixture(scope="module")
def tally(tree):
    before = tree.files()
    folder = Folder(tree, tree.root.parent / "tally")
    assert tree.files() == before, "something was made in the tree"
    return folder


def key_new(path):
    assert run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)[0] == 0
    return path


def sarif(path):
    return json.loads(path.read_text())["runs"][0]["results"]


def test_made(tally):
    made = {str(p.relative_to(tally.path)) for p in tally.path.rglob("*") if p.is_file()}
    assert made == {"Makefile", "README.md", "tally.c", "tally.manifest", ".gitignore", "tests/test_tally.c", "proofs/manifest", "proofs/trusted.list",
                    ".github/workflows/extension.yml"}
    assert all("sample" not in (tally.path / p).read_text().lower() for p in made)
    assert all(f"new {tally.path}/{p}" in tally.said for p in made)


def test_built_and_signed(tally, tmp_path):
    code, said = tally.make()
    assert code == 0 and said == "  SC  tally.c\ntally.c: its run-time checks stay: it was never proved\n  SHO tally\n", said
    code, said = tally.modinspect(tally.tree.build / "keys/signing.pem", "--verify")
    assert code == 0 and "module, signature good" in said, said
    first = (tally.path / "build/tally.sho").read_bytes()
    assert not any(str(p).encode() in first for p in (tally.path, tally.tree.root))
    key = key_new(tmp_path / "own.pem")
    assert tally.make(f"KEY={os.path.relpath(key, tally.path)}")[0] == 0
    assert (tally.path / "build/tally.sho").read_bytes()[:-112] == first[:-112]
    code, said = tally.modinspect(key, "--verify")
    assert code == 0 and "signature good" in said, said
    assert "signature good" not in tally.modinspect(tally.tree.build / "keys/signing.pem", "--verify")[1]


def test_the_place_does_not_matter(tally):
    """Another folder, with a name that means something to safecc and to the maker of modules: the same bytes."""
    other = Folder(tally.tree, tally.tree.root.parent / "hypervisor/core/modules/ports/x")
    for folder in (tally, other):
        assert folder.make()[0] == 0
    content = [(folder.path / "build/tally.sho").read_bytes()[:-112] for folder in (tally, other)]
    assert content[0] == content[1]
    other.edit("tally.c", "    return -ENOSYS;", "    SC_UNSAFE(\"DEV-99: mine\") {\n    }\n    return -ENOSYS;")
    code, said = other.make("check")
    assert code != 0 and "SC-21" in said, said


def test_checked(tally):
    code, said = tally.make("check")
    assert code == 0 and "layers: 1 files" in said and "safecc: 1 files, 0 findings" in said, said
    assert sarif(tally.path / "build/safecc.sarif") == []
    text = (tally.path / "tally.c").read_text()
    try:
        tally.edit("tally.c", "static uint64_t counts", "static uint64_t total;\nstatic uint64_t counts")
        code, said = tally.make("check")
        assert code != 0 and re.search(r"^tally.c:14:17: error: SC-14", said, re.M), said
        where = sarif(tally.path / "build/safecc.sarif")[0]["locations"][0]["physicalLocation"]
        assert where["artifactLocation"]["uri"] == "tally.c" and where["region"]["startLine"] == 14
        assert tally.make()[0] != 0
        (tally.path / "tally.c").write_text(text.replace('"ports/hooks.h"', '"ports/hooks.h"\n#include "arch/cpu.h"'))
        code, said = tally.make("check")
        assert code != 0 and "tally.c:5: modules may not include arch/cpu.h" in said, said
    finally:
        (tally.path / "tally.c").write_text(text)


def test_tested(tally):
    code, said = tally.make("test")
    assert code == 0 and "[  PASSED  ] 3 test(s)." in said, said
    tally.edit("tally.c", "arg < TALLY_CALLS ?", "arg <= TALLY_CALLS ?")
    code, said = tally.make("test")
    tally.edit("tally.c", "arg <= TALLY_CALLS ?", "arg < TALLY_CALLS ?")
    assert code != 0, said


@pytest.mark.parametrize("words,why", [("NAME=x DIR=../x", "only an extension"), ("NAME=x PORT=hooks DIR=.", "is there and not empty"),
                                       ("NAME=x PORT=hooks DIR=Makefile", "is there and not empty"), ("NAME=x PORT=hooks DIR=../a:b", "make wants paths of"),
                                       ("PORT=hooks DIR=../x", "no name given"), ("NAME=evtchn PORT=hooks DIR=../x", "exists already")])
def test_bad_words_change_nothing(tree, words, why):
    before = tree.files(), sorted(tree.root.parent.iterdir())
    code, said = tree.run("make", "new-module", *words.split())
    assert code != 0 and why in said and "Traceback" not in said, said
    assert (tree.files(), sorted(tree.root.parent.iterdir())) == before


@pytest.mark.parametrize("files,why", [((), "has 0 files NAME.manifest"), (("a.manifest", "b.manifest"), "has 2 files NAME.manifest")])
def test_no_extension(tree, tmp_path, files, why):
    for name in files:
        (tmp_path / name).write_text("stack: 512\n")
    code, said = tree.run("make", "extension-all", f"EXTENSION={tmp_path}")
    assert code != 0 and why in said, said


# ---- the file for CI ----

@pytest.fixture(scope="module")
def workflow(tally):
    return yaml.safe_load((tally.path / ".github/workflows/extension.yml").read_text())


def test_workflow(tally, workflow):
    text = (tally.path / ".github/workflows/extension.yml").read_text()
    assert "://" not in text and not re.search(r"\b[\w-]+\.(io|com|org|net|dev)\b", text), "a host is named"
    (job,) = workflow["jobs"].values()
    assert job["container"] == "debian:12" and workflow[True] == ["push", "pull_request"]  # YAML reads `on` as true
    for step in job["steps"]:
        assert ("run" in step) != ("uses" in step)
        assert "${{" not in step.get("run", ""), "a shell would be given what others wrote"
        assert re.fullmatch(r"[\w-]+/[\w-]+(/[\w-]+)?@v\d+", step.get("uses", "a/b@v1"))
    shown = [s["with"]["sarif_file"] for s in job["steps"] if "upload-sarif" in s.get("uses", "")]
    assert shown == ["build/safecc.sarif", "build/verifier/proofs.sarif"]
    signing = [s for s in job["steps"] if "secrets." in str(s)]
    assert [s["name"] for s in signing] == ["Sign"] and all("github.event_name == 'push'" in s["if"] for s in signing)
    assert job["steps"].index(signing[0]) > max(i for i, s in enumerate(job["steps"]) if s.get("run", "").startswith("make ")), "signed before it was checked"


def played(tally, workflow, workspace, secret):
    """Runs the steps as a push to main would: [(what, exit code, output)], to the first that fails."""
    (job,) = workflow["jobs"].values()
    fake, done = workspace.parent / "fake", []
    fake.mkdir()
    (fake / "apt-get").write_text(FAKE_APT)
    (fake / "apt-get").chmod(0o755)
    for step in job["steps"]:
        if step.get("uses", "").startswith("actions/checkout@"):
            to = workspace / step.get("with", {}).get("path", ".")
            if to == workspace:
                Folder(tally.tree, workspace)
            else:
                to.symlink_to(tally.tree.root)
        if "run" not in step:
            continue
        given = {k: str(v).replace("${{ secrets.SIGNING_KEY }}", secret) for k, v in {**job.get("env", {}), **step.get("env", {})}.items()}
        script = workspace.parent / "step.sh"
        script.write_text(step["run"])
        workspace.mkdir(exist_ok=True)
        done.append((step["name"], *run("sh", "-e", script, cwd=workspace, env={**given, "PATH": f"{fake}:{ENVIRONMENT['PATH']}"})))
        if done[-1][1]:
            break
    return done


def test_workflow_played(tally, workflow, tmp_path):
    key, workspace = key_new(tmp_path / "key.pem"), tmp_path / "workspace"
    done = played(tally, workflow, workspace, key.read_text())
    assert [name for name, _, _ in done] == [s["name"] for s in next(iter(workflow["jobs"].values()))["steps"] if "run" in s] and done[-1][1] == 0, done
    said = {name: text for name, _, text in done}
    assert "0 findings" in said["Check with safecc"] and "PASSED" in said["Test"]
    assert re.search(r"^proved ([1-9]\d*) / \1$", said["Prove with Frama-C"], re.M)
    assert sarif(workspace / "build/safecc.sarif") == [] and sarif(workspace / "build/verifier/proofs.sarif") == []
    assert not (workspace / "build/signing.pem").exists(), "the key is left"
    (job,) = workflow["jobs"].values()
    assert (workspace / job["steps"][-1]["with"]["path"]).exists()
    (tally.path / "build").mkdir(exist_ok=True)
    (tally.path / "build/tally.sho").write_bytes((workspace / "build/tally.sho").read_bytes())
    code, text = tally.modinspect(key, "--verify")
    assert code == 0 and "signature good" in text, text


def test_workflow_without_a_key(tally, workflow, tmp_path):
    (job,) = workflow["jobs"].values()
    wanted = lambda s: s.get("name") in ("Sign", "What a checkout needs") or "checkout" in s.get("uses", "")
    short = {"jobs": {"x": {**job, "steps": [s for s in job["steps"] if wanted(s)]}}}
    (name, code, text) = played(tally, short, tmp_path / "workspace", "")[-1]
    assert name == "Sign" and code != 0 and not (tmp_path / "workspace/build/tally.sho").exists(), text
