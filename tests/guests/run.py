#!/usr/bin/env python3
"""Runs test guests under a hypervisor in QEMU and says which passed.

usage: run.py --hypervisor FILE [--xen] [--build DIR] [--smp N] [--verbose] [NAME...]
"""
import argparse
import pathlib
import re
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT), str(ROOT.parent.parent / "tools" / "run")]
import header  # noqa: E402
import qemu  # noqa: E402

PANIC = re.compile(r"Panic on CPU|FATAL TRAP|Xen BUG|Assertion '.*' failed|[Hh]ypervisor panic|PANIC")
DOMU = r"\(d\d+\) "  # how a further domain's lines begin
CRASH = re.compile(r"[Dd](omain |om)0 .*crashed|domain_crash called(?!: domain [1-9])|[Dd]omain 0 \(vcpu#\d+\) crashed")


class Outcome:
    """How one guest went: good, the reason when not, counts, seconds, the log's path."""

    def __init__(self, name, good, reason, passed, failed, seconds, log):
        self.name, self.good, self.reason = name, good, reason
        self.passed, self.failed, self.seconds, self.log = passed, failed, seconds, log


def judge_domain(number, domain, text):
    """Why the further domain with this number did not end as its Domain line says, or an empty text."""
    crashed = re.search(rf"domain_crash called: domain {number}\b|Domain {number} \(vcpu#\d+\) reports its own crash", text)
    down = re.search(rf"Domain {number} \(\S+\) is shut down: ", text)
    gone = re.search(rf"Domain {number} \(\S+\) is gone", text)
    end = re.search(rf"^\(d{number}\) TEST {re.escape(domain['guest'])} END passed=\d+ failed=0$", text, re.M)
    good = {"normally": end and down and not crashed, "crash": crashed and down and not end, "shutdown": down and not crashed,
            "either": True, "destroyed": gone and not crashed, "left-out": re.search(rf"dom{number}( \(\S+\))? is left out", text)}
    return "" if good[domain["ends"]] else f"domain {number} did not end as it should ({domain['ends']})"


def judge(name, run, result, domains=()):
    """(good, reason, passed, failed) of a guest's console text."""
    text = result.text
    names = "|".join(re.escape(x) for x in {name, *(d["guest"] for d in domains)})
    failures = re.findall(rf"^.*TEST (?:{names}) (\S+) FAIL(.*)$", text, re.M)
    passes = len(re.findall(rf"^.*TEST (?:{names}) \S+ ok$", text, re.M))
    others = [x for x in (judge_domain(i, d, text) for i, d in enumerate(domains, 1)) if x]
    if PANIC.search(text):
        return False, f"the hypervisor failed: {PANIC.search(text).group(0)}", passes, len(failures)
    if failures:
        check, detail = failures[0]
        return False, f"{check}{detail}", passes, len(failures)
    end = re.search(rf"^(?!{DOMU}).*TEST {re.escape(name)} END passed=(\d+) failed=(\d+)", text, re.M)
    if run["ends"] == "crash":
        if CRASH.search(text) and not end:
            return passes > 0, "" if passes else "no check was made before the crash", passes, 0
        return False, f"the domain was to crash ({result.reason})", passes, 0
    if run["ends"] == "either" and CRASH.search(text) and not end:
        return True, "domain crashed, hypervisor healthy", passes, 0
    if not end:
        return False, f"no END line ({result.reason})", passes, 0
    if others:
        return False, "; ".join(others), passes, len(failures)
    if int(end.group(1)) + int(end.group(2)) == 0:
        return False, "no check was made", 0, 0
    return int(end.group(2)) == 0, f"{end.group(2)} failed", passes if domains else int(end.group(1)), int(end.group(2))


