# SPDX-License-Identifier: MIT
"""What the annotations of safe.h say, as ACSL: bounds, validity, separation.

add(text, known) returns the text with comments put in, on the same lines: nothing but comments is added. known is a
World that is given along from file to file, headers first.

  T *p                 \\valid(p); const: \\valid_read(p)
  T *p SC_COUNT(n)     \\valid(p + (0 .. n - 1)), or \\valid_read
  T p[N]               the same, with N
  SC_STRING            p != \\null
  SC_NULLABLE          nothing
  struct T p           valid_T(p): the counted fields of it and of what it holds; of *p, if it is not const, after the call too
  SC_RANGE(lo, hi)     lo <= p <= hi
  writes through p     \\separated from every counted range that the other parameters reach
A parameter whose \\valid() the contract states itself is left to the contract. A contract without assigns
has what its parameters let it write: `*p` of each that is not const, or `\\nothing` (proved, as all else, at the body).
Every function returns: `exits \\false`. Without it a contradiction in a contract could hide behind a call that never comes back.

SC_GUARDED_BY(lock)    whoever takes the lock finds what it guards as others left it (locks.py)
"""
import re

import locks

COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'', re.S)
CLAUSE = re.compile(r"/\*@\s*(requires|assigns|ensures|behavior|terminates|frees|allocates)\b")
IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


def blank(text):
    """The text with comments, literals and directives as spaces, at the same places."""
    space = lambda m: re.sub(r"[^\n]", " ", m.group(0))
    text = COMMENT.sub(space, text)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", space, text, flags=re.M)


def definitions(annotation):
    """(name, what it says) of each predicate and logic function that an annotation defines; (None, its text) of one that is not understood."""
    for part in re.split(r"\b(?=(?:predicate|logic|lemma|inductive|axiomatic)\b)", re.sub(r"//[^\n]*", "", annotation[3:])):
        if re.match(r"predicate|logic", part) and "=" in part:
            m = re.match(r"(?:predicate|logic\s+[\w\s*]+?)[\s*]+(\w+)\s*(?:\{[^}]*\})?\s*(?:\([^()]*\))?\s*=(?!=)(.*)", part, re.S)
            yield (m[1], m[2]) if m else (None, part)


class Macros:
    """What the preprocessor may make of a word."""

    DEFINE = re.compile(r"^[ \t]*(?:#|%:)\s*define\s+(\w+)([^\n]*)", re.M)

    def __init__(self, texts):
        self.says = {}  # a macro's name: the words of all its definitions, and ## if it makes words
        for text in texts:
            for name, body in self.DEFINE.findall(re.sub(r"/\*.*?\*/", " ", text.replace("\\\n", ""), flags=re.S)):
                made = {"##"} if re.search("##|%:%:", body) else set()
                self.says.setdefault(name, set()).update(IDENTIFIER.findall(body), made)

    def words(self, text):
        """All words that may stand there."""
        seen, todo = set(), set(IDENTIFIER.findall(text))
        while todo:
            word = todo.pop()
            seen.add(word)
            todo |= self.says.get(word, set()) - seen
        return seen


