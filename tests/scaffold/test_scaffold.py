# SPDX-License-Identifier: MIT
"""make new-module and make new-rule, and docs/handbook/module.md as it stands, in a copy of the tree."""
import re
import shutil
import subprocess

import pytest
from conftest import ENVIRONMENT

BAD = [
    ("new-module", "", "no name given"),
    ("new-module", "evtchn", "hypervisor/modules/evtchn exists already"),
    ("new-module", "acpi", "tests/unit/acpi exists already"),
    ("new-module", "Tally", "small letters, digits and _ only"),
    ("new-module", "9lives", "a letter first"),
    ("new-module", "a b", "small letters"),
    ("new-module", "../up", "small letters"),
    ("new-module", "x;touch y", "small letters"),
    ("new-module", "while", "a word of C"),
    ("new-module", "typeof", "a word of C"),
    ("new-module", "a" * 24, "at most 23"),
    ("new-module", "core", "the log calls the core so"),
    ("new-module", "sched", "tests/unit/sched exists already"),
    ("new-module", "pagealloc", "hypervisor/modules/pagealloc_buddy provides"),
    ("new-module", "hypercall_page", "is a port"),
    ("new-module", "guest", "`guest_get`, which hypervisor/core/guest.h"),
    ("new-module", "sched_op", "`hc_sched_op`, which xen-compat/hypercalls.h"),
    ("new-rule", "SC-07", "in use"),
    ("new-rule", "SC-7", "SC- and two digits"),
    ("new-rule", "octal", "SC- and two digits"),
]


@pytest.mark.parametrize("target,name,why", BAD)
def test_bad_names_change_nothing(tree, target, name, why):
    before = tree.files()
    code, text = tree.run("make", target, f"NAME={name}")
    assert code != 0 and why in text and text.startswith(f"{target}: "), text
    assert "Traceback" not in text
    assert tree.files() == before


@pytest.mark.parametrize("title,why", [("x" * 101, "at most 100"), ('a "b', "without"), ("a*/b", "without"), ("\u00fc", "ASCII")])
def test_bad_titles_change_nothing(tree, title, why):
    before = tree.files()
    code, text = tree.run("make", "new-rule", f"TITLE={title}")
    assert code != 0 and why in text and "Traceback" not in text, text
    assert tree.files() == before


def test_a_name_from_the_environment_is_not_taken(tree):
    done = subprocess.run(["make", "new-module"], cwd=tree.root, env={**ENVIRONMENT, "NAME": "desktop"}, capture_output=True, text=True)
    assert done.returncode != 0 and "no name given" in done.stderr
    assert not (tree.root / "hypervisor/modules/desktop").exists()


MODULE, UNIT = "hypervisor/modules/tally", "tests/unit/tally"


@pytest.fixture(scope="module")
def tally(tree):
    """The tree with a new module that is built in."""
    before = tree.files()
    said = tree.make("new-module", "NAME=tally")
    made = {str(p) for p in tree.files() - before if (tree.root / p).is_file()}
    assert made == {f"{MODULE}/{f}" for f in ("tally.c", "tally.h", "tally.manifest", "README.md")} | {f"{UNIT}/Makefile", f"{UNIT}/test_tally.c"}
    assert all(path in said for path in made) and "make check" in said
    said = tree.make()
    # With the module: what holds the hash of the shared headers, and the keys, which lie in this tree's own folder.
    also = {"hypervisor/core/image_tables.c", "hypervisor/core/signature.c"}
    assert set(re.findall(r"^  (?:CC|SC|CXX)  (.*)$", said, re.M)) - also == {f"{MODULE}/tally.c"}, "more than the module was compiled"
    return tree


def test_module_is_linked(tally):
    code, names = tally.run("llvm-nm-19", str(tally.build / "obj/modules/tally.sho"))
    assert code == 0 and re.search(r" [tT] hc_tally$", names, re.M)
    assert (tally.build / "obj/modules/tally.sho").read_bytes() in (tally.build / "safehype").read_bytes()
    assert "SC_CHECK" in (tally.build / "obj" / MODULE / "tally.checked.c").read_text()


