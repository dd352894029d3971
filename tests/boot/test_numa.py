"""Machines with nodes: domains have memory and run where they were told, and the hypervisor stays on the CPU's node."""
import re
import signal
import subprocess
import sys

import pytest
from conftest import BUILD, HYPERVISOR, ON_XEN, PROMPT, ROOT, SLOW

sys.path.insert(0, str(ROOT / "tools" / "bench" / "numa"))
import numa  # noqa: E402
import qemu  # noqa: E402

pytestmark = pytest.mark.skipif(ON_XEN, reason="it looks into SafeHype")
LOCAL = 0.95
NODES = [pytest.param(2, marks=pytest.mark.quick), pytest.param(4, marks=pytest.mark.full)]


@pytest.fixture(scope="session")
def guests():
    """The folder of the test guests' kernels."""
    subprocess.run(["make", "-s", "-C", ROOT / "tests" / "guests", f"BUILD={BUILD}"], check=True)
    return BUILD / "guests"


@pytest.fixture
def boot_nodes(linux, machine):
    """boot_nodes(nodes, words, modules) starts stock Linux on a machine with nodes. Its swiotlb, which asks for the lowest memory
    that there is, is small."""

    def start(nodes, words, modules=""):
        kernel, initramfs = linux
        module = f"{kernel} console=hvc0 swiotlb=2048,{initramfs}{modules}"
        return machine(numa.command(HYPERVISOR, module, f"dom0_mem=256M {words}", nodes), 240)

    return start


def frames(console):
    """{domain: [frames on node 0, on node 1, ...]}, by the key u."""
    console.send("\x01\x01\x01")
    console.expect("Serial input to (SafeHype|DOM1)", 20)
    while console.child.match.group(1) != "SafeHype":
        console.send("\x01\x01\x01")
        console.expect(r"Serial input to (SafeHype|DOM\d)", 20)
    console.send("ut")
    console.expect("system time", 20)
    text = console.child.before.replace("\r", "")
    found = {}
    for domain, rows in re.findall(r"Domain (\d+) \(total: \d+\):((?:\s+\(SafeHype\)\s+Node \d+: \d+)+)", text):
        found[int(domain)] = [int(n) for n in re.findall(r"Node \d+: (\d+)", rows)]
    return found


def share(found, node):
    return found[node] / sum(found)


@pytest.mark.parametrize("nodes", NODES)
def test_frames(boot_nodes, guests, nodes):
    """The first domain on the last node, one that is told where, and one that goes where most is free."""
    words = f"dom0_nodes={nodes - 1} domu=kernel=2,memory=64M,nodes=0 domu=kernel=3,memory=32M"
    elf = guests / "domu-shutdown.elf"
    console = boot_nodes(nodes, words, f",{elf},{elf}")
    console.expect(PROMPT)
    assert f"NUMA: node {nodes - 1} of {nodes}" in console.text()
    assert console.run("grep -c ^processor /proc/cpuinfo") == str(numa.CPUS_OF_NODE)
    found = frames(console)
    assert share(found[0], nodes - 1) >= LOCAL
    assert share(found[1], 0) >= LOCAL
    assert max(share(found[2], n) for n in range(1, nodes)) >= LOCAL


@pytest.mark.quick
def test_told_of_its_nodes(boot_nodes, guests):
    """With vnuma=1 a domain's halves are on the nodes that it is told of, with their vcpus and distances."""
    node_pages = numa.MEMORY_OF_NODE << 8
    elf = guests / "domu-vnuma.elf"
    console = boot_nodes(3, "dom0_nodes=2 domu=kernel=2,memory=128M,vcpus=4,nodes=0:1,vnuma=1",
                         f",{elf} vcpus=4 first=0 second=1 node_pages={node_pages}")
    assert console.expect(r"TEST domu-vnuma END passed=(\d+) failed=(\d+)").group(2) == "0", console.text()
    console.expect(PROMPT)


@pytest.mark.quick
def test_everywhere(boot_nodes):
    """Without dom0_nodes= the first domain has vcpus and memory on all nodes."""
    console = boot_nodes(2, "")
    console.expect(PROMPT)
    assert console.run("grep -c ^processor /proc/cpuinfo") == "4"
    console.run("taskset 1 true; taskset 2 true; taskset 4 true; taskset 8 true")
    found = frames(console)
    assert 0.3 < share(found[0], 0) < 0.7
    assert not re.search(r"BUG:|Oops|WARNING: CPU", console.text())


