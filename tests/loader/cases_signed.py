# SPDX-License-Identifier: MIT
"""Crafted files: signatures and bundles."""
import struct

import craft
import keys
from craft import U32, U64
from rows import changed


# ---- signatures

def number(data):
    return int.from_bytes(data, "big")


def set_rs(file, r=None, s=None):
    data = bytearray(file)
    if r is not None:
        data[-64:-32] = r.to_bytes(32, "big")
    if s is not None:
        data[-32:] = s.to_bytes(32, "big")
    return bytes(data)


def patched(at, value):
    """Bytes of the signed file; at < 0 counts from its end."""
    def change(file):
        data = bytearray(file)
        begin = at % len(data)
        data[begin:begin + len(value)] = value
        return bytes(data)
    return change


def signature_cases(t, signed_by):
    """signed_by(content, kind, key): the signed file."""
    module = bytes(t.file("evtchn").bytes)
    other = signed_by(bytes(t.file("sched_fair").bytes), "module", "test")
    none, at_end, bad = "it is not signed: no trailer", "it is not signed: no trailer at its end", "its signature is not good"
    t.add("signature/stripped", module, at_end, sign="none")
    t.add("signature/stripped-odd", module + b"\0", none, sign="none")
    t.add("signature/empty-file", b"", none, sign="none")
    t.add("signature/111-bytes", other[-111:], none, sign="none")
    t.add("signature/only-a-trailer", other[-112:], "its size is not what the trailer says", sign="none")
    t.add("signature/larger-than-4-MiB", b"\0" * (0x400000 + 8 - 112) + other[-112:], "it is larger than 4 MiB", sign="none")
    t.add("signature/magic", module, at_end, patch=patched(-112, b"SHOSIH\0\1"))
    t.add("signature/trailer-version-2", module, at_end, patch=patched(-112, b"SHOSIG\0\2"))
    for name, value in (("0", 0), ("less", len(module)), ("max", U64), ("4-GiB-more", (1 << 32) + len(module) + 112)):
        t.add(f"signature/size-{name}", module, "its size is not what the trailer says", patch=patched(-104, struct.pack("<Q", value)))
    t.add("signature/8-bytes-behind", module, at_end, patch=lambda file: file + b"\0" * 8)
    t.add("signature/1-byte-behind", module, none, patch=lambda file: file + b"\0")
    t.add("signature/a-file-behind", module, bad, patch=lambda file: file + file[:-104] + struct.pack("<Q", 2 * len(file)) + file[-96:])
    t.add("signature/second-trailer", module, bad, patch=lambda file: file + file[-112:-104] + struct.pack("<Q",
                                                                                                           len(file) + 112) + file[-96:])
    t.add("signature/cut-in-front", module, "its size is not what the trailer says", patch=lambda file: file[8:])
    t.add("signature/another-modules-trailer", module, "its size is not what the trailer says",
          patch=lambda file: file[:-112] + other[-112:])
    t.add("signature/another-modules-signature", module, bad, patch=lambda file: file[:-64] + other[-64:])
    t.add("signature/manifest-swapped-behind-it", module, bad, patch=renamed)
    for name, at in (("first-byte", 0), ("text", 100), ("key-id", -96)):
        t.add(f"signature/changed-{name}", module, bad if at >= 0 else "the key that signed it is not trusted here", patch=lambda file,
              at=at: patched(at, bytes([file[at] ^ 1]))(file))
    t.add("signature/padding-changed", module + b"\0\1\0", bad, patch=lambda file: patched(len(file) - 113, bytes([file[-113] ^ 1]))(file))
    t.add("signature/other-key", module, "the key that signed it is not trusted here", sign="other")
    t.add("signature/other-key-under-this-id", module, bad, sign="other", patch=lambda file: file[:-96] + other[-96:-64] + file[-64:])
    t.add("signature/revoked-key", module, "the key that signed it is revoked", at="harness", words="revoked")
    t.add("signature/as-a-bundle", module, bad, kind="signed-as-bundle")
    high = "its signature is not in the one form that is allowed (s is high)"
    t.add("signature/malleated", module, high, patch=lambda file: set_rs(file, s=craft.ORDER - number(file[-32:])))
    t.add("signature/s-just-high", module, high, patch=lambda file: set_rs(file, s=craft.ORDER // 2 + 1))
    t.add("signature/s-half", module, bad, patch=lambda file: set_rs(file, s=craft.ORDER // 2))
    t.add("signature/s-max", module, high, patch=lambda file: set_rs(file, s=(1 << 256) - 1))
    t.add("signature/s-plus-order", module, high, patch=lambda file: set_rs(file,
                                                                            s=(number(file[-32:]) + craft.ORDER) % (1 << 256) | 1 << 255))
    for name, r, s in (("r-0", 0, None), ("s-0", None, 0), ("r-and-s-0", 0, 0), ("r-order", craft.ORDER, None),
                       ("r-max", (1 << 256) - 1, None), ("r-1-s-1", 1, 1)):
        t.add(f"signature/{name}", module, bad, patch=lambda file, r=r, s=s: set_rs(file, r=r, s=s))
    t.add("signature/r-plus-1", module, bad, patch=lambda file: set_rs(file, r=(number(file[-64:-32]) + 1) % craft.ORDER))
    t.add("signature/r-and-s-exchanged", module, bad, patch=lambda file: set_rs(file, r=number(file[-32:]),
                                                                                s=min(number(file[-64:-32]),
                                                                                      craft.ORDER - number(file[-64:-32]))))
    for name, point in keys.WRONG.items():
        for r, s in ((None, None), (1, 1)):
            t.add(f"signature/key-{name}{'-1-1' if r else ''}", module, bad, at="harness", patch=lambda file, p=point, r=r,
                  s=s: set_rs(file[:-96] + keys.key_id(p) + file[-64:], r=r, s=s))


def renamed(file):
    return bytes(craft.File(file[:-112]).manifest(name=b"sched_fair").bytes) + file[-112:]


# ---- bundles

def bundle_cases(t):
    a, b = bytes(t.file("evtchn").bytes), bytes(t.file("insn").bytes)
    behind = "its bytes do not lie behind those before it"
    two, more = [("evtchn", a), ("insn", b)], {"kind": "bundle"}
    none, count = "it is no bundle", "a bundle of none, or of too many, or cut short"
    t.add("bundle/two", craft.bundle(two), **more)
    t.add("bundle/forty", craft.bundle([(f"m{i}", b) for i in range(40)]), **more)
    t.add("bundle/magic", craft.bundle(two, magic=b"SHOBNDM\1"), none, at="harness", **more)
    t.add("bundle/version-2", craft.bundle(two, magic=b"SHOBNDL\2"), none, at="harness", **more)
    t.add("bundle/reserved", craft.bundle(two, reserved=1), none, **more)
    t.add("bundle/empty-content", b"", none, at="harness", **more)
    for nr in (0, 41, U32):
        t.add(f"bundle/count-{nr:x}", craft.bundle(two, count=nr), count, **more)
    t.add("bundle/cut-in-its-entries", craft.bundle(two)[:168], count, **more)
    t.add("bundle/entries-only", craft.bundle(two, count=1)[:96], f"bundle entry 0: {behind}", **more)
    t.add("bundle/forty-one", craft.bundle([(f"m{i}", b) for i in range(41)]), count, **more)
    first = 176
    for name, i, row in (("offset-0", 0, {"offset": 0}), ("over-entries", 0, {"offset": first - 16}),
                         ("offset-not-16", 0, {"offset": first + 8}), ("offset-max", 0, {"offset": U64 - 15}),
                         ("size-0", 0, {"size": 0}), ("size-max", 0, {"size": U64}), ("sum-wraps", 1, {"size": U64 - first}),
                         ("over-the-first", 1, {"offset": first}),
                         ("into-the-first", 1, {"offset": first + (len(a) & ~15) - 16}), ("beyond", 1, {"size": len(b) + 16})):
        t.add(f"bundle/{name}", craft.bundle(two, rows={i: row}), f"bundle entry {i}: {behind}", **more)
    t.add("bundle/digest", craft.bundle(two, rows={0: {"digest": craft.digest_of(b)}}),
          "bundle entry 0: its bytes are not those that were signed", **more)
    t.add("bundle/digest-of-the-second", craft.bundle(two, rows={1: {"digest": b"\0" * 32}}),
          "bundle entry 1: its bytes are not those that were signed", **more)
    t.add("bundle/size-8-less", craft.bundle(two, rows={0: {"size": len(a) - 8}}),
          "bundle entry 0: its bytes are not those that were signed", **more)
    t.add("bundle/bad-module-in-it", craft.bundle([("evtchn", a), ("insn", b"\0" + b[1:])]), "it is no ELF64 file of little-endian numbers",
          **more)
    t.add("bundle/module-cut-short", craft.bundle([("evtchn", a[:-8])]), "byte 40: the section headers are not inside", **more)
    t.add("bundle/as-a-module", craft.bundle(two), "its signature is not good", at="harness", kind="signed-as-bundle")
    t.add("bundle/changed-behind-its-signature", craft.bundle(two), "its signature is not good", patch=patched(200, b"\xff\xff\xff"),
          **more)
