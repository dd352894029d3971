# SPDX-License-Identifier: MIT
"""What a module's certificate says of proofs, for the files whose kept proof is of what stands there now.

write(prover, units, path) writes {"tools", "binaries", "model", "flags", "trusted_sha256", "files": {PATH: {"source_sha256",
"headers": {PATH: SHA-256}, "proof_sha256", "goals", "by": {PROVER: GOALS}, "smoke", "believed", "checks_stay": WHY or ""}
or {"stale": WHY}}}. No prover runs. tools/module/sho.py and checks.py read it.
"""
import collections
import hashlib
import json
import pathlib
import shutil

import checks

PROGRAMS = {"frama-c": "frama-c", "why3": "why3", "z3": "z3", "cvc4": "cvc4"}


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def binaries():
    """The programs that are here: those that proved, if the cache was made here; else another machine's of the same version."""
    return {name: sha256(found) for name, program in PROGRAMS.items() if (found := shutil.which(program, path="/usr/bin:/bin"))}


def entry(prover, unit, paths, callers):
    kept, tree = prover.kept(unit), prover.copy(unit)
    unit.digest = prover.digest(tree)
    if not kept["file"]:
        return {"stale": "it was never proved"}
    if not prover.kept_whole(unit, kept):
        return {"stale": "it was changed since it was proved, or what it includes, or the verifier"}
    if len(unit.goals) != unit.expected or unit.proved() != len(unit.goals):
        return {"stale": "not all that the manifest says is proved"}
    *headers, source = prover.sources(unit.path)
    return {"source_sha256": sha256(source), "headers": {prover.name(h): sha256(h) for h in headers},
            "proof_sha256": unit.digest, "goals": len(unit.goals), "by": collections.Counter(g.by for g in unit.goals),
            "smoke": unit.smoke, "believed": sorted(unit.considered), "checks_stay": checks.stay(prover, unit, tree, paths, callers)}


def write(prover, units, path, callers, versions, model, flags):
    prover.build /= "certificate"  # a proof that runs meanwhile has its copies to itself
    text = {"tools": versions, "binaries": binaries(), "model": model, "flags": flags, "trusted_sha256": sha256(prover.lib / "trusted.list"),
            "files": {u.path: entry(prover, u, {u.path for u in units}, callers) for u in units}}
    new = json.dumps(text, sort_keys=True, indent=1) + "\n"
    if not path.exists() or path.read_text() != new:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(new)
