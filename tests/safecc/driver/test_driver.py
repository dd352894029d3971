# SPDX-License-Identifier: MIT
"""safecc as a command: options, exit codes, outputs for machines, baselines, proofs, compile_commands.json.

Environment: BUILD (build/ of the tree), which has safecc.
"""
import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
SAFECC = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve() / "safecc"
INCLUDE = ["-I", str(ROOT / "hypervisor")]

BAD = """#include "ports/safe.h"

int *find(unsigned long address);
int *find(unsigned long address)
{
    return (int *)address;
}
"""
CHECKED = """#include "ports/safe.h"

unsigned pick(const unsigned *samples SC_COUNT(nr), unsigned nr, unsigned i);
unsigned pick(const unsigned *samples, unsigned nr, unsigned i)
{
    return samples[i];
}
"""


class Place:
    def __init__(self, root):
        self.root = root

    def write(self, name, text):
        mode = "wb" if isinstance(text, bytes) else "w"
        with open(self.root / name, mode) as f:
            f.write(text)
        return name

    def run(self, *argv):
        return subprocess.run([str(SAFECC), *argv], cwd=self.root, capture_output=True, text=True, timeout=120)

    def json(self, name):
        return json.loads((self.root / name).read_text())


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


@pytest.mark.parametrize("argv, says", [
    ([], "nothing to do"),
    (["--check"], "file"),
    (["--no-such-option", "x.c"], "--no-such-option"),
    (["--check", "missing.c"], "missing.c"),
    (["--check", "--rule", "SC-99", *INCLUDE, "good.c"], "SC-99"),
    (["--rule"], "--rule"),
    (["--check", "--stack-budget", "much", "good.c"], "--stack-budget"),
    (["--check", "--baseline", "missing.json", *INCLUDE, "good.c"], "missing.json"),
    (["-c", "good.c", "-o", "no/such/folder/x.o", *INCLUDE], "no/such/folder"),
    (["--explain", "SC-99"], "SC-99"),
])
def test_wrong_use(place, argv, says):
    place.write("good.c", CHECKED)
    done = place.run(*argv)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr


@pytest.mark.parametrize("name, text, code", [
    ("empty.c", "", 0),
    ("nul.c", b"int a;\0int b;\n", 2),
    ("cut.c", "int f(void) { return", 2),
    ("bytes.c", bytes(range(256)), 2),
    ("crlf.c", CHECKED.replace("\n", "\r\n"), 0),
    ("noeol.c", CHECKED.rstrip("\n"), 0),
])
def test_odd_files(place, name, text, code):
    done = place.run("--check", *INCLUDE, place.write(name, text))
    assert done.returncode == code, done.stderr
    assert code == 0 or name in done.stderr


def test_folder_is_no_file(place):
    (place.root / "folder.c").mkdir()
    done = place.run("--check", "folder.c")
    assert done.returncode == 2 and "folder.c" in done.stderr


def test_an_error_leaves_no_object(place):
    """Not even the one of the run before."""
    name = place.write("x.c", CHECKED)
    assert place.run("-c", name, "-o", "x.o", *INCLUDE).returncode == 0
    assert (place.root / "x.o").exists()
    place.write("x.c", BAD)
    done = place.run("-c", name, "-o", "x.o", *INCLUDE)
    assert done.returncode == 1
    assert re.search(r"^x\.c:6:12: error: SC-02: ", done.stderr, re.M), done.stderr
    assert "return (int *)address;" in done.stderr
    assert not (place.root / "x.o").exists()


