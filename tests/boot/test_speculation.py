"""Mitigations of speculation (docs/handbook/speculation.md): what is not there while a guest runs, and that guests run."""
import re
import socket
import subprocess
import time

import pytest
from conftest import BUILD, HYPERVISOR, ON_XEN, PROMPT, ROOT, SLOW
from test_linux import selftest

import qemu
import run

pytestmark = pytest.mark.skipif(ON_XEN, reason="Xen's tables are not looked at here")
VULNERABLE = "Skylake-Client-noTSX-IBRS"  # Intel's, without RDCL_NO
WINDOW, STACKS, PERDOM = 0xffff808000000000, 0xffff810000000000, 0xffff820000000000
SLOT = 1 << 39


@pytest.fixture(scope="session")
def guests():
    subprocess.run(["make", "-s", "-C", ROOT / "tests" / "guests", f"BUILD={BUILD}"], check=True)


class Monitor:
    """QEMU's own monitor, on a socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(100):
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                time.sleep(0.1)
        self.ask(None)

    def ask(self, line):
        if line is not None:
            self.socket.sendall(line.encode() + b"\n")
        text = b""
        while not text.endswith(b"(qemu) "):
            text += self.socket.recv(65536)
        return text.decode("latin-1")

    def mapped(self, user):
        """[(start, end, rights)] of the address space, the machine stopped in ring 3 (or 0)."""
        for _ in range(400):
            self.ask("stop")
            if (re.search(r"CPL=(\d)", self.ask("info registers")).group(1) == "3") == user:
                break
            self.ask("cont")
            time.sleep(0.01)
        else:
            pytest.fail(f"400 looks, and ring 3 was {user} in none")
        text = self.ask("info mem")
        self.ask("cont")
        # It has each line begin by overwriting the one that was typed.
        ranges = re.findall(r"([0-9a-f]{16})-([0-9a-f]{16}) [0-9a-f]{16} ([u-][r-][w-])", text)
        return [(int(a, 16), int(b, 16), rights) for a, b, rights in ranges]


def hypervisors(ranges):
    """Those in the hypervisor's slots that only it may use, as far as they lie there."""
    end = 0xffff880000000000
    return [(max(a, WINDOW - SLOT), min(b, end), rights) for a, b, rights in ranges
            if a < end and b > WINDOW - SLOT and rights[0] == "-"]


@pytest.mark.parametrize("words, isolated", [pytest.param("xpti=1", True, marks=pytest.mark.quick),
                                             pytest.param("xpti=dom0=1,domu=0", True, marks=pytest.mark.full),
                                             pytest.param("xpti=0", False, marks=pytest.mark.quick),
                                             pytest.param("xpti=domu=1", False, marks=pytest.mark.full)])
def test_what_is_mapped_while_a_guest_runs(machine, linux, tmp_path, words, isolated):
    """Stock Linux computes in user mode; QEMU's monitor lists what its CR3 maps there."""
    module = f"{linux[0]} console=hvc0,{linux[1]}"
    path = tmp_path / "monitor"
    console = machine(qemu.command(HYPERVISOR, module, f"dom0_mem=256M {words}", extra=["-monitor", f"unix:{path},server,nowait"]))
    console.expect(PROMPT)
    console.send("i=0; while true; do i=$((i+1)); case $i in *000) echo alive $i;; esac; done\r")
    monitor = Monitor(path)
    for _ in range(5):
        ours = hypervisors(monitor.mapped(user=True))
        assert ours, "the way in is mapped at least"
        by_slot = lambda base: sum(b - a for a, b, _ in ours if base <= a < base + SLOT)
        everything = sum(b - a for a, b, _ in ours)
        if isolated:
            # Code of the way in, IDT, stub and its data, TSS; the top page of each stack; one vcpu's GDT.
            assert everything == by_slot(WINDOW) + by_slot(STACKS) + by_slot(PERDOM)
            assert by_slot(WINDOW) <= 8 * 4096 and by_slot(STACKS) == 4 * 4096 and by_slot(PERDOM) <= 32 * 4096
        else:
            assert everything > 256 << 20
    # NMIs have stacks of their own, and come on either table.
    for _ in range(20):
        monitor.ask("nmi")
    console.expect(r"alive \d+000\s")
    console.expect(r"alive \d+000\s")
    # The look is right: in the hypervisor everything is there, unless it has only just come in or is about to leave.
    assert any(sum(b - a for a, b, _ in hypervisors(monitor.mapped(user=False))) > 256 << 20 for _ in range(20))


