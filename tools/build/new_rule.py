#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Make a new rule of safecc that already checks something and passes its tests.

usage: new_rule.py [SC-nn [TITLE]]        (make new-rule NAME=SC-23 TITLE="no octal constants")

Makes safecc/rules/SC_nn.cpp, docs/safecc/rules/SC-nn.md and examples under tests/safecc/accept and tests/safecc/reject/SC-nn
from tools/build/templates/rule. Without a name: the number after the highest there is. A number is never used again, so one
that is in use is refused (exit code 2) and nothing is changed; so is a second rule while the last is still as it was made.
"""
import re
import sys

from scaffold import ROOT, Refusal, main, render, write_all

USAGE = 'usage: make new-rule [NAME=SC-nn] [TITLE="no octal constants"]'
TITLE = "no octal constants"
TITLE_MAX = 100
AS_MADE = "As made by new-rule:"


def numbers():
    """{number: a file that uses it}"""
    used = {}
    for pattern in ("safecc/rules/SC_*.cpp", "docs/safecc/rules/SC-*.md", "tests/safecc/reject/SC-*"):
        for path in sorted(ROOT.glob(pattern)):
            if m := re.fullmatch(r"SC[-_](\d\d)", path.stem):
                used.setdefault(int(m.group(1)), path.relative_to(ROOT))
    return used


def number_of(name):
    used = numbers()
    free = max(used, default=0) + 1
    if not name:
        if free > 99:
            raise Refusal("the highest rule is SC-99: ids have two digits, so name one that is free; " + USAGE)
        return free
    if not re.fullmatch(r"SC-\d\d", name, re.ASCII) or name == "SC-00":
        raise Refusal(f"`{name}` is no rule's id: SC- and two digits; SC-{free:02} is the next free; {USAGE}")
    if int(name[3:]) in used:
        raise Refusal(f"{name} is in use ({used[int(name[3:])]}): ids are never used again; SC-{free:02} is the next free")
    return int(name[3:])


def check_title(title):
    if len(title) > TITLE_MAX:
        raise Refusal(f"the title has {len(title)} characters: at most {TITLE_MAX}, it is one line of safecc --list-rules")
    if not title.isascii() or not title.isprintable() or set(title) & set('"\\') or "*/" in title or "//" in title:
        raise Refusal('the title stands in C++ text and in a comment: ASCII on one line, without ", \\, */ and //')


def check_last():
    """Two rules that both refuse octal constants are none the wiser, and the examples of either would fail."""
    for path in sorted(ROOT.glob("safecc/rules/SC_*.cpp")):
        if AS_MADE in path.read_text():
            raise Refusal(f"{path.relative_to(ROOT)} is still as it was made: write what it is to check (and drop the comment's last line), then make the next")


def make():
    if len(sys.argv) > 3:
        raise Refusal(USAGE)
    name, title = [*(word.strip() for word in sys.argv[1:]), "", ""][:2]
    number = number_of(name)
    title = title or TITLE
    check_title(title)
    check_last()
    nn = f"{number:02}"
    # The title last: it is no template.
    words = {"NN": nn, "TITLE": title}
    paths = {
        "SC_NN.cpp": f"safecc/rules/SC_{nn}.cpp",
        "SC-NN.md": f"docs/safecc/rules/SC-{nn}.md",
        "accept.c": f"tests/safecc/accept/sc_{nn}_decimal.c",
        "reject.c": f"tests/safecc/reject/SC-{nn}/octal.c",
    }
    write_all({path: render(f"rule/{template}", words) for template, path in paths.items()})
    for path in paths.values():
        print(f"  new {path}")
    print(f"""SC-{nn}, {title}: as made it refuses octal constants. Next:
  build it                    make safecc              (its file and the pages are compiled)
  see its examples pass       tests/safecc/corpus.py --safecc build/safecc accept/sc_{nn}_decimal.c reject/SC-{nn}
                              tests/safecc/docs.py --safecc build/safecc
  write what it is to check   safecc/rules/SC_{nn}.cpp, then its page and its examples
  see what it finds           make check-safecc; tests/safecc/corpus.py --safecc build/safecc""")


main("new-rule", make)
