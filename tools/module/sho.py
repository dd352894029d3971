#!/usr/bin/python3
"""Makes, signs and bundles modules: files NAME.sho for the hypervisor's loader (docs/module-format.md).

    sho.py make -o NAME.sho --manifest NAME.manifest --interface HASH OBJECT...   from objects that safecc wrote
    sho.py sign --key KEY.pem [--provider NAME]... FILE...                        append the signature
    sho.py bundle -o FILE --key KEY.pem MODULE...                                 several unsigned modules under one signature
    sho.py key -o KEY.pem                                                         a new key, unless there is one
    sho.py keys PUBLIC.pem...                                                     the table of trusted keys, as C
    sho.py interface HEADER...                                                    the hash of shared headers
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import elf

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551  # of P-256: SEC 2, 2.4.2
DOMAIN = {"module": b"SafeHype module 1\0", "bundle": b"SafeHype bundle 1\0"}
LOADED = [".text", ".rodata", ".rodata.str1.1", ".rodata.cst4", ".rodata.cst8", ".rodata.cst16", ".rodata.cst32", ".data.rel.ro", ".percpu_arrays", ".sc_sites",
          ".sc_names", ".kcfi_traps", ".data", ".bss"]
LEVELS = ["safe", "contract"]
NAME = re.compile(r"[a-z0-9_]{1,31}")
STACK_MAX, PORTS_MAX, BUNDLE_MAX = 4096, 32, 40
# What the compiler calls of its own accord, declared or not: its type is what C says.
BUILTIN = {name: hashlib.sha256(b"builtin " + name.encode()).hexdigest()[:32] for name in ("memcpy", "memmove", "memset", "memcmp")}


class Refused(Exception):
    """What is wrong with the input, for people."""


# ---- manifests

def number(path, fields, key, limit):
    text = fields[key]
    if not re.fullmatch(r"[0-9]{1,20}", text) or int(text) > limit:
        raise Refused(f"{path}: {key}: is a number up to {limit}")
    return int(text)


def ports(path, fields, key):
    names = fields[key].split()
    bad = [name for name in names if not NAME.fullmatch(name)]
    if bad:
        raise Refused(f"{path}: {key}: {bad[0]}: wants 1 to 31 letters a-z, 0-9 and _")
    if len(names) > PORTS_MAX or len(set(names)) != len(names):
        raise Refused(f"{path}: {key}: at most {PORTS_MAX} ports, each once")
    return names


def manifest_read(path):
    """{"name", "version", "epoch", "stack", "level", "provides", "requires"} of a NAME.manifest."""
    fields = {"module": path.stem, "version": "1", "epoch": "0", "level": "safe", "provides": "", "requires": "", "stack": ""}
    seen = set()
    for number_of_line, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if line.strip() and (not colon or key in seen):
            raise Refused(f"{path}:{number_of_line}: wants KEY: VALUE, each key once")
        seen.add(key)
        fields[key] = value
    if not NAME.fullmatch(fields["module"]):
        raise Refused(f"{path}: module: wants 1 to 31 letters a-z, 0-9 and _")
    if fields["level"] not in LEVELS:
        raise Refused(f"{path}: level: is safe or contract")
    if not fields["stack"]:
        raise Refused(f"{path}: there is no stack: (bytes that the deepest call takes)")
    return {"name": fields["module"], "version": number(path, fields, "version", 2**64 - 1), "epoch": number(path, fields, "epoch", 2**32 - 1),
            "stack": number(path, fields, "stack", STACK_MAX), "level": LEVELS.index(fields["level"]),
            "provides": ports(path, fields, "provides"), "requires": ports(path, fields, "requires")}


def port_of(header):
    """The port that a header declares."""
    path = pathlib.PurePath(header)
    parts = path.parts
    if "ports" in parts or "modules" in parts or "kimage" in parts:
        return path.stem
    return "xen_compat" if "xen-compat" in parts else "dispatch" if "dispatch" in parts else "core"


def types_read(sections):
    """{name: (hash, header)} of all .sc_types; two objects that disagree are refused."""
    types = {}
    for section in sections:
        for line in section.data.decode("ascii").splitlines() if section.name == ".sc_types" else ():
            name, digest, header = line.split(" ", 2)
            if types.setdefault(name, (digest, header))[0] != digest:
                raise Refused(f"{name} is declared differently in {header} and {types[name][1]}, or they were compiled with other options")
    return types


# ---- the ELF file

def private(header):
    """Declared in no header, or in one of a module's folder that is not called as the folder is: only its own files include that."""
    path = pathlib.PurePath(header)
    return path.suffix == ".c" or path.name == "internal.h" or ("modules" in path.parts and path.stem != path.parent.name)


