"""What the boot tests share: which hypervisor, where things were built, stock Linux and its initramfs, a console to talk to.

Environment: SAFEHYPE  the hypervisor image (BUILD/safehype); a file called xen... is taken for Debian's Xen
             BUILD     the build folder (build/ at the top of the tree); what is missing of kernel and initramfs is made there
             SLOW      multiplies every timeout (1)
Marks: quick (for each change, some minutes), full (the rest). pytest -m quick tests/boot
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import pexpect
import pytest
import stale_code

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RUN = ROOT / "tools" / "run"
sys.path[:0] = [str(RUN), str(ROOT / "tests" / "guests")]
import qemu  # noqa: E402

BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
HYPERVISOR = pathlib.Path(os.environ.get("SAFEHYPE", BUILD / "safehype")).resolve()
ON_XEN = HYPERVISOR.name.startswith("xen")
SLOW = float(os.environ.get("SLOW", "1"))
PROMPT = "guest# "


def pytest_configure(config):
    config.addinivalue_line("markers", "quick: run for each change")
    config.addinivalue_line("markers", "full: run before a release")
    # Nothing else is run again.
    config.option.reruns, config.option.only_rerun = 3, [stale_code.MESSAGE]


def pytest_sessionstart(session):
    if not session.config.option.collectonly and not HYPERVISOR.exists():
        pytest.exit(f"no hypervisor at {HYPERVISOR}: run make first, or set SAFEHYPE", returncode=2)


@pytest.fixture(scope="session")
def linux():
    """(kernel, initramfs): Debian's stock kernel and our initramfs."""
    guest = BUILD / "guest"
    subprocess.run([RUN / "fetch-kernel.sh", guest], check=True)
    subprocess.run([RUN / "mkinitramfs.sh", guest / "initramfs.cpio.gz"], check=True)
    return guest / "kernel" / "vmlinuz", guest / "initramfs.cpio.gz"


@pytest.fixture(scope="session")
def cloud_kernel():
    """Debian's kernel for clouds, which has no dom0 support: for a domu= only."""
    subprocess.run([RUN / "fetch-kernel.sh", "--cloud", BUILD / "guest"], check=True)
    return BUILD / "guest" / "kernel-cloud" / "vmlinuz"


class Console:
    """QEMU with its serial line on a pseudo-terminal. The log is kept."""

    def __init__(self, argv, log, timeout):
        log.parent.mkdir(parents=True, exist_ok=True)
        self.folder = tempfile.TemporaryDirectory()
        self.monitor = f"{self.folder.name}/monitor"
        argv = [*map(str, argv), "-qmp", f"unix:{self.monitor},server=on,wait=off"]
        self.log, self.file = log, open(log, "w", encoding="utf-8")
        self.child = pexpect.spawn(argv[0], argv[1:], timeout=timeout * SLOW, encoding="latin-1", codec_errors="replace")
        self.child.logfile_read = self.file
        self.child.delaybeforesend = 0

    def expect(self, pattern, timeout=None):
        """The match object of pattern; a failure names the log and shows its end."""
        __tracebackhide__ = True
        kinds = ["", "timeout", "QEMU ended"]
        kind = kinds[self.child.expect([pattern, pexpect.TIMEOUT, pexpect.EOF] if pattern is not pexpect.EOF else [pattern, pexpect.TIMEOUT],
                                       timeout=-1 if timeout is None else timeout * SLOW)]
        if not kind:
            return self.child.match
        stale = stale_code.found(self.monitor) if kind == "timeout" else ""
        if stale:
            pytest.fail(f"{stale_code.MESSAGE}: {stale}; log {self.log}")
        end = "\n".join((self.child.before or "").splitlines()[-15:])
        pytest.fail(f"{kind} while waiting for {pattern!r}; log {self.log}; it ends:\n{end}")

    def expect_end(self, timeout=60):
        """QEMU ends by itself."""
        self.expect(pexpect.EOF, timeout)

    def send(self, text):
        self.child.send(text)

    def run(self, command, timeout=60):
        """Types a shell command and returns what it printed. The quotes keep the echo of the line from matching."""
        self.child.send(f"echo RUN''BEGIN; {command}; echo RUN''DONE\r")
        self.expect(r"RUNBEGIN\s", timeout)
        self.expect("RUNDONE", timeout)
        printed = self.child.before.replace("\r", "").strip()
        self.expect(PROMPT)
        return printed

    def text(self):
        self.file.flush()
        return self.log.read_text(encoding="utf-8").replace("\r", "")

    def close(self):
        self.child.close(force=True)
        self.file.close()
        self.folder.cleanup()


@pytest.fixture
def machine(request):
    """machine(argv, timeout) starts QEMU and returns its Console."""
    consoles = []

    def start(argv, timeout=120):
        name = "".join(c if c.isalnum() else "-" for c in request.node.name).strip("-")
        console = Console(argv, BUILD / "boot-logs" / f"{name}.log", timeout)
        consoles.append(console)
        return console

    yield start
    for console in consoles:
        console.close()


@pytest.fixture
def boot(linux, machine):
    """boot(linux_args=.., words=.., memory=.., smp=.., timeout=..) starts stock Linux and returns its Console.

    modules: more boot modules, each with a comma before it."""

    def start(linux_args="", words="dom0_mem=256M", memory=512, smp=1, timeout=120, modules=""):
        kernel, initramfs = linux
        module = f"{kernel} console=hvc0 {linux_args}".strip() + f",{initramfs}{modules}"
        return machine(qemu.command(HYPERVISOR, module, words, memory, smp), timeout)

    return start
