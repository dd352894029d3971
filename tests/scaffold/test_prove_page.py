# SPDX-License-Identifier: MIT
"""docs/handbook/prove-your-extension.md, played as it stands: the proofs that fail, what is shown of them, and the proofs after the cure."""
import json
import re
import time

import page
import pytest
from conftest import ROOT

TEXT = (ROOT / "docs/handbook/prove-your-extension.md").read_text()
BLOCKS = page.blocks(TEXT)


def sarif(tree):
    """(what is said, line) of each result that make prove left."""
    results = json.loads((tree.root.parent / "tally/build/verifier/proofs.sarif").read_text())["runs"][0]["results"]
    place = lambda r: r["locations"][0]["physicalLocation"]
    assert all(place(r)["artifactLocation"]["uri"] == "tally.c" for r in results)
    return [(r["message"]["text"], place(r)["region"]["startLine"]) for r in results]


@pytest.fixture(scope="module")
def played(tree):
    """[(command, exit code, output, what SARIF says then)] of all blocks, in order."""
    done, start = [], time.monotonic()
    for kind, more, lines in BLOCKS:
        if kind == "diff":
            path = (tree.root / more.removeprefix("file=")).resolve()
            path.write_text(page.patched(path.read_text(), lines))
            continue
        steps = page.steps(lines, "$ ")
        for number, (command, wanted) in enumerate(steps, 1):
            code, said = tree.run("sh", "-c", command)
            assert (code != 0) == (more == "fails" and number == len(steps)), f"{command}: ended with {code}\n{said}"
            lost = page.missing(said, wanted)
            assert lost is None, f"{command}: the page says {lost!r}, and this came out:\n{said}"
            done.append((command, code, said, sarif(tree) if " prove" in command and "--explain" not in command else []))
    assert time.monotonic() - start < 15 * 60
    return done


def test_page_can_be_played():
    kinds = [kind for kind, _, _ in BLOCKS]
    assert set(kinds) == {"sh", "diff"} and kinds.count("diff") >= 4
    assert [more for kind, more, _ in BLOCKS if kind == "sh"].count("fails") >= 4


def test_from_unproved_to_proved(played):
    proofs = [(code, said) for command, code, said, _ in played if re.search(r" prove( PROVE_ARGS=--update)?$", command)]
    counts = [tuple(map(int, re.search(r"^proved (\d+) / (\d+)$", said, re.M).groups())) for _, said in proofs]
    assert proofs[0][0] == 0 and counts[0][0] == counts[0][1]
    assert proofs[1][0] != 0 and counts[1][0] < counts[1][1]
    assert proofs[-1][0] == 0 and counts[-1][0] == counts[-1][1] > counts[0][1]


def test_sarif_says_what_is_not_proved(played):
    assert played[-1][1] == 0
    for command, code, said, results in played:
        unproved = re.findall(r"^tally.c:(\d+): (not proved: \S+)$", said, re.M)
        if " prove" in command and "--explain" not in command:
            assert {(text, int(line)) for line, text in unproved} == {(" ".join(text.split()[:3]).rstrip(":"), line) for text, line in results if text.startswith("not proved")}
            assert (code != 0) == bool(results)


def test_the_contract_shown_is_the_one_made(tree, played):
    """The block of section 1 that is not played."""
    shown = re.search(r"stands before it:\n\n(.*?)\n\n`requires`", TEXT, re.S).group(1)
    made = (tree.root.parent / "tally/tally.c").read_text()
    assert all(line.strip() in made for line in shown.splitlines())


def test_what_was_made_is_signed(tree, played):
    assert (tree.root.parent / "tally/build/tally.sho").read_bytes()[-112:-104] == b"SHOSIG\0\1"
    assert (tree.root.parent / "tally/proofs/manifest").read_text().endswith("tally.c 43\n")
