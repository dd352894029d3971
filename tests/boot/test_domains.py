"""Further, unprivileged domains beside stock Linux as the first."""
import re
import subprocess

import pytest
from conftest import BUILD, HYPERVISOR, ON_XEN, PROMPT, ROOT, SLOW

import qemu
import run

pytestmark = [pytest.mark.quick, pytest.mark.skipif(ON_XEN, reason="Xen makes no further domains at boot")]


@pytest.fixture(scope="session")
def guests():
    """The folder of the test guests' kernels."""
    subprocess.run(["make", "-s", "-C", ROOT / "tests" / "guests", f"BUILD={BUILD}"], check=True)
    return BUILD / "guests"


def test_linux_goes_on_after_a_domain_crashed(boot, guests):
    console = boot(words="dom0_mem=256M domu=kernel=2,memory=32M,name=victim",
                   modules=f",{guests / 'crash-no-handler.elf'}")
    console.expect(r"domain_crash called: domain 1\s")
    console.expect(r"Domain 1 \(vcpu#0\) in its kernel mode:")
    console.expect(r"rip [0-9a-f]{16}")
    console.expect(r"Domain 1 \(victim\) is shut down: crash \(3\)")
    console.expect(PROMPT)
    assert console.run("echo $((6 * 7))") == "42"
    console.send("poweroff -f\r")
    console.expect(r"reboot: Power down", 30)
    console.expect_end(30)


def test_linux_beside_linux(boot, linux):
    """Stock Linux as the second domain: its console is a ring, reached by three Ctrl-a."""
    kernel, initramfs = linux
    console = boot(words="dom0_mem=256M domu=kernel=2,ramdisk=3,memory=192M,name=second", memory=768,
                   modules=f",{kernel} console=hvc0 role=second,{initramfs}")
    console.expect(PROMPT)
    console.send("\x01\x01\x01")
    console.expect("Serial input to DOM1", 20)
    console.expect(r"\(d1\) [^\n]*" + PROMPT)
    assert re.search(r"^\(d1\) GUEST-UP .* xen=xen$", console.text(), re.M)
    assert "role=second" in console.run("cat /proc/cmdline")
    assert "(d1) 3000" in console.run("seq 3000")
    console.send("\x01\x01\x01")
    console.expect("Serial input to SafeHype", 20)
    console.send("q")
    console.expect(r"domain 1: \d+ of at most 49152 frames", 20)
    console.send("\x01\x01\x01")
    console.expect("Serial input to DOM0", 20)
    console.send("\r")
    console.expect(PROMPT, 20)
    assert "role=second" not in console.run("cat /proc/cmdline")
    console.send("\x01\x01\x01")
    console.expect("Serial input to DOM1", 20)
    console.send("poweroff -f\r")
    console.expect(r"Domain 1 \(second\) is shut down: poweroff", 60)
    console.send("\x01\x01\x01")
    console.expect("Serial input to SafeHype", 20)
    console.send("\x01\x01\x01")
    console.expect("Serial input to DOM0", 20)
    console.send("\r")
    console.expect(PROMPT, 20)
    assert console.run("echo $((6 * 7))") == "42"


def test_cloud_kernel_beside_linux(boot, linux, cloud_kernel):
    """linux-image-cloud-amd64, on two vcpus: its lines come after (d1), it answers, and ends alone."""
    console = boot(words="dom0_mem=256M domu=kernel=2,ramdisk=3,memory=192M,vcpus=2,name=cloud", memory=768, timeout=240,
                   modules=f",{cloud_kernel} console=hvc0 role=cloud,{linux[1]}")
    assert console.expect(r"\(d1\) GUEST-UP [^\n]* cpus=(\d+) linux=\S+-cloud-amd64 xen=xen\s").group(1) == "2"
    console.send("\x01\x01\x01")
    console.expect("Serial input to DOM1", 20)
    console.send("\r")
    console.expect(r"\(d1\) [^\n]*" + PROMPT)
    assert "role=cloud" in console.run("cat /proc/cmdline")
    assert "-cloud-amd64" in console.run("uname -r")
    console.send("poweroff -f\r")
    console.expect(r"Domain 1 \(cloud\) is shut down: poweroff", 60)


