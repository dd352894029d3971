"""A defect of QEMU before 8.1: a CPU goes on executing an int3 that is no longer in memory.

Linux patches its own text while other CPUs run it: int3 first, the rest, then the first byte. With multi-threaded TCG one
CPU may translate the int3 just while another writes over it: the write does not see the new translation, which is then
never thrown away (fixed by "accel/tcg: Always lock pages before translation", QEMU commits cb62bd15e1 and deba78709a;
ClangBuiltLinux/boot-utils issue 111). The CPU takes #BP for ever, whatever the hypervisor; some 0.5 % of Linux boots with
4 CPUs end so. docs/handbook/cpu-models.md.

found(path) looks, through QEMU's monitor, whether a machine that hangs hangs so: at many moments the same CPU stands at the
handler of vector 3, the same return address on its stack, and the byte before that address is no int3.
"""
import collections
import json
import re
import socket
import time

MESSAGE = "QEMU's defect: stale code"
INT3 = 0xCC
LOOKS, LEAST = 40, 4


class Monitor:
    """QEMU's human monitor, by QMP."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(path)
        self.file = self.socket.makefile("rw", encoding="utf-8")
        self.file.readline()  # the greeting
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        self.file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            answer = json.loads(self.file.readline())
            if "event" not in answer:
                return answer.get("return")

    def human(self, line, cpu=0):
        return self.ask("human-monitor-command", **{"command-line": line, "cpu-index": cpu})

    def words(self, address, count, size, cpu):
        """count words of size bytes ("b", "w" or "g") at address, as the CPU maps it; [] where nothing is."""
        printed = self.human(f"x /{count}x{size} {address:#x}", cpu)
        return [int(word, 16) for line in printed.splitlines() for word in re.findall(r"0x([0-9a-f]+)", line.partition(":")[2])]


def breakpoint_handler(monitor, cpu, registers):
    """Where the CPU's gate of vector 3 leads."""
    base = int(re.search(r"IDT=\s*([0-9a-f]+)", registers).group(1), 16)
    gate = monitor.words(base + 3 * 16, 16, "b", cpu)
    if len(gate) != 16:
        return None
    return int.from_bytes(bytes(gate[0:2] + gate[6:12]), "little")


def at_breakpoint(monitor, cpu):
    """The return address of a #BP that the CPU takes just now for nothing, or None."""
    registers = monitor.human("info registers", cpu)
    rip, rsp = (int(re.search(name + r"=([0-9a-f]+)", registers).group(1), 16) for name in ("RIP", "RSP"))
    if rip != breakpoint_handler(monitor, cpu, registers):
        return None
    back = monitor.words(rsp, 1, "g", cpu)
    byte = monitor.words(back[0] - 1, 1, "b", cpu) if back else []
    return back[0] if byte and byte[0] != INT3 else None


def look(monitor):
    monitor.ask("stop")
    seen = {cpu["cpu-index"]: at_breakpoint(monitor, cpu["cpu-index"]) for cpu in monitor.ask("query-cpus-fast")}
    monitor.ask("cont")
    return {(cpu, back) for cpu, back in seen.items() if back is not None}


def found(path):
    """The CPUs that hang so, in words; "" when none does, or QEMU does not answer."""
    seen = collections.Counter()
    try:
        monitor = Monitor(path)
        for _ in range(LOOKS):
            seen.update(look(monitor))
            time.sleep(0.05)
    except (OSError, ValueError, AttributeError):
        return ""
    return ", ".join(f"CPU {cpu} takes #BP for ever before {back:#x}, where memory holds no int3 (seen {nr} times of {LOOKS})"
                     for (cpu, back), nr in sorted(seen.items()) if nr >= LEAST)
