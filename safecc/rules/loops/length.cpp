/* SPDX-License-Identifier: MIT */
/* How long a loop is at most: its turns, those of the loops inside, and whether what it calls loops. */
#include "rules/loops/length.h"

#include "rules/loops/counting.h"

using namespace clang;

namespace safecc::loops {

/* The loops inside pay for themselves, or are as short together with this one. */
bool Length::is_short(Wide turns, const Stmt *body) { return turns <= short_turns && !calls_loops(body) && turns * (1 + inner_turns(body)) <= short_turns; }

/* The turns of the loops inside that pay nothing. */
Wide Length::inner_turns(const Stmt *s)
{
    Wide inside = 0;

    for (const Stmt *c : s->children())
        if (c != nullptr)
            inside = std::min(inside + inner_turns(c), short_turns);
    if (parts_of(s).body == nullptr || never_turns(unit.context(), s))
        return inside;
    Counted c = counted(unit, flow, s);
    bool pays = c.why.empty() || c.turns > short_turns || c.turns * (1 + inside) > short_turns;
    return pays ? inside : c.turns * (1 + inside);
}

bool Length::calls_loops(const Stmt *s)
{
    if (const auto *call = dyn_cast<CallExpr>(s); call != nullptr && call->getBuiltinCallee() == 0) {
        const FunctionDecl *callee = call->getDirectCallee();
        if (callee == nullptr || loops(callee))
            return true;
    }
    for (const Stmt *c : s->children())
        if (c != nullptr && calls_loops(c))
            return true;
    return false;
}

/* A loop, or a call of what is not seen here, stands in the function or in what it calls. */
bool Length::loops(const FunctionDecl *callee)
{
    const FunctionDecl *def = callee->getDefinition();

    if (callee->isNoReturn() || unit.core_file(callee->getLocation()))
        return false; /* the core answers for its own */
    if (def == nullptr || !def->hasBody())
        return true;
    auto [it, fresh] = known.emplace(def, true); /* recursion turns, too */
    if (!fresh)
        return it->second;
    bool found = has_loop(def->getBody()) || calls_loops(def->getBody());
    known[def] = found;
    return found;
}

bool Length::has_loop(const Stmt *s)
{
    if (parts_of(s).body != nullptr && !never_turns(unit.context(), s))
        return true;
    for (const Stmt *c : s->children())
        if (c != nullptr && has_loop(c))
            return true;
    return false;
}

} // namespace safecc::loops
