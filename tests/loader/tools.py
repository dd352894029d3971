# SPDX-License-Identifier: MIT
"""What modinspect and sho.py say of keys, manifests and lists that are none."""
import subprocess
import sys

import craft
import sho

SHO = [sys.executable, "-B", craft.ROOT / "tools/module/sho.py"]


def output(argv):
    return subprocess.run(list(map(str, argv)), capture_output=True, text=True, errors="replace", check=False)


# ---- keys

CURVES = {"secp256k1": ["EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"],
          "brainpool": ["EC", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"],
          "p384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "rsa": ["RSA"], "ed25519": ["ED25519"]}


def key_refused(run, name, pem, module):
    tool, maker = output([run.modinspect, "--key", pem, module]), output([*SHO, "keys", pem])
    run.say(f"keys/{name}", tool.returncode == 2 and "is no key on the curve P-256 in PEM" in tool.stderr and tool.stdout == "",
            tool.stderr.strip())
    run.say(f"keys/{name}-trusted", maker.returncode == 1 and maker.stderr.startswith("sho.py: ") and "{" not in maker.stdout,
            maker.stderr.strip()[-300:])


def keys_run(run):
    folder, module = run.out / "keys", run.out / "keys.sho"
    folder.mkdir(exist_ok=True)
    module.write_bytes(run.signed(run.real["insn"], "module", "test"))
    for name, algorithm in CURVES.items():
        pem = folder / f"{name}.pem"
        if not pem.exists():
            sho.openssl("genpkey", "-algorithm", *algorithm, "-out", pem)
        key_refused(run, name, pem, module)
    (folder / "garbage.pem").write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    key_refused(run, "garbage", folder / "garbage.pem", module)
    for name, argv, want in (("missing-file", ["--key", folder / "none.pem", module], "No such file"),
                             ("a-folder-for-a-file", [folder], "Is a directory"),
                             ("missing-module", [folder / "none.sho"], "No such file"), ("nothing-to-read", [], "usage:"),
                             ("no-such-option", ["--force", module], "usage:")):
        done = output([run.modinspect, *argv])
        run.say(f"keys/{name}", done.returncode == 2 and want in done.stderr, done.stderr.strip())


# ---- making, signing, bundling

MANIFEST = {"module": "sample", "provides": "sample", "requires": "core", "stack": "512"}
MANIFESTS = [
    ("name", {"module": "Sample"}, "module: wants 1 to 31 letters"),
    ("name-32", {"module": "a" * 32}, "module: wants 1 to 31 letters"),
    ("no-stack", {"stack": ""}, "there is no stack:"),
    ("stack-4097", {"stack": "4097"}, "stack: is a number up to 4096"),
    ("stack-word", {"stack": "much"}, "stack: is a number up to 4096"),
    ("stack-negative", {"stack": "-1"}, "stack: is a number up to 4096"),
    ("version-2-64", {"version": str(1 << 64)}, "version: is a number up to 18446744073709551615"),
    ("epoch-2-32", {"epoch": str(1 << 32)}, "epoch: is a number up to 4294967295"),
    ("level", {"level": "proved"}, "level: is safe or contract"),
    ("port-32", {"requires": "p" * 32}, "wants 1 to 31 letters"),
    ("port-path", {"provides": "../x"}, "wants 1 to 31 letters"),
    ("port-twice", {"requires": "core core"}, "at most 32 ports, each once"),
    ("33-ports", {"requires": " ".join(f"p{i}" for i in range(33))}, "at most 32 ports, each once"),
    ("no-colon", {"x\nrubbish": ""}, ":5: wants KEY: VALUE"),
    ("key-twice", {"x\nstack": "1"}, "wants KEY: VALUE, each key once"),
]


def maker_run(run):
    folder = run.out / "maker"
    folder.mkdir(exist_ok=True)
    insn = sorted((run.build / "obj/hypervisor/modules/insn").glob("*.o"))
    for name, change, want in MANIFESTS:
        path = folder / f"{name}.manifest"
        path.write_text("".join(f"{key}: {value}\n" if "rubbish" not in key else key + "\n" for key,
                                value in {**MANIFEST, **change}.items()))
        refused(run, f"maker/{name}", ["make", "-o", folder / "x.sho", "--manifest", path, "--interface", "00" * 32, *insn], want)
    good = folder / "good.manifest"
    good.write_text("".join(f"{key}: {value}\n" for key, value in MANIFEST.items()))
    (folder / "garbage.o").write_text("no object")
    make = ["make", "-o", folder / "x.sho", "--manifest", good, "--interface", "00" * 32]
    refused(run, "maker/object", [*make, folder / "garbage.o"], "the linker:")
    refused(run, "maker/undeclared-port", [*make, *insn], "what its manifest does not say")
    small = bytes(craft.Small().build().bytes)
    names = []
    for i in range(41):
        names.append(folder / f"m{i}.sho")
        names[-1].write_bytes(small)
    both = folder / "bundle"
    refused(run, "maker/41-modules", ["bundle", "-o", both, "--key", run.keys["test"], *names], "at most 40 modules in a bundle")
    (folder / "Bad-name.sho").write_bytes(small)
    refused(run, "maker/bundled-name", ["bundle", "-o", both, "--key", run.keys["test"], folder / "Bad-name.sho"], "wants 1 to 31 letters")
    refused(run, "maker/no-key", ["sign", "--key", folder / "none.pem", names[0]], "openssl pkey:")
    run.say("maker/refused-changed-nothing", names[0].read_bytes() == small, "the file is as it was")
    signed_twice(run, names[:2], both, small)


def signed_twice(run, names, both, small):
    """Signing replaces a signature; a bundle takes the module without it."""
    for _ in range(2):
        output([*SHO, "sign", "--key", run.keys["test"], *names])
    run.say("maker/signed-twice", len(names[0].read_bytes()) == -(-len(small) // 8) * 8 + 112, "one trailer")
    done = output([*SHO, "bundle", "-o", both, "--key", run.keys["test"], *names])
    run.say("maker/bundle-of-signed", done.returncode == 0 and both.read_bytes().count(b"SHOSIG") == 1, "one trailer")
    done = output([run.modinspect, "--key", run.keys["test"], *names, both])
    run.say("maker/what-was-made", done.returncode == 0 and done.stdout.count("module sample") == 4, done.stderr.strip() or "good")


def refused(run, name, argv, want):
    done = output([*SHO, *argv])
    run.say(name, done.returncode == 1 and done.stderr.startswith("sho.py: ") and want in done.stderr, done.stderr.strip()[-400:])
