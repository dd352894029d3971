# SPDX-License-Identifier: MIT
"""What z3 says against a goal: numbers for which, as far as it sees, what is given holds and what is to be shown does not.

z3 gives up on the quantified part of most goals, and its numbers are then a candidate: a hint where to look, nothing that was checked.
"""
import pathlib
import re
import shutil
import subprocess

import contracts

SECONDS = 5
Z3 = "/usr/bin/z3"
OPTIONS = "(set-option :auto_config false)(set-option :smt.candidate_models true)(set-option :smt.mbqi false)(set-option :smt.qi.max_instances 3000)"


class Watch:
    """While it lasts, what Why3 gives z3 is kept, in the order of asking: a script stands in z3's place in a configuration of our own."""

    def __init__(self, build, env):
        self.folder, self.env, self.usual = build / "asked", env, env["WHY3CONFIG"]

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        script = self.folder / "z3"
        script.write_text(f'#!/bin/sh\nfor last; do :; done\nn=$(ls "{self.folder}" | wc -l)\ncp "$last" "{self.folder}/$n.smt2"\nexec {Z3} "$@"\n')
        script.chmod(0o755)
        conf = self.folder.with_suffix(".conf")
        conf.write_text(pathlib.Path(self.usual).read_text().replace(f'path = "{Z3}"', f'path = "{script}"'))
        self.env["WHY3CONFIG"] = str(conf)
        return self

    def __exit__(self, *_):
        self.env["WHY3CONFIG"] = self.usual

    def model_of(self, asked, name):
        """`asked`: the goals that went to z3, in order."""
        file = self.folder / f"{asked.index(name) + 1}.smt2" if name in asked else None
        if not file or not file.exists():
            return "z3 was not asked"
        text = opened(re.sub(r"\(check-sat\)(?s:.*)", "", file.read_text()))
        wanted = f"{OPTIONS}\n{text}\n(check-sat)\n(get-model)\n"
        said = subprocess.run([Z3, "-smt2", "-in", f"-T:{SECONDS}"], input=wanted, capture_output=True, text=True, check=False).stdout
        numbers = re.findall(r"\(define-fun ([a-z]\w*) \(\) Int\s+(\(- \d+\)|\d+)\)", said)
        numbers = [(n, v.replace("(- ", "-").rstrip(")")) for n, v in numbers if f"(declare-fun {n} () Int)" in text]
        if not numbers:
            return f"z3 has no counterexample ({said.split(chr(10))[0] or 'nothing'})"
        sure = "a counterexample" if said.startswith("sat") else "a candidate for a counterexample, not checked"
        return f"z3 has {sure}, in the names of {file}: " + ", ".join(f"{n} = {v}" for n, v in sorted(numbers))


def opened(text):
    """The goal's own variables as constants, so that the model says what they are."""
    at = text.rfind("(forall (", text.rfind("(assert"))
    if at < 0 or not text[:at].rstrip().endswith("(not"):
        return text
    binders_at = at + len("(forall ")
    binders_end, end = contracts.closing(text, binders_at), contracts.closing(text, at)
    binders = text[binders_at + 1:binders_end - 1]
    declared, k = "", 0
    while (k := binders.find("(", k)) >= 0:
        name, sort = binders[k + 1:contracts.closing(binders, k) - 1].split(None, 1)
        declared += f"(declare-fun {name} () {sort})\n"
        k = contracts.closing(binders, k)
    start = text.rfind("(assert", 0, at)
    return text[:start] + declared + text[start:at] + text[binders_end:end - 1] + text[end:]
