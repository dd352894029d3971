# SPDX-License-Identifier: MIT
"""What was proved, for machines and for people: JSON, SARIF 2.1.0, a page of all files. A page with hypotheses is sequents.page()."""
import collections
import html
import json
import re


def as_json(units):
    return json.dumps({"files": [{"file": u.path, "goals": [{"function": g.function, "name": g.name, "by": g.by, "seconds": g.seconds, "cached": g.cached,
                                                             **({} if g.proved() else {"file": g.file or u.path, "line": g.line})} for g in u.goals],
                                  "smoke": u.smoke, "complaints": u.complaints} for u in units]}, indent=1) + "\n"


def place(file, line):
    return [{"physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": max(line, 1)}}}]


def as_sarif(units):
    results = []
    for u in units:
        results += [{"ruleId": "unproved", "level": "error", "message": {"text": f"not proved: {g.name}" + (f": {g.title}" if g.title else "")},
                     "locations": place(g.file or u.path, g.line)} for g in u.goals if not g.proved()]
        for c in u.complaints:
            m = re.match(rf"(?:\./)?{re.escape(u.path)}:(\d+): ", c)
            results.append({"ruleId": "gate", "level": "error", "message": {"text": c}, "locations": place(u.path, int(m[1]) if m else 1)})
    return json.dumps({"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
                       "runs": [{"tool": {"driver": {"name": "prove", "rules": [{"id": "unproved"}, {"id": "gate"}]}}, "results": results}]}, indent=1) + "\n"


def as_html(units):
    """A table of functions, and behind each its goals, who proved them and in how long."""
    rows = []
    for u in units:
        by = collections.defaultdict(list)
        for g in u.goals:
            by[g.function].append(g)
        rows.append(f"<h2>{html.escape(u.path)}: {u.proved()} / {len(u.goals)}</h2>")
        rows += [f"<p class=bad>{html.escape(c)}" for c in u.complaints]
        for function, goals in sorted(by.items()):
            bad = [g for g in goals if not g.proved()]
            lines = "".join(f"<tr{' class=bad' if not g.proved() else ''}><td>{html.escape(g.name)}<td>{html.escape(g.by or 'not proved')}"
                            f"<td>{g.seconds:.3g} s<td>{html.escape(f'{g.file}:{g.line}' if g.file else '')}" for g in goals)
            given = "".join(f"<pre>{html.escape(g.text)}</pre>" for g in bad if g.text)
            rows.append(f"<details{' open' if bad else ''}><summary{' class=bad' if bad else ''}>{html.escape(function)}: {len(goals) - len(bad)} / {len(goals)}"
                        f"</summary><table>{lines}</table>{given}</details>")
    total = f"proved {sum(u.proved() for u in units)} / {sum(len(u.goals) for u in units)}"
    return ("<!doctype html><html lang=en><meta charset=utf-8><title>Proofs</title><style>body{font:14px sans-serif}td{padding:2px 12px}.bad{background:#fcc}</style>"
            f"<h1>{total}</h1>\n<p>What was given for each: <code>verifier/prove --page FILE</code></p>\n" + "\n".join(rows) + "</html>\n")
