"""Every way to boot (docs/handbook/boot.md): multiboot1, multiboot2 by GRUB on BIOS and on UEFI, PVH."""
import re
import shutil
import subprocess

import pytest
from conftest import BUILD, HYPERVISOR, ON_XEN, PROMPT, ROOT

import qemu

pytestmark = pytest.mark.skipif(ON_XEN, reason="the media carry SafeHype")
OVMF = "/usr/share/OVMF"
CD = ["-cdrom", "{iso}"]
STICK = ["-device", "qemu-xhci", "-drive", "if=none,id=stick,format=raw,readonly=on,file={iso}",
         "-device", "usb-storage,drive=stick,bootindex=0"]
GRUB = r"\(GRUB 2\.\d\S*\)"


@pytest.fixture(scope="session")
def iso(linux):
    path = BUILD / "safehype.iso"
    subprocess.run([ROOT / "tools" / "run" / "mkiso.sh", "--hypervisor", HYPERVISOR, path], check=True)
    return path


@pytest.fixture
def uefi(tmp_path):
    """QEMU's words for OVMF, with variables of its own."""
    variables = tmp_path / "vars.fd"
    shutil.copy(f"{OVMF}/OVMF_VARS_4M.fd", variables)
    return ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={OVMF}/OVMF_CODE_4M.fd",
            "-drive", f"if=pflash,format=raw,unit=1,file={variables}"]


def power_off(console):
    """By ACPI, which the first domain has found then."""
    console.send("poweroff -f\r")
    console.expect(r"Entering ACPI S5 state", 30)
    console.expect_end(30)


@pytest.mark.quick
def test_multiboot1(boot):
    console = boot("word", "dom0_mem=256M -- more words")
    console.expect(r"booted by multiboot1 \(qemu\)")
    console.expect(PROMPT)
    assert console.run("cat /proc/cmdline") == "console=hvc0 word more words"
    power_off(console)


@pytest.mark.parametrize("medium", [pytest.param(CD, id="cd", marks=pytest.mark.quick),
                                    pytest.param(STICK, id="stick", marks=pytest.mark.full)])
def test_iso_on_bios(machine, iso, medium):
    console = machine([*qemu.machine(), *(word.format(iso=iso) for word in medium)])
    console.expect("booted by multiboot2 " + GRUB)
    console.expect(PROMPT)
    assert console.run("cat /proc/cmdline") == "console=hvc0"
    power_off(console)


@pytest.mark.quick
def test_iso_on_bios_by_multiboot1(machine, iso):
    """GRUB's own multiboot1, which gives no file names: the menu's second entry, by its key."""
    console = machine([*qemu.machine(), *(word.format(iso=iso) for word in CD)])
    console.expect("The same by multiboot1")
    console.send("1")
    console.expect("booted by multiboot1 " + GRUB)
    console.expect(PROMPT)
    assert console.run("cat /proc/cmdline") == "console=hvc0"


@pytest.mark.parametrize("medium, memory", [pytest.param(CD, 512, id="cd", marks=pytest.mark.quick),
                                            pytest.param(STICK, 512, id="stick", marks=pytest.mark.full),
                                            pytest.param(CD, 5120, id="cd-5G", marks=pytest.mark.full)])
def test_iso_on_uefi(machine, iso, uefi, medium, memory):
    """The RSDP is not where a BIOS has it: the hypervisor finds it by UEFI's table, the first domain is told."""
    console = machine([*qemu.machine(memory), *uefi, *(word.format(iso=iso) for word in medium)], timeout=180)
    console.expect("booted by multiboot2 " + GRUB)
    rsdp = int(console.expect(r"ACPI: RSDP at 0x([0-9a-f]+), XSDT").group(1), 16)
    assert rsdp >= 0x100000
    console.expect(PROMPT)
    words = re.fullmatch(r"acpi_rsdp=0x([0-9a-f]+) console=hvc0", console.run("cat /proc/cmdline"))
    assert int(words.group(1), 16) == rsdp
    total_kib = int(console.run("awk '/MemTotal/ { print $2 }' /proc/meminfo"))
    assert total_kib > memory * 1024 * 0.6
    power_off(console)


@pytest.fixture(scope="session")
def start_info():
    """The test guest's kernel."""
    subprocess.run(["make", "-s", "-C", ROOT / "tests" / "guests", f"BUILD={BUILD}"], check=True)
    return BUILD / "guests" / "start-info.elf"


@pytest.mark.quick
def test_more_modules_than_are_kept(machine, start_info):
    """An empty second one, so that the guest has no initrd; 18 of them."""
    empty = BUILD / "guests" / "empty"
    empty.write_bytes(b"")
    modules = ",".join([str(start_info), str(empty), *[str(start_info)] * 16])
    console = machine(qemu.command(HYPERVISOR, modules, "dom0_mem=64M"))
    console.expect("the boot loader gave more than 16 modules: the rest are left out")
    console.expect(r"TEST start-info END passed=(\d+) failed=0\s")


def by_pvh(module, words):
    """QEMU's -initrd is one file there, without a command line."""
    return qemu.command(HYPERVISOR.with_name(HYPERVISOR.name + ".pvh"), str(module), words)


@pytest.mark.quick
def test_pvh(machine, start_info):
    console = machine(by_pvh(start_info, "dom0_mem=64M"))
    console.expect(r"booted by PVH\s")
    console.expect(r"ACPI: RSDP at 0xf[0-9a-f]{4}, ")
    assert int(console.expect(r"TEST start-info END passed=(\d+) failed=0\s").group(1)) > 0


@pytest.mark.quick
def test_pvh_stock_kernel(machine, linux):
    """The kernel alone, its words after `--`: it gets as far as it can without a root."""
    console = machine(by_pvh(linux[0], "dom0_mem=256M -- console=hvc0 word"))
    console.expect(r"booted by PVH\s")
    console.expect(r"Kernel command line:\s+console=hvc0 word\s")
    console.expect("Unable to mount root fs")
    console.expect(r"[Dd]om(ain )?0 .*crashed|Dom0 crashed", 60)


@pytest.mark.quick
def test_pvh_image_is_no_multiboot(machine):
    """QEMU would take multiboot1 first."""
    image = HYPERVISOR.with_name(HYPERVISOR.name + ".pvh").read_bytes()
    assert HYPERVISOR.read_bytes()[:8192].count(bytes.fromhex("02b0ad1b")) == 1
    assert image[:8192].count(bytes.fromhex("02b0ad1b")) == 0