def test_checked_source_is_plain_c(place):
    assert place.run("-c", place.write("x.c", CHECKED), "-o", "x.o", *INCLUDE).returncode == 0
    text = (place.root / "x.checked.c").read_text()
    assert re.search(r'^# \d+ "x\.c"', text, re.M) or '"x.c"' in text
    for compiler in ("gcc", "clang-19"):
        done = subprocess.run([compiler, "-std=gnu11", "-Wall", "-Werror", "-Wno-unused-parameter", "-fsyntax-only", "x.checked.c"], cwd=place.root, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_ids_are_stable_and_in_the_checked_source(place):
    """Lines above do not change them."""
    ids = []
    for text in (CHECKED, "/* a line */\n\n" + CHECKED):
        place.write("x.c", text)
        assert place.run("-c", "x.c", "-o", "x.o", "--json", "x.json", *INCLUDE).returncode == 0
        kept = [c for c in place.json("x.json")["checks"] if c["fate"] == "kept"]
        assert kept
        assert all(c["id"] in (place.root / "x.checked.c").read_text() for c in kept)
        ids.append([c["id"] for c in kept])
    assert ids[0] == ids[1]


def test_report_says_why(place):
    done = place.run("--check", "--report", *INCLUDE, place.write("x.c", CHECKED))
    assert done.returncode == 0
    assert re.search(r"^x\.c:6:12: SC-07 index 0x[0-9a-f]{8} kept: `i` may be", done.stdout + done.stderr, re.M)


def sarif(place, text, *more):
    place.write("x.c", text)
    done = place.run("--check", "--sarif", "x.sarif", *more, *INCLUDE, "x.c")
    return done, place.json("x.sarif")["runs"][0]


def test_sarif(place):
    done, run = sarif(place, BAD)
    assert done.returncode == 1
    assert place.json("x.sarif")["version"] == "2.1.0"
    rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
    assert rules == sorted(rules) and len(rules) >= 22
    result, = run["results"]
    assert result["ruleId"] == "SC-02" and rules[result["ruleIndex"]] == "SC-02" and result["level"] == "error"
    where = result["locations"][0]["physicalLocation"]
    assert where["artifactLocation"]["uri"] == "x.c" and where["region"]["startLine"] == 6
    moved = sarif(place, "/* above */\n" + BAD)[1]["results"][0]
    assert moved["partialFingerprints"] == result["partialFingerprints"]
    assert moved["locations"][0]["physicalLocation"]["region"]["startLine"] == 7
    other = sarif(place, BAD.replace("address;", "(address + 4);"))[1]["results"][0]
    assert other["partialFingerprints"] != result["partialFingerprints"]


def test_sarif_without_findings(place):
    done, run = sarif(place, CHECKED)
    assert done.returncode == 0 and run["results"] == []


def test_baseline(place):
    """What was there is no error; what is new is, and only that."""
    name = place.write("x.c", BAD)
    assert place.run("--check", "--write-baseline", "base.json", *INCLUDE, name).returncode in (0, 1)
    assert place.run("--check", "--baseline", "base.json", *INCLUDE, name).returncode == 0
    place.write("x.c", "/* moved */\n\n" + BAD + "int *second(unsigned long a);\nint *second(unsigned long a)\n{\n    return (int *)a;\n}\n")
    done, run = sarif(place, (place.root / "x.c").read_text(), "--baseline", "base.json")
    assert done.returncode == 1
    assert done.stderr.count("error: SC-") == 1 and "x.c:13:" in done.stderr
    assert sorted(r["baselineState"] for r in run["results"]) == ["new", "unchanged"]


def test_a_baseline_yields_no_object(place):
    name = place.write("x.c", BAD)
    place.run("--check", "--write-baseline", "base.json", *INCLUDE, name)
    place.run("-c", name, "-o", "x.o", "--baseline", "base.json", *INCLUDE)
    assert not (place.root / "x.o").exists()


def test_one_rule_yields_no_object(place):
    name = place.write("x.c", CHECKED)
    place.run("-c", name, "-o", "x.o", "--rule", "SC-01", *INCLUDE)
    assert not (place.root / "x.o").exists()


class Balanced(html.parser.HTMLParser):
    VOID = {"meta", "br", "hr", "link", "img", "input"}

    def __init__(self):
        super().__init__()
        self.open, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_html(place):
    place.write("x.c", BAD.replace("find", "find_less") + "/* <script>&amp; */\n")
    assert place.run("--check", "--html", "x.html", *INCLUDE, "x.c").returncode == 1
    page = Balanced()
    page.feed((place.root / "x.html").read_text())
    assert not page.open
    assert "SC-02" in page.text and "an integer becomes a pointer" in page.text and "x.c" in page.text


def test_proofs_drop_checks_of_their_source_only(place):
    name = place.write("x.c", CHECKED)
    assert place.run("--check", "--json", "x.json", *INCLUDE, name).returncode == 0
    data = place.json("x.json")
    digest = next(f["sha256"] for f in data["sources"] if f["file"] == "x.c")
    kept = [c["id"] for c in data["checks"] if c["fate"] == "kept"]
    place.write("x.proofs", json.dumps({"source_sha256": digest, "proved": kept}))
    done = place.run("-c", name, "-o", "x.o", "--proved", "x.proofs", "--json", "y.json", *INCLUDE)
    assert done.returncode == 0, done.stderr
    assert {c["fate"] for c in place.json("y.json")["checks"] if c["id"] in kept} == {"proved"}
    assert "SC_CHECK(" + kept[0] not in (place.root / "x.checked.c").read_text()
    place.write("x.c", CHECKED.replace("samples[i]", "samples[i + 1]"))
    done = place.run("-c", name, "-o", "x.o", "--proved", "x.proofs", "--json", "y.json", *INCLUDE)
    assert done.returncode == 0 and "another source" in done.stderr
    assert "proved" not in {c["fate"] for c in place.json("y.json")["checks"]}
    place.write("x.proofs", "[]")
    assert place.run("-c", name, "-o", "x.o", "--proved", "x.proofs", *INCLUDE).returncode == 2


ACCESSES = """#include "ports/safe.h"

struct in { unsigned x, row[4]; };
struct node { struct in in; struct node *next; unsigned row[8]; };
extern unsigned see(const unsigned *x);
unsigned f(struct node *n, unsigned i);
unsigned f(struct node *n, unsigned i)
{
    unsigned sum = n->next->in.x;               // yes
    struct in copy = n->next->next->in;         // yes
    see(&n->next->in.x);                        // no
    see(n->next->row);                          // no
    sum += n->row[i];                           // yes
    sum += n->next->in.row[2];                  // yes
    n->row[i]++;                                // yes
    n->next->in.row[3] = 3;                     // yes
    see(&n->row[i]);                            // no
    sum += (*n->next).in.x;                     // yes
    n->next->in = copy;                         // yes
    return sum;
}
"""


def test_json_says_which_checks_are_of_an_access(place):
    """The verifier drops only those: that an address is made says nothing of what it leads to."""
    name = place.write("x.c", ACCESSES)
    place.run("--check", "--json", "x.json", *INCLUDE, name)
    lines = ACCESSES.splitlines()
    asked = {n: word == "yes" for n, word in ((n + 1, line.split("// ")[-1]) for n, line in enumerate(lines) if "// " in line)}
    found = {}
    for c in place.json("x.json")["checks"]:
        if c["fate"] == "kept":
            found.setdefault(c["place"]["line"], set()).add(c["access"])
    assert found == {n: {yes} for n, yes in asked.items()}


def test_compile_commands(place):
    """-p takes options and folders from there."""
    (place.root / "include").mkdir()
    shutil.copytree(ROOT / "hypervisor/ports", place.root / "include/ports")
    place.write("x.c", CHECKED.replace("unsigned i)\n{", "unsigned i)\n{\n    i += EXTRA;"))
    place.write("compile_commands.json", json.dumps([{"directory": str(place.root), "file": "x.c", "arguments": ["clang", "-I", "include", "-DEXTRA=0", "-c", "x.c"]}]))
    away = place.root / "away"
    away.mkdir()
    done = subprocess.run([str(SAFECC), "--check", "-p", str(place.root), "../x.c"], cwd=away, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    done = subprocess.run([str(SAFECC), "--check", "-p", str(place.root), "y.c"], cwd=away, capture_output=True, text=True)
    assert done.returncode == 2 and "y.c" in done.stderr


def test_dependencies(place):
    assert place.run("-c", place.write("x.c", CHECKED), "-o", "x.o", "-MMD", "-MF", "x.d", *INCLUDE).returncode == 0
    text = (place.root / "x.d").read_text()
    assert text.startswith("x.o:") and "ports/safe.h" in text and "x.c" in text


def test_the_same_input_gives_the_same_output(place):
    name = place.write("x.c", CHECKED)
    outputs = []
    for n in "ab":
        assert place.run("-c", name, "-o", f"{n}.o", "--json", f"{n}.json", *INCLUDE).returncode == 0
        outputs.append(((place.root / f"{n}.o").read_bytes(), (place.root / f"{n}.json").read_text()))
    assert outputs[0] == outputs[1]
