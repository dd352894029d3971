"""Faults put in by a debugger: a trap in a module is contained (docs/decisions/0003), one in the core is reported with names."""
import re
import socket
import subprocess

import pytest
from conftest import BUILD, HYPERVISOR, ON_XEN, PROMPT, Console

import qemu

SYMBOLS = BUILD / "safehype.dbg"
pytestmark = [pytest.mark.quick, pytest.mark.skipif(ON_XEN or not SYMBOLS.exists(), reason="wants SafeHype with symbols")]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture
def boot_with_fault(linux, request):
    """boot_with_fault(function, change): stock Linux; at the first call of function gdb makes the change and goes away.

    function is a name of the core, or, since modules are linked by then, *ADDRESS."""
    consoles = []

    def start(function, change):
        kernel, initramfs = linux
        port = free_port()
        argv = qemu.command(HYPERVISOR, f"{kernel} console=hvc0,{initramfs}", "dom0_mem=256M noreboot", 512, 1)
        console = Console([*argv, "-S", "-gdb", f"tcp:127.0.0.1:{port}"], BUILD / "boot-logs" / f"{request.node.name}.log", 120)
        consoles.append(console)
        commands = ["set pagination off", f"file {SYMBOLS}", f"target remote 127.0.0.1:{port}", "hbreak log_use_console",
                    "continue", "delete", f"hbreak {function}", "continue", f"set var {change}", "delete", "detach"]
        done = subprocess.run(["gdb", "-batch", *(x for c in commands for x in ("-ex", c))], timeout=120,
                              capture_output=True, text=True)
        assert "Breakpoint 2" in done.stdout, done.stdout + done.stderr
        return console

    yield start
    for console in consoles:
        console.close()


def test_module_fault_is_contained(boot_with_fault):
    console = boot_with_fault("*hypercall_table[8]", "$rdi = 8")  # a vcpu that is none: the first store through it faults
    console.expect(PROMPT)
    text = console.text()
    assert "module fault: vector 14" in text
    assert re.search(r"debugreg_\w+\+0x[0-9a-f]+ \[\w+\]", text.split("module fault", 1)[1]), "the trace names the function and the module"
    assert "Panic on CPU" not in text
    assert console.run("echo alive") == "alive"


def test_core_fault_is_reported(boot_with_fault):
    console = boot_with_fault("timerq_run", "$rip = 16")  # the core jumps to nowhere
    console.expect("Panic on CPU 0")
    console.expect("Halted")
    text = console.text()
    assert "vector 14" in text and "rip 0000000000000010" in text
    assert "exit_work+0x" in text, "the trace names who called"
