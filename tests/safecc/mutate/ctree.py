# SPDX-License-Identifier: MIT
"""A C file as clang parses it (-ast-dump=json), with the place of every node in the file's own text, and where values flow.

A node's span is where people wrote it: the invocation for what a macro made, the argument's own text for a macro's argument.
Paths name what is read and written: `p`, `p.f`, `a[]` (an arrow is a dot, an index is left out).
"""
import json
import pathlib
import subprocess

CASTS = {"ImplicitCastExpr", "CStyleCastExpr", "ParenExpr", "ConstantExpr"}


class Node:
    __slots__ = ("kind", "name", "type", "op", "id", "ref", "ref_kind", "value", "begin", "end", "kids", "body_macro", "has_else", "is_arrow", "attributes")

    def __init__(self):
        self.kids = []

    def walk(self):
        yield self
        for kid in self.kids:
            if kid is not None:
                yield from kid.walk()


class Tree:
    """The functions defined in one file, as one unit that includes it (or is it) shows them."""

    def __init__(self, root, unit, flags, path=None):
        self.path = path or unit
        self.text = (pathlib.Path(root) / self.path).read_text()
        done = subprocess.run(["clang-19", *flags, "-D__SAFECC__", "-w", "-Xclang", "-ast-dump=json", "-fsyntax-only", unit], cwd=root, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"clang-19 does not parse {unit}:\n{done.stderr[:2000]}")
        self.file = ""
        self.starts = [0]
        for i, c in enumerate(self.text):
            if c == "\n":
                self.starts.append(i + 1)
        self.functions = []
        for raw in json.loads(done.stdout)["inner"]:
            node = self.node(raw)
            if node.kind == "FunctionDecl" and node.begin is not None and any(k is not None and k.kind == "CompoundStmt" for k in node.kids):
                self.functions.append(node)

    # ---- places: clang writes a file's name only when it differs from the last it wrote ----

    def one(self, loc):
        if "file" in loc:
            self.file = loc["file"]
        return self.file, loc.get("offset")

    def place(self, loc, at_end):
        """(offset in our file, from a macro's body); None when it lies elsewhere."""
        if "spellingLoc" in loc or "expansionLoc" in loc:
            spelled = self.one(loc["spellingLoc"]) if "spellingLoc" in loc else (None, None)
            expansion = loc.get("expansionLoc", {})
            expanded = self.one(expansion)
            if expansion.get("isMacroArgExpansion") and spelled[0] == self.path and spelled[1] is not None:
                return spelled[1] + (loc["spellingLoc"]["tokLen"] if at_end else 0), False
            if expanded[0] != self.path or expanded[1] is None:
                return None
            return (self.invocation_end(expanded[1] + expansion["tokLen"]) if at_end else expanded[1]), True
        file, offset = self.one(loc)
        if offset is None or file != self.path:
            return None
        return offset + (loc["tokLen"] if at_end else 0), False

    def invocation_end(self, at):
        i = at
        while i < len(self.text) and self.text[i] in " \n\t":
            i += 1
        return self.closing(i) + 1 if i < len(self.text) and self.text[i] == "(" else at

    def closing(self, at):
        """Offset of the parenthesis that closes the one at `at`."""
        depth, i, text = 0, at, self.text
        while i < len(text):
            c = text[i]
            if c in "\"'":
                quote, i = c, i + 1
                while text[i] != quote:
                    i += 2 if text[i] == "\\" else 1
            elif text.startswith("/*", i):
                i = text.index("*/", i) + 1
            elif c == "(":
                depth += 1
            elif c == ")":
                depth -= 1
                if depth == 0:
                    return i
            i += 1
        raise SystemExit(f"{self.path}: no closing parenthesis from offset {at}")

    def line(self, offset):
        lo, hi = 0, len(self.starts)
        while hi - lo > 1:
            mid = (lo + hi) // 2
            lo, hi = (mid, hi) if self.starts[mid] <= offset else (lo, mid)
        return lo + 1

    def offset(self, line, column):
        return self.starts[min(line, len(self.starts)) - 1] + column - 1

    # ---- nodes ----

    def node(self, raw):
        n = Node()
        if not raw or "kind" not in raw:
            return None
        n.kind, n.name, n.id = raw["kind"], raw.get("name", ""), raw.get("id")
        n.type = raw.get("type", {}).get("desugaredQualType", raw.get("type", {}).get("qualType", ""))
        n.op, n.is_arrow, n.has_else = raw.get("opcode", ""), raw.get("isArrow", False), raw.get("hasElse", False)
        n.value = raw.get("value")
        ref = raw.get("referencedDecl", {})
        n.ref, n.ref_kind = ref.get("name", ""), ref.get("kind", "")
        begin = end = None
        if "loc" in raw:
            self.place(raw["loc"], False)
        if "range" in raw:
            begin = self.place(raw["range"].get("begin", {}), False)
            end = self.place(raw["range"].get("end", {}), True)
        n.begin = n.end = None
        n.body_macro = False
        if begin is not None and end is not None:
            n.begin, n.end, n.body_macro = begin[0], end[0], begin[1]
        n.kids = [self.node(k) for k in raw.get("inner", [])]
        return n

    def source(self, n):
        return self.text[n.begin:n.end]


