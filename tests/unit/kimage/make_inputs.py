# SPDX-License-Identifier: MIT
"""make_inputs.py DIR [seeds]: writes the test images and cases.tsv (name, file, rc, what to expect, memory file).
With "seeds", only the images, made small: the fuzzer's first corpus."""
import os
import struct
import sys

from elfmaker import *

GUEST = ("GUEST_OS=linux,GUEST_VER=2.6,XEN_VER=xen-3.0,VIRT_BASE=0xffffffff80000000,"
         "HYPERCALL_PAGE=0x2,PAE=yes[extended-cr3],FEATURES=writable_page_tables|!pae_pgdir_above_4gb,LOADER=generic")
NOEXEC, INVAL, NOMEM, OPNOTSUPP = -8, -22, -12, -95


class Cases:
    def __init__(self, folder, small):
        self.folder, self.rows = folder, []
        self.loads = default_loads(9000) if small else default_loads()
        if small:
            self.loads = [(o, p, data[:9000], min(m, 9000) or 10) for o, p, data, m in self.loads]
            self.loads[0] = (0x1000 + 9000 + 77, PHYS + 0x3123, self.loads[0][2], 12000)
            self.loads[1] = (0x1000, PHYS, self.loads[1][2], 9000)
            self.loads[2] = (30000, PHYS + 0x7000, b"", 100)

    def elf(self, **kw):
        return Elf(loads=list(self.loads), **kw)

    def write(self, name, data):
        with open(os.path.join(self.folder, name), "wb") as f:
            f.write(data)
        return name

    def good(self, name, data, expect, memory=None):
        mem = self.write(name + ".mem", memory) if memory is not None else "-"
        self.rows.append((name, self.write(name + ".img", data), 0, expect, mem))

    def bad(self, name, data, reason, rc=NOEXEC):
        self.rows.append((name, self.write(name + ".img", data), rc, reason, "-"))


def patched(data, at, form, *values):
    out = bytearray(data)
    struct.pack_into(form, out, at, *values)
    return bytes(out)


LINUX = ("paddr_start=0x1000000 virt_base=0xffffffff80000000 paddr_offset=0 virt_entry=0xffffffff810001c0 "
         "hypercall_page=0xffffffff81002000 init_p2m=0x8000000000 hv_start_low=0xffff800000000000 "
         "phys32_entry=0x1000850 l1_mfn_valid_mask=1 l1_mfn_valid_value=1 features_required=1 "
         "features_supported=0x8811 pae=2 has_notes=1 mod_start_pfn=1 suspend_cancel=1 bsd_symtab=0 "
         "virt_kstart=0xffffffff81000000 guest_os=linux guest_version=2.6 xen_version=xen-3.0 loader=generic")
LEGACY = ("virt_base=0xffffffff80000000 paddr_offset=0xffffffff80000000 hypercall_page=0xffffffff80002000 "
          "virt_entry=0xffffffff81000040 pae=2 features_required=0x10 features_supported=0x11 has_notes=0 "
          "guest_os=linux guest_version=2.6 init_p2m=none loader=generic xen_version=xen-3.0")


def at_virtual(elf):
    """As kernels of the __xen_guest time: physical addresses in the headers are virtual ones."""
    elf.loads = [(o, p + BASE, data, m) for o, p, data, m in elf.loads]
    return elf


def good_cases(cases):
    inside = cases.elf(notes=linux_notes(), note_at=0x1400)
    for name, pack in PACKERS.items():
        cases.good("bzimage-" + name, bzimage(pack(inside.build())), LINUX, inside.memory())
    cases.good("elf", inside.build(), LINUX, inside.memory())
    cases.good("elf-gzip", PACKERS["gzip"](inside.build()), LINUX, inside.memory())
    cases.good("bzimage-sects-0", bzimage(PACKERS["gzip"](inside.build()), sects=4), LINUX, inside.memory())
    behind = cases.elf(notes=note(1, b"abc", b"GNU\0") + linux_notes())
    cases.good("notes-behind-xz", bzimage(PACKERS["xz"](behind.build())), LINUX, behind.memory())
    headers = cases.elf(notes=linux_notes(), note_at=0x1400)
    headers.loads.append((0, PHYS - 0x1000, b"\0" * 0x800, 0x800))
    cases.good("headers-loaded", headers.build(), LINUX.replace("paddr_start=0x1000000 ", "paddr_start=0xfff000 ")
               .replace("virt_kstart=0xffffffff81000000", "virt_kstart=0xffffffff80fff000"), headers.memory())
    entry = cases.elf(notes=linux_notes(ENTRY=None, HYPERCALL=None, PAE=s("yes,bimodal"), INIT_P2M=None))
    cases.good("entry-default", entry.build(), "virt_entry=0xffffffff81000040 hypercall_page=none pae=3 init_p2m=none")
    number4 = cases.elf(notes=linux_notes(INIT_P2M=d(0x400000), BSD_SYMTAB=s("yes"), FEATURES=s("unheard|dom0")))
    cases.good("number-sizes", number4.build(), "init_p2m=0x400000 bsd_symtab=1 features_required=0")
    low = cases.elf(notes=linux_notes(VIRT_BASE=None, PADDR_OFFSET=None, ENTRY=q(PHYS), INIT_P2M=None))
    cases.good("virt-base-default", low.build(), "virt_base=0 paddr_offset=0 virt_kstart=0x1000000")
    sect = cases.elf(note_section=linux_notes())
    cases.good("section-notes-xz", bzimage(PACKERS["xz"](sect.build())), LINUX, sect.memory())
    guest = at_virtual(cases.elf(guest=s(GUEST)))
    for name in ("raw", "gzip", "lz4", "zstd"):
        cases.good("xen-guest-" + name, bzimage(PACKERS[name](guest.build())), LEGACY, guest.memory())
    shifted = cases.elf(guest=s(GUEST + ",ELF_PADDR_OFFSET=0,VIRT_ENTRY=0xFFFFFFFF81000010,PAE=yes"))
    cases.good("xen-guest-offset", shifted.build(), "paddr_offset=0 virt_entry=0xffffffff81000010 pae=1")
    octal = at_virtual(cases.elf(guest=s(GUEST.replace("PAGE=0x2", "PAGE=010") + ",BSD_SYMTAB")))
    cases.good("xen-guest-octal", octal.build(), "hypercall_page=0xffffffff80008000 bsd_symtab=1")


