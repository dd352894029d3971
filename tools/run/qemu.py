"""Runs the hypervisor in QEMU and reads its serial console. Used by the guests' runner, the bench and the boot tests."""
import os
import re
import select
import signal
import subprocess
import time

CPU = os.environ.get("QEMU_CPU", "qemu64,-svm")
WORDS = "console=com1 com1=115200 loglvl=info guest_loglvl=all"


def machine(memory=512, smp=1, accel=("-accel", "tcg")):
    """The QEMU command line but for what is booted."""
    return [os.environ.get("QEMU", "qemu-system-x86_64"), "-nodefaults", "-no-reboot", "-display", "none",
            "-serial", "stdio", *accel, "-cpu", CPU, "-m", str(memory), "-smp", str(smp)]


def command(hypervisor, module, words="", memory=512, smp=1, extra=(), accel=("-accel", "tcg")):
    """The QEMU command line. module is "KERNEL ARGS[,INITRD]"; words are added to the hypervisor's command line."""
    return [*machine(memory, smp, accel),
            "-kernel", str(hypervisor), "-append", f"{WORDS} {words}".strip(), "-initrd", module, *extra]


class Result:
    """What a run left behind: text (the console), seconds (until the match, or to the end), match, reason."""

    def __init__(self, text, seconds, match, reason):
        self.text, self.seconds, self.match, self.reason = text, seconds, match, reason


def run_until(argv, pattern, timeout, log=None, linger=0.0, ending=signal.SIGKILL):
    """Runs argv until a console line matches pattern, QEMU ends, or timeout seconds are over; then ends QEMU.

    reason is "match", "exit" or "timeout". linger reads on for so many seconds after the match.
    ending is the signal that ends QEMU: after SIGTERM its plugins still report."""
    pattern = re.compile(pattern)
    started = time.monotonic()
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    data, scanned, match, reason = b"", 0, None, "timeout"
    deadline, seconds = started + timeout, None
    try:
        while time.monotonic() < deadline:
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                break
            chunk = os.read(process.stdout.fileno(), 65536)
            if not chunk:
                if match is None:
                    reason = "exit"
                break
            data += chunk
            if match is None:
                end = data.rfind(b"\n") + 1
                match = pattern.search(data[scanned:end].decode("latin-1").replace("\r", ""))
                scanned = end
                if match:
                    reason, seconds = "match", time.monotonic() - started
                    deadline = min(deadline, time.monotonic() + linger)
                    if not linger:
                        break
    finally:
        if process.poll() is None:
            process.send_signal(ending)
        process.wait()
        process.stdout.close()
    text = data.decode("latin-1").replace("\r", "")
    if log:
        os.makedirs(os.path.dirname(os.path.abspath(log)), exist_ok=True)
        with open(log, "w", encoding="utf-8") as file:
            file.write(text)
    return Result(text, seconds if seconds is not None else time.monotonic() - started, match, reason)
