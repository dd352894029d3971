# SPDX-License-Identifier: MIT
"""Rows of the table of crafted files: a name, the file, and what must become of it."""
import dataclasses

import craft
from craft import Small


@dataclasses.dataclass
class Row:
    """expected: the refusal, None when the file is good. at: who refuses it: "open", modinspect and the harness; "link", the
    harness when it links, modinspect takes it; "harness", what modinspect says does not matter."""
    name: str
    content: bytes
    expected: str = None
    at: str = "open"
    sign: str = "test"  # by which key; "none": the content is the whole file
    kind: str = "module"  # "bundle"; "signed-as-bundle": and read as a module
    words: str = ""
    patch: object = None  # of the signed file


class Table:
    def __init__(self, real):
        self.rows, self.real = [], real

    def add(self, name, file, expected=None, **more):
        content = bytes(file.bytes) if isinstance(file, craft.File) else bytes(file)
        self.rows.append(Row(name, content, expected, **more))

    def file(self, name):
        """A shipped module, not signed."""
        return craft.File(self.real[name])


def in_section(file, section, what):
    return f"section {file.index(section)}: {what}"


def in_symbol(file, symbol, what):
    return f"symbol {file.symbol_index(symbol)}: {what}"


def changed(change):
    """Small with something changed before it is built."""
    small = Small()
    change(small)
    return small.build()