def bad_bzimages(cases, elf):
    packed = PACKERS["gzip"](elf)
    cases.bad("bz-old", bzimage(packed, protocol=0x207), "older than 2.08")
    cases.bad("bz-no-payload", bzimage(packed, length=0), "no payload")
    cases.bad("bz-long", bzimage(packed, length=len(packed) + 100), "runs past the end")
    cases.bad("bz-offset", patched(bzimage(packed), 0x248, "<I", 0xFFFFFFFF), "runs past the end")
    cases.bad("bz-not-elf", bzimage(PACKERS["xz"](b"hello" * 100)), "not an ELF file")
    for name, pack in PACKERS.items():
        packed = pack(elf)
        if name != "raw":
            cases.bad("cut-" + name, bzimage(packed[:len(packed) // 2]), "", None if name in ("zstd", "xz-crc64") else INVAL)
            cases.bad("head-" + name, bzimage(packed[:7]), "", None)
    for name in ("gzip", "xz", "xz-crc64", "xz-blocks", "zstd"):
        packed = PACKERS[name](elf)
        broken = patched(packed, len(packed) // 2, "<Q", 0x5A5A5A5A5A5A5A5A)
        cases.bad("corrupt-" + name, bzimage(broken), "corrupt", INVAL)
    gz = PACKERS["gzip"](elf)
    cases.bad("gzip-crc", bzimage(patched(gz, len(gz) - 8, "<I", 1)), "corrupt", INVAL)
    lz4 = PACKERS["lz4"](elf)
    cases.bad("lz4-block", bzimage(patched(lz4, 4, "<I", 0x7FFFFFFF)), "corrupt", INVAL)
    cases.bad("xz-arm", bzimage(sized(tool(elf, "xz", "--arm", "--lzma2"), elf)), "not built in", OPNOTSUPP)
    cases.bad("xz-sha256", bzimage(sized(tool(elf, "xz", "--check=sha256"), elf)), "not built in", OPNOTSUPP)
    big = tool(elf, "xz", "--lzma2=dict=256MiB")
    cases.bad("xz-dict", bzimage(big + d(0xFFFFFFFF)), "more memory", NOMEM)
    cases.bad("xz-longer", bzimage(big + d(len(elf) // 2)), "corrupt", INVAL)
    zstd = tool(elf, "zstd", "-22", "--ultra", "-c", "-q")
    cases.bad("zstd-longer", bzimage(zstd + d(len(elf) // 2)), "corrupt", INVAL)
    cases.bad("zstd-hint", bzimage(zstd + d(0xFFFFFFFF)), "more memory", NOMEM)


def bad_headers(cases, elf):
    cases.bad("empty", b"", "the file is empty")
    cases.bad("short", elf[:63], "not an ELF file")
    cases.bad("class", patched(elf, 4, "<B", 1), "not 64-bit")
    cases.bad("machine", patched(elf, 18, "<H", 183), "not for x86-64")
    cases.bad("phnum-0", patched(elf, 56, "<H", 0), "no program headers")
    cases.bad("phentsize", patched(elf, 54, "<H", 57), "no program headers")
    cases.bad("phnum-many", patched(elf, 56, "<H", 0xFFFF), "outside the first 4 KiB")
    cases.bad("phoff-far", patched(elf, 32, "<Q", 1 << 63), "outside the first 4 KiB")
    cases.bad("phoff-wrap", patched(elf, 32, "<Q", (1 << 64) - 8), "outside the first 4 KiB")
    for i in range(3):
        cases.bad("filesz-%d" % i, patched(elf, 64 + 56 * i + 32, "<Q", 1 << 40), "more bytes in the file")
        cases.bad("paddr-wrap-%d" % i, patched(elf, 64 + 56 * i + 24, "<Q", (1 << 64) - 8), "wraps")
    cases.bad("offset-wrap", patched(elf, 64 + 8, "<Q", (1 << 64) - 8), "wraps")
    cases.bad("offset-far", patched(elf, 64 + 8, "<Q", 1 << 40), "ends before")
    cases.bad("cut", elf[:len(elf) - 20000 if len(elf) > 100000 else len(elf) // 2], "ends before")
    cases.bad("huge", patched(elf, 64 + 56 * 2 + 40, "<Q", 1 << 50), "no memory", NOMEM)
    cases.bad("file-overlap", patched(elf, 64 + 8, "<Q", 0x2000), "overlap in the file")
    cases.bad("memory-overlap", patched(elf, 64 + 24, "<Q", PHYS + 0x1000), "overlap in memory")
    cases.bad("nothing", patched(elf, 56, "<H", 0x1)[:64] + struct.pack("<IIQQQQQQ", 6, 0, 0, 0, 0, 0, 0, 0) +
              elf[120:], "nothing to load")
    many = Elf(loads=[(0x3000 + 16 * i, PHYS + 4096 * i, b"x", 1) for i in range(33)], notes=linux_notes())
    cases.bad("many-loads", many.build(), "more than 32")


def bad_notes(cases):
    def with_notes(name, notes, reason):
        cases.bad(name, cases.elf(notes=notes).build(), reason)

    with_notes("no-xen-notes", note(1, b"x", b"GNU\0"), "not a Xen kernel")
    cases.bad("no-notes", cases.elf().build(), "not a Xen kernel")
    with_notes("note-long", linux_notes() + struct.pack("<III", 4, 400, 1) + b"Xen\0", "runs past its segment")
    with_notes("note-name-long", struct.pack("<III", 0xFFFFFFFF, 4, 1) + b"Xen\0", "runs past its segment")
    with_notes("notes-too-big", linux_notes() + b"\0" * 20000, "too many notes")
    with_notes("loader", linux_notes(LOADER=s("own"), GUEST_OS=s("GRUB")), "LOADER=generic")
    with_notes("version", linux_notes(XEN_VERSION=s("xen-2.0")), "not built for xen-3.0")
    with_notes("required", linux_notes(FEATURES=s("dom0|!time_travel")), "feature that is not known")
    with_notes("entry-low", linux_notes(ENTRY=q(BASE)), "entry point lies outside")
    with_notes("entry-high", linux_notes(ENTRY=q(BASE + 0x40000000)), "entry point lies outside")
    with_notes("offset-no-base", linux_notes(VIRT_BASE=None), "PADDR_OFFSET without VIRT_BASE")
    with_notes("base-odd", linux_notes(VIRT_BASE=q(BASE + 8)), "VIRT_BASE is not on a page boundary")
    with_notes("base-high", linux_notes(VIRT_BASE=q((1 << 64) - 0x1000)), "below VIRT_BASE")
    with_notes("p2m-inside", linux_notes(INIT_P2M=q(BASE + PHYS + 0x1000)), "INIT_P2M lies inside")
    cases.bad("guest-page", at_virtual(cases.elf(guest=s(GUEST.replace("0x2", "0xfffffffffffff")))).build(),
              "HYPERCALL_PAGE is out of bounds")
    cases.bad("guest-feature", cases.elf(guest=s(GUEST + ",FEATURES=!nonsense")).build(), "feature that is not known")
    cases.bad("guest-long", cases.elf(guest=b"x" * 9000).build(), "should be small")
    guest = cases.elf(guest=s(GUEST)).build()
    shoff = struct.unpack_from("<Q", guest, 40)[0]
    cases.bad("sections-many", patched(guest, 60, "<H", 300), "more than 256 sections")
    cases.bad("sections-far", patched(guest, 40, "<Q", 1 << 60), "ends before")
    cases.bad("section-offset", patched(guest, shoff + 64 + 24, "<Q", 1 << 60), "ends before")
    cases.bad("shstrndx", patched(guest, 62, "<H", 3), "not a Xen kernel")
    cases.bad("section-name", patched(guest, shoff + 128, "<I", 0xFFFFFFF0), "not a Xen kernel")


def main():
    folder, small = sys.argv[1], sys.argv[2:] == ["seeds"]
    os.makedirs(folder, exist_ok=True)
    cases = Cases(folder, small)
    good_cases(cases)
    if not small:
        elf = cases.elf(notes=linux_notes(), note_at=0x1400).build()
        bad_bzimages(cases, elf)
        bad_headers(cases, elf)
        bad_notes(cases)
        cases.write("cases.tsv", "".join("\t".join("any" if c is None else str(c) for c in row) + "\n"
                                         for row in cases.rows).encode())
    else:
        for row in cases.rows:
            if row[4] != "-":
                os.remove(os.path.join(folder, row[4]))


main()
