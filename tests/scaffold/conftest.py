# SPDX-License-Identifier: MIT
"""A copy of the tree with what was built of it, so that only what is new is compiled.

The tree is built if it is not yet. Environment: BUILD (build/ of the tree).
"""
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
ENVIRONMENT = {k: v for k, v in os.environ.items() if k not in ("BUILD", "NAME", "PORT", "TITLE") and not k.startswith("MAKE")}


class Tree:
    def __init__(self, root):
        self.root, self.build = root, root / "build"

    def run(self, *argv):
        done = subprocess.run(argv, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT,
                              stdin=subprocess.DEVNULL, timeout=600)
        return done.returncode, done.stdout

    def make(self, *argv):
        """The output of a make that goes well."""
        code, text = self.run("make", *argv)
        assert code == 0, f"make {' '.join(argv)}:\n{text}"
        return text

    def files(self):
        return {p.relative_to(self.root) for p in self.root.rglob("*") if self.build not in p.parents and "__pycache__" not in p.parts}

    def edit(self, path, old, new):
        text = (self.root / path).read_text()
        assert old in text, f"{path} has no {old!r}"
        (self.root / path).write_text(text.replace(old, new, 1))


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    made = subprocess.run(["make", "-j2", "all", "safecc", f"BUILD={BUILD}"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT)
    assert made.returncode == 0, made.stdout
    t = Tree(tmp_path_factory.mktemp("scaffold") / "tree")
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).exists():
            (t.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, t.root / name)
    for built in ("obj", "proved", "gen", "keys", "modules", "examples"):
        shutil.copytree(BUILD / built, t.build / built)
    for rules in (t.build / "obj").rglob("*.d"):  # they name what they are for by its whole path
        rules.write_text(rules.read_text().replace(f"{BUILD}/", f"{t.build}/"))
    (t.build / "verifier").mkdir()
    for built in ("safecc", "safehype", "safehype.dbg", "shctl", "verifier/certificate.json", "verifier/certificate.stamp"):
        shutil.copy2(BUILD / built, t.build / built)
    yield t
    shutil.rmtree(t.root)
