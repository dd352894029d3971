"""Runs the benchmarks and prints the table; called by bench.sh, which fetches and builds what this needs."""
import argparse
import pathlib
import re
import sys

import table

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "run"))
import qemu  # noqa: E402

ICOUNT = ("-accel", "tcg", "-icount", "shift=0,sleep=off")
# The clock chip follows virtual time, or who waits for its next second would bring the real one into the measure.
VIRTUAL_RTC = ("-rtc", "base=2024-01-01T00:00:00,clock=vm")
UBENCH_ROW = re.compile(r"^UB (.+?)\t(\d+)\t(\d+)\t(\d+)\trc=(-?\d+)", re.M)
UP = r"GUEST-UP uptime=(\S+) tsc=(\d+)"


class Bench:
    """One hypervisor under measure: its name in the table, the image, the words on its command line."""

    def __init__(self, key, image, words, logs):
        self.key, self.image, self.words, self.logs = key, image, words, logs

    def ubench(self, elf, smp):
        """{row name: minimum} of one run, and the rows whose return code was not the expected one."""
        argv = qemu.command(self.image, f"{elf} spin=1" if smp > 1 else str(elf),
                            f"dom0_mem=256M dom0_max_vcpus=2 {self.words}", smp=smp, accel=ICOUNT)
        log = self.logs / f"ubench-{self.key}-{smp}cpu.log"
        result = qemu.run_until(argv, r"UBENCH end|FATAL vec|panic|Panic", 180, log)
        rows = {name: (int(least), int(rc)) for name, least, _, _, rc in UBENCH_ROW.findall(result.text)}
        if not result.match or result.match.group(0) != "UBENCH end":
            print(f"bench: ubench under {self.key} with {smp} CPU(s) did not finish ({result.reason}); see {log}",
                  file=sys.stderr)
        return rows

    def boot(self, kernel, initramfs, accel, log, timeout, extra=(), smp=1, memory=512):
        argv = qemu.command(self.image, f"{kernel} console=hvc0,{initramfs}", f"dom0_mem=256M {self.words}", accel=accel,
                            extra=extra, smp=smp, memory=memory)
        result = qemu.run_until(argv, UP, timeout, self.logs / log)
        if not result.match:
            print(f"bench: Linux under {self.key} did not come up ({result.reason}); see {self.logs / log}", file=sys.stderr)
            return None
        return result

    def boot_virtual(self, kernel, initramfs):
        """(seconds of virtual time from the start of QEMU to the guest's prompt, seconds of it in the guest).

        The first is the guest's rdtsc, which counts from the start of QEMU; the second is the guest's uptime."""
        result = self.boot(kernel, initramfs, ICOUNT, f"boot-icount-{self.key}.log", 600, VIRTUAL_RTC)
        return (int(result.match.group(2)) / 1e9, float(result.match.group(1))) if result else (None, None)

    def boot_wall(self, kernel, initramfs, index):
        result = self.boot(kernel, initramfs, ("-accel", "tcg"), f"boot-wall-{self.key}-{index}.log", 300)
        return result.seconds if result else None

    def boot_cpus(self, kernel, initramfs, index, cpus, thread):
        """Wall seconds of a machine of so many CPUs, all of them the first domain's vcpus too."""
        result = self.boot(kernel, initramfs, ("-accel", f"tcg,thread={thread}"), f"boot-{cpus}-{self.key}-{index}.log", 900,
                           smp=cpus, memory=1024)
        return result.seconds if result else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--hypervisor", required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--cpus", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    logs, guest = options.build / "bench", options.build / "guest"
    xen, elf = guest / "xen", options.build / "bench" / "ubench" / "ubench.elf"
    benches = [Bench("safehype", options.hypervisor, "", logs), Bench("xen", xen, "", logs),
               Bench("xen-nospec", xen, "spec-ctrl=no", logs)]

    rows = []
    for smp in (1, 2):
        results = {bench.key: bench.ubench(elf, smp) for bench in benches}
        rows += table.ubench_rows(results, smp)
    boots = []
    if not options.quick:
        kernel, initramfs = guest / "kernel" / "vmlinuz", guest / "initramfs.cpio.gz"
        virtual = [bench.boot_virtual(kernel, initramfs) for bench in benches]
        boots.append(table.Row("boot to prompt, virtual ms", *(scale(whole) for whole, _ in virtual)))
        boots.append(table.Row("boot to prompt, of that in the guest, virtual ms", *(scale(guest_s) for _, guest_s in virtual)))
        boots.append(wall_row("boot to prompt, wall ms", benches, options.rounds,
                              lambda bench, index: bench.boot_wall(kernel, initramfs, index)))
        for cpus, thread in ((16, "multi"), (64, "single")) if options.cpus else ():
            boots.append(wall_row(f"boot to prompt, {cpus} CPUs, thread={thread}, wall ms", benches, options.rounds,
                                  lambda bench, index: bench.boot_cpus(kernel, initramfs, index, cpus, thread)))
    text, status = table.render(rows, boots)
    print(text)
    (logs / "table.txt").write_text(text + "\n", encoding="utf-8")
    sys.exit(status)


def wall_row(name, benches, rounds, boot):
    """A row of the least of so many boots each, taken in turn."""
    walls = {bench.key: [] for bench in benches}
    for index in range(rounds):
        for bench in benches:
            walls[bench.key].append(boot(bench, index))
    return table.Row(name, *(scale(min((wall for wall in walls[bench.key] if wall), default=None)) for bench in benches))


def scale(seconds):
    return None if seconds is None else round(seconds * 1000)


if __name__ == "__main__":
    main()
