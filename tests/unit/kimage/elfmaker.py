# SPDX-License-Identifier: MIT
"""Small PV kernel images, right and wrong, from nothing but struct.pack: the tests' own view of the formats."""
import random
import struct
import subprocess

BASE = 0xFFFFFFFF80000000
PHYS = 0x1000000

LOAD, NOTE = 1, 4
ENTRY, HYPERCALL, VIRT_BASE, PADDR_OFFSET, XEN_VERSION, GUEST_OS, GUEST_VERSION, LOADER, PAE, FEATURES = range(1, 11)
BSD_SYMTAB, HV_START_LOW, L1_MFN_VALID, SUSPEND_CANCEL, INIT_P2M, MOD_START_PFN, SUPPORTED, PHYS32 = range(11, 19)


def q(*values):
    return struct.pack("<%dQ" % len(values), *values)


def d(value):
    return struct.pack("<I", value)


def s(text):
    return text.encode() + b"\0"


def note(kind, desc, owner=b"Xen\0"):
    pad = b"\0" * (-len(desc) % 4)
    opad = b"\0" * (-len(owner) % 4)
    return struct.pack("<III", len(owner), len(desc), kind) + owner + opad + desc + pad


def linux_notes(**change):
    """Notes as a Linux kernel has them; change replaces or (None) drops one by its name in this module."""
    notes = {
        GUEST_OS: s("linux"), GUEST_VERSION: s("2.6"), XEN_VERSION: s("xen-3.0"), VIRT_BASE: q(BASE),
        INIT_P2M: q(0x8000000000), ENTRY: q(BASE + PHYS + 0x1C0), HYPERCALL: q(BASE + PHYS + 0x2000),
        FEATURES: s("!writable_page_tables|pae_pgdir_above_4gb"), SUPPORTED: d(0x8801), PAE: s("yes"),
        LOADER: s("generic"), L1_MFN_VALID: q(1, 1), MOD_START_PFN: d(1), SUSPEND_CANCEL: d(1),
        HV_START_LOW: q(0xFFFF800000000000), PHYS32: q(0x1000850), PADDR_OFFSET: q(0),
    }
    for name, desc in change.items():
        notes[globals()[name]] = desc
    return b"".join(note(kind, desc) for kind, desc in notes.items() if desc is not None)


def code(length, seed=1):
    """Bytes that compress somewhat and are thick with call opcodes, for the x86 branch filter."""
    rng = random.Random(seed)
    words = [bytes(rng.choice([0xE8, 0xE9, 0x00, 0xFF, rng.randrange(256)]) for _ in range(8)) for _ in range(500)]
    return b"".join(rng.choice(words) for _ in range(length // 8 + 1))[:length]


class Elf:
    """loads: (offset, paddr, data, memsz) in the order of the program headers; notes lie where note_at says."""

    def __init__(self, loads=None, notes=b"", note_at=None, guest=None, note_section=b""):
        self.loads = loads or default_loads()
        self.notes, self.note_at = notes, note_at
        self.guest, self.note_section = guest, note_section
        self.entry, self.machine, self.klass, self.phentsize = BASE + PHYS + 0x40, 62, 2, 56
        self.phoff, self.sections = 64, []

    def memory(self):
        start = min(paddr for _, paddr, _, _ in self.loads) & ~0xFFF
        end = max(paddr + memsz for _, paddr, _, memsz in self.loads)
        image, file = bytearray(end - start), self.build()
        for offset, paddr, data, _ in self.loads:
            image[paddr - start:paddr - start + len(data)] = file[offset:offset + len(data)]
        return bytes(image)

    def build(self):
        file = bytearray()

        def put(at, data):
            if len(file) < at + len(data):
                file.extend(b"\0" * (at + len(data) - len(file)))
            file[at:at + len(data)] = data

        for offset, _, data, _ in self.loads:
            put(offset, data)
        headers = [struct.pack("<IIQQQQQQ", LOAD, 7, o, p, p, len(data), m, 4096) for o, p, data, m in self.loads]
        if self.notes:
            at = self.note_at if self.note_at is not None else len(file)
            put(at, self.notes)
            headers.append(struct.pack("<IIQQQQQQ", NOTE, 4, at, 0, 0, len(self.notes), 0, 4))
        shoff, shnum, shstrndx = self.put_sections(put, file)
        put(self.phoff, b"".join(headers))
        put(0, b"\x7fELF" + bytes([self.klass, 1, 1]) + b"\0" * 9 + struct.pack(
            "<HHIQQQIHHHHHH", 2, self.machine, 1, self.entry, self.phoff, shoff, 0, 64, self.phentsize, len(headers),
            64, shnum, shstrndx))
        return bytes(file)

    def put_sections(self, put, file):
        if self.guest is None and not self.note_section:
            return 0, 0, 0
        names = b"\0.shstrtab\0__xen_guest\0.note.Xen\0"
        table = [(0, 0, 0, 0)]
        for name, kind, data in ((b".shstrtab", 3, names), (b"__xen_guest", 1, self.guest),
                                 (b".note.Xen", 7, self.note_section)):
            if data:
                table.append((names.index(name), kind, len(file), len(data)))
                put(len(file), data)
        shoff = len(file)
        put(shoff, b"".join(struct.pack("<IIQQQQIIQQ", n, k, 0, 0, o, l, 0, 0, 1, 0) for n, k, o, l in table))
        return shoff, len(table), 1


def default_loads(size=150000):
    """The middle one first; one with a place that is not a multiple of a page; one with memory only."""
    first, second = code(size, 1), code(30011, 2)
    at = 0x1000 + len(first) + 77
    return [(at, PHYS + 0x40123, second, 60000), (0x1000, PHYS, first, len(first)),
            (at + len(second), PHYS + 0x60000, b"", 0x3000)]


def bzimage(payload, protocol=0x20F, sects=2, offset=0x2CC, length=None):
    head = bytearray(512 * (sects + 1))
    head[0x1F1] = sects
    struct.pack_into("<H", head, 0x1FE, 0xAA55)
    head[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", head, 0x206, protocol)
    struct.pack_into("<II", head, 0x248, offset, len(payload) if length is None else length)
    return bytes(head) + b"\x90" * offset + payload + b"tail of the file"


def tool(data, *command):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def sized(packed, data):
    return packed + d(len(data))


PACKERS = {
    "raw": lambda data: data,
    "gzip": lambda data: tool(data, "gzip", "-9"),
    "xz": lambda data: sized(tool(data, "xz", "--check=crc32", "--x86", "--lzma2=dict=32MiB"), data),
    "xz-crc64": lambda data: sized(tool(data, "xz", "-9"), data),
    "xz-nocheck": lambda data: sized(tool(data, "xz", "--check=none", "--x86=start=4096", "--lzma2"), data),
    "xz-blocks": lambda data: sized(tool(data, "xz", "--block-size=20000", "--x86", "--lzma2=dict=1MiB"), data),
    "lz4": lambda data: sized(tool(data, "lz4", "-l", "-9", "-c"), data),
    "zstd": lambda data: sized(tool(data, "zstd", "-22", "--ultra", "-c", "-q"), data),
    "zstd-fast": lambda data: sized(tool(data, "zstd", "-1", "-c", "-q", "--no-check"), data),
}