class Module:
    """What is in a linked object, sorted for the file."""

    def __init__(self, sections, symbols, manifest):
        self.manifest, self.symbols = manifest, symbols
        self.types = types_read(sections)
        self.kept = [s for name in LOADED for s in sections if s.name == name and s.size]
        strange = [s.name for s in sections if s.flags & 2 and s.size and s.name not in LOADED and not s.name.startswith(".note")]
        if strange:
            raise Refused(f"sections that no module may have: {' '.join(strange)}")
        self.index = {s.index: i for i, s in enumerate(self.kept, 1)}
        self.relas = {s.info: elf.relocations(s) for s in sections if s.kind == elf.SHT["RELA"] and s.info in self.index}
        self.exports = sorted(s.name for s in symbols if s.binding == 1 and s.section in self.index and s.name in self.types
                              and not private(self.types[s.name][1]))
        self.imports = sorted(s.name for s in symbols if s.index and s.section == elf.UNDEF and s.binding == 1)
        untyped = [name for name in self.imports if name not in self.types and name not in BUILTIN]
        if untyped:
            raise Refused(f"imports without a declaration: {' '.join(untyped)}")

    def type(self, name):
        return BUILTIN[name] if name in BUILTIN else self.types[name][0]

    def port(self, name):
        return "core" if name in BUILTIN else port_of(self.types[name][1])

    def ports_check(self):
        """(provides, requires), the manifest's; what is used beyond it is an error."""
        used = {"provides": {self.port(n) for n in self.exports}, "requires": {self.port(n) for n in self.imports}}
        for key, ports in used.items():
            more = ports - set(self.manifest[key]) - {"core"}
            if key == "requires":
                more -= set(self.manifest["provides"])  # the core's side of a port is declared beside the module's
            if more:
                raise Refused(f"it {key[:-1]}s what its manifest does not say: add to `{key}:` {' '.join(sorted(more))}")
        return sorted(set(self.manifest["provides"]) | used["provides"]), sorted(set(self.manifest["requires"]) | used["requires"])

    def symbol_table(self):
        """(symbols in order, how many are local, {old index: new index})."""
        wanted = {r[1] for relocations in self.relas.values() for r in relocations}
        public = set(self.exports) | set(self.imports)
        local, shared = [], []
        for s in self.symbols[1:]:
            if s.name in public and s.binding == 1:
                shared.append(s)
            elif s.section in self.index and (s.index in wanted or s.kind in (1, 2)):
                local.append(s)
            elif s.section == elf.ABS and s.name.startswith("__kcfi_typeid_"):
                shared.append(s)
        order = local + sorted(shared, key=lambda s: s.name)
        return order, len(local) + 1, {s.index: i for i, s in enumerate(order, 1)}


def records(module, names, ports, numbers):
    out = b""
    for symbol, name in sorted((numbers[name], name) for name in names):
        out += struct.pack("<II16s", symbol, ports.index(module.port(name)), bytes.fromhex(module.type(name)))
    return out


