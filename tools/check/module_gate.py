#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Keep modules and xen-compat to the dialect until safecc does: clang's AST matchers and -Wunsafe-buffer-usage.

usage: module_gate.py FLAGS-FILE FILE...
  FLAGS-FILE holds the compiler's flags on one line.  Prints file:line: rule for each breach and ends with 1 if there are any.
Rules: SC-01 pointer arithmetic and comparison, SC-02 pointer casts, SC-04 assembly, SC-18 calls through pointers,
SC-21 unsafe islands.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

NOT_NULL = 'unless(isExpandedFromMacro("NULL"))'
HERE = "isExpansionInMainFile()"
VOID = "pointerType(pointee(voidType()))"
MATCHERS = [
    ("SC-02 integer-pointer cast", f'castExpr({HERE}, {NOT_NULL}, anyOf(hasCastKind("CK_IntegralToPointer"), hasCastKind("CK_PointerToIntegral")))'),
    ("SC-02 pointer-pointer cast", f'explicitCastExpr({HERE}, {NOT_NULL}, hasCastKind("CK_BitCast"))'),
    ("SC-01 pointer comparison or arithmetic", f'binaryOperator({HERE}, hasAnyOperatorName("<", ">", "<=", ">=", "-", "+", "-=", "+="), hasEitherOperand(hasType(pointerType())))'),
    ("SC-01 pointer increment", f'unaryOperator({HERE}, hasAnyOperatorName("++", "--"), hasUnaryOperand(hasType(pointerType())))'),
    ("SC-04 assembly", f'asmStmt({HERE})'),
    ("SC-18 call through a pointer", f'callExpr({HERE}, unless(callee(functionDecl())), unless(callee(expr(ignoringParenImpCasts(arraySubscriptExpr(hasBase(ignoringParenImpCasts(declRefExpr(to(varDecl(hasType(isConstQualified())))))))))))'  + ')'),
]


def query(args):
    flags, path = args
    breaches = []
    script = ["set output diag"]
    for rule, matcher in MATCHERS:
        script += [f"match {matcher}"]
    argv = ["clang-query-19"]
    for line in script:
        argv += ["-c", line]
    run = subprocess.run([*argv, path, "--", *flags], capture_output=True, text=True)
    if run.returncode != 0 or "rror:" in run.stdout + run.stderr:
        return [f"{path}: clang-query failed: {(run.stdout + run.stderr)[-400:]}"]
    rule = -1
    sections = re.split(r"^(?:\d+ match(?:es)?\.)$", run.stdout, flags=re.M)
    for (rule, _), text in zip(MATCHERS, sections):
        for line in re.findall(rf'^\S*{re.escape(pathlib.Path(path).name)}:(\d+):\d+: note: "root" binds here', text, re.M):
            breaches.append(f"{path}:{line}: {rule}")
    warn = subprocess.run(["clang-19", *flags, "-Wno-everything", "-Wunsafe-buffer-usage", "-fsyntax-only", path],
                          capture_output=True, text=True).stderr
    for line in re.findall(rf"^{re.escape(path)}:(\d+):\d+: warning: unsafe pointer arithmetic", warn, re.M):
        breaches.append(f"{path}:{line}: SC-01 -Wunsafe-buffer-usage: pointer arithmetic")
    for number, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
        if "SC_UNSAFE" in line:
            breaches.append(f"{path}:{number}: SC-21 an unsafe island outside the core")
        if re.search(r"#\s*include\s*[<\"]arch/", line):
            breaches.append(f"{path}:{number}: layer: a module includes arch/ (use core/ or ports/)")
    return breaches


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    flags = pathlib.Path(sys.argv[1]).read_text().split()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(query, [(flags, path) for path in sys.argv[2:]]))
    breaches = [b for r in results for b in r]
    print("\n".join(breaches) if breaches else f"modules: {len(results)} files keep to the dialect")
    sys.exit(1 if breaches else 0)


main()