def test_module_passes_the_checks(tally):
    gates = re.search(r"^check: (.*?) *##", (tally.root / "Makefile").read_text(), re.M).group(1).split()
    # What looks at each file by itself looks at the new ones only.
    narrow = {"check-headers": f"HV_H={MODULE}/tally.h", "check-modules": f"MODULE_C={MODULE}/tally.c", "check-tidy": f"HV_C={MODULE}/tally.c"}
    assert {"check-layers", "check-safecc", "check-format", "check-tidy"} <= set(gates)
    for gate in gates:
        tally.make(gate, *filter(None, [narrow.get(gate)]))


@pytest.mark.parametrize("module", ["sched_rr", "timer", "tally"])
def test_readme_has_the_sections(tally, module):
    text = (tally.root / f"hypervisor/modules/{module}/README.md").read_text()
    for section in ("Purpose", "State", "Invariant", "One walk", "Not proven", "Not supported"):
        assert f"**{section}" in text
    assert "sample" not in text.lower()


def test_unit_test_passes_and_can_fail(tally):
    unit = ("-C", UNIT, f"BUILD={tally.build}")
    said = tally.make(*unit)
    assert re.search(r"\[  PASSED  \] [1-9]", said) and "FAILED" not in said
    for old, new, test in (("amount > TALLY_TOTAL_MAX", "amount >= TALLY_TOTAL_MAX", "test_total_is_bounded"),
                           ("slot >= TALLY_SLOTS", "slot > TALLY_SLOTS", ""),  # ASan or UBSan ends it
                           ("total += amount;", "total = amount;", "test_total_is_the_sum"),
                           ("if (!v->domain->privileged)", "if (v->domain->privileged)", "test_hypercall")):
        tally.edit(f"{MODULE}/tally.c", old, new)
        code, text = tally.run("make", *unit)
        tally.edit(f"{MODULE}/tally.c", new, old)
        assert code != 0 and test in text, f"not noticed: {new}\n{text}"
    tally.make(*unit)


def test_unguarded_index_is_refused(tally):
    """Section 2 of the handbook's page, whose text is what safecc says."""
    page = (tally.root / "docs/handbook/module.md").read_text()
    guard = "    if (slot >= TALLY_SLOTS)\n        return -EINVAL;\n"
    tally.edit(f"{MODULE}/tally.c", guard, "")
    code, text = tally.run("make")
    again = tally.run(str(tally.build / "safecc"), "-p", ".", "--check", f"{MODULE}/tally.c") if tally.make("compile_commands.json") else None
    tally.edit(f"{MODULE}/tally.c", "    int rc = 0;\n\n", "    int rc = 0;\n\n" + guard)
    assert code != 0 and again[0] == 1
    for said in (text, again[1]):
        for line in page[page.index(f"    {MODULE}/tally.c:22"):page.index("    ...\n")].splitlines():
            assert line.strip() in said, said
    tally.make()


def listing(page, after):
    """The indented block that follows the text."""
    text = page[page.index(after) + len(after):].lstrip("\n")
    lines = []
    for line in text.split("\n"):
        if line and not line.startswith("    "):
            break
        lines.append(line[4:])
    return "\n".join(lines).rstrip("\n") + "\n"


def test_a_guest_calls_it(tally):
    """Sections 4 and 5 of the handbook's page."""
    page = (tally.root / "docs/handbook/module.md").read_text()
    row = listing(page, "in `hypervisor/dispatch/extensions.h`:\n").strip()
    tally.edit("hypervisor/dispatch/extensions.h", "#define EXTENSION_LIST(ROW)\n", row + "\n")
    (tally.root / "tests/guests/tally").mkdir()
    (tally.root / "tests/guests/tally/main.c").write_text(listing(page, "in `tests/guests/tally/main.c`:\n"))
    tally.make()
    tally.make("check-layers", "check-format")
    tally.make("-C", "tests/guests", f"BUILD={tally.build}", f"{tally.build}/guests/tally.elf")
    code, text = tally.run("/usr/bin/python3", "tests/guests/run.py", "--hypervisor", "build/safehype", "--hv-args", "guest_loglvl=all", "tally")
    assert code == 0 and re.search(r"^ok +tally +7 checks", text, re.M), text
    log = (tally.build / "guests/logs/tally.log").read_text()
    lines = re.findall(r"^    (\(SafeHype\) .*)$", page, re.M)
    assert len(lines) == 3 and all(line in log for line in lines), log


