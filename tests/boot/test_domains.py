"""Further, unprivileged domains beside stock Linux as the first."""
import subprocess

import pytest
from conftest import BUILD, ON_XEN, PROMPT, ROOT

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


def test_default_memory_leaves_room(boot, guests):
    """Without dom0_mem= Linux has what the others leave; a module that is no kernel is left out and costs no memory."""
    console = boot(words="domu=kernel=2,memory=32M domu=kernel=3,memory=32M",
                   modules=f",{guests / 'domu-events.elf'},{guests / 'INDEX.md'}")
    console.expect("dom2: module .* is no kernel that can run here: .*")
    console.expect(r"dom2 \(dom2\) is left out")
    console.expect(PROMPT)
    kib = int(console.run("awk '/MemTotal/ { print $2 }' /proc/meminfo"))
    assert 250 * 1024 < kib < 460 * 1024
    assert "(d1) " not in console.text().split("left out")[0]