def closing(text, at):
    """Past the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(text)):
        depth += text[i] in "([{"
        depth -= text[i] in ")]}"
        if depth == 0:
            return i + 1
    raise ValueError("a bracket is not closed")


def split(text):
    """At commas outside of brackets."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += c in "([{"
        depth -= c in ")]}"
        if c == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return [p.strip() for p in parts + [text[start:]] if p.strip()]


class Variable:
    """A parameter or a field."""

    def __init__(self, text):
        self.count = self.range = None
        text, self.nullable = re.subn(r"\bSC_NULLABLE\b", "", text)
        text, self.string = re.subn(r"\bSC_STRING\b", "", text)
        m = re.search(r"\bSC_COUNT\(", text)
        if m:
            end = closing(text, m.end() - 1)
            self.count, text = text[m.end():end - 1].strip(), text[:m.start()] + text[end:]
        m = re.search(r"\bSC_RANGE\(", text)
        if m:
            end = closing(text, m.end() - 1)
            self.range, text = split(text[m.end():end - 1]), text[:m.start()] + text[end:]
        text = re.sub(r"\bSC_\w+(\([^()]*\))?", "", text)
        self.arrays = [a.strip() for a in re.findall(r"\[([^\]]*)\]", text)]
        text = re.sub(r"\[[^\]]*\]", "", text).strip()
        names = IDENTIFIER.findall(text)
        self.name = names[-1] if len(names) > 1 else ""
        self.stars = text.count("*")
        self.const = bool(re.match(r"const\b|.*\bconst\s+[\w ]*\*", text))
        m = re.search(r"\bstruct\s+(\w+)", text)
        self.struct = m.group(1) if m else None

    def pointer(self):
        return self.stars == 1 or (self.stars == 0 and len(self.arrays) == 1)


class World:
    """Structs that reach counted memory, and functions whose contract is made."""

    def __init__(self):
        self.structs, self.functions = {}, set()
        self.given = {}   # function: clauses of a function of the core
        self.own = {}     # functions whose contract stands at the definition, not in a header: their parameters as the header has them
        self.guards = locks.Guards()


def renamed(expression, names, prefix):
    return IDENTIFIER.sub(lambda m: prefix + m.group(0) if m.group(0) in names else m.group(0), expression)


def ranges_of(world, struct, prefix, binders=()):
    """(ACSL range, writable, binders) of every counted field that the struct reaches."""
    for field, names in world.structs.get(struct, []):
        if field.count:
            yield f"{prefix}{field.name} + (0 .. {renamed(field.count, names, prefix)} - 1)", not field.const, binders
        elif field.struct in world.structs and field.stars == 0:
            if field.arrays:
                i = f"i{len(binders)}"
                yield from ranges_of(world, field.struct, f"{prefix}{field.name}[{i}].", (*binders, (i, field.arrays[0])))
            else:
                yield from ranges_of(world, field.struct, f"{prefix}{field.name}.", binders)


def quantified(formula, binders):
    for name, bound in reversed(binders):
        formula = f"(\\forall integer {name}; 0 <= {name} < {bound} ==> {formula})"
    return formula


def struct_predicates(world, name, body):
    fields = [Variable(f) for f in body.split(";") if f.strip()]
    names = {f.name for f in fields}
    useful = [(f, names) for f in fields if (f.count and f.stars == 1) or (f.struct in world.structs and f.stars == 0)]
    if not useful:
        return ""
    world.structs[name] = useful
    out = []
    for head, prefix, first in ((f"valid_{name}{{L}}(struct {name} s)", "s.", []), (f"valid_at_{name}{{L}}(struct {name} *s)", "s->", ["\\valid_read(s)"])):
        parts = first + [quantified(f"\\valid{'' if writable else '_read'}({where})", binders)
                         for where, writable, binders in ranges_of(world, name, prefix)]
        out.append(f"predicate {head} = {' && '.join(parts)};")
    return f" /*@ {' '.join(out)} */"


def clauses(world, returns, params, contract):
    """(requires, assigns and ensures) of one function"""
    before, after, writes, reached = [], [], [], []
    for p in params:
        if not p.name:
            continue
        own = re.search(rf"\\valid(_read)?\(\s*{p.name}\b(?!\s*(?:->|\.|\[))", contract)
        if p.range:
            before.append(f"{p.range[0]} <= {p.name} <= {p.range[1]}")
        if p.string and not p.nullable:
            before.append(f"{p.name} != \\null")
        elif p.pointer() and not p.nullable and not p.string:
            count = p.count or (p.arrays[0] if p.arrays else None)
            valid = "\\valid_read" if p.const else "\\valid"
            where = f"{p.name} + (0 .. {count} - 1)" if count else p.name
            reaches = p.struct in world.structs and not count
            if not own and not (reaches and p.const):
                before.append(f"{valid}({where})")
            if not p.const:
                writes.append((p, where))
            if count:
                reached.append((p, where, not p.const, ()))
            if reaches:
                if not own:
                    before.append(f"valid_at_{p.struct}({p.name})")
                    reached += [(p, w, writable, b) for w, writable, b in ranges_of(world, p.struct, f"{p.name}->")]
                if not p.const:
                    after.append(f"valid_at_{p.struct}({p.name})")
        elif p.struct in world.structs and p.stars == 0:
            before.append(f"valid_{p.struct}({p.name})")
            reached += [(p, w, writable, b) for w, writable, b in ranges_of(world, p.struct, f"{p.name}.")]
    for p, where in writes:
        for q, what, _, binders in reached:
            if not (q is p and what == where):
                before.append(quantified(f"\\separated({where}, {what})", binders))
    if returns.struct in world.structs and returns.stars == 0:
        after.append(f"valid_{returns.struct}(\\result)")
    out = [f"ensures {a};" for a in after] + ["exits \\false;"]
    if not re.search(r"\bassigns\b", contract):
        written = [where if p.count or p.arrays else f"*{where}" for p, where in writes]
        written = [re.sub(r"^(\w+) \+ \((.*)\)$", r"\1[\2]", w) for w in written]
        out.insert(0, f"assigns {', '.join(written) or chr(92) + 'nothing'};")
    return [f"requires {b};" for b in dict.fromkeys(before)], out


def attributes_blank(flat):
    """__attribute__((..)) as spaces."""
    for m in reversed(list(re.finditer(r"\b__attribute__\s*(?=\()", flat))):
        end = closing(flat, m.end())
        flat = flat[:m.start()] + re.sub(r"[^\n]", " ", flat[m.start():end]) + flat[end:]
    return flat


def contract_before(text, start):
    """The contract that ends right before this place, or None."""
    comment = list(re.finditer(r"/\*.*?\*/", text[:start], re.S))[-1:]
    return comment[0] if comment and not text[comment[0].end():start].strip() and CLAUSE.match(comment[0].group(0)) else None


def contracts_of(text):
    """{function: its contract} of the file, each a match in its text."""
    found = {}
    for start, name, *_ in declarations(attributes_blank(blank(text))):
        found.setdefault(name, contract_before(text, start))
    return {name: contract for name, contract in found.items() if contract}


def with_contract(text):
    """The functions of a file that have a contract at their definition, but are not static."""
    flat = attributes_blank(blank(text))
    return {name: "" for start, name, head, _ in declarations(flat) if contract_before(text, start) and not re.search(r"\bstatic\b", head)}


def declarations(flat):
    """(start, end of the head, name, text before the name, parameters) of functions declared or defined in the blanked text"""
    at = 0
    while at < len(flat):
        m = re.compile(r"\S").search(flat, at)
        if not m:
            return
        start = at = m.start()
        while at < len(flat) and flat[at] not in ";{":
            at = closing(flat, at) if flat[at] in "([" else at + 1
        head = flat[start:at]
        m = re.search(r"(\w+)\s*\((?!.*\b\w+\s*\()", re.sub(r"SC_\w+\([^()]*\)", lambda m: " " * len(m.group(0)), head), re.S)
        if m and "=" not in head[:m.start()] and not head.startswith(("typedef", "_Static_assert")):
            open_at = start + m.end() - 1
            yield start, m.group(1), flat[start:start + m.start()], flat[open_at + 1:closing(flat, open_at) - 1]
        if at < len(flat) and flat[at] == "{":
            at = closing(flat, at)
            if m:
                continue
        while at < len(flat) and flat[at] != ";":
            at = closing(flat, at) if flat[at] in "([{" else at + 1
        at += 1


def functions(flat):
    """(start, name, parameters, begin and end of the body) of the functions that the blanked text defines"""
    for start, name, _, params in declarations(flat):
        body = closing(flat, flat.index("(", flat.index(name, start)))
        while re.match(r"\s*SC_\w+\s*\(", flat[body:]):
            body = closing(flat, flat.index("(", body))
        m = re.match(r"\s*(SC_\w+\s*)*\{", flat[body:])
        if m:
            yield start, name, params, body + m.end() - 1, closing(flat, body + m.end() - 1)


def bodiless(text):
    """A header with its functions declared only: what WP knows of a function that is called is its contract."""
    flat, cuts = blank(text), []
    for m in re.finditer(r"^\{", flat, re.M):
        head = max(flat.rfind(c, 0, m.start()) for c in ";}") + 1
        if "(" not in flat[head:m.start()] or re.search(r"\b(enum|struct|union)\s+\w*\s*$", flat[head:m.start()]):
            continue
        cuts += [(m.start(), closing(flat, m.start()), ";")]
        cuts += [(head + i.start(), head + i.end(), "") for i in re.finditer(r"\bSC_INLINE\b|\bstatic\b|\binline\b", flat[head:m.start()])]
    for start, end, instead in sorted(cuts, reverse=True):
        text = text[:start] + instead + re.sub(r"[^\n]", " ", text[start:end])[len(instead):] + text[end:]
    return text


def add(text, world, is_proved=False):
    flat, puts = attributes_blank(blank(text)), []
    world.guards.read(text, flat, [(m.group(1), flat[m.end():closing(flat, m.end() - 1) - 1]) for m in re.finditer(r"\bstruct\s+(\w+)\s*\{", flat)])
    for m in re.finditer(r"^struct (\w+) \{(.*?)^\}[^;\n]*;", flat, re.S | re.M):
        extra = struct_predicates(world, m.group(1), m.group(2))
        if extra:
            puts.append((m.end(), extra))
    for start, name, head, params in declarations(flat):
        found = contract_before(text, start)
        if name in world.own and not found:
            world.own[name] = world.own[name] or params
        if name in world.functions or (name in world.own and not found):
            continue
        params = world.own.get(name) or params
        world.functions.add(name)
        contract = ""
        if re.search(r"\bvoid\s*\*", params) and name not in world.given:
            continue  # nothing can be said in this memory model: who calls it is refused
        if found:
            contract = found.group(0)
        given = world.given.get(name, "")
        requires, rest = clauses(world, Variable(head + " result"), [Variable(p) for p in split(params) if p not in ("void", "...")], contract + given)
        if contract:
            begin = found.start()
            puts.append((begin + 3, " " + " ".join(requires) if requires else ""))
            behaviour = re.search(r"\b(behavior|complete|disjoint)\b", contract)
            puts.append((begin + (behaviour.start() if behaviour else len(contract) - 2), " ".join(rest) + " " if rest else ""))
        else:
            whole = " ".join(requires + ([given] if given else []) + rest)
            puts.append((start, f"/*@ {whole} */ " if whole else ""))
    if is_proved:
        heads = {start: (contract_before(text, start) or re.compile("").match(text, start)).start() for start, *_ in functions(flat)}
        puts += locks.comments(world.guards, flat, functions(flat), heads, " ".join(world.given.values()))
    for at, extra in sorted(puts, key=lambda p: p[0], reverse=True):  # of two at one place the later comes first
        text = text[:at] + extra + text[at:]
    return text
