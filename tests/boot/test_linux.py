"""Stock Debian Linux as the first domain: to the prompt, its self-test, memory sizes, power off, reboot, crash."""
import re

import pytest
from conftest import ON_XEN, PROMPT

UP = r"GUEST-UP uptime=(\S+) tsc=(\d+) cpus=(\d+) linux=(\S+) xen=(\w+)"


@pytest.mark.quick
def test_prompt(boot):
    console = boot()
    up = console.expect(UP)
    assert up.group(3) == "1"
    assert up.group(5) == "xen"
    console.expect(PROMPT)
    assert console.run("echo $((6 * 7))") == "42"
    assert "xen" in console.run("dmesg | grep 'Hypervisor detected'").lower()
    assert console.run("cat /sys/hypervisor/properties/features").strip() != ""
    assert not re.search(r"BUG:|Oops|WARNING: CPU", console.text())


@pytest.mark.quick
@pytest.mark.parametrize("kernel_words, words, version", [
    ("", "", 1),  # version 2 is there, and not needed: 16 TB fit into version 1
    ("grant_table.version=2", "", 2),
    ("grant_table.version=2", " gnttab=max-ver:1", 1),
])
def test_grant_table_version(boot, kernel_words, words, version):
    console = boot(kernel_words, "dom0_mem=256M" + words)
    assert console.expect(r"Grant tables using version (\d) layout").group(1) == str(version)
    console.expect(PROMPT)


@pytest.mark.quick
def test_bad_option_values_are_named(boot):
    if ON_XEN:
        pytest.skip("Xen 4.17 names no bad values")
    console = boot(words="dom0_mem=256M gnttab=max-ver:3 gnttab_max_frames=65 nonsense=1")
    console.expect(r'parameter "gnttab=max-ver:3": value not understood')
    console.expect(r'parameter "gnttab_max_frames=65": value not understood')
    console.expect(r'parameter "nonsense" unknown!')


@pytest.mark.quick
def test_selftest_1_vcpu(boot):
    selftest(boot, 1, 1)


@pytest.mark.full
def test_selftest_2_vcpus(boot):
    selftest(boot, 2, 2)


@pytest.mark.full
def test_selftest_4_vcpus(boot):
    selftest(boot, 4, 2)


@pytest.mark.full
def test_selftest_4_vcpus_on_one_cpu(boot):
    selftest(boot, 4, 1)


def selftest(boot, vcpus, smp):
    console = boot(f"selftest selftest_cpus={vcpus}", f"dom0_mem=256M dom0_max_vcpus={vcpus}", smp=smp, timeout=400)
    console.expect(UP)
    verdict = console.expect(r"SELFTEST (PASS|FAIL) (\d+)\s")
    failed = re.findall(r"SELFTEST (\S+) FAIL", console.text())
    assert verdict.group(1) == "PASS", f"failed: {failed}"
    assert int(verdict.group(2)) >= 14


@pytest.mark.parametrize("memory, dom0", [
    pytest.param(256, "192M", marks=pytest.mark.quick),
    pytest.param(384, "192M", marks=pytest.mark.full),
    pytest.param(1024, "512M", marks=pytest.mark.full),
    pytest.param(4096, "2048M", marks=pytest.mark.full),
    pytest.param(8192, "6144M", marks=pytest.mark.full),
])
def test_memory(boot, memory, dom0):
    if ON_XEN and memory < 384:
        pytest.skip("Xen 4.17 needs 384 MiB for 192 MiB of first domain")
    console = boot("", f"dom0_mem={dom0}", memory)
    console.expect(UP, 240)
    console.expect(PROMPT)
    total_kib = int(re.search(r"MemTotal:\s+(\d+)", console.run("cat /proc/meminfo | head -1")).group(1))
    given_kib = int(dom0.removesuffix("M")) * 1024
    # Linux takes 64 MiB for bounce buffers as first domain, 1/64 of the machine's memory for its frame table, and room for its own text and data: as on Xen.
    assert given_kib * 0.95 - (64 + memory // 64 + 32) * 1024 < total_kib <= given_kib
    size = given_kib // 1024 // 4
    console.run("mkdir -p /tmp/m; mount -t tmpfs tmpfs /tmp/m", 60)
    assert str(size << 20) in console.run(f"dd if=/dev/zero of=/tmp/m/x bs=1M count={size} 2>/dev/null; wc -c < /tmp/m/x", 240)


@pytest.mark.quick
def test_power_off(boot):
    console = boot()
    console.expect(PROMPT)
    console.send("poweroff -f\r")
    console.expect(r"reboot: Power down|ACPI S5|[Dd]om0 (halted|shutdown)|halt", 30)


@pytest.mark.quick
def test_reboot_ends_qemu(boot):
    console = boot()
    console.expect(PROMPT)
    console.send("reboot -f\r")
    console.expect_end(60)


@pytest.mark.quick
def test_panic_is_reported(boot):
    console = boot("panic-test")
    console.expect("Kernel panic - not syncing", 120)
    console.expect(r"[Dd]om(ain )?0 .*crashed|Dom0 crashed", 60)
