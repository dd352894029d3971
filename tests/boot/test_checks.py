"""A module that is wrong on purpose: safecc's run-time checks catch it, and the log names it."""
import re
import subprocess

import pytest
from conftest import BUILD, ON_XEN, ROOT, SLOW

import run


@pytest.mark.quick
@pytest.mark.skipif(ON_XEN, reason="Xen has no such module")
def test_faulty_module():
    subprocess.run(["make", "-s", "-C", ROOT / "tests" / "guests", f"BUILD={BUILD}"], check=True)
    outcome = run.run_guest("faulty-module", BUILD / "safehype-faulty", BUILD, False, slow=SLOW)
    assert outcome.good, f"{outcome.reason}; log {outcome.log}"
    assert outcome.passed >= 19, "the module is not in this image"
    text = open(outcome.log, encoding="utf-8", errors="replace").read()
    source = (ROOT / "hypervisor/modules/faulty/faulty.c").read_text().splitlines()
    lines = re.findall(r"check failed: module (\S+), rule (SC-\d\d), (\S+):(\d+) \(check", text)
    rules = [rule for _, rule, _, _ in lines]
    assert [module for module, _, _, _ in lines] == ["faulty"] * len(lines)
    assert rules == ["SC-07", "SC-07", "SC-08", "SC-10", "SC-10", "SC-07", "SC-10", "SC-17", "SC-07", "SC-17"]
    assert all(path == "hypervisor/modules/faulty/faulty.c" for _, _, path, _ in lines)
    assert "squares[x]" in source[int(lines[0][3]) - 1]