def test_module_taken_out(tally):
    """What the page says to remove, and nothing of the module is left in the image."""
    for folder in (MODULE, UNIT, "tests/guests/tally"):
        shutil.rmtree(tally.root / folder)
    tally.edit("hypervisor/dispatch/extensions.h", "(ROW) ROW(arch_1, tally)\n", "(ROW)\n")
    tally.make()
    assert "tally" not in tally.run("llvm-nm-19", str(tally.build / "safehype.dbg"))[1]


def test_a_new_rule(tree):
    before = tree.files()
    said = tree.make("new-rule")
    number = re.search(r"new safecc/rules/SC_(\d\d)\.cpp", said).group(1)
    files = lambda n: sorted([f"safecc/rules/SC_{n}.cpp", f"docs/safecc/rules/SC-{n}.md", f"tests/safecc/accept/sc_{n}_decimal.c",
                              f"tests/safecc/reject/SC-{n}/octal.c"])
    assert sorted(str(p) for p in tree.files() - before if (tree.root / p).is_file()) == files(number)
    # The next waits until this one is written.
    other, mine = f"{int(number) + 1:02}", f"safecc/rules/SC_{number}.cpp"
    code, text = tree.run("make", "new-rule", f"NAME=SC-{other}", "TITLE=nothing twice")
    assert code != 0 and f"{mine} is still as it was made" in text and not (tree.root / f"safecc/rules/SC_{other}.cpp").exists()
    source = (tree.root / mine).read_text()
    tree.edit(mine, "As made by new-rule: a", "A")
    assert f"SC-{other}, nothing twice:" in tree.make("new-rule", f"NAME=SC-{other}", "TITLE=nothing twice")
    assert f"SC-{other}: nothing twice\n" in (tree.root / f"safecc/rules/SC_{other}.cpp").read_text()
    (tree.root / mine).write_text(source)
    for path in files(other):
        (tree.root / path).unlink()
    said = tree.make("safecc")
    compiled = [name for name in re.findall(r"^  CXX (.*)$", said, re.M) if name.startswith("safecc/")]
    assert compiled == [mine], "more than the rule was compiled"
    safecc = str(tree.build / "safecc")
    rules = tree.run(safecc, "--list-rules")[1]
    assert f"SC-{number}  no octal constants\n" in rules
    corpus = ("tests/safecc/corpus.py", "--safecc", safecc, "--build", str(tree.build / "corpus"))
    code, text = tree.run(*corpus, f"accept/sc_{number}_decimal.c", f"reject/SC-{number}")
    assert code == 0 and "2 passed, 0 failed" in text, text
    docs = ("tests/safecc/docs.py", "--safecc", safecc, "--build", str(tree.build / "docs"), "--verbose")
    text = tree.run(*docs)[1]
    mine = [line for line in text.splitlines() if f"SC-{number}" in line]
    assert len(mine) >= 6 and all(line.startswith("ok ") for line in mine), text
    assert "no octal constants" in tree.run(safecc, "--explain", f"SC-{number}")[1]
    tree.make("check-safecc")
    # It finds what it is to find in a module, and its examples can fail.
    tree.edit("hypervisor/modules/faulty/faulty.c", "squares[8]", "squares[010]")
    code, text = tree.run("make", "check-safecc")
    assert code != 0 and f"SC-{number}: `010` is octal" in text, text
    tree.edit(f"tests/safecc/reject/SC-{number}/octal.c", "x == 010", "x == 10")
    code, text = tree.run(*corpus, f"reject/SC-{number}")
    assert code == 1 and "missed" in text
    for path in files(number):
        (tree.root / path).unlink()
    tree.make("safecc")
    assert tree.run(safecc, "--list-rules")[1] == rules.replace(f"SC-{number}  no octal constants\n", "")
    assert tree.run(safecc, "--explain", f"SC-{number}")[0] == 2
