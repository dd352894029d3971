# SPDX-License-Identifier: MIT
"""Where a file can be made wrong: one Mutant per place and way.

Statements come from the syntax tree; conditions are split in their own text, because a macro's argument has no place in the
tree when another macro stands in it. Annotations come from the text. The order is that of the text: a list is the same each time.
"""
import re

from ctree import Flows, callee, calls_in, filled_by, path, reads, strip

EXITS = {"ReturnStmt", "GotoStmt", "BreakStmt", "ContinueStmt"}
LOOPS = {"ForStmt", "WhileStmt", "DoStmt"}
KINDS = {
    "guard": "a whole test passes always",
    "conjunct": "one part of a test passes always",
    "null": "a test for null passes always",
    "result": "the result of a call is not tested",
    "bound": "a bound lets one more through, or a clamp is gone",
    "lock": "a lock is not taken, or not released",
    "reference": "a reference or object is not taken, or not put back",
    "annotation": "an annotation is gone",
}
ANNOTATIONS = ("COUNT", "NULLABLE", "NONNULL", "RANGE", "OWNED", "OPAQUE", "GUEST", "GUARDED_BY", "ATOMIC", "SLOT", "FIXED", "BOOT", "HOLDS", "ACQUIRES", "RELEASES", "BORROWS", "PREEMPTS",
               "TRIPS", "VARIANT")
NAME = re.compile(r"(?<![\w.])(?<!->)([A-Za-z_]\w*)((?:\s*(?:->|\.)\s*[A-Za-z_]\w*|\[[^\[\]]*\])*)(\s*\()?")
COMPARE = re.compile(r"(?<![<>=!-])(<=|>=|<(?![<=])|>(?![>=]))")


def one_line(text):
    return " ".join(text.split())


class Mutant:
    """file, line, kind, function; edits: (begin, end, text) in the file; tested: paths whose values the lost thing spoke of;
    region: stretches of text that it protected; owns: it matters by what it is, whatever flows where."""

    def __init__(self, tree, kind, function, what, edits, tested=(), region=(), owns=False):
        self.file, self.kind, self.what, self.owns = tree.path, kind, what, owns
        self.function = function.name if function is not None else ""
        self.edits = sorted(edits)
        self.line = tree.line(self.edits[0][0])
        last = tree.line(self.edits[-1][1])
        self.tested, self.region = set(tested), [r for r in region if r[0] is not None]
        self.node = function
        self.gives = edits[0][2] != "(void)0"  # of a reference: it is not taken, rather than not put back
        self.local = kind == "annotation" and any(f.begin <= b < f.end and any(k is not None and k.kind == "CompoundStmt" and k.begin <= b < k.end for k in f.kids) for f in tree.functions for b, _, _ in edits)
        self.before = tree.text[tree.starts[self.line - 1]:].split("\n")[:last - self.line + 1]
        self.after = self.apply(tree.text)[tree.starts[self.line - 1]:].split("\n")[:last - self.line + 1]
        self.key = f"{self.file}:{self.line}:{self.edits[0][0] - tree.starts[self.line - 1] + 1} {kind}: {what}"

    def apply(self, text):
        for begin, end, new in reversed(self.edits):
            # Lines keep their numbers.
            text = text[:begin] + new + "\n" * (text.count("\n", begin, end) - new.count("\n")) + text[end:]
        return text

    def original(self, offset):
        """Where an offset of the mutant's text lies in the original's."""
        moved = 0
        for begin, end, new in self.edits:
            if offset - moved >= begin + len(new):
                moved += len(new) - (end - begin)
            elif offset - moved > begin:
                return begin
        return offset - moved


class Part:
    """A condition or a part of it: op is `||`, `&&`, `!` or "" for a leaf; the span holds parentheses and likely() around it."""

    def __init__(self, begin, end, op="", parts=()):
        self.begin, self.end, self.op, self.parts = begin, end, op, list(parts)


