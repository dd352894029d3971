"""Modules of a hypervisor that runs: shctl and Debian's xen-livepatch in stock Linux, the first domain.

What needs the hypercall (SH_MODULE_OP) or sysctl livepatch_op is skipped, with the reason, while the hypervisor has them not.
"""
import json
import os
import pathlib
import re
import subprocess

import pytest
from conftest import BUILD, HYPERVISOR, ON_XEN, PROMPT, ROOT, RUN

import qemu

pytestmark = pytest.mark.skipif(ON_XEN, reason="Xen has no modules of ours")
UP = r"GUEST-UP [^\n]*xen=xen"
SHO = ROOT / "tools/module/sho.py"


def sh(*argv, **more):
    """(exit code, output) of a program."""
    done = subprocess.run([*map(str, argv)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, timeout=600, **more)
    return done.returncode, done.stdout


def make(*targets):
    code, text = sh("make", "-s", f"BUILD={BUILD}", *targets)
    assert code == 0, text


@pytest.fixture(scope="session")
def built():
    """What the tests load: BUILD/modules, BUILD/examples, BUILD/modinspect."""
    make("shctl", "examples", "modules")


def boot_modules():
    """The names that the bundle in the image has."""
    code, text = sh(BUILD / "modinspect", "--verify", BUILD / "modules/bundle")
    assert code == 0, text
    return re.findall(r"^module (\S+)$", text, re.M)


@pytest.fixture(scope="session")
def tools(built, linux, tmp_path_factory):
    """An initramfs with xen-livepatch, all signed modules and files that are to be refused."""
    subprocess.run([RUN / "fetch-xen-utils.sh", BUILD / "guest"], check=True)
    packed = BUILD / "guest/initramfs-tools.cpio.gz"
    subprocess.run([RUN / "mkinitramfs.sh", "--tools", packed], check=True,
                   env={**os.environ, "BUILD": str(BUILD), "MODULES": "sched_fair sched_rr evtchn timer"})
    more = tmp_path_factory.mktemp("bad")
    bad_files(more / "bad")
    code, archive = sh("sh", "-c", f"cd {more} && find . | cpio -o -H newc -R 0:0 --quiet | gzip -n -1 > {more}.gz")
    assert code == 0, archive
    joined = BUILD / "guest/initramfs-modules-test.cpio.gz"
    joined.write_bytes(packed.read_bytes() + pathlib.Path(f"{more}.gz").read_bytes())
    return joined


def bad_files(folder):
    """Files that the hypervisor must refuse, NAME.sho each."""
    folder.mkdir()
    good = (BUILD / "modules/evtchn.sho").read_bytes()
    flipped = bytearray(good)
    flipped[len(good) // 2] ^= 1
    late = bytearray(good)
    late[-1] ^= 1
    (folder / "flipped.sho").write_bytes(flipped)
    (folder / "signature.sho").write_bytes(late)
    (folder / "unsigned.sho").write_bytes((BUILD / "obj/modules/evtchn.sho").read_bytes())
    (folder / "short.sho").write_bytes(good[:-1])
    (folder / "long.sho").write_bytes(good + b"\0" * 8)
    (folder / "text.sho").write_bytes(b"this is no module\n" * 100)
    (folder / "wrong_key.sho").write_bytes((BUILD / "modules/evtchn.sho").read_bytes())
    key = folder.parent / "key.pem"
    for words in (["key", "-o", key], ["sign", "--key", key, folder / "wrong_key.sho"]):
        code, text = sh(SHO, *words)
        assert code == 0, text
    key.unlink()


BAD = {"flipped": "signature", "signature": "signature", "wrong_key": "signature", "unsigned": "refused", "short": "refused", "long": "refused",
       "text": "refused"}


class Machine:
    """Stock Linux with the tools, at its prompt."""

    def __init__(self, console):
        self.console = console
        console.expect(PROMPT)
        console.run("dmesg -n 1")  # what Linux says of its own accord would stand amid what is read here

    def run(self, command, timeout=60):
        """(exit code, what it printed)."""
        said = self.console.run(f"{command}; echo EXIT $?", timeout)
        end = re.search(r"EXIT (\d+)\s*$", said)
        assert end, said
        return int(end.group(1)), said[:end.start()].strip()

    def good(self, command, timeout=60):
        code, text = self.run(command, timeout)
        assert code == 0, f"{command}: {text}"
        return text

    def list(self):
        """{name: what shctl says of it}."""
        text = self.good("shctl module list --json")
        modules = json.loads(text[text.index("["):text.rindex("]") + 1])
        assert len({m["name"] for m in modules}) == len(modules)
        return {m["name"]: m for m in modules}

    def stands(self):
        """The modules but for their counters: to be compared."""
        return {n: (m["state"], m["version"], m["text_address"], m["ports"]) for n, m in self.list().items()}


@pytest.fixture
def start(tools, linux, machine):
    def begin(words="dom0_mem=256M", smp=1, modules="", memory=512, timeout=180):
        module = f"{linux[0]} console=hvc0,{tools}{modules}"
        return machine(qemu.command(HYPERVISOR, module, words, memory, smp), timeout)

    return begin


def signer():
    """The first digits of the id of the key that signed the image's bundle."""
    code, text = sh(BUILD / "modinspect", BUILD / "modules/bundle")
    assert code == 0, text
    return re.search(r"^  key +([0-9a-f]{16,})$", text, re.M).group(1)


REVOKED = [(lambda: f"revoke-key={signer()}", "Halted", "the key that signed it is revoked"),
           (lambda: f"revoke-key={signer()[:8].upper()}", "Halted", "the key that signed it is revoked"),
           (lambda: "revoke-epoch=timer:1", "Halted", "module timer: its epoch 0 is revoked"),
           (lambda: "revoke-epoch=timer:0 revoke-epoch=nobody:7", "modules: signature checked", "modules: signature checked"),
           (lambda: "revoke-epoch=timer revoke-key=12", "modules: signature checked", "revoke-epoch=: not NAME:EPOCH"),
           (lambda: "revoke-key=0123456789abcdef", "modules: signature checked", "no trusted key has an id that begins so")]


@pytest.mark.quick
@pytest.mark.parametrize("words, until, said", REVOKED)
def test_revoked(built, linux, machine, words, until, said):
    """What the command line revokes is refused in the image too; what makes no sense is said."""
    console = machine(qemu.command(HYPERVISOR, f"{linux[0]} console=hvc0,{linux[1]}", f"noreboot dom0_mem=128M {words()}", 512, 1), 60)
    console.expect(until)
    assert said in console.text()


missing = []  # why the rest is skipped, once it is known


@pytest.fixture
def guest(start):
    """A machine whose hypervisor has the hypercall; else the test is skipped."""
    def begin(*args, **words):
        g = Machine(start(*args, **words))
        code, text = g.run("shctl module list")
        if code == 1 and "no such hypercall" in text:
            missing.append("this hypervisor has no module hypercall (SH_MODULE_OP, 55): -ENOSYS")
            pytest.skip(missing[0])
        return g

    if missing:
        pytest.skip(missing[0])

    return begin


def needs_livepatch(g):
    code, text = g.run("xen-livepatch list")
    if code != 0 and "Function not implemented" in text:
        pytest.skip("this hypervisor has no sysctl livepatch_op: -ENOSYS")
    assert code == 0, text


def needs_example(name):
    if not (BUILD / f"examples/{name}.sho").exists():
        pytest.skip(f"examples/{name} is not built: hypervisor/ports/sched.h has no plain names yet")


# ---- files, on the host

@pytest.mark.quick
def test_modinspect_verifies(built):
    """What the README's walk shows, of each module and of the bundle."""
    files = sorted((BUILD / "modules").glob("*.sho")) + sorted((BUILD / "examples").glob("*.sho"))
    assert len(files) >= 15
    for file in files:
        code, text = sh(BUILD / "modinspect", "--verify", file)
        assert code == 0 and f"{file}: module, signature good\n" in text and f"\nmodule {file.stem}\n" in text, text
    assert len(boot_modules()) == len(list((ROOT / "hypervisor/modules").glob("*/*.manifest"))) - 1 + 2  # faulty; xen_compat, kimage


@pytest.mark.quick
def test_modinspect_of_the_pages(built):
    """The commands that README.md and the handbook show go well."""
    shown = [line for page in ("README.md", "docs/handbook/shctl.md")
             for line in re.findall(r"(?:^    |`)(build/modinspect (?!--verify FILE)[^`\n]*)", (ROOT / page).read_text(), re.M)]
    assert len(shown) >= 3
    for command in shown:
        code, text = sh(*command.replace("build/", f"{BUILD}/").split())
        assert code == 0 and "\nmodule " in text, f"{command}: {text}"


@pytest.mark.quick
def test_modinspect_refuses(built, tmp_path):
    bad_files(tmp_path / "bad")
    for name in BAD:
        code, text = sh(BUILD / "modinspect", "--verify", tmp_path / f"bad/{name}.sho")
        assert code == 1 and "refused: " in text and "signature good" not in text, f"{name}: {text}"
    code, text = sh(BUILD / "modinspect", "--verify", tmp_path / "none.sho")
    assert code == 2 and "No such file" in text


@pytest.mark.quick
def test_initramfs_stays_small(linux, built):
    sizes = {name: (BUILD / "guest" / name).stat().st_size for name in ("initramfs.cpio.gz",)}
    assert sizes["initramfs.cpio.gz"] < 2 << 20, sizes


# ---- in the first domain

@pytest.mark.quick
def test_tools_reach_the_hypervisor(start):
    """shctl and xen-livepatch make their calls: an answer comes back, be it that there is no such call."""
    g = Machine(start())
    assert "privcmd" in g.good("ls /dev/xen")
    assert "shctl module load FILE" in g.good("shctl --help")
    code, text = g.run("shctl module list")
    assert code == 0 or (code == 1 and "no such hypercall" in text), text
    code, text = g.run("shctl module load /modules/none.sho")
    assert code == 2 and "No such file" in text
    assert g.run("shctl module frob")[0] == 2
    code, text = g.run("xen-livepatch list")
    assert code == 0 or "Function not implemented" in text, text


@pytest.mark.quick
def test_list_and_show(guest):
    g = guest()
    modules = g.list()
    assert sorted(modules) == sorted(boot_modules())
    for m in modules.values():
        assert m["state"] in ("boot", "replaced") and m["text_bytes"] > 0 and m["failures"] == 0
    # What several modules do for the core is declared in its own headers.
    ports = [p for m in modules.values() if m["state"] == "boot" for p in m["ports"] if p != "core"]
    assert len(set(ports)) == len(ports)
    table = g.good("shctl module list")
    assert all(re.search(rf"^{n} ", table, re.M) for n in modules)
    certificate = json.loads(g.good("shctl module show evtchn"))
    assert certificate["module"] == "evtchn" and certificate["objects"]
    code, text = g.run("shctl module show nobody")
    assert code == 1 and "there is no such module" in text


@pytest.mark.quick
@pytest.mark.parametrize("name", ["evtchn", "timer", "sched_fair"])
def test_load_under_load_and_unload(guest, name):
    """A copy of a module that came with the hypervisor takes over and gives back while four processes compute."""
    g = guest(smp=2)
    before = g.stands()
    workers(g)
    g.good(f"shctl module load /modules/{name}.sho --name copy")
    now = g.list()
    assert now["copy"]["state"] == "applied" and now["copy"]["ports"] and now[name]["state"] == "replaced"
    assert now["copy"]["text_address"] != now[name]["text_address"]
    g.good("sleep 1; echo still here")
    g.good("shctl module unload copy")
    assert g.stands() == before
    workers_end(g)


@pytest.mark.quick
def test_another_scheduler_under_load(guest):
    needs_example("sched_lottery")
    g = guest(smp=2)
    before = g.stands()
    workers(g)
    for _ in range(3):
        g.good("shctl module load /modules/sched_lottery.sho")
        assert g.list()["sched_lottery"]["state"] == "applied"
        g.good("sleep 1; echo still here")
        g.good("shctl module unload sched_lottery")
    assert g.stands() == before
    workers_end(g)


def workers(g):
    g.good("for i in 1 2 3 4; do (n=0; while [ ! -e /tmp/end ]; do n=$((n+1)); done; echo $n > /tmp/n$i) & done")


def workers_end(g):
    """Each of them came along and ends."""
    text = g.good("touch /tmp/end; wait; cat /tmp/n1 /tmp/n2 /tmp/n3 /tmp/n4", 120)
    counts = [int(n) for n in re.findall(r"^\s*(\d+)\s*$", text, re.M)]
    assert len(counts) == 4 and min(counts) > 0, text


@pytest.mark.quick
def test_bad_files_change_nothing(guest):
    g = guest()
    before = g.stands()
    for name, word in BAD.items():
        code, text = g.run(f"shctl module load /bad/{name}.sho")
        assert code == 1 and word in text and "nothing has changed" in text, f"{name}: {text}"
        assert g.stands() == before, name
    for command, word in (("unload nobody", "there is no such module"), ("load /modules/timer.sho --name evtchn", "one of that name")):
        code, text = g.run(f"shctl module {command}")
        assert code == 1 and word in text, text
    assert g.stands() == before
    assert g.good("echo alive") == "alive"


@pytest.mark.quick
def test_hooks(guest):
    """The latencies of hypercalls, and a limit to events, as their READMEs say."""
    g = guest()
    g.good("shctl module load /modules/latency.sho")
    g.good("sleep 1")
    counts = [int(n) for n in g.good("shctl call 0 29 --read 16").split()]  # sched_op: an idle Linux blocks
    assert len(counts) == 16 and sum(counts) > 0
    g.good("shctl call 1")
    code, text = g.run("shctl call 77")
    assert code == 1 and "no extension" in text
    g.good("shctl module unload latency")
    assert g.run("shctl call 1")[0] == 1
    g.good("shctl module load /modules/event_limit.sho")
    assert g.good("echo alive") == "alive"
    g.good("shctl module unload event_limit")


@pytest.mark.quick
def test_replace(guest):
    g = guest()
    g.good("shctl module load /modules/evtchn.sho --name one")
    g.good("shctl module load /modules/timer.sho --name two")
    g.good("shctl module replace /modules/evtchn.sho --name three")
    states = {n: m["state"] for n, m in g.list().items()}
    assert states["three"] == "applied" and "one" not in states and "two" not in states
    assert states["timer"] == "boot" and states["evtchn"] == "replaced"


@pytest.mark.quick
def test_livepatch(guest):
    """Debian's own tool, unchanged: upload, apply, revert, unload; and what is bad."""
    g = guest()
    needs_livepatch(g)
    before = g.stands()
    g.good("xen-livepatch upload copy /modules/evtchn.sho")
    assert re.search(r"^\s*copy\s*\|\s*CHECKED", g.good("xen-livepatch list"), re.M)
    assert g.list()["copy"]["state"] == "checked"
    g.good("xen-livepatch apply copy")
    assert re.search(r"^\s*copy\s*\|\s*APPLIED", g.good("xen-livepatch list"), re.M)
    assert g.list()["copy"]["state"] == "applied" and g.list()["evtchn"]["state"] == "replaced"
    g.good("xen-livepatch revert copy")
    assert re.search(r"^\s*copy\s*\|\s*CHECKED", g.good("xen-livepatch list"), re.M)
    g.good("xen-livepatch unload copy")
    assert g.stands() == before
    g.good("cp /modules/timer.sho /tmp/other.sho; xen-livepatch load /tmp/other.sho")  # upload and apply
    assert g.list()["other"]["state"] == "applied"
    assert g.run("xen-livepatch unload other")[0] != 0  # while it serves
    g.good("xen-livepatch revert other; xen-livepatch unload other")
    assert g.stands() == before
    assert g.run("xen-livepatch upload bad /bad/flipped.sho")[0] != 0
    assert g.run("xen-livepatch apply nobody")[0] != 0
    assert g.stands() == before


# ---- at twenty moments of another Linux's boot

MOMENTS = 20
# Until the other one is up: so it does not matter how long it takes here.
LOADER = """\
(i=1; while [ ! -e /tmp/stop ]; do if %s && %s; then echo MOMENT $i ok; else echo MOMENT $i bad; fi; i=$((i+1)); sleep 1; done) &"""


def moments_of_a_boot(start, linux, load, unload):
    """How many moments there were while a second Linux booted, which gets a tenth of a CPU; those of them with something new in its log
    before; and those that went wrong. (Its console begins in the middle of its boot: what it said until then comes at once.)"""
    console = start(words="dom0_mem=256M domu=kernel=2,ramdisk=3,memory=192M,name=second,cap=10", memory=768, timeout=400,
                    modules=f",{linux[0]} console=hvc0 role=second,{linux[1]}")
    g = Machine(console)
    assert "(d1) GUEST-UP" not in console.text()
    console.send(LOADER % (load, unload) + "\r")
    console.expect(r"\(d1\) GUEST-UP [^\n]*", 400)
    g.good("touch /tmp/stop; wait", 60)
    text = console.text()
    booting = text[text.index("(d1) "):text.index("(d1) GUEST-UP")]
    parts = re.split(r"MOMENT \d+ (?:ok|bad)", booting)
    assert not re.search(r"BUG:|Oops|WARNING: CPU|soft lockup", text)
    return len(parts) - 1, sum("(d1) " in part for part in parts[:-1]), len(re.findall(r"MOMENT \d+ bad", text))


def spread(nr, apart):
    assert nr >= MOMENTS, f"only {nr} moments were within the other's boot"
    assert apart >= MOMENTS // 2, f"only {apart} of {nr} moments are apart by a line of the other's log"


@pytest.mark.full
def test_twenty_moments_are_spread(start, linux):
    """That the test below measures what it says: a command that does nothing is run often enough while the other boots."""
    nr, apart, bad = moments_of_a_boot(start, linux, "true", "true")
    spread(nr, apart)
    assert bad == 0


@pytest.mark.full
@pytest.mark.parametrize("name", ["evtchn", "timer"])
def test_load_at_twenty_moments_of_a_boot(guest, start, linux, name):
    guest().console.close()  # or it is skipped
    nr, apart, bad = moments_of_a_boot(start, linux, f"shctl module load /modules/{name}.sho --name copy", "shctl module unload copy")
    spread(nr, apart)
    assert bad == 0, f"{bad} of {nr} loads went wrong"
