# SPDX-License-Identifier: MIT
"""What SC_GUARDED_BY says, as ACSL: a lock that is taken gives what it guards as others left it.

Behind each spin_lock, write_lock and read_lock of a proved file stands a call of a ghost function that assigns everything the lock
guards, so what was known of it is known no more. If people have written what holds whenever nobody has the lock, for a lock that is a variable,

  /*@ predicate resource_LOCK{L} = ...; */

the ghost function ensures that, and it is asserted, so proved, before each unlock. It may be about nothing but what that lock guards and only this file
can write: its static variables. Then this is sound, because safecc refuses any access to what a lock guards without the lock (SC-14). Nothing else
that a lock is for is said here: that it is taken once, and in which order, is safecc's (SC-15).

For a lock that is a field, `predicate resource_STRUCT_LOCK{L}(struct STRUCT *x) = ...;` is about nothing but ghost variables that lib/guarded.list says it
guards, or that never change, and where x is (`&variable[i]`): fields may be written in other files.
"""
import re

import contracts

GHOST = re.compile(r"/\*@ ghost (?:extern )?[\w \*]*?(\w+)(?:\[[^\]]*\])?; \*/")
TAKE = {"spin_lock", "write_lock", "read_lock"}
CALL = re.compile(r"\b(spin_lock|write_lock|read_lock|spin_unlock|read_unlock|spin_lock_pair|spin_unlock_pair)\s*\(([^;]*)\)\s*;")
GUARDED = re.compile(r"\bSC_GUARDED_BY\(([\w.]+)\)")


class Unclear(Exception):
    """A lock of which it cannot be said what it guards."""


def field(text):
    """(name, type's struct or None, bounds of its arrays) of a declaration"""
    text = re.sub(r"\bSC_\w+(\([^()]*\))?", "", text.split("=")[0])
    bounds = re.findall(r"\[([^\]]*)\]", text)
    names = re.findall(r"[A-Za-z_]\w*", re.sub(r"\[[^\]]*\]", "", text))
    struct = re.search(r"\bstruct\s+(\w+)", text)
    return (names[-1] if names else ""), (struct.group(1) if struct else None), bounds


def place(name, bounds):
    return name + "".join(f"[0 .. ({b}) - 1]" for b in bounds)


class Guards:
    """What the files that were read say of locks."""

    def __init__(self):
        self.of = {}        # a variable, or (struct, field): the places that it guards, in the ghost function's words
        self.elsewhere = {} # the same: fields (struct, name) that it guards, of objects to which nothing leads from it
        self.types = {}     # (struct, field): the struct that it is or points to
        self.variables = {} # of the file's scope: its struct or None
        self.statics = set()
        self.ghosts = set() # the ghost functions that were put in
        self.states = {}    # a ghost variable that people declared: is it an array?
        self.fixed = set()  # variables that do not change after boot
        self.guarded = {}   # by lib/guarded.list, a ghost variable: the lock's (struct, field), or None: it never changes
        self.logic = {}     # what predicates and logic functions say
        self.said = ""      # all code and contracts that were read: a contract in a header may speak of a field, too

    def read(self, text, flat, structs):
        """text: with its comments; flat: without; structs: (name, body) of each."""
        for m in re.finditer(r"/\*@.*?\*/", text, re.S):
            self.logic.update(contracts.definitions(m.group(0)))
            self.said += m.group(0)
        for m in GHOST.finditer(text):
            self.states[m[1]] = "[" in m[0]
        self.fixed |= set(re.findall(r"\b(\w+)\s+SC_BOOT\s*;", flat))
        self.said += flat
        understood = 0
        for struct, body in structs:
            understood += len(GUARDED.findall(body))
            declarations = body.split(";")
            own = {field(d)[0] for d in declarations}
            for declaration in declarations:
                self.struct_field(struct, own, declaration)
        for m in re.finditer(r"^(?!typedef|struct \w+ \{)[a-zA-Z_][^;{}()]*(?:SC_\w+\([^()]*\)[^;{}()]*)*[;=]", flat, re.M):
            name, struct, bounds = field(m.group(0)[:-1])
            self.variables[name] = struct
            if m.group(0).startswith("static "):
                self.statics.add(name)
            understood += len(GUARDED.findall(m.group(0)))
            for lock in GUARDED.findall(m.group(0)):
                where = self.of.setdefault(lock, [])
                if place(name, bounds) not in where:
                    where.append(place(name, bounds))
        if understood != len(GUARDED.findall(flat)):
            raise Unclear("SC_GUARDED_BY: only of a variable of the file's scope or a field, and not in a struct within a struct: what a lock guards would be missed")

    def struct_field(self, struct, own, declaration):
        name, of, bounds = field(declaration)
        self.types[struct, name] = of
        for lock in GUARDED.findall(declaration):
            if lock not in own:
                key = tuple(lock.split(".")) if "." in lock else lock
                self.elsewhere.setdefault(key, set()).add((struct, name))
            else:
                where = self.of.setdefault((struct, lock), [])
                if place("x->" + name, bounds) not in where:
                    where.append(place("x->" + name, bounds))

    def lock(self, text, flat, params, body):
        """(key, the ghost function's argument) of a lock expression in a function"""
        m = re.fullmatch(r"&\s*(\w+)", text)
        if m:
            return m.group(1), ""
        m = re.fullmatch(r"&\s*(.+?)(->|\.)(\w+)", text)
        if not m:
            raise Unclear(f"{text}: which lock is this?")
        owner = self.type_of(m.group(1), flat[body[0]:body[1]], params)
        if not owner:
            raise Unclear(f"{text}: of which struct is {m.group(1)}?")
        return (owner, m.group(3)), m.group(1) if m.group(2) == "->" else "&" + m.group(1)

    def has_resource(self, key):
        return f"resource_{names(key)[0]}" in self.logic

    def words(self, key):
        """All that its resource speaks of."""
        whole, seen = f"resource_{names(key)[0]}", set()
        todo = [whole]
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            body = self.logic.get(name, "")
            if re.search(r"->|\\at\b|(?:^|[^\w)\]\s])\s*\*\s*[\w(]", body):
                raise Unclear(f"{whole}: {name} looks through a pointer, or at another time")
            todo += re.findall(r"[A-Za-z_]\w*", re.sub(r"&\s*\w+\[\w+\](?!\s*[.\[])", "", body) if isinstance(key, tuple) else body)
        return seen

    def resource_check(self, key):
        """Is it about nothing but what the lock guards and nobody else can write?"""
        whole, seen = f"resource_{names(key)[0]}", self.words(key)
        if isinstance(key, tuple):
            self.state_check(key, whole, seen)
            return
        guarded = {re.match(r"\w+", p).group(0) for p in self.of[key]}
        for name in sorted(seen & (set(self.variables) | set(self.states))):
            if name not in guarded or name not in self.statics:
                raise Unclear(f"{whole}: {name} is not a static variable that {key} guards")

    def state_check(self, key, whole, seen):
        for name in sorted(seen & set(self.states)):
            if self.guarded.get(name, ()) not in (None, key):
                raise Unclear(f"{whole}: lib/guarded.list does not say that {key[0]}.{key[1]} guards {name}")
        for name in sorted(seen & set(self.variables) - self.fixed - set(self.states)):
            raise Unclear(f"{whole}: {name} is neither a ghost variable nor what never changes")

    def type_of(self, expression, body, params):
        first, *rest = re.findall(r"[A-Za-z_]\w*", re.sub(r"\[[^\]]*\]", "", expression))
        m = re.search(rf"\bstruct\s+(\w+)[^;,()]*\b{first}\b", params) or re.search(rf"\bstruct\s+(\w+)\s*\**[^;()]*\b{first}\b", body)
        struct = m.group(1) if m else self.variables.get(first)
        for name in rest:
            struct = self.types.get((struct, name))
        return struct


