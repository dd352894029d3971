"""Turns measured rows into the bench's table and verdicts."""
import collections
import math

ROW_TARGET, MEAN_TARGET = 1.00, 0.75
Row = collections.namedtuple("Row", "name safehype xen nospec")

# With two CPUs only these rows differ in kind from the run with one.
TWO_CPU_ROWS = ("other vcpu", "cross-vcpu")
# Facts and set-up steps that ubench reports in the same form as its measures.
NOT_COSTS = ("rdtsc-pair-overhead", "verify:", "vcpu1 initialise", "vcpu1 running", "NEW_USER_BASEPTR", "cpuid native",
             "bind_ipi vcpu0", "gnttab setup_table")
# ubench prints these with a value that is not a return code, or with a call that must fail.
RC_IS_VALUE = ("invalid hypercall", "maximum_ram_page", "xen_version", "get_debugreg", "decrease+populate")


def ubench_rows(results, smp):
    """Rows of one run; results is {key: {name: (minimum, rc)}} in the order safehype, xen, xen-nospec."""
    rows = []
    for name in results["xen"]:
        if name.startswith(NOT_COSTS) or (smp > 1 and not any(word in name for word in TWO_CPU_ROWS)):
            continue
        values = []
        for key in ("safehype", "xen", "xen-nospec"):
            least, code = results[key].get(name, (None, None))
            good = results["xen"][name][1]
            if code is not None and code != good and not any(word in name for word in RC_IS_VALUE):
                least = None  # it failed where Xen does not: not a cost
            values.append(least)
        rows.append(Row(f"{name} [{smp} CPUs]" if smp > 1 else name, *values))
    return rows


def ratio(a, b):
    if a is None or b is None:
        return None
    return a / b if b else (1.0 if a == 0 else math.inf)


def show(value):
    return "-" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)


def geomean(values):
    values = [value for value in values if value]
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def render(rows, boots):
    """(text, status): status 0 when every target is met, 1 when one is missed, 2 when a row has no measure."""
    lines = [f"{'operation':<66} {'SafeHype':>9} {'Xen':>9} {'Xen nospec':>10} {'/Xen':>6} {'/nospec':>7}  verdict"]
    missed, absent = [], []

    def line(row, limit):
        against_xen, against_nospec = ratio(row.safehype, row.xen), ratio(row.safehype, row.nospec)
        if against_nospec is None:
            verdict = "ABSENT"
            absent.append(row.name)
        elif against_nospec <= limit:
            verdict = "ok"
        else:
            verdict = "MISSED"
            missed.append(row.name)
        lines.append(f"{row.name[:66]:<66} {show(row.safehype):>9} {show(row.xen):>9} {show(row.nospec):>10} "
                     f"{show(against_xen):>6} {show(against_nospec):>7}  {verdict}")

    for row in rows:
        line(row, ROW_TARGET)
    mean_xen = geomean(ratio(row.safehype, row.xen) for row in rows)
    mean = geomean(ratio(row.safehype, row.nospec) for row in rows)
    verdict = "ABSENT" if mean is None else "ok" if mean <= MEAN_TARGET else "MISSED"
    lines.append(f"{'geometric mean of the operations (target ' + format(MEAN_TARGET, '.2f') + ')':<98}"
                 f"{show(mean_xen):>6} {show(mean):>7}  {verdict}")
    if verdict == "MISSED":
        missed.append("geometric mean")
    for row in boots:
        # Linux boots are compared with Xen as it comes: that is what a person would run.
        against_xen, against_nospec = ratio(row.safehype, row.xen), ratio(row.safehype, row.nospec)
        verdict = "ABSENT" if against_xen is None else "ok" if against_xen <= 1.0 else "MISSED"
        if verdict == "MISSED":
            missed.append(row.name)
        if verdict == "ABSENT":
            absent.append(row.name)
        lines.append(f"{row.name:<66} {show(row.safehype):>9} {show(row.xen):>9} {show(row.nospec):>10} "
                     f"{show(against_xen):>6} {show(against_nospec):>7}  {verdict}")
    lines.append("")
    lines.append(f"{len(rows) + len(boots) + 1} targets: {len(missed)} missed, {len(absent)} without a measure")
    return "\n".join(lines), 2 if absent else 1 if missed else 0
