/* SPDX-License-Identifier: MIT */
/* What two paths agree on, and what follows from what is held and made. */
#include "rules/locks/state.h"

#include "engine/callees.h"
#include "engine/keys.h"
#include "engine/shapes.h"
#include "rules/locks/paths.h"
#include "rules/locks/program.h"

using namespace clang;

namespace safecc::locks {

bool LockState::join(const LockState &from)
{
    size_t a = must.size(), b = may.size(), c = fresh.size(), d = inside.size();
    std::set<Held> both;

    for (const Held &h : must)
        if (from.must.count(h))
            both.insert(h);
    must = both;
    may.insert(from.may.begin(), from.may.end());
    where.insert(from.where.begin(), from.where.end());
    for (auto it = fresh.begin(); it != fresh.end();)
        it = from.fresh.count(*it) ? std::next(it) : fresh.erase(it);
    inside.insert(from.inside.begin(), from.inside.end());
    return a != must.size() || b != may.size() || c != fresh.size() || d != inside.size();
}

bool LockState::holds_type(const std::string &type) const
{
    for (const Held &h : must)
        if (h.field != nullptr && rank_key(h.field) == type)
            return true;
    return false;
}

bool LockState::holds(const std::string &guard, const std::string &base) const
{
    std::string g = dotted(guard);

    if ((!base.empty() && must.count({ base + "." + g, nullptr })) || must.count({ g, nullptr }))
        return true;
    /* type.field: any held lock that is that field of that type */
    if (g.find('.') != std::string::npos && holds_type(g))
        return true;
    /* An enclosing object's lock, one step out at a time. */
    for (std::string outer = base; outer.find('.') != std::string::npos;) {
        outer = outer.substr(0, outer.rfind('.'));
        if (must.count({ outer + "." + g, nullptr }))
            return true;
    }
    return false;
}

bool LockState::made_here(const Expr *e) const
{
    const auto *u = dyn_cast<UnaryOperator>(e->IgnoreParens());
    if (u != nullptr && u->getOpcode() == UO_AddrOf)
        e = u->getSubExpr();
    const VarDecl *v = root_name(e);
    if (v == nullptr)
        return false;
    if (fresh.count(v))
        return true;
    return v->hasLocalStorage() && root_variable(e) == v && !v->getType()->isPointerType();
}

bool LockState::argument_fresh(const CallExpr *call) const
{
    for (const Expr *arg : call->arguments())
        if (const auto *r = dyn_cast<DeclRefExpr>(strip(arg)))
            if (const auto *v = dyn_cast<VarDecl>(r->getDecl()); v != nullptr && fresh.count(v))
                return true;
    return false;
}

void LockState::published(const Expr *value)
{
    if (const VarDecl *v = root_name(value))
        if (value->getType()->isPointerType() || value->getType()->isRecordType())
            fresh.erase(v);
}

const VarDecl *root_name(const Expr *e)
{
    const auto *r = dyn_cast<DeclRefExpr>(root_of(e));
    return r == nullptr ? nullptr : dyn_cast<VarDecl>(r->getDecl());
}

bool makes(const Expr *e)
{
    e = strip(e);
    while (true) {
        if (const auto *se = dyn_cast<StmtExpr>(e)) {
            const Expr *last = value_of(se);
            if (last == nullptr)
                return false;
            e = strip(last);
        } else if (const auto *c = dyn_cast<ExplicitCastExpr>(e)) {
            e = strip(c->getSubExpr());
        } else {
            break;
        }
    }
    const auto *call = dyn_cast<CallExpr>(e);
    const FunctionDecl *callee = call == nullptr ? nullptr : callee_of(call);
    return callee != nullptr && annotations_of(callee).owned;
}

} // namespace safecc::locks
