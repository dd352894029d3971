# SPDX-License-Identifier: MIT
"""verifier/models/check sees a model that is wrong, one whose mutant does no harm, and one that quotes what is not there."""
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
QUOTE = "/* hypervisor/core/rcu.c rcu_look: done = all_done(); */"
# Two processes add 1 to a word: at once, or by a read and a write.
MODEL = """
/* Mutants: IN_TWO, TWICE, NEVER */
%s
byte word;
active [2] proctype adds()
{
    byte seen;

#ifdef IN_TWO
    seen = word;
    word = seen + 1
#else
#ifdef TWICE
    word = word + 2
#else
#ifdef NEVER
    skip
#else
    %s
#endif
#endif
#endif
}
active proctype in_the_end()
{
    timeout;
    assert(word == 2)
}
"""


def check(tmp_path, text, *options):
    model = tmp_path / "adds.pml"
    model.write_text(text)
    return subprocess.run([ROOT / "verifier/models/check", "--build", tmp_path / "build", *options, model], capture_output=True, text=True)


@pytest.mark.quick
def test_good(tmp_path):
    done = check(tmp_path, MODEL % (QUOTE, "word = word + 1"))
    assert done.returncode == 0 and "5 passed, 0 failed" in done.stdout, done.stdout + done.stderr


@pytest.mark.quick
def test_wrong(tmp_path):
    done = check(tmp_path, MODEL % (QUOTE, "word = word + 3"), "--no-mutants")
    assert done.returncode == 1 and "FAILS adds.pml" in done.stdout, done.stdout


@pytest.mark.quick
@pytest.mark.parametrize("quote", ["/* hypervisor/core/rcu.c rcu_look: done = nothing_done(); */", "/* hypervisor/core/rcu.c rcu_peek: done = all_done(); */",
                                   "/* hypervisor/core/ruc.c rcu_look: done = all_done(); */", "/* nothing */"])
def test_quote_gone(tmp_path, quote):
    done = check(tmp_path, MODEL % (quote, "word = word + 1"), "--no-mutants")
    assert done.returncode == 1 and "GONE  adds.pml" in done.stdout, done.stdout


@pytest.mark.quick
def test_mutant_lives(tmp_path):
    done = check(tmp_path, (MODEL % (QUOTE, "word = word + 1")).replace("word + 2", "word + 1"))
    assert done.returncode == 1 and "LIVES adds.pml TWICE" in done.stdout, done.stdout
    assert "found adds.pml IN_TWO" in done.stdout


@pytest.mark.quick
def test_no_text(tmp_path):
    done = check(tmp_path, "active proctype p() { skip")
    assert done.returncode != 0