@pytest.mark.quick
def test_off(boot_nodes):
    console = boot_nodes(2, "numa=off")
    console.expect(PROMPT)
    assert "NUMA:" not in console.text()
    assert len(frames(console)[0]) == 1


@pytest.mark.quick
def test_options(boot_nodes):
    console = boot_nodes(2, "dom0_nodes=1,5,strict domu=kernel=0,nodes=3")
    console.expect(r"domu: dom1: nodes=: the machine has nodes 0 to 1 only")
    console.expect(r"dom0_nodes=: the machine has nodes 0 to 1 only")
    console.expect(PROMPT)
    assert share(frames(console)[0], 1) >= LOCAL


def count(module, words, nodes, until, name):
    """Run with the plugin until a line says so; the plugin's report."""
    out = BUILD / "boot-logs" / f"{name}.txt"
    subprocess.run(["make", "-s", "-C", ROOT, f"BUILD={BUILD}", BUILD / "bench" / "numa" / "plugin.so"], check=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.unlink(missing_ok=True)
    with numa.memory_folder() as folder:
        extra = numa.plugin(BUILD / "bench" / "numa" / "plugin.so", out, nodes, folder)
        argv = numa.command(HYPERVISOR, module, words, nodes, extra, folder=folder, accel=numa.ONE_THREAD)
        result = qemu.run_until(argv, f"{until}|Panic on CPU|Kernel panic", 400 * SLOW, out.with_suffix(".log"), ending=signal.SIGTERM)
    assert result.match and re.search(until, result.match.group(0)), f"{result.reason}; log {out.with_suffix('.log')}"
    return numa.Report(out.read_text(encoding="utf-8"))


@pytest.mark.full
@pytest.mark.parametrize("nodes", [2, 4])
def test_accesses(linux, nodes):
    """Linux on the last node, to its prompt and off: of all that the hypervisor reads, writes and executes."""
    kernel, initramfs = linux
    found = count(f"{kernel} console=hvc0 swiotlb=2048 selftest,{initramfs}", f"dom0_mem=256M dom0_nodes={nodes - 1}", nodes,
                  "SELFTEST (PASS|FAIL)|Entering ACPI S5", f"numa-accesses-{nodes}")
    busy = found.busy()
    assert busy and set(busy) <= {2 * nodes - 2, 2 * nodes - 1}
    for counts in busy.values():
        assert numa.share(counts.near, counts.far) >= LOCAL
        assert numa.share(counts.fetched_near, counts.fetched_far) >= LOCAL
    assert not numa.missed(found)


@pytest.mark.quick
def test_far_is_seen(guests):
    """The same on a hypervisor that was told to know no nodes: it must be seen."""
    found = count(f"{guests / 'scale.elf'} ops=1024 vcpus=4", "dom0_mem=64M dom0_max_vcpus=4 numa=off", 2, "TEST scale END passed", "numa-far")
    assert {2, 3} & set(found.busy())
    assert {2, 3} & set(numa.missed(found))


@pytest.mark.quick
def test_module_fault_in_copied_code(guests):
    """A check that fails in a node's own code is found in the tables, and named."""
    faulty = BUILD / "safehype-faulty"
    if not faulty.exists():
        pytest.skip("wants safehype-faulty: make faulty")
    argv = numa.command(faulty, f"{guests / 'faulty-module.elf'}", "dom0_mem=64M dom0_nodes=1 dom0_max_vcpus=1", 2)
    result = qemu.run_until(argv, "TEST faulty-module END .*", 60 * SLOW, BUILD / "boot-logs" / "numa-faulty.log")
    assert result.match and "failed=0" in result.match.group(0)
    assert re.search(r"check failed: module faulty, rule SC-\d\d, hypervisor/modules/faulty/faulty.c:\d+", result.text)
    trace = re.search(r"RIP (ffff80800[4-7]\w+)  (\w+)\+0x", result.text)
    assert trace, "the trap was not in the copy"