class Places:
    def __init__(self, tree, world):
        self.tree, self.world, self.out = tree, world, []
        self.plain = blank_comments(tree.text)
        for f in tree.functions:
            self.function, self.stack = f, []
            self.flows = Flows(f)
            self.types = {}
            for n in f.walk():
                if n.kind in ("DeclRefExpr", "MemberExpr", "ArraySubscriptExpr") and path(n):
                    self.types.setdefault(path(n), n.type)
                elif n.kind in ("ParmVarDecl", "VarDecl"):
                    self.types.setdefault(n.name, n.type)
            self.visit(f)
        self.annotations()
        self.out.sort(key=lambda m: (m.edits, m.kind))

    def add(self, kind, what, edits, tested=(), region=(), owns=False, function=True):
        if all(b is not None and b <= e and not self.in_directive(b) for b, e, _ in edits) and any(self.tree.text[b:e] != t for b, e, t in edits):
            self.out.append(Mutant(self.tree, kind, self.function if function else None, one_line(what), edits, tested, region, owns))

    def in_directive(self, at):
        line = self.tree.line(at)
        while line > 1 and self.tree.text[:self.tree.starts[line - 1] - 1].endswith("\\"):
            line -= 1
        return self.tree.text[self.tree.starts[line - 1]:].lstrip().startswith("#")

    # ---- what text reads ----

    def names(self, begin, end):
        """Paths that a stretch of text reads, and the functions it calls."""
        paths, called = set(), []
        self.names_in(self.plain[begin:end], paths, called)
        return paths, called

    def names_in(self, text, paths, called):
        for m in NAME.finditer(text):
            base, rest, call = m.groups()
            for index in re.findall(r"\[([^\[\]]*)\]", rest):
                self.names_in(index, paths, called)
            if base in self.types:
                p = base + re.sub(r"\[[^\[\]]*\]", "[]", rest).replace("->", ".").replace(" ", "")
                t = self.types.get(p, "")
                paths.add(p + "*" if t.startswith(("struct ", "union ", "fref_t", "mfn_t", "gva_t")) and "*" not in t else p)
            elif call is not None and base not in ("likely", "unlikely", "sizeof"):
                called.append(base)

    def tested(self, begin, end):
        """What a condition speaks of: what it reads; where it looks at a call's result, what that call filled."""
        paths, called = self.names(begin, end)
        for p in paths.copy():
            for c in self.flows.results.get(p.rstrip("*"), []):
                paths |= filled_by(c)
        if called:
            for n in self.function.walk():
                if n.kind == "CallExpr" and n.begin is not None and begin <= n.begin < end:
                    paths |= filled_by(n)
        return paths

    def kind_of(self, begin, end):
        text = self.plain[begin:end].strip()
        paths, called = self.names(begin, end)
        for _ in range(4):
            m = re.fullmatch(r"(?:(?:un)?likely)?\s*\((.*)\)", text, re.S)
            text = m.group(1).strip() if m and balanced(m.group(1)) else text
        if re.search(r"[!=]=\s*NULL\b|\bNULL\s*[!=]=", text):
            return "null"
        bare = re.sub(r"\[[^\[\]]*\]", "[]", text.lstrip("! ")).replace("->", ".")
        if "*" in self.types.get(bare, ""):
            return "null"
        results = called + [callee(c) for p in paths if "." not in p and "[" not in p for c in self.flows.results.get(p.rstrip("*"), [])]
        return "result" if any(r in self.world.must_use for r in results) else ""

    def has_effect(self, begin, end):
        paths, called = self.names(begin, end)
        return bool(called) or bool(re.search(r"(?<![=!<>])=(?!=)|\+\+|--", self.plain[begin:end]))

    # ---- conditions ----

    def parse(self, begin, end):
        text = self.plain
        while begin < end and text[begin] in " \n\t":
            begin += 1
        while begin < end and text[end - 1] in " \n\t":
            end -= 1
        m = re.compile(r"(?:(?:un)?likely\s*)?\(").match(text, begin, end)
        if m and self.tree.closing(m.end() - 1) == end - 1:
            inner = self.parse(m.end(), end - 1)
            return Part(begin, end, inner.op, inner.parts)
        cuts = {"||": [], "&&": [], "?": []}
        depth, i = 0, begin
        while i < end:
            c = text[i]
            if c in "([{":
                depth += 1
            elif c in ")]}":
                depth -= 1
            elif depth == 0 and c == "?":
                cuts["?"].append(i)
            elif depth == 0 and text[i:i + 2] in ("||", "&&"):
                cuts[text[i:i + 2]].append(i)
                i += 1
            elif depth == 0 and c == "=" and text[i + 1] != "=" and text[i - 1] not in "=!<>":
                cuts["?"].append(i)
            i += 1
        if not cuts["?"]:
            for op in ("||", "&&"):
                if cuts[op]:
                    edges = [begin - 2, *cuts[op], end]
                    return Part(begin, end, op, [self.parse(a + 2, b) for a, b in zip(edges, edges[1:])])
            if text[begin] == "!" and text[begin + 1] != "=":
                inner = self.parse(begin + 1, end)
                if inner.op:
                    return Part(begin, end, "!", [inner])
        return Part(begin, end)

    def always(self, part, value):
        text = self.tree.text[part.begin:part.end]
        return f"(({text}), {value})" if self.has_effect(part.begin, part.end) else str(value)

    def protects(self, begin, end, passes, region):
        """The condition stands where its being `passes` (1, or 0 for a test that leaves) leads on to region."""
        top = self.parse(begin, end)
        kind = (self.kind_of(top.begin, top.end) if not top.op else "") or "guard"
        self.add(kind, self.tree.text[top.begin:top.end], [(top.begin, top.end, self.always(top, passes))], self.tested(top.begin, top.end), region)
        self.parts(top, passes, region, end)

    def parts(self, part, passes, region, end):
        if part.op == "!":
            return self.parts(part.parts[0], 1 - passes, region, end)
        if not part.op:
            return self.compare(part, passes, region)
        for i, side in enumerate(part.parts):
            here = list(region) + ([(part.parts[i + 1].begin, end)] if i + 1 < len(part.parts) else [])
            # Only what lets more through: a part of a conjunction that must hold, of a disjunction that must not.
            if (part.op == "&&") == (passes == 1):
                kind = (self.kind_of(side.begin, side.end) if not side.op else "") or "conjunct"
                self.add(kind, f"part {self.tree.text[side.begin:side.end]}", [(side.begin, side.end, self.always(side, passes))], self.tested(side.begin, side.end), here)
            self.parts(side, passes, here, end)

    def compare(self, part, passes, region):
        """A comparison by order lets one more through."""
        begin, end, text = part.begin, part.end, self.plain
        while True:
            m = re.compile(r"(?:(?:un)?likely\s*)?\(\s*").match(text, begin, end)
            close = self.tree.closing(text.index("(", begin)) if m else -1
            if not m or close != end - 1:
                break
            begin, end = m.end(), close
        at = [m for m in COMPARE.finditer(text, begin, end) if balanced(text[begin:m.start()]) and text[m.start() - 1:m.start() + 1] != "->"]
        if len(at) != 1 or "?" in text[begin:end]:
            return
        op, b, e = at[0].group(), at[0].start(), at[0].end()
        wider = {"<": "<=", ">": ">=", "<=": "<= 1 +", ">=": "+ 1 >="} if passes else {"<": "+ 1 <", ">": "> 1 +", "<=": "<", ">=": ">"}
        self.add("bound", f"`{op}` becomes `{wider[op]}` in {self.tree.text[part.begin:part.end]}", [(b, e, wider[op])], self.tested(part.begin, part.end), region)

    # ---- the walk ----

    def leaves(self, st):
        if st is None:
            return False
        if st.kind == "CompoundStmt":
            return bool(st.kids) and self.leaves(st.kids[-1])
        return st.kind in EXITS

    def after(self, n):
        """From n to the end of the function, and all of the outermost loop around it."""
        region = [(n.end, self.function.end)]
        for up in self.stack:
            if up.kind in LOOPS:
                region.append((up.begin, up.end))
                break
        return region

    def visit(self, n):
        if n is None:
            return
        if n.begin is not None and not n.body_macro:
            self.look(n)
        elif n.begin is not None and n.kind == "CallExpr":
            self.call(n)
        self.stack.append(n)
        for k in n.kids:
            self.visit(k)
        self.stack.pop()

    def head(self, n):
        """Inside the parentheses after a keyword."""
        at = self.plain.index("(", n.begin)
        return at + 1, self.tree.closing(at)

    def look(self, n):
        if n.kind == "IfStmt":
            then = [k for k in n.kids if k is not None][1]
            begin, end = self.head(n)
            if self.leaves(then):
                self.protects(begin, end, 0, self.after(n) + ([(n.kids[-1].begin, n.kids[-1].end)] if n.has_else else []))
            else:
                self.protects(begin, end, 1, [(then.begin, then.end)])
        elif n.kind == "WhileStmt":
            # Without any test it would not end, which is another matter.
            begin, end = self.head(n)
            self.parts(self.parse(begin, end), 1, [(n.begin, n.end)], end)
        elif n.kind == "DoStmt":
            end = self.plain.rindex(")", n.begin, n.end)
            begin = self.plain.rindex("while", n.begin, n.end)
            self.parts(self.parse(self.plain.index("(", begin) + 1, end), 1, [(n.begin, n.end)], end)
        elif n.kind == "ForStmt":
            begin, end = self.head(n)
            cuts = [i for i in range(begin, end) if self.plain[i] == ";" and balanced(self.plain[begin:i])]
            if len(cuts) == 2 and self.plain[cuts[0] + 1:cuts[1]].strip():
                self.parts(self.parse(cuts[0] + 1, cuts[1]), 1, [(n.begin, n.end)], cuts[1])
        elif n.kind == "ConditionalOperator" and n.kids[0].begin is not None and not n.kids[0].body_macro or n.kind == "ConditionalOperator" and n.kids[0].begin is not None:
            at = self.plain.find("?", n.kids[0].begin)
            if at >= 0 and balanced(self.plain[n.kids[0].begin:at]) and at < (self.function.end or 0):
                colon = self.colon(at)
                if colon is not None:
                    self.protects(n.kids[0].begin, at, 1, [(at, colon)])
        elif n.kind == "ReturnStmt" and n.kids:
            self.value(n.begin + len("return"), self.plain.find(";", n.begin))
        elif n.kind == "BinaryOperator" and n.op == "=" and n.kids[0].end is not None and self.stack[-1].kind == "CompoundStmt":
            at = self.plain.find("=", n.kids[0].end)
            self.value(at + 1, self.plain.find(";", at))
        elif n.kind == "BinaryOperator" and n.op in ("%", "&"):
            self.clamp(n)
        elif n.kind == "CallExpr":
            self.call(n)

    def colon(self, at):
        depth, i = 0, at + 1
        while i < len(self.plain):
            c = self.plain[i]
            if c in "([{?":
                depth += 1
            elif c in ")]}":
                depth -= 1
            elif c == ":":
                if depth == 0:
                    return i
                depth -= 1
            if depth < 0 or c == ";":
                return None
            i += 1
        return None

    def value(self, begin, end):
        """A truth value that is returned or kept."""
        if end > begin:
            top = self.parse(begin, end)
            if top.op:
                self.parts(top, 1, [(begin, end)], end)

    def clamp(self, n):
        """x % N and x & MASK of a constant bound x, unless it is only compared."""
        for up in reversed(self.stack):
            if up.kind not in ("ParenExpr", "ImplicitCastExpr", "CStyleCastExpr"):
                if up.kind in ("IfStmt", "WhileStmt", "ForStmt", "DoStmt", "ConditionalOperator", "CallExpr" if callee(up) == "__builtin_expect" else "-") or \
                        (up.kind == "BinaryOperator" and up.op in ("==", "!=", "&&", "||")) or (up.kind == "UnaryOperator" and up.op == "!"):
                    return
                break
        left = n.kids[0]
        if left.begin is None or left.end is None or reads(n.kids[1]) or calls_in(n.kids[1]) or not reads(left):
            return
        m = re.compile(r"\s*" + re.escape(n.op) + r"\s*(?=[\w(~])").match(self.plain, left.end)
        if not m:
            return
        end = self.primary(m.end())
        if end is None or (n.op == "&" and re.compile(r"\s*(?:[-+*/%]|<<|>>|[=!<>]=|[<>])").match(self.plain, end)):
            return
        tested = reads(left) | {path(up.kids[0]) if up.kind == "BinaryOperator" else up.name for up in self.stack if up.kind == "VarDecl" or (up.kind == "BinaryOperator" and up.op == "=")}
        where = [(n.begin, self.function.end)]
        for up in self.stack:
            if up.kind == "ArraySubscriptExpr" and up.begin is not None:
                where = [(up.begin, up.end)]
        text = self.tree.text[left.begin:end]
        self.add("bound", f"no clamp: {text}", [(left.begin, end, f"({self.tree.text[left.begin:left.end]})")], tested - {""}, where)
        if n.op == "%":
            self.add("bound", f"clamp to one more: {text}", [(m.end(), end, f"({self.tree.text[m.end():end]} + 1)")], tested - {""}, where)

    def primary(self, at):
        """One past a number, name, call, or what stands in parentheses."""
        m = re.compile(r"~?\s*\w*").match(self.plain, at)
        end = m.end()
        if end < len(self.plain) and self.plain[end] == "(":
            end = self.tree.closing(end) + 1
        return end if end > at else None

    def call(self, n):
        name = callee(n)
        up = [u for u in self.stack if u.kind != "CStyleCastExpr"]
        cast = [u for u in self.stack[len(up):]] if len(up) < len(self.stack) else []
        statement = bool(up) and up[-1].kind in ("CompoundStmt", "IfStmt", "ForStmt", "WhileStmt", "CaseStmt", "LabelStmt", "DefaultStmt") and \
            re.compile(r"\s*;").match(self.plain, n.end) is not None
        text = self.tree.source(n)
        if name in ("min_u64", "max_u64") and len(n.kids) == 3 and not n.body_macro and not any(k.body_macro for k in n.kids[1:]):
            for keep in (1, 2):
                if reads(n.kids[keep]):
                    self.add("bound", f"no clamp: {text}", [(n.begin, n.end, f"({self.tree.source(n.kids[keep])})")], reads(n) | self.targets(), [(n.begin, self.function.end)])
        elif name in self.world.acquires or name in self.world.releases:
            if statement:
                self.add("lock", f"no {text}", [(n.begin, n.end, "(void)0")], owns=True)
        elif name in self.world.consumes and statement:
            self.add("reference", f"no {text}", [(n.begin, n.end, "(void)0")], owns=True)
        elif name in self.world.gives_out or name in self.world.gives:
            # As if it had gone well, and gave nothing.
            if not statement and not cast:
                self.add("reference", f"no {text}", [(n.begin, n.end, "0" if name in self.world.gives_out or "*" in n.type else "FREF_NONE")], owns=True)

    def targets(self):
        out = set()
        for up in self.stack:
            if up.kind == "BinaryOperator" and up.op == "=":
                out.add(path(up.kids[0]))
            elif up.kind == "VarDecl":
                out.add(up.name)
        return out - {""}

    # ---- annotations, from the text ----

    def annotations(self):
        self.function = None
        for m in re.finditer(r"\bSC_(" + "|".join(ANNOTATIONS) + r")\b", self.plain):
            end = m.end()
            if end < len(self.plain) and self.plain[end] == "(":
                end = self.tree.closing(end) + 1
            self.add("annotation", f"no {self.plain[m.start():end]}", [(m.start(), end, "")], owns=True, function=False)


