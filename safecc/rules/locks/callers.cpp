/* SPDX-License-Identifier: MIT */
/* A _locked function says what it needs held in terms of its parameters; each call is asked for that in its own terms. */
#include "engine/callees.h"
#include "rules/locks/locks.h"

using namespace clang;

namespace safecc::locks {

/* Can it be said in the callers' words? Then it is theirs. */
bool Locks::leave_to_caller(Need n)
{
    std::string head = n.path.substr(0, n.path.find_first_of(".["));
    bool indexed = n.path.find('[') != std::string::npos;

    if (!n.path.empty() && !indexed) {
        for (const ParmVarDecl *p : f->parameters())
            if (p->getName() == head) {
                n.path = "#" + std::to_string(p->getFunctionScopeIndex()) + n.path.substr(head.size());
                needs.insert(n);
                return true;
            }
        if (is_global(head)) {
            needs.insert(n);
            return true;
        }
    }
    if (n.type.empty())
        return false;
    n.path.clear();
    needs.insert(n);
    return true;
}

bool Locks::is_global(const std::string &name)
{
    ASTContext &context = unit.context();
    for (const NamedDecl *d : context.getTranslationUnitDecl()->lookup(&context.Idents.get(name)))
        if (isa<VarDecl>(d))
            return true;
    return false;
}

/* The lock that a guard of a field (or a variable: null) names, as callers may be asked for it. */
Need Locks::need_of(const std::string &guard, const std::string &base, const FieldDecl *field, const std::string &what)
{
    Need n;
    std::string g = dotted(guard);

    n.what = what;
    if (g.find('.') != std::string::npos) {
        n.type = g;
        return n;
    }
    bool sibling = false;
    if (field != nullptr)
        for (const FieldDecl *other : field->getParent()->fields())
            sibling |= other->getName() == g;
    if (sibling) {
        n.path = base.empty() ? "" : base + "." + g;
        n.type = field->getParent()->getNameAsString() + "." + g;
    } else {
        n.path = g;
    }
    return n;
}

void Locks::needed_by_callee(const CallExpr *call, const FunctionDecl *callee, const Need &n, LockState &s, bool look)
{
    Need mine = n;
    bool known = true;

    if (!n.path.empty() && n.path[0] == '#') {
        auto i = (unsigned)strtoul(n.path.c_str() + 1, nullptr, 10);
        size_t rest = n.path.find('.');
        if (i >= call->getNumArgs())
            return;
        if (const VarDecl *v = root_name(call->getArg(i)); v != nullptr && s.fresh.count(v))
            return;
        std::string base = paths.of(call->getArg(i));
        known = !base.empty();
        mine.path = known ? base + (rest == std::string::npos ? "" : n.path.substr(rest)) : "";
    }
    if (mine.path.empty() && s.argument_fresh(call))
        return;
    /* Of its type, where the path cannot be told from here. */
    if (known && !mine.path.empty() ? s.must.count({ mine.path, nullptr }) != 0 : s.holds_type(n.type))
        return;
    if (collecting && leave_to_caller(mine))
        return;
    if (look)
        say(call, "`" + callee->getNameAsString() + "` needs `" + (mine.path.empty() ? n.type : mine.path) + "` held, for " + n.what, "take it first");
}

} // namespace safecc::locks
