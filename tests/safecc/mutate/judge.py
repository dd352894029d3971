# SPDX-License-Identifier: MIT
"""What became of a mutant, and whether it matters: see README.md for the criterion."""
import collections

from ctree import Flows, callee, reads, touches
from places import NAME

LEFT = ("kept", "hoisted")    # checks that run


def site_paths(text):
    """Paths that a check's (preprocessed) text reads."""
    out, todo = set(), [text]
    while todo:
        for m in NAME.finditer(todo.pop()):
            base, rest, _ = m.groups()
            depth, index, plain = 0, "", ""
            for c in rest:
                if c == "[":
                    depth += 1
                elif c == "]":
                    depth -= 1
                    plain += "[]"
                elif depth:
                    index += c
                else:
                    plain += c
            if index:
                todo.append(index)
            out.add(base + plain.replace("->", ".").replace(" ", ""))
    return out


class Sites:
    """The checks of one run, of one file."""

    def __init__(self, data, file):
        seen, self.here, self.all = set(), [], collections.Counter()
        for c in data["checks"]:
            p = c["place"]
            key = (p["file"], p["line"], p["column"], c["rule"], c["what"], c["text"], c["function"])
            if key in seen:
                continue    # a header's, in several units
            seen.add(key)
            self.all[(p["file"], p["line"], c["rule"], c["what"], c["fate"] in LEFT)] += 1
            if p["file"] == file:
                self.here.append(c)

    def kept(self):
        return {k[:4]: n for k, n in self.all.items() if k[4]}


class Judge:
    def __init__(self, world, trees):
        self.world = world
        self.sinks = self.unchecked_functions(trees)

    def unchecked_functions(self, trees):
        """Functions that hand a parameter to what nobody checks: name -> indices of such parameters (None: all)."""
        sinks = {name: None for name in self.world.unchecked - self.world.guarded}
        todo = []
        for tree in trees:
            for f in tree.functions:
                params = [k.name for k in f.kids if k is not None and k.kind == "ParmVarDecl"]
                calls = [n for n in f.walk() if n.kind == "CallExpr"]
                todo.append((f.name, params, Flows(f), calls))
        again = True
        while again:
            again = False
            for name, params, flows, calls in todo:
                for i, p in enumerate(params):
                    if name in self.world.guarded:
                        continue
                    if name in sinks and (sinks[name] is None or i in sinks[name]):
                        continue
                    reached = flows.from_paths({p})
                    if any(self.into_sink(c, reached, sinks) for c in calls if callee(c) in sinks):
                        sinks.setdefault(name, set()).add(i)
                        again = True
        return sinks

    @staticmethod
    def into_sink(call, reached, sinks):
        which = sinks[callee(call)]
        for i, arg in enumerate(call.kids[1:]):
            if (which is None or i in which) and any(touches(r, reached) for r in reads(arg, False)):
                return True
        return False

    def beyond(self, mutant, reached):
        """Where a tested value goes that no check of safecc covers: unchecked functions of the core."""
        out = []
        for n in mutant.node.walk():
            if n.kind != "CallExpr" or n.begin is None or not any(b <= n.begin < e for b, e in mutant.region):
                continue
            name = callee(n)
            if name in self.sinks and self.into_sink(n, reached, self.sinks):
                out.append(name)
        return out

    def judge(self, mutant, before, after, data, tree):
        """(verdict, why); verdict: refused, run-time, covered, equivalent, survivor."""
        if data["findings"]:
            f = data["findings"][0]
            return "refused", f["rule"], f"{f['place']['line']}: {f['message']}"
        kept_before, kept_after = before.kept(), after.kept()
        new = [k for k, n in kept_after.items() if n > kept_before.get(k, 0)]
        if new:
            return "run-time", new[0][2], f"a check ({new[0][2]} {new[0][3]}) that was not there, at {new[0][0]}:{new[0][1]}"
        if mutant.kind == "annotation":
            # Checks that went with it, or became static, were owed to it.
            lost = [k for k in before.all if after.all.get(k, 0) < before.all[k]]
            if mutant.local:
                return "equivalent", "", "a local's: all that is done with it is judged here without it"
            if not lost and not self.obliges(mutant):
                return "equivalent", "", "no check or proof rests on it"
            return "survivor", "", f"{len(lost)} checks or arguments are gone with it" if lost else "nothing misses it"
        if mutant.kind == "reference":
            if mutant.gives:
                return "equivalent", "", "a reference that is none opens nothing (SC_REQUIRE), and null is tested or checked"
            return "leak", "", "what it held is lost"
        if mutant.owns:
            return "survivor", "", "nothing misses it"
        reached = Flows(mutant.node).from_paths(mutant.tested)
        beyond = self.beyond(mutant, reached)
        if beyond:
            return "survivor", "", "what was tested goes to " + ", ".join(sorted(set(beyond))) + ", which does not check it"
        covering = None
        statics = []
        for c in after.here:
            at = mutant.original(tree.offset(c["place"]["line"], c["place"]["column"]))
            if c["function"] != mutant.function or not any(b <= at < e for b, e in mutant.region):
                continue
            if not any(touches(p, reached) for p in site_paths(c["text"])):
                continue
            if c["fate"] in LEFT:
                covering = covering or c
            else:
                statics.append(c)
        if covering is not None:
            p = covering["place"]
            return "covered", covering["rule"], f"the check ({covering['rule']} {covering['what']}) at {p['file']}:{p['line']} is there without it: {covering['argument']}"
        if statics:
            return "equivalent", "", f"{len(statics)} accesses, each safe by another argument; the first: {statics[0]['rule']} at line {statics[0]['place']['line']}: {statics[0]['argument']}"
        return "equivalent", "", "what it tests reaches no access, division, shift, lock or owned value"

    @staticmethod
    def obliges(mutant):
        """An annotation that is a duty for others, not a leave to do something."""
        return any(word in mutant.what for word in ("GUARDED_BY", "OWNED", "ATOMIC", "FIXED", "SLOT", "OPAQUE", "GUEST", "BOOT", "HOLDS", "ACQUIRES", "RELEASES", "BORROWS", "PREEMPTS"))
