"""What the hypervisor reaches on the CPU's own node while a guest runs; `make bench-numa` (docs/handbook/numa.md).

Ends with 0 when the target is met, 1 when it is missed, 2 when it could not measure.
"""
import argparse
import collections
import contextlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[i] / part) for i, part in ((2, "run"), (1, "scale"))]
import qemu  # noqa: E402
import report  # noqa: E402

CPUS_OF_NODE = 2
MEMORY_OF_NODE = 512  # MiB
TARGET = 0.95
FEWEST = 100000  # accesses: a CPU that made fewer did nothing but start
ONE_THREAD = ("-accel", "tcg,thread=single")
SHOWN = 12

# Of one CPU: accesses to memory of its node, of others, of none that is known; instructions from its node, and from elsewhere.
Counts = collections.namedtuple("Counts", "near far nowhere fetched_near fetched_far")


def machine(nodes, folder=None):
    """QEMU's options for so many nodes; with a folder their memory is in files there, which the plugin wants."""
    backend = "memory-backend-ram" if folder is None else "memory-backend-file,share=on"
    options = []
    for n in range(nodes):
        path = "" if folder is None else f",mem-path={folder}/node{n}"
        first = n * CPUS_OF_NODE
        options += ["-object", f"{backend},id=m{n},size={MEMORY_OF_NODE}M{path}",
                    "-numa", f"node,nodeid={n},cpus={first}-{first + CPUS_OF_NODE - 1},memdev=m{n}"]
    for n in range(nodes):
        options += [x for to in range(n + 1, nodes) for x in ("-numa", f"dist,src={n},dst={to},val={20 + to - n}")]
    return options


def command(hypervisor, module, words, nodes, extra=(), **more):
    return qemu.command(hypervisor, module, words, memory=nodes * MEMORY_OF_NODE, smp=nodes * CPUS_OF_NODE,
                        extra=[*machine(nodes, more.pop("folder", None)), *extra], **more)


def plugin(path, out, nodes, folder):
    """QEMU tells of a node's memory by twice its address: its place in RAM's list, and its place in RAM."""
    size = MEMORY_OF_NODE << 20
    ranges = "".join(f",node={2 * n * size:x}-{(2 * n + 1) * size:x}:{folder}/node{n}" for n in range(nodes))
    return ["-plugin", f"{path},out={out},cpus={CPUS_OF_NODE}{ranges}"]


@contextlib.contextmanager
def memory_folder():
    """A folder for memory, in memory."""
    folder = tempfile.mkdtemp(prefix="nodes-", dir="/dev/shm")
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


class Report:
    """What the plugin wrote: cpus[number], and far[(instruction, address)] with how often."""

    def __init__(self, text):
        self.cpus, self.far = {}, collections.Counter()
        if not text.endswith("end\n"):
            raise report.Unusable("the plugin's report has no end")
        for kind, *fields in map(str.split, text.splitlines()):
            if kind == "cpu":
                self.cpus[int(fields[0])] = Counts(*map(int, fields[1:]))
            elif kind == "far":
                self.far[int(fields[0], 16), int(fields[2], 16)] += int(fields[1])
        if any(c.nowhere for c in self.cpus.values()):
            raise report.Unusable("memory of no node was reached: the plugin looks in the wrong places")

    def busy(self):
        """The CPUs that did something."""
        return {cpu: c for cpu, c in self.cpus.items() if c.near + c.far >= FEWEST}


def share(near, far):
    return near / (near + far) if near + far else 0.0


def print_table(found):
    print(f"{'CPU':>4} {'node':>5} {'accesses':>12} {'local':>8} {'instructions':>13} {'local':>8}")
    for cpu, c in found.busy().items():
        print(f"{cpu:>4} {cpu // CPUS_OF_NODE:>5} {c.near + c.far:>12} {share(c.near, c.far):>8.2%}"
              f" {c.fetched_near + c.fetched_far:>13} {share(c.fetched_near, c.fetched_far):>8.2%}")


def print_far(found, image):
    """Who reaches far, most first: function, and what."""
    nm = subprocess.run(["llvm-nm-19", "-S", image], capture_output=True, text=True, check=True)
    symbols, by_name = report.Symbols(nm.stdout), collections.Counter()
    for (pc, address), times in found.far.items():
        place = symbols.name(address).split("+")[0] if address < 0xffff810000000000 else "(mapped)"
        by_name[symbols.name(report.home(pc)).split("+")[0], place] += times
    for (function, what), times in by_name.most_common(SHOWN):
        print(f"  {times:>8}  {function}: {what}")


def missed(found):
    """The CPUs that miss the target."""
    return [cpu for cpu, c in found.busy().items()
            if share(c.near, c.far) < TARGET or share(c.fetched_near, c.fetched_far) < TARGET]


def measure(build, nodes):
    """Stock Linux on the last node, from its kernel's first instruction to power off."""
    guest, out = build / "guest", build / "bench" / "numa" / f"{nodes}.txt"
    out.unlink(missing_ok=True)
    module = f"{guest / 'kernel' / 'vmlinuz'} console=hvc0 swiotlb=2048 selftest,{guest / 'initramfs.cpio.gz'}"
    with memory_folder() as folder:
        extra = plugin(build / "bench" / "numa" / "plugin.so", out, nodes, folder)
        argv = command(build / "safehype", module, f"dom0_mem=256M dom0_nodes={nodes - 1}", nodes, extra,
                       folder=folder, accel=ONE_THREAD)
        result = qemu.run_until(argv, r"PANIC|Panic|Kernel panic", 900, out.with_suffix(".log"))
    if result.reason != "exit" or not out.exists():
        raise report.Unusable(f"Linux did not power off ({result.reason}); see {out.with_suffix('.log')}")
    return Report(out.read_text(encoding="utf-8"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=pathlib.Path, help="where everything was built")
    parser.add_argument("--nodes", type=int, default=2, choices=range(1, 9))
    given = parser.parse_args()
    try:
        found = measure(given.build, given.nodes)
        print_table(found)
        print("far from the CPU, most first:")
        print_far(found, given.build / "safehype.dbg")
        if not found.busy():
            raise report.Unusable("no CPU did anything")
        sys.exit(1 if missed(found) else 0)
    except (report.Unusable, OSError, subprocess.CalledProcessError) as error:
        print(f"bench-numa: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