@pytest.mark.quick
def test_linux_on_a_vulnerable_cpu(boot, monkeypatch):
    """XPTI is the default there."""
    monkeypatch.setattr(qemu, "CPU", VULNERABLE)
    console = boot(words="dom0_mem=256M dom0_max_vcpus=2", smp=2, timeout=240)
    console.expect(r"XPTI \(64-bit PV only\): Dom0 enabled, DomU enabled")
    console.expect(PROMPT)
    assert console.run("seq 20000 | sort -n | tail -1") == "20000"
    for cpu in "12":
        assert console.run(f"taskset {cpu} sh -c 'for i in $(seq 30); do /bin/true; done; echo here'") == "here"
    assert not re.search(r"BUG:|Oops|WARNING: CPU", console.text())


@pytest.mark.full
@pytest.mark.parametrize("cpus", [1, 2])
def test_selftest_on_a_vulnerable_cpu(boot, monkeypatch, cpus):
    monkeypatch.setattr(qemu, "CPU", VULNERABLE)
    selftest(boot, cpus, cpus)


@pytest.mark.quick
@pytest.mark.parametrize("name", ["exceptions", "iret-hostile", "mmu-update-levels", "mmuext-baseptr", "user-mode", "smp-root", "smp-tables",
                                  "domu-events", "evtchn-delivery", "ldt", "gdt"])
def test_guest_under_all_that_works_anywhere(guests, name):
    """XPTI, and the return stack overwritten."""
    outcome = run.run_guest(name, HYPERVISOR, BUILD, words="xpti=1 spec-ctrl=rsb", slow=SLOW)
    assert outcome.good, f"{outcome.reason}; log {outcome.log}"
    text = outcome.log.read_text(encoding="utf-8")
    assert "Dom0 enabled, DomU enabled" in text and re.search(r"Other:.* RSB", text)


@pytest.mark.quick
@pytest.mark.parametrize("words, dom0, domu, other", [
    ("", "disabled", "disabled", ""),  # qemu64 is AMD's, and has none of the controls
    ("spec-ctrl=rsb", "disabled", "disabled", " RSB"),
    ("spec-ctrl=no", "disabled", "disabled", ""),
    ("spec-ctrl=no xpti=domu", "disabled", "enabled", ""),
    ("xpti=dom0 spec-ctrl=no-xen", "enabled", "disabled", ""),
    ("xpti=1,dom0=0 spec-ctrl=rsb=1", "disabled", "enabled", " RSB"),
    ("spec-ctrl=no-rsb,no-ibpb", "disabled", "disabled", ""),
])
def test_words(guests, words, dom0, domu, other):
    outcome = run.run_guest("version", HYPERVISOR, BUILD, words=words)
    assert outcome.good, outcome.reason
    text = outcome.log.read_text(encoding="utf-8")
    assert f"XPTI (64-bit PV only): Dom0 {dom0}, DomU {domu} " in text
    assert f"Other:{other}\n" in text
    assert "not understood" not in text


@pytest.mark.quick
def test_words_that_make_no_sense(guests):
    outcome = run.run_guest("version", HYPERVISOR, BUILD, words="xpti=maybe spec-ctrl=yes xpti=dom0=2 spec-ctrl=retpoline pcid=maybe")
    assert outcome.good, outcome.reason
    text = outcome.log.read_text(encoding="utf-8")
    for word in ("xpti=maybe", "spec-ctrl=yes", "xpti=dom0=2", "spec-ctrl=retpoline", "pcid=maybe"):
        assert f'parameter "{word}": value not understood' in text