def manifest_bytes(module, numbers, interface):
    m, (provides, requires) = module.manifest, module.ports_check()
    lists = b"".join(name.encode().ljust(32, b"\0") for name in provides + requires)
    lists += records(module, module.exports, provides, numbers) + records(module, module.imports, requires, numbers)
    head = struct.pack("<8sII32sQII32sIIIIII", b"SHOMANI\1", 120 + len(lists), 0, m["name"].encode(), m["version"], m["epoch"], m["stack"],
                       bytes.fromhex(interface), m["level"], len(provides), len(requires), len(module.exports), len(module.imports), 0)
    return head + lists


def module_file(module, interface, certificate):
    order, nr_local, index = module.symbol_table()
    numbers = {s.name: i for i, s in enumerate(order, 1) if s.binding == 1 and i >= nr_local}
    texts, table = elf.Texts(), bytearray(24)
    for s in order:
        info = (s.info & 15) | ((1 if index[s.index] >= nr_local else 0) << 4)
        table += struct.pack(elf.SYMBOL, texts.add(s.name), info, 2 if s.other == 2 else 0, module.index.get(s.section, s.section), s.value, s.size)
    sections = [elf.Section(s.name, s.kind, s.flags & ~0x200000, s.data, s.align, s.entry, size=s.size) for s in module.kept]
    nr_relas = sum(1 for s in module.kept if module.relas.get(s.index))
    symtab = 1 + len(sections) + nr_relas + 2
    for target, old in enumerate(module.kept, 1):
        if module.relas.get(old.index):
            data = b"".join(struct.pack(elf.RELOCATION, offset, index[symbol] << 32 | kind, addend)
                            for offset, symbol, kind, addend in module.relas[old.index])
            sections.append(elf.Section(f".rela{old.name}", elf.SHT["RELA"], 0x40, data, 8, 24, symtab, target))
    sections += [elf.Section(".sc_manifest", 1, 0, manifest_bytes(module, numbers, interface), 8),
                 elf.Section(".sc_certificate", 1, 0, certificate, 1),
                 elf.Section(".symtab", 2, 0, bytes(table), 8, 24, symtab + 1, nr_local), elf.Section(".strtab", 3, 0, texts.data)]
    return elf.write(sections)


# ---- certificates