def names(key):
    if isinstance(key, tuple):
        return f"{key[0]}_{key[1]}", f"struct {key[0]} *x", "x"
    return key, "void", ""


def ghost(guards, key):
    """The ghost function's declaration."""
    name, parameters, x = names(key)
    says = [f"requires \\valid({x});"] if x else []
    states = [state + ("[0 ..]" if guards.states[state] else "") for state, lock in guards.guarded.items() if lock == key and state in guards.states]
    says.append(f"assigns {', '.join(guards.of[key] + states)};")
    if guards.has_resource(key):
        guards.resource_check(key)
        says[:0] = [f"requires \\separated(x, &{name});" for name in sorted(guards.fixed & guards.words(key))] if x else []
        says.append(f"ensures resource_{name}{x and '(x)'};")
    return f"/*@ ghost /@ {' '.join(says)} exits \\false; @/ void taken_{name}({parameters}); */ "


def comments(guards, flat, functions, heads, given):
    """[(place, comment)] for a file that is proved; heads: where each function begins, with its contract; given: what is said of the core's functions"""
    puts, declared = [], set()
    for start, _, params, begin, end in functions:
        for m in CALL.finditer(flat, begin, end):
            call, argument = m.group(1), m.group(2).strip()
            if call.endswith("_pair"):
                raise Unclear(f"{call}: what two locks guard at once is not said yet")
            key, x = guards.lock(argument, flat, params, (begin, end))
            for struct, name in sorted(guards.elsewhere.get(key, ())):
                if re.search(rf"(->|\.)\s*{name}\b", guards.said + given):
                    raise Unclear(f"{argument}: it guards {name} of struct {struct}, to which nothing leads from there")
            if key not in guards.of:
                continue
            if flat[begin:m.start()].rstrip()[-1] not in ";{}:":
                raise Unclear(f"{call}({argument}): a statement of its own, please, in braces")
            name = names(key)[0]
            if key not in declared:
                declared.add(key)
                guards.ghosts.add(f"taken_{name}")
                puts.append((heads[start], ghost(guards, key)))
            if call in TAKE:
                puts.append((m.end(), f" /*@ ghost taken_{name}({x}); */"))
            elif guards.has_resource(key):
                puts.append((m.start(), f"/*@ assert as_found: resource_{name}{x and f'({x})'}; */ "))
    return puts
