"""Just enough of ELF64 relocatables to read what the linker wrote and to write a module's file (docs/module-format.md)."""
import struct

SHT = {"NULL": 0, "PROGBITS": 1, "SYMTAB": 2, "STRTAB": 3, "RELA": 4, "NOBITS": 8}
UNDEF, ABS = 0, 0xfff1
HEADER, SECTION, SYMBOL, RELOCATION = "<16sHHIQQQIHHHHHH", "<IIQQQQIIQQ", "<IBBHQQ", "<QQq"


class Section:
    """A section: its name, header fields and bytes. index is its place in the file it came from."""

    def __init__(self, name, kind, flags, data, align=1, entry=0, link=0, info=0, size=None, index=0):
        self.name, self.kind, self.flags, self.data, self.align = name, kind, flags, data, align
        self.entry, self.link, self.info, self.index = entry, link, info, index
        self.size = len(data) if size is None else size


class Symbol:
    def __init__(self, name, info, other, section, value, size, index=0):
        self.name, self.info, self.other, self.section, self.value, self.size = name, info, other, section, value, size
        self.index = index

    binding = property(lambda self: self.info >> 4)
    kind = property(lambda self: self.info & 15)


def text_at(table, at):
    return table[at:table.index(b"\0", at)].decode("ascii")


def read(data, kind=1):
    """(sections, symbols) of a relocatable file; sections by their index, symbols by theirs."""
    head = struct.unpack_from(HEADER, data)
    if head[0][:6] != b"\x7fELF\x02\x01" or head[1] != kind or head[2] != 62:
        raise ValueError("is no relocatable ELF64 file for x86-64")
    raw = [struct.unpack_from(SECTION, data, head[6] + i * 64) for i in range(head[12])]
    names = data[raw[head[13]][4]:raw[head[13]][4] + raw[head[13]][5]]
    sections = []
    for i, (name, sort, flags, _, offset, size, link, info, align, entry) in enumerate(raw):
        body = b"" if sort in (SHT["NULL"], SHT["NOBITS"]) else data[offset:offset + size]
        sections.append(Section(text_at(names, name), sort, flags, body, align, entry, link, info, size, i))
    symbols = []
    for table in (s for s in sections if s.kind == SHT["SYMTAB"]):
        texts = sections[table.link].data
        for i in range(table.size // 24):
            name, *rest = struct.unpack_from(SYMBOL, table.data, i * 24)
            symbols.append(Symbol(text_at(texts, name), *rest, index=i))
    return sections, symbols


def read_linked(data):
    """The same of an executable that was linked with --emit-relocs: offsets in its relocations are addresses."""
    return read(data, 2)


def relocations(section):
    """(offset, symbol, type, addend) of a RELA section, in ascending order."""
    out = []
    for i in range(section.size // 24):
        offset, info, addend = struct.unpack_from(RELOCATION, section.data, i * 24)
        out.append((offset, info >> 32, info & 0xffffffff, addend))
    return sorted(out)


class Texts:
    """A string table."""

    def __init__(self):
        self.data, self.at = b"\0", {"": 0}

    def add(self, name):
        if name not in self.at:
            self.at[name] = len(self.data)
            self.data += name.encode("ascii") + b"\0"
        return self.at[name]


def write(sections):
    """The file's bytes. sections without the null one and .shstrtab; link and info are indices into the result."""
    names, body, headers = Texts(), bytearray(b"\0" * 64), [b"\0" * 64]
    table = Section(".shstrtab", SHT["STRTAB"], 0, b"")
    for section in [*sections, table]:
        names.add(section.name)
    table.data, table.size = names.data, len(names.data)
    for s in [*sections, table]:
        align = max(s.align, 1) if s.kind != SHT["NOBITS"] else 1
        body += b"\0" * (-len(body) % align)
        headers.append(struct.pack(SECTION, names.at[s.name], s.kind, s.flags, 0, len(body), s.size, s.link, s.info, s.align, s.entry))
        body += s.data
    body += b"\0" * (-len(body) % 8)
    at, count = len(body), len(headers)
    body += b"".join(headers)
    body[:64] = struct.pack(HEADER, b"\x7fELF\x02\x01\x01" + b"\0" * 9, 1, 62, 1, 0, 0, at, 0, 64, 0, 0, 64, count, count - 1)
    return bytes(body)
