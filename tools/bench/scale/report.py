"""What the plugin wrote: counts for each operation and CPU, and the lines that several CPUs wrote to."""
import collections
import re

Counts = collections.namedtuple("Counts", "instructions atomics locks")
# places: (virtual address, instruction) of two of the writers
Line = collections.namedtuple("Line", "address cpus writes places")


class Unusable(Exception):
    """The run measured nothing, or not what it should have."""


class Report:
    """counts[operation][cpu], far[operation] (of all CPUs) and lines[operation], of one run."""

    def __init__(self, text):
        self.far = collections.Counter()
        self.counts, self.lines = collections.defaultdict(dict), collections.defaultdict(list)
        if not text.endswith("end\n"):
            raise Unusable("the plugin's report has no end")
        for kind, *fields in map(str.split, text.splitlines()):
            if kind == "cpu":
                operation, cpu, windows, *counts = map(int, fields)
                if windows != 1:
                    raise Unusable(f"operation {operation} was measured {windows} times on CPU {cpu}")
                self.counts[operation][cpu] = Counts(*counts)
            elif kind == "far":
                self.far[int(fields[0])] += int(fields[2])
            elif kind == "line":
                places = [int(x, 16) for x in fields[4:]]
                line = Line(int(fields[1], 16), int(fields[2]), int(fields[3]), [tuple(places[:2]), tuple(places[2:])])
                self.lines[int(fields[0])].append(line)
            elif kind == "full":
                raise Unusable(f"operation {fields[0]} writes to more lines than the plugin has room for")


# Of one operation, with so many CPUs: means, and how many lines are shared.
Row = collections.namedtuple("Row", "cpus instructions atomics locks lines")
GROWTH = 1.01  # instructions with the most CPUs over those with the fewest


def row(report, operation, cpus, times):
    """What one operation costs with so many CPUs; times: how often each CPU did it."""
    counts = report.counts[operation]
    if sorted(counts) != list(range(cpus)):
        raise Unusable(f"operation {operation} was measured on {len(counts)} CPUs of {cpus}: some vcpus shared one")
    mean = [sum(values) / (cpus * times) for values in zip(*counts.values())]
    return Row(cpus, *mean, len(report.lines[operation]))


def misses(rows):
    """Why the rows of an operation, fewest CPUs first, miss their targets; empty when they do not."""
    found = []
    first, last = rows[0], rows[-1]
    if first.instructions == 0:
        found.append("no instruction was counted")
    elif last.instructions > GROWTH * first.instructions:
        found.append(f"{last.instructions / first.instructions:.2f} times the instructions with {last.cpus} CPUs")
    if any(r.lines for r in rows):
        worst = max(rows, key=lambda r: r.lines)
        found.append(f"{worst.lines} lines written by several CPUs with {worst.cpus} CPUs")
    return found


def sees_control(plain, control):
    """The control's null call has one locked instruction more, and a shared line: the counter's."""
    return control.lines == plain.lines + 1 and abs(control.atomics - plain.atomics - 1) < 0.01


WINDOW_BASE, TEXT_STRIDE = 0xffff808000000000, 0x4000000  # hypervisor/core/layout.h


def home(pc):
    """Where an instruction of a node's copy is linked."""
    return WINDOW_BASE + (pc - WINDOW_BASE) % TEXT_STRIDE


SYMBOL = re.compile(r"^([0-9a-f]+) (?:([0-9a-f]+) )?([a-zA-Z]) (\S+)$", re.M)


class Symbols:
    """The names in an image, by `nm -S`."""

    def __init__(self, text):
        self.all = sorted((int(at, 16), int(size or "0", 16), name) for at, size, _, name in SYMBOL.findall(text))

    def ranges(self, names):
        return [(at, at + size) for at, size, name in self.all if name in names and size]

    def name(self, address):
        """NAME+OFFSET of what lies there, or the address."""
        for at, size, name in self.all:
            if at <= address < at + size:
                return f"{name}+{address - at:#x}" if address > at else name
        return f"{address:#x}"
