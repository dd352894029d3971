"""Test guests on Bochs, which has what QEMU's TCG lacks: x2APIC, AVX-512, IA32_SPEC_CTRL, SMAP as silicon has it. It is slow."""
import os
import re
import shutil
import subprocess
import time

import pexpect
import pytest
from conftest import BUILD, HYPERVISOR, ON_XEN, ROOT, SLOW

pytestmark = [pytest.mark.skipif(ON_XEN, reason="the medium carries SafeHype"),
              pytest.mark.skipif(shutil.which("bochs") is None, reason="no bochs: make deps")]
GRUB = """set timeout=0
serial --unit=0 --speed=115200
terminal_output serial
menuentry test {{
    multiboot2 /boot/safehype console=com1 com1=115200 loglvl=info guest_loglvl=all dom0_mem=64M {words}
    module2 /boot/guest.elf {arguments}
}}
"""
# Its sound thread ends with a buffer overflow unless the driver is the dummy.
BOCHSRC = """cpu: model={model}, count={cpus}, ips=100000000, reset_on_triple_fault=0
megs: 256
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
ata0-master: type=cdrom, path={folder}/test.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev={folder}/serial.txt
log: {folder}/bochs.log
display_library: term
sound: driver=dummy
plugin_ctrl: speaker=0
panic: action=fatal
error: action=report
"""


@pytest.fixture
def bochs(tmp_path, request):
    """bochs(guest, ..) runs a test guest to its END line and returns what the serial line said."""
    children = []

    def run(guest, words="", arguments="", model="corei7_icelake_u", cpus=1, timeout=60):
        subprocess.run(["make", "-s", "-C", ROOT / "tests" / "guests", f"BUILD={BUILD}"], check=True)
        tree = tmp_path / "tree" / "boot"
        (tree / "grub").mkdir(parents=True)
        shutil.copy(HYPERVISOR, tree / "safehype")
        shutil.copy(BUILD / "guests" / f"{guest}.elf", tree / "guest.elf")
        (tree / "grub" / "grub.cfg").write_text(GRUB.format(words=words, arguments=arguments))
        subprocess.run(["grub-mkrescue", "-o", tmp_path / "test.iso", tree.parent], check=True, capture_output=True)
        (tmp_path / "bochsrc").write_text(BOCHSRC.format(model=model, cpus=cpus, folder=tmp_path))
        (tmp_path / "go").write_text("c\n")  # Debian's has the debugger in, which waits
        serial = tmp_path / "serial.txt"
        serial.touch()
        child = pexpect.spawn("bochs", ["-q", "-f", str(tmp_path / "bochsrc"), "-rc", str(tmp_path / "go")],
                              env={**os.environ, "TERM": "xterm"}, timeout=1)
        children.append(child)
        end, text = time.monotonic() + timeout * SLOW, ""
        while time.monotonic() < end and child.isalive():
            try:
                child.read_nonblocking(65536, 0.5)
            except (pexpect.TIMEOUT, pexpect.EOF):
                pass
            text = serial.read_text(encoding="latin-1").replace("\r", "")
            if re.search(r"^TEST \S+ END", text, re.M):
                break
        log = BUILD / "boot-logs" / f"bochs-{guest}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(text)
        assert re.search(rf"^TEST {guest} END passed=[1-9]\d* failed=0$", text, re.M), f"log {log}; it ends:\n{text[-1500:]}"
        return text

    yield run
    for child in children:
        child.close(force=True)


@pytest.mark.quick
def test_ice_lake(bochs):
    """AVX-512 state of four vcpus, with x2APIC, XPTI, IBRS on the way in, RSB and SMAP, all in one boot."""
    text = bochs("smp-xstate", "dom0_max_vcpus=4 xpti=1 spec-ctrl=rsb", "rounds=8")
    assert "xcr0=e7" in text
    assert "local APICs in x2APIC mode" in text
    assert "SPEC_CTRL: IBRS+ SSBD-, Other: IBPB-ctxt RSB" in text
    assert "Dom0 enabled, DomU enabled (with PCID)" in text
    assert "CPU: SMEP 1, SMAP 1, UMIP 1" in text


@pytest.mark.full
@pytest.mark.parametrize("words, pcid", [("xpti=1", "with"), ("xpti=1 pcid=0", "without"), ("xpti=1 pcid=no-xpti", "without"),
                                         ("xpti=0 pcid=1", "without"), ("xpti=1 no-pcid", "without"), ("xpti=1 pcid=xpti", "with")])
def test_pcid(bochs, words, pcid):
    """Only under XPTI, and where it was not refused; single pages flushed either way."""
    text = bochs("va-mapping", words, model="corei7_skylake_x")
    assert f"({pcid} PCID)" in text and "not understood" not in text


@pytest.mark.full
@pytest.mark.parametrize("words, mode", [("", "x2APIC"), ("x2apic=0", "xAPIC")])
def test_flushes_on_four_cpus(bochs, words, mode):
    """They are interrupts between CPUs."""
    text = bochs("smp-shootdown", f"dom0_max_vcpus=2 xpti=1 {words}", cpus=4, timeout=200)
    assert f"local APICs in {mode} mode" in text and "4 CPUs of 4" in text


@pytest.mark.full
@pytest.mark.parametrize("guest", ["fsgsbase", "exceptions", "iret-hostile", "user-mode", "msr", "mmu-update-levels"])
@pytest.mark.parametrize("model", ["corei7_skylake_x", "tigerlake"])
def test_guest(bochs, guest, model):
    bochs(guest, "dom0_max_vcpus=2 xpti=1 spec-ctrl=rsb", model=model, timeout=120)
