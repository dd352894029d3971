"""Stock Linux on several CPUs: all of them are used, as many as maxcpus= says, taken away and given back."""
import re

import pytest
from conftest import ON_XEN, PROMPT
from test_linux import UP, selftest

FAULTS = r"BUG:|Oops|WARNING: CPU|soft lockup|rcu_sched (self-)?detected"


def up(boot, vcpus, cpus, words=""):
    """Linux with so many vcpus on a machine of so many CPUs, at its prompt."""
    console = boot("", f"dom0_mem=256M dom0_max_vcpus={vcpus} {words}".strip(), smp=cpus, timeout=240)
    assert console.expect(UP).group(3) == str(vcpus)
    console.expect(PROMPT)
    return console


def check_healthy(console):
    assert not re.search(FAULTS, console.text())


@pytest.mark.quick
def test_4_vcpus_on_4_cpus(boot):
    console = up(boot, 4, 4)
    assert "4 CPUs of 4" in console.text() or ON_XEN
    assert console.run("grep -c ^processor /proc/cpuinfo") == "4"
    assert console.run("cat /sys/devices/system/cpu/online") == "0-3"
    # Each takes its share of work that is bound to it.
    for cpu in range(4):
        assert console.run(f"taskset {1 << cpu:x} sh -c 'i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done; echo $i'") == "1000"
    check_healthy(console)


@pytest.mark.quick
def test_selftest_4_vcpus_on_4_cpus(boot):
    selftest(boot, 4, 4)


@pytest.mark.quick
@pytest.mark.parametrize("most", [1, 2])
def test_maxcpus(boot, most):
    """The first domain has a vcpu for each CPU, if nothing else is said."""
    console = boot("", f"dom0_mem=256M maxcpus={most}", smp=4, timeout=240)
    console.expect(PROMPT)
    assert ON_XEN or (f"{most} CPUs of 4" in console.text()) == (most > 1)
    assert console.run("grep -c ^processor /proc/cpuinfo") == str(most)
    check_healthy(console)


def switch(console, cpu, on):
    """Takes a vcpu away from Linux or gives it back; returns which are online then. Linux reports it on the console too."""
    files = "/sys/devices/system/cpu"
    return console.run(f"echo {on} > {files}/cpu{cpu}/online; cat {files}/online").splitlines()[-1]


@pytest.mark.quick
def test_vcpu_hotplug(boot):
    console = up(boot, 4, 4)
    for _ in range(5):
        assert switch(console, 1, 0) == "0,2-3"
        assert switch(console, 3, 0) == "0,2"
        assert switch(console, 1, 1) == "0-2"
        assert switch(console, 3, 1) == "0-3"
    assert console.run("taskset 2 echo back").splitlines()[-1] == "back"
    check_healthy(console)


@pytest.mark.full
def test_selftest_8_vcpus_on_4_cpus(boot):
    selftest(boot, 8, 4)


@pytest.mark.full
@pytest.mark.parametrize("cpus", [1, 2, 4, 16])
@pytest.mark.parametrize("vcpus", [1, 2, 4, 8])
def test_prompt(boot, vcpus, cpus):
    console = up(boot, vcpus, cpus)
    assert console.run("grep -c ^processor /proc/cpuinfo") == str(vcpus)
    check_healthy(console)