def sha256_file(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def proof_of(source, proofs, home):
    """What was proved of a source, or {"stale": why it was not, as it stands}."""
    if proofs is None:
        return {"stale": "no proofs were given (--proofs)"}
    proof = proofs["files"].get(str(source), {"stale": "it is not in verifier/manifest"})
    hashes = {**proof.get("headers", {}), str(source): proof["source_sha256"]} if "stale" not in proof else {}
    places = {name: next((folder / name for folder in (home, ROOT) if (folder / name).exists()), None) for name in hashes}
    changed = [name for name, digest in sorted(hashes.items()) if places[name] is None or sha256_file(places[name]) != digest]
    return {"stale": f"{changed[0]} was changed since"} if changed else proof


def checks_of(objects, sources):
    """{fate: how many, or the ids of which} of the run-time checks in a module's own files, out of what safecc wrote beside each object."""
    fates = {"static": 0, "hoisted": 0, "kept": set(), "proved": set()}
    own = {str(s.parent) for s in sources}
    for report in (o.with_suffix(".json") for o in objects):
        if not report.exists():
            return None
        for check in json.loads(report.read_text())["checks"]:
            if os.path.dirname(check["place"]["file"]) not in own:
                continue
            if isinstance(fates[check["fate"]], set):
                fates[check["fate"]].add(check["id"].removeprefix("0x"))
            else:
                fates[check["fate"]] += 1
    return {fate: " ".join(sorted(found)) if isinstance(found, set) else found for fate, found in fates.items()}


def level_lower(manifest, proved):
    """`level: contract` is what is wanted; the file says it only of what is proved as it stands."""
    why = [f"{name} is not proved: {proof['stale']}" for name, proof in proved.items() if "stale" in proof] if proved else ["no sources were named (--sources)"]
    if manifest["level"] > 0 and why:
        print(f"sho.py: {manifest['name']}: level: contract is lowered to safe: {why[0]}; verifier/prove --update proves it", file=sys.stderr)
        manifest["level"] = 0


def certificate_text(manifest, proved, proofs, options):
    """What was checked and proved, by what: JSON, for people and tools. The loader does not read it; the signature covers it."""
    compiler = subprocess.run(["clang-19", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    path = lambda o: os.path.relpath(o, ROOT) if str(o).startswith(str(ROOT)) else pathlib.Path(o).name
    text = {"module": manifest["name"], "version": manifest["version"], "dialect": 1, "compiler": compiler,
            "safecc": sha256_file(options.safecc) if options.safecc else None, "level": LEVELS[manifest["level"]],
            "provers": {key: proofs[key] for key in ("tools", "binaries", "model", "flags", "trusted_sha256")} if proofs else None,
            "sources": {str(s): sha256_file(options.home / s) for s in options.sources}, "proofs": proved, "checks": checks_of(options.objects, options.sources),
            "objects": {path(o): sha256_file(o) for o in options.objects}}
    return json.dumps(text, sort_keys=True, indent=1).encode()


# ---- keys and signatures

def openssl(*words, data=None):
    try:
        return subprocess.run(["openssl", *map(str, words)], input=data, capture_output=True, check=True).stdout
    except subprocess.CalledProcessError as problem:
        raise Refused(f"openssl {words[0]}: {problem.stderr.decode(errors='replace').strip()}") from problem


def point_of(pem, private_key=False, providers=()):
    """The public key as a point, 65 bytes."""
    options = [word for name in providers for word in ("-provider", name)]
    der = openssl("pkey", *([] if private_key else ["-pubin"]), "-in", pem, "-pubout", "-outform", "DER", *options)
    if len(der) != 91 or der[26] != 4 or b"\x2a\x86\x48\xce\x3d\x03\x01\x07" not in der:
        raise Refused(f"{pem}: is no key on the curve P-256 (prime256v1)")
    return der[26:]


def integer(der, at):
    """(value, what follows) of a DER INTEGER."""
    if der[at] != 2:
        raise Refused("openssl wrote a signature of another form")
    return int.from_bytes(der[at + 2:at + 2 + der[at + 1]], "big"), at + 2 + der[at + 1]


def signature(digest, key, providers):
    """r and s, 64 bytes; of the two that would verify the one with the lower s."""
    options = [word for name in providers for word in ("-provider", name)]
    with tempfile.NamedTemporaryFile() as file:
        file.write(digest)
        file.flush()
        der = openssl("pkeyutl", "-sign", "-inkey", key, "-in", file.name, *options)
    r, at = integer(der, 2)
    s, _ = integer(der, at)
    return r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big")


def signed(content, kind, key, providers=()):
    """The file with its trailer."""
    content += b"\0" * (-len(content) % 8)
    body = content + struct.pack("<8sQ", b"SHOSIG\0\1", len(content) + 112) + hashlib.sha256(point_of(key, True, providers)).digest()
    return body + signature(hashlib.sha256(DOMAIN[kind] + body).digest(), key, providers)


def bundle_bytes(modules):
    """modules: [(name, bytes)]."""
    head, files, at = b"", b"", 16 + 80 * len(modules)
    for name, data in modules:
        pad = -at % 16
        head += struct.pack("<32sQQ32s", name.encode(), at + pad, len(data), hashlib.sha256(data).digest())
        files += b"\0" * pad + data
        at += pad + len(data)
    return struct.pack("<8sII", b"SHOBNDL\1", len(modules), 0) + head + files


# ---- commands

def write_whole(path, data):
    """All of it, or what was there before."""
    temporary = path.with_name(path.name + ".new")
    temporary.write_bytes(data)
    os.replace(temporary, path)


def do_make(options):
    manifest = manifest_read(options.manifest)
    with tempfile.TemporaryDirectory() as folder:
        linked = pathlib.Path(folder) / "linked.o"
        done = subprocess.run(["ld.lld-19", "-r", "-o", linked, *options.objects], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Refused(f"the linker: {done.stderr.strip()}")
        sections, symbols = elf.read(linked.read_bytes())
    proofs = json.loads(options.proofs.read_text()) if options.proofs else None
    proved = {str(source): proof_of(source, proofs, options.home) for source in options.sources}
    level_lower(manifest, proved)
    module = Module(sections, symbols, manifest)
    write_whole(options.output, module_file(module, options.interface, certificate_text(manifest, proved, proofs, options)))


def without_trailer(path):
    data = path.read_bytes()
    return data[:-112] if data[-112:-104] == b"SHOSIG\0\1" else data


def do_sign(options):
    for path in options.files:
        write_whole(path, signed(without_trailer(path), "module", options.key, options.provider))


def do_bundle(options):
    modules = [(path.stem, without_trailer(path)) for path in options.files]
    bad = [name for name, _ in modules if not NAME.fullmatch(name)]
    if bad or len(modules) > BUNDLE_MAX:
        raise Refused(f"{bad[0]}: wants 1 to 31 letters a-z, 0-9 and _" if bad else f"at most {BUNDLE_MAX} modules in a bundle")
    write_whole(options.output, signed(bundle_bytes(modules), "bundle", options.key, options.provider))


def do_key(options):
    if options.output.exists():
        return
    options.output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.output.parent) as folder:
        new = pathlib.Path(folder) / "key.pem"
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", new)
        new.chmod(0o600)
        os.replace(new, options.output)
    print(f"sho.py: a new signing key: {options.output}", file=sys.stderr)


def do_keys(options):
    print("/* Written by tools/module/sho.py: the keys whose signatures are trusted. */")
    for pem in options.files:
        point = point_of(pem, b"PRIVATE" in pem.read_bytes())
        rows = (", ".join(f"0x{b:02x}" for b in data) for data in (hashlib.sha256(point).digest(), point))
        print("{ { " + next(rows) + " },\n  { " + next(rows) + " } },")


def do_interface(options):
    digest = hashlib.sha256()
    for path in sorted(options.files, key=str):
        digest.update(f"{path}\n".encode() + path.read_bytes())
    print(digest.hexdigest())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="a module's file, not signed yet")
    make.add_argument("--manifest", type=pathlib.Path, required=True)
    make.add_argument("--interface", required=True, help="hash of the shared headers")
    make.add_argument("--safecc", type=pathlib.Path, help="the safecc that wrote the objects, for the certificate")
    make.add_argument("--proofs", type=pathlib.Path, help="what verifier/prove --certificate wrote")
    make.add_argument("--sources", nargs="*", type=pathlib.Path, default=[], help="what the objects were compiled of")
    make.add_argument("--home", type=pathlib.Path, default=ROOT, help="the folder that sources are named from, if it is not the tree")
    make.add_argument("objects", nargs="+", type=pathlib.Path)
    sign, bundle = commands.add_parser("sign"), commands.add_parser("bundle")
    for command in (sign, bundle):
        command.add_argument("--key", required=True, help="private key: a PEM file, or what a provider calls it")
        command.add_argument("--provider", action="append", default=[], help="OpenSSL provider that has the key")
        command.add_argument("files", nargs="+", type=pathlib.Path)
    key, keys, interface = (commands.add_parser(name) for name in ("key", "keys", "interface"))
    for command in (keys, interface):
        command.add_argument("files", nargs="+", type=pathlib.Path)
    for command in (make, bundle, key):
        command.add_argument("-o", "--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    try:
        {"make": do_make, "sign": do_sign, "bundle": do_bundle, "key": do_key, "keys": do_keys, "interface": do_interface}[options.command](options)
    except (Refused, ValueError, OSError) as problem:
        what = f"{options.output.name}: " if options.command == "make" else ""
        print(f"sho.py: {what}{problem}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
