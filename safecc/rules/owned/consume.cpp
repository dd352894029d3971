/* SPDX-License-Identifier: MIT */
/* A value is given away: to a call, or to the caller; and what calls give back. */
#include "engine/callees.h"
#include "rules/owned/ownership.h"
#include "rules/owned/values.h"

using namespace clang;

namespace safecc::owned {

void Ownership::consume(const Expr *value, const Stmt *at, OwnState &s, bool look)
{
    std::set<const VarDecl *> all = s.owners(variable(value));
    const Expr *plain = strip(value);

    /* Either may have gone. */
    if (const auto *c = dyn_cast<AbstractConditionalOperator>(plain)) {
        consume(c->getTrueExpr(), at, s, look);
        consume(c->getFalseExpr(), at, s, look);
        return;
    }

    if (all.empty()) {
        consume_other(value, at, s, look);
        return;
    }
    for (const VarDecl *v : all) {
        Thing &t = s.local(v);
        std::string name = v->getNameAsString();
        if (look && t.spent())
            gone(value, name, t, "is consumed a second time");
        if (look && t.own == Own::Kept && (isa<CallExpr>(at) || opaque_type(v->getType())))
            say(at, "`" + name + "` was stored where others find it, and is given away", v->getLocation(), "declared here", "store it in an SC_OWNED field and sc_take() it from there");
        if (look && t.own == Own::Copied)
            say(at, "`" + name + "` is given away, and `" + *t.sources.begin() + "` still holds it", t.at != nullptr ? t.at->getBeginLoc() : v->getLocation(), "read here", "sc_take() leaves none there");
        if (look && t.own == Own::Pending)
            say(at, "`" + name + "` is given away before anyone looked at the result of the call that fills it", t.call->getBeginLoc(), "filled here", "test the result first");
        if (look && t.own == Own::Empty)
            say(at, "`" + name + "` is given away, and nothing was ever put into it", v->getLocation(), "declared here", "");
        t.own = Own::Gone;
        t.at = at;
    }
}

void Ownership::consume_opaque(const Expr *value, const Stmt *at, OwnState &s, bool look)
{
    const VarDecl *v = variable(value);
    const Expr *plain = strip(value);
    Holder h = holder(unit, plain);

    if (v != nullptr && look) {
        say(at, "`" + v->getNameAsString() + "` is not owned here and is given away", v->getLocation(), "declared here", "let the parameter, or the function that gave it, be SC_OWNED");
    } else if (h.v != nullptr) {
        Thing &t = s.of[h];
        if (look && t.spent())
            gone(value, h.path, t, "is consumed a second time");
        if (look && t.own == Own::Pending)
            say(at, "`" + h.path + "` is given away before anyone looked at the result of the call that fills it", t.call->getBeginLoc(), "filled here", "test the result first");
        t.own = Own::Gone;
        t.at = at;
    } else if (look && (isa<DeclRefExpr>(plain) || isa<MemberExpr>(plain) || isa<ArraySubscriptExpr>(plain) || isa<UnaryOperator>(plain))) {
        say(at, "`" + unit.source_text(plain->getSourceRange()) + "` is given away, and still holds it", {}, "", "sc_take() leaves none there");
    } else if (look && isa<CallExpr>(plain)) {
        say(at, "what `" + unit.source_text(plain->getSourceRange()) + "` gives is not owned, and is given away", {}, "", "let the function be SC_OWNED");
    }
}

/* Not a local that is followed. */
void Ownership::consume_other(const Expr *value, const Stmt *at, OwnState &s, bool look)
{
    const VarDecl *v = variable(value);
    const Expr *plain = strip(value);

    if (plain->isNullPointerConstant(unit.context(), Expr::NPC_ValueDependentIsNotNull) != Expr::NPCK_NotNull || fresh(unit, plain))
        return;
    if (opaque_type(plain->getType()))
        return consume_opaque(value, at, s, look);
    if (!look || !plain->getType()->isPointerType())
        return;
    /* A pointer that this function does not own cannot be given away. */
    if (v != nullptr) {
        if (!isa<ReturnStmt>(at))
            say(at, "`" + v->getNameAsString() + "` is not owned here and is given away", v->getLocation(), "declared here", "take it out of its field with sc_take(), or let the parameter be SC_OWNED");
    } else if (isa<MemberExpr>(plain) || isa<ArraySubscriptExpr>(plain) || (isa<UnaryOperator>(plain) && llvm::cast<UnaryOperator>(plain)->getOpcode() == UO_Deref) || isa<DeclRefExpr>(plain)) {
        if (!isa<ReturnStmt>(at))
            say(at, "a field's object is given away and the field still names it", value->getBeginLoc(), "read here", "sc_take(field) leaves null there");
    } else if (isa<CallExpr>(plain) && !isa<ReturnStmt>(at)) {
        say(at, "what `" + unit.source_text(plain->getSourceRange()) + "` gives is not owned, and is given away", {}, "", "let the function be SC_OWNED: it takes the object from where it is");
    }
}

void Ownership::call(const CallExpr *call, OwnState &s, bool look)
{
    const FunctionDecl *callee = callee_of(call);

    if (callee == nullptr)
        return;
    for (unsigned i = 0; i < call->getNumArgs() && i < callee->getNumParams(); i++) {
        const ParmVarDecl *p = callee->getParamDecl(i);
        const Expr *arg = strip(call->getArg(i));
        if (!annotations_of(p).owned) {
            for (const FunctionDecl *one : callees_of(call))
                if (kept.count({ function_key(unit, one), i }))
                    keep(arg, s);
            continue;
        }
        if (is_out(p)) {
            fill(call, arg, s, look);
            continue;
        }
        if (const auto *u = dyn_cast<UnaryOperator>(arg); u != nullptr && u->getOpcode() == UO_AddrOf) {
            if (const VarDecl *v = variable(u->getSubExpr()))
                s.forget(v);
            continue;
        }
        consume(arg, call, s, look);
    }
}

/* The call puts a value behind the address, when it goes well. */
void Ownership::fill(const CallExpr *call, const Expr *arg, OwnState &s, bool look)
{
    Holder h;

    if (const auto *u = dyn_cast<UnaryOperator>(arg); u != nullptr && u->getOpcode() == UO_AddrOf)
        h = holder(unit, u->getSubExpr());
    else if (const VarDecl *v = variable(arg)) {
        const auto *p = dyn_cast<ParmVarDecl>(v);
        if (look && (p == nullptr || !annotations_of(p).owned))
            say(call, "`" + v->getNameAsString() + "` is filled with an owned value, and whoever has it is not told", v->getLocation(), "declared here", "let the parameter be SC_OWNED");
        return;
    }
    if (h.v == nullptr)
        return;
    auto it = s.of.find(h);
    if (look && it != s.of.end() && it->second.own == Own::Owned && h.path.empty())
        say(call, "`" + h.v->getNameAsString() + "` is filled while it owns a reference", h.v->getLocation(), "declared here", "consume it first");
    s.of[h] = { Own::Pending, call, call, "", {} };
}

void Ownership::returned(const ReturnStmt *r, OwnState &s, bool look)
{
    const Expr *value = r->getRetValue();
    const VarDecl *v = owner(value, s);

    if (annotations_of(f).owned) {
        if (v != nullptr || opaque_type(value->getType()))
            consume(value, r, s, look);
        return;
    }
    if (v == nullptr)
        return;
    Thing &t = s.local(v);
    if (t.own == Own::Owned && v->getType()->isPointerType())
        t.own = Own::Kept;
    else if (look && opaque_type(v->getType()) && (t.own == Own::Owned || t.own == Own::Perhaps))
        say(r, "`" + v->getNameAsString() + "` is owned, and its new owner is not told", v->getLocation(), "declared here", "let the function be SC_OWNED");
}

} // namespace safecc::owned
