"""What an operation costs the hypervisor, with 1 to 64 CPUs; `make bench-scale` (docs/handbook/scale.md).

Ends with 0 when the targets are met, 1 when one is missed, 2 when it could not measure.
"""
import argparse
import pathlib
import re
import subprocess
import sys

import report

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "run"))
import qemu  # noqa: E402

# One thread for all CPUs: the counts do not depend on the load of the machine, and the plugin needs no locks.
ONE_THREAD = ("-accel", "tcg,thread=single")
DIRECTMAP = 0xffff840000000000  # hypervisor/core/layout.h
NULL_CALL, CONTROL_CPUS = "xen_version", 4
MOST_DOMAINS = 9  # the first, and eight of domu=
MEMORY = 512  # MiB
SHOWN = 4  # shared lines of an operation that are named


class Image:
    """A hypervisor and the symbols it was linked with."""

    def __init__(self, path):
        self.path, self.debug = path, path.with_name(path.name + ".dbg")
        if not self.debug.exists():
            raise report.Unusable(f"no {self.debug}, where the symbols are: run make first")
        nm = subprocess.run(["llvm-nm-19", "-S", self.debug], capture_output=True, text=True, check=True)
        self.symbols = report.Symbols(nm.stdout)
        self.locks = self.symbols.ranges(("spin_lock", "spin_lock_pair"))
        if not self.locks:
            raise report.Unusable(f"{self.debug} has no spin_lock")

    def source(self, pc):
        """FUNCTION (FILE:LINE) of an instruction."""
        done = subprocess.run(["llvm-symbolizer-19", "--output-style=GNU", "-f", "-e", self.debug, f"{report.home(pc):#x}"],
                              capture_output=True, text=True, check=True)
        function, place = (done.stdout.splitlines() + ["", ""])[:2]
        place = re.sub(r".*/(hypervisor|xen-compat)/", r"\1/", place)
        return f"{function} ({place})"


class Scale:
    """The runs: what they need, what they found."""

    def __init__(self, options):
        self.build, self.times, self.domains = options.build, options.times, options.domains
        self.nodes, self.far = options.nodes, {}  # far[operation name, CPUs]: accesses to other nodes, for one operation
        self.out = self.build / "bench" / "scale"

    def command(self, image, cpus, plugin):
        """QEMU's: one domain with a vcpu for each CPU, or a domain for each."""
        guest = f"{self.build / 'guests' / 'scale.elf'} ops={self.times}"
        if not self.domains:
            return qemu.command(image.path, f"{guest} vcpus={cpus}", f"dom0_mem=64M dom0_max_vcpus={cpus}", smp=cpus,
                                memory=MEMORY, accel=ONE_THREAD, extra=plugin)
        others = range(1, cpus)
        modules = [f"{guest} vcpus=1 stay=1", *(f"{guest} vcpus=1 domain={n}" for n in others)]
        words = "".join(f" domu=kernel={n},memory=16M,vcpus=1" for n in others)
        return qemu.command(image.path, ",".join(modules), f"dom0_mem=64M dom0_max_vcpus=1{words}", smp=cpus,
                            memory=MEMORY, accel=ONE_THREAD, extra=plugin)

    def machine(self, cpus):
        """QEMU's options for the nodes, and the plugin's: it tells of a node's memory by twice its address."""
        nodes = min(self.nodes, cpus)
        if self.nodes == 1:
            return (), ""
        options, where, of_node, size = [], f",cpus={cpus // nodes}", cpus // nodes, MEMORY // nodes
        for n in range(nodes):
            options += ["-object", f"memory-backend-ram,id=m{n},size={size}M",
                        "-numa", f"node,nodeid={n},cpus={n * of_node}-{(n + 1) * of_node - 1},memdev=m{n}"]
            where += f",node={2 * n * size << 20:x}-{(2 * n + 1) * size << 20:x}"
        return options, where

    def run(self, image, cpus):
        """{operation name: number} and the plugin's Report."""
        path = self.out / f"{image.path.name}-{cpus}.txt"
        path.unlink(missing_ok=True)
        ranges = "".join(f",lock={start:x}-{end:x}" for start, end in image.locks)
        domains = cpus if self.domains else 1
        machine, where = self.machine(cpus)
        plugin = (*machine, "-plugin", f"{self.out / 'plugin.so'},out={path},reports={domains}{ranges}{where}")
        ends = r"the report is written|TEST scale \w+ FAIL|PANIC|[Dd]omain \d+ .*crashed"
        result = qemu.run_until(self.command(image, cpus, plugin), ends, 600, path.with_suffix(".log"))
        names = {name: int(number) for number, name in re.findall(r"SCALE (\d+) (\w+)$", result.text, re.M)}
        good = len(re.findall(r"TEST scale \w+ ok$", result.text, re.M))
        if not result.match or not path.exists() or good != domains * len(names):
            raise report.Unusable(f"{cpus} CPUs: the guest did not do it all ({result.reason}); "
                                  f"see {path.with_suffix('.log')}")
        return names, report.Report(path.read_text(encoding="utf-8"))

    def measure(self, image, counts):
        """({operation: [Row, ...]}, {operation: lines of the run with the most CPUs})."""
        rows, lines = {}, {}
        for cpus in counts:
            names, found = self.run(image, cpus)
            for name, number in names.items():
                rows.setdefault(name, []).append(report.row(found, number, cpus, self.times))
                lines[name] = found.lines[number]
                if self.nodes > 1:
                    self.far[name, cpus] = found.far[number] / (cpus * self.times)
        if NULL_CALL not in rows:
            raise report.Unusable("the guest named no operations")
        return rows, lines


