# SPDX-License-Identifier: MIT
"""verifier/prove --module: an extension outside of the tree is held to the same gates, and its own lists to more.

Environment: BUILD (build/ of the tree).
"""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TINY_C = """
#include "tiny.h"
#include "core/read.h"

static uint32_t shared;

/*@ ensures \\result <= 100; */
uint32_t tiny_percent(void)
{
    return core_read(&shared) % 101;
}
"""
CORE_H = """
#include <stdint.h>
#include "hypervisor/ports/safe.h"
SC_INLINE uint32_t core_read(const uint32_t *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}
"""


class Outside:
    """A tree with one function of the core, and an extension beside it that reads a word by it."""

    def __init__(self, place):
        self.tree, self.folder = place / "tree", place / "tiny"
        shutil.copytree(ROOT / "verifier", self.tree / "verifier", ignore=shutil.ignore_patterns("cache", "__pycache__"))
        for folder in ("hypervisor/ports", "hypervisor/core"):
            (self.tree / folder).mkdir(parents=True)
        shutil.copy(ROOT / "hypervisor/ports/safe.h", self.tree / "hypervisor/ports")
        (self.tree / "hypervisor/core/read.h").write_text(CORE_H)
        (self.folder / "proofs").mkdir(parents=True)
        self.write("tiny.h", '#include <stdint.h>\n#include "hypervisor/ports/safe.h"\nuint32_t tiny_percent(void);\n')
        self.write("tiny.c", TINY_C)
        self.write("proofs/manifest", "tiny.c 0\n")
        self.write("proofs/trusted.list", "core_read one __atomic_load_n\n")

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def edit(self, name, old, new):
        text = (self.folder / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def prove(self, *argv):
        done = subprocess.run([self.tree / "verifier/prove", "--module", self.folder, "--build", self.folder / "build", "--quick", *argv],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL, timeout=300, check=False,
                              env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        return done.returncode, done.stdout

    def refused(self, expected, *argv):
        code, text = self.prove(*argv)
        assert code == 1 and re.search(expected, text) and "Traceback" not in text, text


@pytest.fixture(name="tiny")
def tiny_new(tmp_path):
    return Outside(tmp_path)


@pytest.mark.quick
def test_proved_and_kept_in_its_own_folder(tiny):
    tree = sorted(tiny.tree.rglob("*"))
    tiny.refused("goals, but 0 in the manifest")
    code, text = tiny.prove("--update")
    assert code == 0 and "believed besides verifier/lib/trusted.list: core_read: one __atomic_load_n\n" in text, text
    count = int(re.search(r"^proved (\d+) / \1$", text, re.M).group(1))
    assert (tiny.folder / "proofs/manifest").read_text() == f"tiny.c {count}\n" and count > 3
    assert sorted(p for p in tiny.tree.rglob("*") if "__pycache__" not in p.parts) == tree, "something was written to the tree"
    assert str(tiny.folder) not in (tiny.folder / "proofs/cache/tiny.c.txt").read_text()
    code, text = tiny.prove()
    assert code == 0 and f"{count} from the cache" in text, text
    (tiny.tree / "hypervisor/core/read.h").write_text(CORE_H + "struct more { int x; };\n")
    assert f", 0 from the cache" not in tiny.prove()[1]
    tiny.edit("tiny.c", "% 101", "% 102")
    tiny.refused(r"tiny.c:\d+: not proved: tiny_percent_ensures")


@pytest.mark.full
def test_the_lists_are_what_the_proof_depends_on(tiny):
    tiny.prove("--update")
    kept = (tiny.folder / "proofs/cache/tiny.c.txt").read_text()
    tiny.write("proofs/core.acsl", "core_read: assigns \\nothing; ensures \\result <= 7;\n")
    tiny.prove("--update")
    assert re.findall("^file .*", kept, re.M) != re.findall("^file .*", (tiny.folder / "proofs/cache/tiny.c.txt").read_text(), re.M)


@pytest.mark.quick
def test_believed_but_not_named(tiny):
    tiny.write("proofs/trusted.list", "")
    tiny.refused("core_read has a contract, no proof, and is not in proofs/trusted.list")


BAD = [
    ("proofs/trusted.list", "core_read\n", "core_read: why is it believed"),
    ("proofs/trusted.list", "tiny_percent it is right\n", "tiny_percent is a function of tiny.c: it is to be proved"),
    ("proofs/trusted.list", "core_read x\natomic_read64 x\n", "atomic_read64 is in the lists of verifier/lib already"),
    ("proofs/core.acsl", "atomic_read64: assigns \\nothing; ensures \\result == 0;\n", "atomic_read64 is in the lists of verifier/lib already"),
    ("proofs/core.acsl", "core_read: assigns \\nothing; */ /*@ axiom no: \\false;\n", "core_read: axiom is for nobody"),
    ("proofs/core.acsl", "core_read: assigns \\nothing; */ int more; /*@ assigns \\nothing;\n", "more than comments was put in"),
    ("proofs/manifest", "../tree/hypervisor/core/read.h 0\n", "is no file of the module's folder"),
    ("proofs/manifest", "other.c 0\n", "other.c is no file of the module's folder"),
    ("proofs/manifest", "", "proved 0 / 0"),
    ("tiny.h", "#include <stdint.h>\n/*@ ensures \\result == 1; */\nuint32_t core_read(const uint32_t *p);\n",
     "core_read is declared here, and no file of the folder defines it"),
    ("tiny.h", '#include "../tree/hypervisor/ports/safe.h"\n#include "../secret.h"\n', "tiny.h: no file ../secret.h"),
    ("tiny.h", '#include "../elsewhere.h"\n', "elsewhere.h is neither in the tree nor in the module's folder"),
    ("tiny.h", '#include "hypervisor/ports/safe.h"\n/*@ axiomatic no { axiom wrong: \\false; } */\nuint32_t tiny_percent(void);\n',
     "nothing is assumed outside of verifier/lib"),
]


@pytest.mark.quick
@pytest.mark.parametrize("name,text,why", BAD)
def test_refused(tiny, name, text, why):
    (tiny.folder.parent / "elsewhere.h").write_text("#include <stdint.h>\nuint32_t tiny_percent(void);\n")
    tiny.write(name, text)
    tiny.refused(re.escape(why))


@pytest.mark.full
def test_believed_but_not_used(tiny):
    tiny.edit("proofs/trusted.list", "core_read", "core_other x\ncore_read")
    tiny.refused("proofs/trusted.list: core_other is not used")


@pytest.mark.full
def test_contradiction_in_its_own_list(tiny):
    tiny.write("proofs/core.acsl", "core_read: assigns \\nothing; ensures \\result < 0;\n")
    tiny.refused("contradicts itself")


@pytest.mark.quick
def test_no_such_folder(tiny):
    shutil.rmtree(tiny.folder / "proofs")
    tiny.refused("there is no .*/tiny/proofs/manifest")