def qemu_line(name, hypervisor, build, xen=False, arguments="", words="", smp=1, further=True, cpus=None):
    """The QEMU line of a guest, from its header. Without further the files of its further domains are there, but no domu= for them."""
    fields = header.read(name)
    run, domains = fields["run"], fields["domains"]
    kernel = build / "guests" / f"{name}.elf"
    module = " ".join(filter(None, [str(kernel), arguments, run["args"], "on_xen" if xen else ""]))
    # Module 1 is the first domain's initrd, and a test guest has none: the further domains' kernels begin there.
    for number, domain in enumerate(domains, 1):
        module += f",{build / 'guests' / domain['guest']}.elf {domain['args']}".rstrip()
        options = domain["domu"].replace(" ", ",") or f"kernel={number},memory={domain['memory']},vcpus={domain['vcpus']},name=test{number}"
        words += f" domu={options}" if further else ""
    counted = run["icount"] >= 0
    accel = ("-accel", "tcg", "-icount", f"shift={run['icount']},sleep=off") if counted else ("-accel", "tcg")
    return qemu.command(hypervisor, module, f"dom0_mem=64M dom0_max_vcpus={run['vcpus']} {run['hv']} {words}".strip(),
                        memory=run["memory"], smp=cpus or (run["smp"] if counted else max(run["smp"], smp)), accel=accel)


def run_guest(name, hypervisor, build, xen=False, arguments="", words="", slow=1.0, smp=1, cpus=None):
    """Builds the QEMU line from the guest's header, runs it, judges it. Returns an Outcome.

    arguments come before the header's own: a guest takes the first of a name. The machine has at least smp CPUs,
    unless instructions are counted; cpus, if given, is how many in any case."""
    fields = header.read(name)
    run, domains = fields["run"], fields["domains"]
    log = build / "guests" / "logs" / f"{name}.log"
    argv = qemu_line(name, hypervisor, build, xen, arguments, words, smp, cpus=cpus)
    pattern = rf"(?m)^(?!{DOMU}).*TEST {re.escape(name)} END|{PANIC.pattern}|[Dd]om0 crashed|[Dd]omain 0 crashed"
    result = qemu.run_until(argv, pattern, run["timeout"] * slow, log)
    return Outcome(name, *judge(name, run, result, domains), result.seconds, log)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hypervisor", required=True, help="the image that QEMU starts: SafeHype's, or Xen's ELF32")
    parser.add_argument("--xen", action="store_true", help="it is Xen: checks marked xen-differs expect Xen's answer"
                        " (implied when the file is called xen)")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT.parent.parent / "build", help="where the guests were built")
    parser.add_argument("--arguments", default="", help="more words on each guest's command line")
    parser.add_argument("--hv-args", default="", help="more words on the hypervisor's command line")
    parser.add_argument("--slow", type=float, default=1.0, help="multiplies every timeout")
    parser.add_argument("--smp", type=int, default=1, help="CPUs of the machine, if a guest does not want more")
    parser.add_argument("--cpus", type=int, help="CPUs of the machine, whatever a guest wants")
    parser.add_argument("--verbose", action="store_true", help="print every failed check")
    parser.add_argument("names", nargs="*", help="guests (all)")
    options = parser.parse_args()
    xen = options.xen or pathlib.Path(options.hypervisor).name.startswith("xen")
    good, bad, started = 0, 0, time.monotonic()
    for name in options.names or header.names():
        outcome = run_guest(name, options.hypervisor, options.build, xen, options.arguments, options.hv_args, options.slow, options.smp, options.cpus)
        good, bad = good + outcome.good, bad + (not outcome.good)
        verdict = "ok  " if outcome.good else "FAIL"
        remark = outcome.reason if not outcome.good or "crash" in outcome.reason else ""
        print(f"{verdict} {name:<28} {outcome.passed:>4} checks {outcome.seconds:6.1f} s  {remark}", flush=True)
        if options.verbose and not outcome.good:
            for line in pathlib.Path(outcome.log).read_text(encoding="utf-8").splitlines():
                if " FAIL" in line or PANIC.search(line):
                    print(f"       {line}")
        if not outcome.good:
            print(f"       log: {outcome.log}")
    print(f"{good} passed, {bad} failed ({time.monotonic() - started:.0f} s)")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
