/* SPDX-License-Identifier: MIT */
/* The shapes that owned values come in. */
#include "rules/owned/values.h"

#include "engine/callees.h"
#include "engine/shapes.h"

using namespace clang;

namespace safecc::owned {

const VarDecl *variable(const Expr *e)
{
    e = strip(e);
    while (const auto *se = dyn_cast<StmtExpr>(e)) {
        const Expr *last = value_of(se);
        if (last == nullptr)
            return nullptr;
        e = strip(last);
    }
    const auto *r = dyn_cast<DeclRefExpr>(e);
    const auto *v = r == nullptr ? nullptr : dyn_cast<VarDecl>(r->getDecl());
    return v != nullptr && v->hasLocalStorage() ? v : nullptr;
}

std::string path_text(Unit &unit, const Expr *e)
{
    std::string text = unit.flat_text(strip(e)->getSourceRange()), plain;
    for (char c : text)
        if (c != ' ' && c != '\n')
            plain += c;
    while (plain.size() > 2 && plain[0] == '(' && plain.back() == ')' && plain.find(')') == plain.size() - 1)
        plain = plain.substr(1, plain.size() - 2);
    return plain;
}

Holder holder(Unit &unit, const Expr *e)
{
    if (const VarDecl *v = variable(e))
        return { v, "" };
    const Expr *plain = strip(e);
    if (!opaque_type(plain->getType()) || !(isa<MemberExpr>(plain) || isa<ArraySubscriptExpr>(plain) || isa<UnaryOperator>(plain)))
        return {};
    const VarDecl *root = variable(root_of(plain));
    return root == nullptr ? Holder{} : Holder{ root, path_text(unit, plain) };
}

bool fresh(Unit &unit, const Expr *e)
{
    e = strip(e);
    if (const auto *c = dyn_cast<ExplicitCastExpr>(e))
        e = strip(c->getSubExpr());
    if (const auto *se = dyn_cast<StmtExpr>(e)) {
        const Expr *last = value_of(se);
        if (last == nullptr)
            return false;
        if (const auto *r = dyn_cast<DeclRefExpr>(strip(last)); r != nullptr && r->getDecl()->getName() == "sc_taken_" && unit.from_trusted_macro(se->getBeginLoc()))
            return true;
        return fresh(unit, last);
    }
    /* slot_take() */
    if (const auto *a = dyn_cast<AtomicExpr>(e))
        return a->getOp() == AtomicExpr::AO__atomic_exchange_n && a->getType()->isPointerType();
    if (const auto *call = dyn_cast<CallExpr>(e))
        return callee_of(call) != nullptr && annotations_of(callee_of(call)).owned;
    return false;
}

const VarDecl *owner(const Expr *e, const OwnState &s)
{
    auto all = s.owners(variable(e));
    return all.empty() ? nullptr : *all.begin();
}

/* Can the result point into an object of that type? */
static bool may_hand_back(const CallExpr *call, QualType object)
{
    QualType t = call->getType();
    return !t->isPointerType() || may_contain(object, t->getPointeeType());
}

void sources(const Expr *e, const OwnState &s, std::set<const VarDecl *> &all)
{
    e = strip(e);
    if (const VarDecl *v = variable(e)) {
        auto mine = s.owners(v);
        all.insert(mine.begin(), mine.end());
        return;
    }
    if (const auto *c = dyn_cast<AbstractConditionalOperator>(e)) {
        sources(c->getTrueExpr(), s, all);
        sources(c->getFalseExpr(), s, all);
    } else if (const auto *b = dyn_cast<BinaryOperator>(e)) {
        if (b->getOpcode() == BO_Comma || b->getOpcode() == BO_Assign)
            sources(b->getRHS(), s, all);
    } else if (const auto *c = dyn_cast<ExplicitCastExpr>(e)) {
        sources(c->getSubExpr(), s, all);
    } else if (const auto *se = dyn_cast<StmtExpr>(e)) {
        if (const Expr *last = value_of(se))
            sources(last, s, all);
    } else if (const auto *list = dyn_cast<InitListExpr>(e)) {
        for (const Expr *i : list->inits())
            sources(i, s, all);
    } else if (const auto *lit = dyn_cast<CompoundLiteralExpr>(e)) {
        sources(lit->getInitializer(), s, all);
    } else if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf) {
        /* &p->f */
        const Expr *x = u->getSubExpr()->IgnoreParens();
        for (;;) {
            if (const auto *m = dyn_cast<MemberExpr>(x)) {
                if (m->isArrow())
                    return sources(m->getBase(), s, all);
                x = m->getBase()->IgnoreParens();
            } else if (const auto *sub = dyn_cast<ArraySubscriptExpr>(x)) {
                const Expr *base = strip(sub->getBase());
                if (!base->getType()->isArrayType())
                    return sources(base, s, all);
                x = base;
            } else if (const auto *d = dyn_cast<UnaryOperator>(x); d != nullptr && d->getOpcode() == UO_Deref) {
                return sources(d->getSubExpr(), s, all);
            } else {
                return;
            }
        }
    } else if (e->getType()->isArrayType()) {
        /* p->array as a pointer */
        if (const auto *m = dyn_cast<MemberExpr>(e); m != nullptr && m->isArrow())
            sources(m->getBase(), s, all);
    } else if (const auto *call = dyn_cast<CallExpr>(e)) {
        if (!call->getType()->isPointerType() && !call->getType()->isRecordType())
            return;
        for (const Expr *arg : call->arguments())
            if (strip(arg)->getType()->isPointerType() && may_hand_back(call, strip(arg)->getType()->getPointeeType()))
                sources(arg, s, all);
    }
}

void copied(Unit &unit, const Expr *e, std::set<std::string> &all)
{
    e = strip(e);
    if (const auto *c = dyn_cast<AbstractConditionalOperator>(e)) {
        copied(unit, c->getTrueExpr(), all);
        copied(unit, c->getFalseExpr(), all);
    } else if (isa<MemberExpr>(e) || isa<ArraySubscriptExpr>(e) || isa<UnaryOperator>(e)) {
        all.insert(path_text(unit, e));
    } else if (const auto *r = dyn_cast<DeclRefExpr>(e)) {
        if (const auto *v = dyn_cast<VarDecl>(r->getDecl()); v != nullptr && !v->hasLocalStorage())
            all.insert(path_text(unit, e));
    }
}

} // namespace safecc::owned
