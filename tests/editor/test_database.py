# SPDX-License-Identifier: MIT
"""compile_commands.json and safecc -p: what editors start from.  Environment: BUILD."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
SAFECC = str(BUILD / "safecc")
MODULE = "hypervisor/modules/evtchn"


@pytest.fixture(scope="module")
def database():
    subprocess.run(["make", "-s", "compile_commands.json", f"BUILD={BUILD}"], cwd=ROOT, check=True, capture_output=True)
    return {entry["file"]: entry for entry in json.loads((ROOT / "compile_commands.json").read_text())}


def safecc(*argv, cwd=ROOT):
    done = subprocess.run([SAFECC, *map(str, argv)], cwd=cwd, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_every_file_is_there(database):
    sources = [p for where in ("boot", "arch", "core", "dispatch", "unpack", "modules") for p in (ROOT / "hypervisor" / where).rglob("*.c")]
    sources += [*(ROOT / "xen-compat").rglob("*.c"), *(ROOT / "safecc").rglob("*.cpp")]
    missing = {str(p.relative_to(ROOT)) for p in sources} - set(database) - {"hypervisor/arch/asm_offsets.c"}
    assert not missing
    assert all(entry["directory"] == str(ROOT) for entry in database.values())


@pytest.mark.parametrize("file", [f"{MODULE}/evtchn.c", "hypervisor/arch/apic.c", "xen-compat/version.c"])
def test_the_flags_compile(database, file):
    subprocess.run([*database[file]["arguments"], "-fsyntax-only"], cwd=database[file]["directory"], check=True)


def test_safecc_from_anywhere(database, tmp_path):
    assert safecc("-p", ".", "--check", f"{MODULE}/evtchn.c", "xen-compat/version.c") == (0, "")
    assert safecc("-p", "../../..", "--check", "evtchn.c", cwd=ROOT / MODULE) == (0, "")
    assert safecc("-p", ROOT, "--check", ROOT / MODULE / "evtchn.c", "--json", "out.json", cwd=tmp_path) == (0, "")
    assert json.loads((tmp_path / "out.json").read_text())["findings"] == []


def test_safecc_says_what_is_wrong(tmp_path):
    (tmp_path / "x.c").write_text("int x;\n")
    assert safecc("-p", "nowhere", "--check", "x.c", cwd=tmp_path) == (2, "safecc: -p nowhere: No such file or directory\nTry: safecc --help\n")
    code, text = safecc("-p", ".", "--check", "x.c", cwd=tmp_path)
    assert code == 2 and "compilation database" in text.lower().replace("-", " ")
    (tmp_path / ".safecc").write_text("# paths\n--core core\n--json out\n")
    code, text = safecc("-p", ".", "--check", "x.c", cwd=tmp_path)
    assert code == 2 and ".safecc:3: a line is --core PATH, --arch PATH or --trust PATH" in text


@pytest.mark.skipif(shutil.which("clangd-19") is None, reason="clangd-19 is not installed")
@pytest.mark.parametrize("file", [f"{MODULE}/evtchn.c", "hypervisor/ports/safe.h", "safecc/rules/registry.cpp"])
def test_clangd_has_no_errors(database, file):
    done = subprocess.run(["clangd-19", f"--check={file}", "--log=error"], cwd=ROOT, capture_output=True, text=True)
    # A tweak that clangd offers and then does not do is no fault of the flags.
    errors = [line for line in done.stderr.splitlines() if line.startswith("E[") and "tweak: " not in line]
    assert not errors, done.stderr