def balanced(text):
    depth = 0
    for c in text:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(c, 0)
        if depth < 0:
            return False
    return depth == 0


def blank_comments(text):
    """Comments and string literals as blanks, so that offsets stay."""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', lambda m: re.sub(r"[^\n]", " ", m.group()) if m.group()[0] != "'" else "0" * len(m.group()), text, flags=re.S)


def body_after(plain, start):
    """The text behind an opening brace, to the one that closes it."""
    depth, i = 1, start
    while depth and i < len(plain):
        depth += {"{": 1, "}": -1}.get(plain[i], 0)
        i += 1
    return plain[start:i]


class World:
    """What the project's declarations say of functions: read from all headers and files, by text."""

    def __init__(self, texts, core, core_code=()):
        self.acquires, self.releases, self.consumes, self.gives, self.gives_out, self.must_use = set(), set(), set(), set(), set(), set()
        self.unchecked = set()     # inline functions of the core whose island rests on what the caller passes
        for text in map(blank_comments, texts):
            for m in re.finditer(r"(?:^|[;}\n])((?:[A-Za-z_][\w \t\n*]*?(?:\([^()]*\))?[ \t\n*]+)?)(\w+)[ \t\n]*\(([^;{}]*?)\)([^;{}()]*(?:\([^()]*\)[^;{}()]*)*)(?=[;{])", text):
                head, name, args, tail = m.groups()
                if "SC_ACQUIRES" in head + tail:
                    self.acquires.add(name)
                if "SC_RELEASES" in head + tail:
                    self.releases.add(name)
                if "SC_NODISCARD" in head:
                    self.must_use.add(name)
                if "SC_OWNED" in head:
                    self.gives.add(name)
                for arg in args.split(","):
                    if "SC_OWNED" in arg:
                        (self.gives_out if re.search(r"fref_t\s*\*", arg) else self.consumes).add(name)
            for m in re.finditer(r"\bSC_POOL\((\w+),", text):
                self.gives.add(m.group(1) + "_new")
                self.consumes.add(m.group(1) + "_delete")
        self.guarded = set()       # functions that ask for what their islands rest on (SC_REQUIRE)
        for text in [*core, *core_code]:
            plain = blank_comments(text)
            for m in re.finditer(r"\b(\w+)\(([^(){};]*(?:\([^()]*\)[^(){};]*)*)\)\s*\{", plain):
                if "SC_REQUIRE" in body_after(plain, m.end()) and m.group(1) not in ("for", "while", "if", "switch"):
                    self.guarded.add(m.group(1))
        for text in core:
            plain = blank_comments(text)
            for m in re.finditer(r"\bSC_INLINE\b[^;{}()]*?(?:\([^()]*\)[^;{}()]*?)?(\w+)\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*\{", plain):
                body = body_after(plain, m.end())
                if "SC_UNSAFE" in body and m.group(2).strip() != "void" and not re.search(r"\bif\s*\(", body):
                    self.unchecked.add(m.group(1))
