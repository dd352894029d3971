"""The hypervisor's console: its log, its command line, switching the input, the dump of a crashed guest."""
import subprocess

import pytest
from conftest import BUILD, HYPERVISOR, ON_XEN, PROMPT, ROOT

import run


@pytest.mark.quick
def test_input_switches(boot):
    console = boot()
    console.expect(PROMPT)
    console.run("sleep 1")  # it blocks, and is woken
    console.send("\x01\x01\x01")
    console.expect(r"[Ss]erial input to (?!DOM0)\w+", 20)
    console.send("h")
    console.expect(r"'[A-Za-z]' ", 20)  # a line of the list of keys
    if not ON_XEN:
        console.send("p")
        counts = console.expect(r"domain 0: runs (\d+), events (\d+), kicks (\d+),", 20)
        assert all(int(n) > 0 for n in counts.groups())
    console.send("\x01\x01\x01")
    console.expect(r"[Ss]erial input to DOM0", 20)
    console.send("\r")
    console.expect(PROMPT, 20)
    assert console.run("echo back") == "back"


@pytest.mark.quick
@pytest.mark.skipif(ON_XEN, reason="Xen 4.17 keeps 128 bytes that are typed ahead, and loses the rest")
def test_typed_ahead(boot):
    """What comes faster than the first domain reads waits."""
    console = boot()
    console.expect(PROMPT)
    for i in range(5):
        assert console.run(f"sleep 1; echo {'x' * 700}{i} | wc -c") == "702"


@pytest.mark.quick
@pytest.mark.skipif(ON_XEN, reason="Xen 4.17's release build passes over it in silence")
def test_unknown_option_is_named(boot):
    console = boot("", "dom0_mem=256M frobnicate=1")
    console.expect(r"(?i)(unknown[^\n]*frobnicate|frobnicate[^\n]*unknown)", 60)
    console.expect("GUEST-UP", 120)


@pytest.mark.quick
@pytest.mark.parametrize("name", ["crash-no-handler", "crash-iret"])
def test_crash_dump(name):
    subprocess.run(["make", "-s", "-C", ROOT / "tests" / "guests", f"BUILD={BUILD}"], check=True)
    outcome = run.run_guest(name, HYPERVISOR, BUILD, ON_XEN)
    assert outcome.good, outcome.reason
    text = outcome.log.read_text(encoding="utf-8").lower()
    for word in ("vcpu#0", "rip", "rax", "rsp"):
        assert word in text, f"the dump has no {word}; log {outcome.log}"
