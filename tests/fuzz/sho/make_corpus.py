# SPDX-License-Identifier: MIT
"""make_corpus.py MODULES CORPUS: the shipped modules, the bundle of small ones and one with everything, each behind the fuzzer's choice byte."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "loader"))
import craft  # pylint: disable=wrong-import-position

modules, corpus = map(pathlib.Path, sys.argv[1:3])
corpus.mkdir(parents=True, exist_ok=True)
trailer = b"SHOSIG\0\1"
small = bytes(craft.Small().build().bytes)
zero = {"digest": b"\0" * 32}  # the fuzzer's hash of everything
both = craft.bundle([("sample", small), ("again", small)], rows={0: zero, 1: zero})
seeds = {"small": b"\0" + small, "functions": b"\2" + small, "short": b"\x08" + small, "bundle": b"\4" + both}
for name, kind, content in (("signed", 1, small), ("signed-bundle", 5, both)):
    content += b"\0" * (-len(content) % 8)
    seeds[name] = bytes([kind]) + content + trailer + (len(content) + 112).to_bytes(8, "little") + b"\0" * 96
for path in modules.glob("*.sho"):
    seeds[path.stem] = b"\1" + path.read_bytes()
for name, data in seeds.items():
    (corpus / f"seed-{name}").write_bytes(data)
