#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Make a new module that already builds, passes `make check` and its unit test.

usage: new_module.py NAME [PORT [DIR]]     (make new-module NAME=tally, make new-module NAME=tally PORT=hooks, and with DIR=../tally)

Makes hypervisor/modules/NAME/{NAME.c,NAME.h,NAME.manifest,README.md}, or with PORT=hooks examples/NAME/{NAME.c,NAME.manifest,README.md}, an
extension to be loaded at run time, and tests/unit/NAME/{Makefile,test_NAME.c} from tools/build/templates. With DIR the extension goes to that new
folder, outside of the tree, with its test, a Makefile, what its proofs need and a file for CI. A name that cannot be is refused (exit code 2) and nothing
is changed.
"""
import pathlib
import re
import sys

from scaffold import ROOT, Refusal, TEMPLATES, formatted, main, render, write_all

USAGE = "usage: make new-module NAME=tally [PORT=hooks [DIR=../tally]]"
# port ("": a module of the image): templates, the folder that the files go to, and where the names are that are to be nobody else's
KINDS = {"": ("module", "unit", "hypervisor/modules", "ch"), "hooks": ("extension", "extension_unit", "examples", "")}
KEYWORDS = set("""auto break case char const continue default do double else enum extern float for goto if inline int long register restrict
return short signed sizeof static struct switch typedef union unsigned void volatile while
alignas alignof asm bool constexpr false nullptr static_assert thread_local true typeof typeof_unqual""".split())


def longest_name():
    """What the log shows of a module's name when a check fails."""
    text = (ROOT / "hypervisor/core/sites.c").read_text()
    return int(re.search(r"#define MODULE_NAME (\d+)", text).group(1)) - 1


def provided():
    """{port: module} of all manifests."""
    ports = {}
    for manifest in sorted(ROOT.glob("hypervisor/modules/*/*.manifest")):
        for words in re.findall(r"^provides:(.*)$", manifest.read_text(), re.M):
            ports.update({port: manifest.stem for port in words.split()})
    return ports


def taken(names):
    """(name, file:line) of the first of the names that the hypervisor's sources have already."""
    word = re.compile(r"\b(" + "|".join(map(re.escape, sorted(names))) + r")\b")
    for path in sorted([*ROOT.glob("hypervisor/**/*.[chS]"), *ROOT.glob("xen-compat/**/*.[ch]"), *ROOT.glob("tests/unit/mock/**/*.[ch]")]):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if m := word.search(line):
                return m.group(1), f"{path.relative_to(ROOT)}:{number}"
    return None


def check_name(name):
    if not name:
        raise Refusal(f"no name given; {USAGE}")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name, re.ASCII):
        raise Refusal(f"`{name}` is no module's name: small letters, digits and _ only, a letter first; {USAGE}")
    if len(name) > longest_name():
        raise Refusal(f"`{name}` has {len(name)} characters: at most {longest_name()}, so that a module's name fits into the log")
    if name in KEYWORDS:
        raise Refusal(f"`{name}` is a word of C; take another name")
    if name in ("core", "sample"):
        raise Refusal(f"`{name}` is taken: " + ("the log calls the core so" if name == "core" else "it stands for the name in the templates"))
    for folder in (f"hypervisor/modules/{name}", f"examples/{name}", f"tests/unit/{name}"):
        if (ROOT / folder).exists():
            raise Refusal(f"{folder} exists already; take another name, or remove it first")
    if name in provided():
        raise Refusal(f"`{name}` is what hypervisor/modules/{provided()[name]} provides; take another name")
    if (ROOT / f"hypervisor/ports/{name}.h").exists():
        raise Refusal(f"`{name}` is a port (hypervisor/ports/{name}.h); name the module for how it does it, as sched_rr is one for sched")


def words_for(name):
    return {"sample": name, "SAMPLE": name.upper()}


