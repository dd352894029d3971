# SPDX-License-Identifier: MIT
"""docs/handbook/extension.md, played as it stands: in a copy of the tree, then in stock Linux on the hypervisor built there."""
import os
import subprocess
import sys
import time

import page
import pexpect
import pytest
from conftest import BUILD, ENVIRONMENT, ROOT

sys.path[:0] = [str(ROOT / "tools/run")]
import qemu  # noqa: E402

PROMPT = "guest# "
SLOW = float(os.environ.get("SLOW", "1"))
BLOCKS = page.blocks((ROOT / "docs/handbook/extension.md").read_text())


def on_the_host(tree, lines, fails):
    steps = page.steps(lines, "$ ")
    for number, (command, wanted) in enumerate(steps, 1):
        code, said = tree.run("sh", "-c", command)
        assert (code != 0) == (fails and number == len(steps)), f"{command}: ended with {code}\n{said}"
        lost = page.missing(said, wanted)
        assert lost is None, f"{command}: the page says {lost!r}, and this came out:\n{said}"


@pytest.fixture(scope="module")
def played(tree):
    """The tree after all that the page does outside the guest; it takes less than 15 minutes."""
    start = time.monotonic()
    for kind, more, lines in BLOCKS:
        if kind == "sh":
            on_the_host(tree, lines, more == "fails")
        elif kind == "diff":
            path = tree.root / more.removeprefix("file=")
            path.write_text(page.patched(path.read_text(), lines))
    assert time.monotonic() - start < 15 * 60
    return tree


def test_page_can_be_played():
    kinds = [kind for kind, _, _ in BLOCKS]
    assert kinds.count("sh") >= 6 and kinds.count("diff") >= 3 and kinds.count("guest") == 1
    assert set(kinds) <= {"sh", "diff", "guest"}


def test_on_the_host(played):
    assert (played.build / "examples/tally.sho").exists()
    code, said = played.run("clang-format-19", "--dry-run", "--Werror", "examples/tally/tally.c", "tests/unit/tally/test_tally.c")
    assert code == 0, said
    assert "examples/tally" not in played.run("python3", "tools/check/layers.py")[1]


def test_unit_test_can_fail(played):
    for old, new in (("nr < TALLY_CALLS", "nr <= TALLY_CALLS"), ("atomic_add64(&total, 1)", "atomic_add64(&total, 0)"),
                     ("if (!v->domain->privileged)", "if (v->domain->privileged)"), ("arg < TALLY_CALLS ?", "arg <= TALLY_CALLS ?")):
        played.edit("examples/tally/tally.c", old, new)
        code, said = played.run("make", "-C", "tests/unit/tally", f"BUILD={played.build}")
        played.edit("examples/tally/tally.c", new, old)
        assert code != 0, f"not noticed: {new}\n{said}"


def test_in_the_guest(played):
    guest, packed = BUILD / "guest", played.build / "guest/initramfs.cpio.gz"
    subprocess.run([ROOT / "tools/run/fetch-kernel.sh", guest], check=True)
    (played.build / "guest").mkdir(exist_ok=True)
    if not (played.build / "guest/kernel").exists():
        (played.build / "guest/kernel").symlink_to(guest / "kernel")
    subprocess.run([played.root / "tools/run/mkinitramfs.sh", packed], check=True, env={**ENVIRONMENT, "BUILD": str(played.build)})
    argv = qemu.command(played.build / "safehype", f"{guest / 'kernel/vmlinuz'} console=hvc0,{packed}", "dom0_mem=256M")
    console = pexpect.spawn(argv[0], argv[1:], timeout=120 * SLOW, encoding="latin-1", codec_errors="replace")
    try:
        console.expect(PROMPT)
        lines = next(lines for kind, _, lines in BLOCKS if kind == "guest")
        for command, wanted in page.steps(lines, PROMPT):
            console.send(f"echo RUN''BEGIN; {command}; echo RUN''DONE $?\r")
            console.expect(r"RUNBEGIN\s")
            console.expect(r"RUNDONE (\d+)\s")
            said, code = console.before.replace("\r", ""), console.match.group(1)
            if "no such hypercall" in said:
                pytest.skip("this hypervisor has no module hypercall (SH_MODULE_OP, 55): -ENOSYS")
            assert code == "0", f"{command}: {said}"
            lost = page.missing(said, wanted)
            assert lost is None, f"{command}: the page says {lost!r}, and this came out:\n{said}"
            console.expect(PROMPT)
    finally:
        console.close(force=True)


@pytest.mark.parametrize("words,why", [("NAME=x PORT=sched", "there is no template"), ("NAME=latency PORT=hooks", "examples/latency exists"),
                                       ("NAME=evtchn PORT=hooks", "exists already"), ("PORT=hooks", "no name given")])
def test_bad_words_change_nothing(tree, words, why):
    before = tree.files()
    code, said = tree.run("make", "new-module", *words.split())
    assert code != 0 and why in said and "Traceback" not in said, said
    assert tree.files() == before
