#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Which run-time checks a proof makes superfluous: the list for safecc --proved.

usage: checks.py CERTIFICATE SAFECC_JSON FILE

CERTIFICATE is what `prove --certificate` wrote, SAFECC_JSON what `safecc --check --json` says of FILE.  Printed is {"source_sha256", "proved": [ID..]};
the list is empty, and stderr says why, if FILE (below the working folder, as its headers are) is not proved as it stands, or is called by unproved code with more to keep than safecc sees to.

A file is proved with all its run-time-error goals, so a check goes if such a goal says the same of the same operation:
  SC-07 index, SC-08 null   of an access that is made right there: the access is valid
  SC-10 shift, division     the operand is in range, the divisor is not 0
All else stays: counts and ranges that are handed on, unsigned arithmetic that must not wrap (WP has no goal for it), what an entry may use of time.
"""
import hashlib
import json
import pathlib
import re
import sys

import contracts

# What safecc sees to at each call: that memory is there, that it is not null; and what contracts.py makes of ranges and structs.
VALID = re.compile(r"\\valid(_read)?\([^\\&|]*\)$|\w+ != \\null$")
MADE = re.compile(r"[^\\&|]* <= \w+ <= [^\\&|]*$|valid_(at_)?\w+\(\w+\)$")


def requires_of(folder, name, files):
    """What the contract of a function says before: the conjuncts, without names, in the first of the files that has one."""
    for file in files:
        text = (folder / file).read_text()
        if name not in text:
            continue
        contract = contracts.contracts_of(text).get(name)
        if contract:
            clauses = re.findall(r"\brequires\b([^;]*(?:\\forall[^;]*;[^;]*)*);", re.sub(r"//[^\n]*", "", contract.group(0)))
            return [part for c in clauses for part in conjuncts(re.sub(r"^\s*\w+:(?!:)", "", " ".join(c.split())))]
    return []


def conjuncts(formula):
    """At && outside of brackets; none of a quantified one."""
    parts, depth, start = [], 0, 0
    if "\\forall" in formula or "\\exists" in formula or "||" in formula or "==>" in formula:
        return [formula.strip()]
    for i, c in enumerate(formula):
        depth += c in "([{"
        depth -= c in ")]}"
        if depth == 0 and formula[i:i + 2] == "&&":
            parts.append(formula[start:i])
            start = i + 2
    return [p.strip() for p in parts + [formula[start:]]]


def called_outside(prover, name, proved):
    """Does a file that is not proved speak of it, other than to declare it?"""
    if prover.options.module:
        return True  # its ports do
    for folder in ("hypervisor", "xen-compat", "loader", "examples"):
        for file in (prover.root / folder).rglob("*.[ch]"):
            path = str(file.relative_to(prover.root))
            if path in proved or "/host/" in path or name not in (text := file.read_text()):
                continue
            flat = contracts.attributes_blank(contracts.blank(text))
            if len(re.findall(rf"\b{name}\b", flat)) > sum(found == name for _, found, _, _ in contracts.declarations(flat)):
                return True
    return False


def exported(text):
    """The functions that a file defines and others may call."""
    flat = contracts.attributes_blank(contracts.blank(text))
    heads = {start: head for start, _, head, _ in contracts.declarations(flat)}
    return [name for start, name, *_ in contracts.functions(flat) if not re.search(r"\bstatic\b|\bSC_INLINE\b", heads[start])]


def stay(prover, unit, tree, proved, kept):
    """Why the file's checks stay, or ""."""
    copied = sorted(f.relative_to(tree) for f in tree.rglob("*.[ch]"))
    written = [f for f in copied if (prover.home / f).exists()], [f for f in copied if (prover.root / f).exists()]
    for name in exported((prover.home / unit.path).read_text()):
        people = requires_of(prover.home, name, written[0]) + requires_of(prover.root, name, written[1])
        more = [r for r in requires_of(tree, name, copied) if not VALID.match(r) and (r in people or not MADE.match(r))]
        if more and name not in kept and called_outside(prover, name, proved):
            return f"unproved code calls {name}, which requires {more[0]}"
    return ""


def superfluous(check):
    if check["fate"] not in ("kept", "hoisted"):
        return False
    if (check["rule"], check["what"]) in (("SC-07", "index"), ("SC-08", "null")):
        return check["access"]
    return (check["rule"], check["what"]) in (("SC-10", "shift"), ("SC-10", "division"))


def changed(proof, path):
    """What was changed since the certificate was made, or ""."""
    hashes = {path: proof["source_sha256"], **proof["headers"]}
    return next((f"{name} was changed since" for name, digest in hashes.items() if hashlib.sha256(pathlib.Path(name).read_bytes()).hexdigest() != digest), "")


def main(certificate, report, path):
    certificate, report = (json.loads(pathlib.Path(p).read_text()) for p in (certificate, report))
    proof = certificate["files"].get(path, {"stale": "it is not in the manifest"})
    why = proof.get("stale") or proof["checks_stay"] or changed(proof, path)
    proved = [c["id"] for c in report["checks"] if c["place"]["file"] == path and superfluous(c)]
    if why and proved:
        print(f"{path}: its run-time checks stay: {why}", file=sys.stderr)
        proved = []
    digest = next(s["sha256"] for s in report["sources"] if s["file"] == path)
    print(json.dumps({"source_sha256": digest, "proved": proved}))


if __name__ == "__main__":
    main(*sys.argv[1:])