def strip(n):
    while n is not None and n.kind in CASTS and n.kids:
        n = n.kids[-1]
    return n


def condition(n):
    """Without casts, __builtin_expect and `!!`."""
    while True:
        n = strip(n)
        if n.kind == "CallExpr" and callee(n) == "__builtin_expect":
            n = n.kids[1]
        elif n.kind == "UnaryOperator" and n.op == "!" and strip(n.kids[0]).kind == "UnaryOperator" and strip(n.kids[0]).op == "!":
            n = strip(n.kids[0]).kids[0]
        else:
            return n


def callee(n):
    f = strip(n.kids[0])
    return f.ref if f is not None and f.kind == "DeclRefExpr" else ""


def path(n):
    """The path that an lvalue names; "" when it names none."""
    n = strip(n)
    if n is None:
        return ""
    if n.kind == "DeclRefExpr":
        return n.ref if n.ref_kind in ("VarDecl", "ParmVarDecl") else ""
    if n.kind == "MemberExpr":
        base = path(n.kids[0])
        return base if not n.name else f"{base}.{n.name}" if base else ""
    if n.kind == "ArraySubscriptExpr":
        base = path(n.kids[0])
        return base + "[]" if base else ""
    if n.kind == "UnaryOperator" and n.op in "&*":
        return path(n.kids[0])
    return ""


def reads(n, indices=True):
    """All paths that an expression reads, whole objects marked with a trailing `*` when they are structs; without the indices
    of what is read: those whose value goes on."""
    out = set()
    n = strip(n)
    if n is None:
        return out
    p = path(n)
    if p:
        out.add(p + "*" if n.type.startswith(("struct ", "union ")) and "*" not in n.type else p)
        at = n
        while indices and at is not None and at.kind not in ("DeclRefExpr",):
            if at.kind == "ArraySubscriptExpr":
                out |= reads(at.kids[1])
            at = strip(at.kids[0]) if at.kids else None
        return out
    for kid in n.kids:
        if kid is not None:
            out |= reads(kid, indices)
    return out


def calls_in(n):
    return [x for x in n.walk() if x.kind == "CallExpr" and not callee(x).startswith("__builtin_expect")]


def has_effect(n):
    for x in n.walk():
        if x.kind == "CallExpr" and callee(x) != "__builtin_expect":
            return True
        if x.kind in ("CompoundAssignOperator", "StmtExpr", "AtomicExpr") or (x.kind == "BinaryOperator" and x.op == "=") or (x.kind == "UnaryOperator" and x.op in ("++", "--")):
            return True
    return False


def filled_by(call):
    """Paths whose address a call gets, other than behind const."""
    out = set()
    for arg in call.kids[1:]:
        a = strip(arg)
        if a is not None and a.kind == "UnaryOperator" and a.op == "&" and "const " not in arg.type:
            p = path(a.kids[0])
            if p:
                out.add(p)
        elif a is not None and a.kind == "DeclRefExpr" and a.ref_kind == "ParmVarDecl" and arg.type.endswith("*") and "const " not in arg.type:
            out.add(a.ref)
    return out


class Flows:
    """Where values of a function flow, without regard to order."""

    def __init__(self, function):
        self.edges = []     # (paths read, path written)
        self.results = {}   # path -> calls whose result it takes
        for n in function.walk():
            if n.kind == "VarDecl" and n.kids and n.name:
                init = [k for k in n.kids if k is not None and not k.kind.endswith("Attr")]
                if init:
                    self.assign(n.name, init[-1])
            elif n.kind in ("BinaryOperator", "CompoundAssignOperator") and (n.op == "=" or n.kind == "CompoundAssignOperator"):
                p = path(n.kids[0])
                if p:
                    self.assign(p, n.kids[1])
            elif n.kind == "CallExpr" and callee(n) != "__builtin_expect":
                given = set()
                for arg in n.kids[1:]:
                    given |= reads(arg)
                for p in filled_by(n):
                    self.edges.append((given - {p}, p))

    def assign(self, to, value):
        self.edges.append((reads(value), to))
        for call in calls_in(value):
            self.results.setdefault(to, []).append(call)

    def from_paths(self, start):
        """All paths that may hold what `start` held."""
        tainted = {p.rstrip("*") for p in start}
        again = True
        while again:
            again = False
            for given, to in self.edges:
                if to not in tainted and any(touches(g, tainted) for g in given):
                    tainted.add(to)
                    again = True
        return tainted


def touches(read, tainted):
    """Does a read see a tainted path: the path itself, one inside it, or, of a whole struct, one that it holds?"""
    whole, p = read.endswith("*"), read.rstrip("*")
    for t in tainted:
        if p == t or p.startswith((t + ".", t + "[")) or (whole and t.startswith((p + ".", p + "["))):
            return True
    return False
