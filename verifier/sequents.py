# SPDX-License-Identifier: MIT
"""What Frama-C prints of its goals (-wp-print): what is given, what is to be shown, and where that stands in the source.

It prints them without their names; match() finds the name by what the title says, and by the order where several say the same.
"""
import collections
import html
import re

Sequent = collections.namedtuple("Sequent", "title file line text")  # the text begins with "Goal "

NUMBER = r"(?:_\d+)?"
SHAPES = (
    (r"Assertion 'rte,(\w+)'", r"assert_rte_\1#"), (r"Assertion '(\w+)'", r"assert_\1#"), (r"Assertion", r"assert#"), (r"Check '(\w+)'", r"check_\1#"),
    (r"Post-condition '([\w,]+)'", r"ensures_\1#"), (r"Post-condition", "ensures#"), (r"Exit-condition", "exits#"),
    (r"Preservation of Invariant '(\w+)'", r"loop_invariant_\1#_preserved"), (r"Establishment of Invariant '(\w+)'", r"loop_invariant_\1#_established"),
    (r"Preservation of Invariant", "loop_invariant#_preserved"), (r"Establishment of Invariant", "loop_invariant#_established"),
    (r"Decreasing of Loop variant", "loop_variant#_decrease"), (r"Positivity of Loop variant", "loop_variant#_positive"),
    (r"Loop assigns", "loop_assigns#"), (r"Assigns", "assigns(?:_normal|_exit)?"),
    (r"Instance of 'Pre-condition '([\w,]+)'.*?\bin '(\w+)''", r"call_\2#_requires_\1#"), (r"Instance of 'Pre-condition .*?\bin '(\w+)''", r"call_\1#_requires#"),
    (r"Termination", r"terminates#"))


def natural(name):
    return [int(w) if w.isdigit() else w for w in re.split(r"(\d+)", name)]


def read(text):
    """The goals of a log, in its order."""
    found = []
    for part in re.split(r"^-{20,}$", text, flags=re.M):
        m = re.search(r"^Goal (.*?)(?=^(?:Let |Assume|Prove:|Prover ))", part, re.M | re.S)
        if m:
            title, _, rest = " ".join(m[1].split()).partition(": ")
            title = title.rstrip(":")
            places = re.findall(r"\(file ([^,()]+), line (\d+)\)", title)
            effect = re.search(r"\b(?:Effect|Result) at line (\d+)", rest)  # of assigns: the statement
            file, line = ("", effect[1]) if effect else places[-1] if places else ("", 0)
            found.append(Sequent(title, file, int(line), part[m.start():].strip()))
    return found


def function_of(sequent, spans):
    """Its title says in whose contract or at whose call it is; else it stands in a function's body."""
    m = re.search(r" in '(\w+)'(?!')", sequent.title)
    if m:
        return m[1]
    return next((name for name, first, last in spans if first <= sequent.line <= last), "")


def shape(title):
    part = re.search(r" \((\d+)/\d+\)$", title)
    for pattern, name in SHAPES:
        m = re.match(pattern, title)
        if m:
            return m.expand(name).replace(",", "_").replace("#", NUMBER) + (f"_part0*{part[1]}" if part else "")
    return None


def match(goals, sequents, spans, labels):
    """{goal's name: Sequent}; spans has (function, first line, last line) of the file, labels where a postcondition with a name stands."""
    groups = collections.defaultdict(list)
    for s in sequents:
        if shape(s.title):
            function, m = function_of(s, spans), re.match(r"Post-condition '(\w+)'", s.title)
            file, line = labels.get((function, m[1]), (s.file, s.line)) if m else (s.file, s.line)
            groups[function, shape(s.title)].append(s._replace(file=file, line=line))
    found = {}
    for (function, wanted), members in groups.items():
        names = sorted((g.name for g in goals if g.function == function and re.fullmatch(f"{function}_{wanted}", g.name)), key=natural)
        if len(names) == len(members):
            found.update(zip(names, members))
        else:  # one of them
            found.update(dict.fromkeys(names, members[0]._replace(text="One of:\n\n" + "\n\n".join(s.text for s in members))))
    first = {name: line for name, line, _ in spans}
    functions = {g.name: g.function for g in goals}
    return {name: s if s.line else s._replace(line=first.get(functions[name], 1)) for name, s in found.items()}


def text(goal, sequent):
    """What is given and what is to be shown; no sequent: it was not printed."""
    return sequent.text if sequent else "Nothing of the function leads there." if goal.by == "CFG" else "Frama-C prints nothing of it."


def page(path, goals, found):
    """Of each goal of a file: its name, where it stands, who proved it in how long, and what was given."""
    rows = []
    for g in sorted(goals, key=lambda g: (g.function, natural(g.name))):
        s = found.get(g.name)
        by = f"{html.escape(g.by)}, {g.seconds:.3g} s" if g.proved() else "<b>not proved</b>"
        rows.append(f"<details{'' if g.proved() else ' open'}><summary><code>{html.escape(g.name)}</code> <span>{by}"
                    f"{f', {html.escape(s.file)}:{s.line}' if s else ''}</span></summary><pre>{html.escape(text(g, s))}</pre></details>")
    return ("<!doctype html><html lang=en><meta charset=utf-8><title>" + html.escape(path) + "</title><style>body{font:14px sans-serif}span{color:#555}"
            f"pre{{background:#f4f4f4;padding:8px}}</style><h1>{html.escape(path)}: proved {sum(g.proved() for g in goals)} / {len(goals)}</h1>"
            + "\n".join(rows) + "</html>\n")