def print_table(rows, far):
    print(f"{'operation':<18} {'CPUs':>4} {'instructions':>13} {'atomics':>9} {'locks':>7} {'shared lines':>13}"
          f" {'cross-node':>11}")
    for name, of_cpus in rows.items():
        for r in of_cpus:
            beyond = f"{far[name, r.cpus]:.2f}" if (name, r.cpus) in far else "-"
            print(f"{name:<18} {r.cpus:>4} {r.instructions:>13.2f} {r.atomics:>9.2f} {r.locks:>7.2f} {r.lines:>13}"
                  f" {beyond:>11}")


def print_values(rows):
    for name, of_cpus in rows.items():
        for r in of_cpus:
            for what in ("instructions", "atomics", "locks"):
                print(f"scale.{name}.{r.cpus}.{what}: {getattr(r, what):.2f}")
            print(f"scale.{name}.{r.cpus}.shared_lines: {r.lines}")


def print_lines(image, name, lines):
    """The lines that were written most, and who writes there."""
    for line in sorted(lines, key=lambda x: -x.writes)[:SHOWN]:
        (va, pc), (_, other) = line.places
        what = image.symbols.name(va) if va < DIRECTMAP else "direct map"
        writers = sorted({image.source(pc), image.source(other)})
        print(f"  {name}: line {line.address:#x} ({what}): {line.writes} writes by {line.cpus} CPUs,"
              f" as by {', '.join(writers)}")


def control_seen(scale):
    """A hypervisor with one counter that all CPUs write to must look like it."""
    plain, control = Image(scale.build / "safehype"), Image(scale.build / "safehype-scale-control")
    without, _ = scale.measure(plain, [CONTROL_CPUS])
    found, lines = scale.measure(control, [CONTROL_CPUS])
    print_lines(control, "control", lines[NULL_CALL])
    return report.sees_control(without[NULL_CALL][0], found[NULL_CALL][0])


def run(given):
    scale, image = Scale(given), Image(given.hypervisor or given.build / "safehype")
    rows, lines = scale.measure(image, given.cpus)
    print_table(rows, scale.far)
    print()
    print_values(rows)
    print()
    missed = {name: found for name, found in ((name, report.misses(r)) for name, r in rows.items()) if found}
    for name, found in missed.items():
        print(f"MISSED {name}: {'; '.join(found)}")
        print_lines(image, name, lines[name])
    seen = control_seen(scale)
    print(f"scale.control_seen: {int(seen)}")
    print(f"{len(rows)} operations: {len(missed)} missed")
    if not seen:
        raise report.Unusable("the counter of safehype-scale-control was not seen: the other figures mean nothing")
    return 1 if missed else 0


def cpu_counts(text):
    counts = sorted({int(word) for word in text.split(",")})
    if not counts or counts[0] < 1 or counts[-1] > 64:
        raise argparse.ArgumentTypeError("1 to 64 CPUs")
    return counts


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=pathlib.Path, help="where everything was built")
    parser.add_argument("--hypervisor", type=pathlib.Path, help="an image with its FILE.dbg beside it (BUILD/safehype)")
    parser.add_argument("--cpus", type=cpu_counts, help="with how many CPUs (1,4,16,64; of --domains: 1,4,8)")
    parser.add_argument("--domains", action="store_true", help="a domain for each CPU, not one with a vcpu for each"
                        " (9 CPUs at most)")
    parser.add_argument("--nodes", type=int, default=1, choices=(1, 2, 4, 8), help="a machine with so many nodes (1)")
    parser.add_argument("--times", type=int, default=256, help="how often each CPU does each operation")
    given = parser.parse_args()
    if given.nodes > 1 and any(n % min(n, given.nodes) for n in given.cpus or []):
        parser.error("--nodes: each has as many CPUs as the others")
    given.cpus = given.cpus or ([1, 4, 8] if given.domains else [1, 4, 16, 64])
    if given.times < 1:
        parser.error("--times: at least once")
    if given.domains and given.cpus[-1] > MOST_DOMAINS:
        parser.error(f"--domains: the hypervisor makes {MOST_DOMAINS} domains at boot")
    return given


def main():
    try:
        sys.exit(run(options()))
    except (report.Unusable, OSError, subprocess.CalledProcessError) as error:
        print(f"bench-scale: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