def test_console_ring(guests):
    """What a test guest put into its ring, in order and whole; of a bad ring nothing."""
    outcome = run.run_guest("domu-console", HYPERVISOR, BUILD)
    assert outcome.good, outcome.reason
    text = outcome.log.read_text(encoding="utf-8")
    assert 0 < text.index("\n(d1) ring says hello\n") < text.index("\n(d1) wrapped\n") < text.index("\n(d1) ffff")
    assert text.count("f" * 100) >= 16 and "still there" in text
    assert "!!!!" not in text and "\033" not in text and "\n(SafeHype) c" not in text


def frames_in_use(lines):
    """What the last line about memory says: frames that are neither free nor in a pool, which keeps what it has for objects of its type."""
    free, total, pools = map(int, re.findall(r"memory: (\d+) of (\d+) frames are free, (\d+) are in pools", lines)[-1])
    return total - free - pools


@pytest.mark.parametrize("name", ["domu-destroy", "soak"])
def test_memory_of_destroyed_domains(guests, name):
    """When the further domains are gone the machine uses as many frames, to the last, as one that never had them."""
    alone = qemu.run_until(run.qemu_line(name, HYPERVISOR, BUILD, further=False), r"are in pools", 60 * SLOW)
    assert alone.reason == "match" and "is gone" not in alone.text
    outcome = run.run_guest(name, HYPERVISOR, BUILD, arguments="seconds=3", slow=SLOW)
    assert outcome.good, outcome.reason
    text = outcome.log.read_text(encoding="utf-8")
    assert text.count(" is gone\n") == 3
    after, never = frames_in_use(text), frames_in_use(alone.text)
    assert after == never


def test_reasons(guests):
    """A domu= that asks for what is not there is told so."""
    outcome = run.run_guest("domu-refused", HYPERVISOR, BUILD)
    assert outcome.good, outcome.reason
    text = outcome.log.read_text(encoding="utf-8")
    for reason in ("dom1: kernel=77: the boot loader gave modules 0 to 8 only", "dom2: kernel=0: that module is another's",
                   "dom3: no kernel: add kernel=N", "dom4: memory=: 102400 MiB is too big", "dom5: memory= is too small",
                   "dom6: there is an unknown key", "dom8: kernel=7: that module is another's"):
        assert f"domu: {reason}" in text


def test_default_memory_leaves_room(boot, guests):
    """Without dom0_mem= Linux has what the others leave; a module that is no kernel is left out and costs no memory."""
    console = boot(words="domu=kernel=2,memory=32M domu=kernel=3,memory=32M",
                   modules=f",{guests / 'domu-events.elf'},{guests / 'INDEX.md'}")
    console.expect(r"dom2: module [^\r\n]* is no kernel that can run here: ")
    console.expect(r"dom2 \(dom2\) is left out")
    console.expect(PROMPT)
    kib = int(console.run("awk '/MemTotal/ { print $2 }' /proc/meminfo"))
    assert 250 * 1024 < kib < 460 * 1024
    assert "(d1) " not in console.text().split("left out")[0]


def test_scheduler_words():
    """sched=, weight= and cap= that make no sense are named; what is left out is the default."""
    outcome = run.run_guest("version", HYPERVISOR, BUILD, words="sched=credit domu=kernel=1,weight=0 domu=kernel=1,weight=65536 "
                            "domu=kernel=1,cap=101 domu=kernel=1,weight=65535,vcpus=2,cap=200")
    assert outcome.good, outcome.reason
    text = outcome.log.read_text(encoding="utf-8")
    assert 'parameter "sched=credit": value not understood' in text
    assert "Using scheduler: SafeHype weighted fair (credit2)" in text
    for reason in ("dom1: weight= wants a number from 1 to 65535", "dom2: weight= wants", "dom3: cap= wants percent of one CPU, at most 100",
                   "dom4: kernel=1: the boot loader gave modules 0 to 0 only"):
        assert f"domu: {reason}" in text


def test_round_robin_knows_no_weights(guests):
    """sched=rr: the domains boot without them, and compute for equal parts."""
    outcome = run.run_guest("domu-weights", HYPERVISOR, BUILD, words="sched=rr")
    text = outcome.log.read_text(encoding="utf-8")
    assert "Using scheduler: SafeHype round robin" in text
    assert text.count("weight= and cap= are not for this scheduler") == 2
    assert re.search(r"^TEST domu-weights ran_permille FAIL got=[234]\d\d ", text, re.M)
    assert re.search(r"^TEST domu-weights END passed=1 failed=1", text, re.M)