def defined_names(name):
    """The words of C that the module's files are full of and that are to be nobody else's."""
    text = "".join(render(f"module/sample.{ending}", {}) for ending in "ch")
    words = {w for w in re.findall(r"\w+", text) if re.search("sample.|.sample|SAMPLE.", w)}
    return {re.sub("sample|SAMPLE", lambda m: words_for(name)[m.group()], w) for w in words}


def check_port(port):
    if port not in KINDS:
        raise Refusal(f"PORT={port}: there is no template for that port; PORT=hooks is an extension, and without PORT it is a module of the image")


def check_folder(port, folder):
    if port != "hooks":
        raise Refusal("DIR=: only an extension (PORT=hooks) can be outside of the tree")
    if folder.exists() and any(folder.iterdir() if folder.is_dir() else [folder]):
        raise Refusal(f"{folder} is there and not empty")
    if not re.fullmatch(r"[\w/.+-]+", f"{folder}{ROOT}", re.ASCII):
        raise Refusal(f"{folder}, {ROOT}: make wants paths of letters, digits and /._+- only")


# An extension outside of the tree: template, where it goes.
OUTSIDE = [("extension/sample.c", "sample.c"), ("extension/sample.manifest", "sample.manifest"), ("extension/README.md", "README.md"),
           ("extension_unit/test_sample.c", "tests/test_sample.c"), ("outside/Makefile", "Makefile"), ("outside/gitignore", ".gitignore"),
           ("outside/manifest", "proofs/manifest"), ("outside/trusted.list", "proofs/trusted.list"),
           ("outside/extension.yml", ".github/workflows/extension.yml")]


def files_outside(name, folder):
    words = {"examples/sample": name, "CHECKOUT": str(ROOT), **words_for(name)}
    files = {str(folder / path.replace("sample", name)): render(template, words) for template, path in OUTSIDE}
    return {path: formatted(text, path) if path.endswith(".c") else text for path, text in files.items()}


def files_of(name, port):
    words, files = words_for(name), {}
    module, unit, parent, _ = KINDS[port]
    for kind, folder in ((module, f"{parent}/{name}"), (unit, f"tests/unit/{name}")):
        for template in sorted((TEMPLATES / kind).iterdir()):
            path = f"{folder}/{template.name.replace('sample', name)}"
            text = render(f"{kind}/{template.name}", words)
            files[path] = formatted(text, path) if path.endswith((".c", ".h")) else text
    return files


NEXT = {"": """It builds and passes its tests as it is: sums that guests keep. Next (docs/handbook/module.md):
  write what it is to do      in hypervisor/modules/{name}; `make` builds it in, and safecc says what it refuses
  test it                     make -C tests/unit/{name} BUILD=$PWD/build
  check everything            make check
  let a guest call it         ROW(arch_1, {name}) in EXTENSION_LIST of hypervisor/dispatch/extensions.h""",
        "hooks": """It builds and passes its tests as it is: counts of hypercalls. Next (docs/handbook/extension.md):
  write what it is to do      in examples/{name}; safecc says what it refuses
  test it                     make -C tests/unit/{name} BUILD=$PWD/build
  build and sign it           make examples
  load it                     make run; then shctl module load /modules/{name}.sho""",
        "outside": """It builds, passes its tests and is proved as it is: counts of hypercalls. Next (docs/handbook/prove-your-extension.md):
  go there                    cd {folder}
  write what it is to do      in {name}.c
  check it                    make check prove test
  build and sign it           make
  load it                     shctl module load build/{name}.sho"""}


def make():
    name, port, folder = ([word.strip() for word in sys.argv[1:4]] + ["", "", ""])[:3]
    check_port(port)
    check_name(name)
    if folder:
        folder = pathlib.Path(folder).resolve()
        check_folder(port, folder)
    files = files_outside(name, folder) if folder else files_of(name, port)
    if clash := KINDS[port][3] and taken(defined_names(name)):
        raise Refusal(f"the module would define `{clash[0]}`, which {clash[1]} has already; take another name")
    write_all(files)
    for path in files:
        print(f"  new {path}")
    print(NEXT["outside" if folder else port].format(name=name, folder=folder))


main("new-module", make)
