/* SPDX-License-Identifier: MIT */
/* Which pointers can be null, and what says so. */
#include "engine/flow.h"

#include "engine/callees.h"
#include "engine/effects.h"
#include "engine/shapes.h"

using namespace clang;

namespace safecc {

Null Flow::null_from_declaration(const ValueDecl *d, bool in_memory) const
{
    const Annotations &a = annotations_of(d);

    if (a.nullable)
        return Null::Declared;
    /* A field that is SC_NONNULL gets no null, but a new object is all zeros until it is set. */
    if (a.nonnull && !isa<FieldDecl>(d) && d->getType()->isPointerType())
        return Null::Never;
    return in_memory ? Null::Unknown : Null::Never;
}

Null Flow::null_of(const Expr *e, const State &s) const
{
    e = strip(e);
    if (e->getType()->isArrayType() || e->getType()->isFunctionType() || isa<clang::StringLiteral>(e) || isa<PredefinedExpr>(e))
        return Null::Never;
    if (e->isNullPointerConstant(const_cast<ASTContext &>(context), Expr::NPC_ValueDependentIsNotNull) != Expr::NPCK_NotNull)
        return Null::Always;
    if (const auto *c = dyn_cast<ExplicitCastExpr>(e)) {
        if (c->getSubExpr()->getType()->isPointerType() || c->getSubExpr()->getType()->isArrayType())
            return null_of(c->getSubExpr(), s);
        return Null::Unknown;
    }
    if (const auto *u = dyn_cast<UnaryOperator>(e)) {
        if (u->getOpcode() == UO_AddrOf)
            return Null::Never;
        if (u->getOpcode() == UO_Deref)
            return Null::Unknown;
    }
    int key = keys.pointer(e);
    if (key != Keys::none)
        return s.null[(size_t)key];
    if (const auto *r = dyn_cast<DeclRefExpr>(e)) {
        const auto *v = dyn_cast<VarDecl>(r->getDecl());
        return v != nullptr ? null_from_declaration(v, v->hasGlobalStorage() || keys.kept(v)) : Null::Never;
    }
    if (const auto *m = dyn_cast<MemberExpr>(e))
        return null_from_declaration(m->getMemberDecl(), true);
    if (const auto *sub = dyn_cast<ArraySubscriptExpr>(e)) {
        const Expr *base = sub->getBase()->IgnoreParenImpCasts();
        while (const auto *inner = dyn_cast<ArraySubscriptExpr>(base))
            base = inner->getBase()->IgnoreParenImpCasts();
        if (const auto *m = dyn_cast<MemberExpr>(base); m != nullptr && m->getType()->isArrayType())
            return null_from_declaration(m->getMemberDecl(), true);
        if (const auto *r = dyn_cast<DeclRefExpr>(base); r != nullptr && r->getType()->isArrayType())
            return null_from_declaration(r->getDecl(), true);
        return Null::Unknown;
    }
    if (const auto *call = dyn_cast<CallExpr>(e))
        return callee_of(call) != nullptr ? null_from_declaration(callee_of(call), false) : Null::Unknown;
    if (const auto *c = dyn_cast<ConditionalOperator>(e)) {
        State yes = s, no = s;
        if (undisturbed(c->getCond(), effects_of(c->getTrueExpr())) && undisturbed(c->getCond(), effects_of(c->getFalseExpr()))) {
            refine(c->getCond(), true, yes);
            refine(c->getCond(), false, no);
        }
        Null a = null_of(c->getTrueExpr(), yes), b = null_of(c->getFalseExpr(), no);
        if (yes.zone.unreachable())
            return b;
        if (no.zone.unreachable() || a == b)
            return a;
        return a == Null::Declared || b == Null::Declared || a == Null::Always || b == Null::Always ? Null::Declared : Null::Unknown;
    }
    if (const auto *b = dyn_cast<BinaryOperator>(e)) {
        if (b->getOpcode() == BO_Assign)
            return keys.pointer(b->getLHS()) != Keys::none ? s.null[(size_t)keys.pointer(b->getLHS())] : null_of(b->getRHS(), s);
        if (b->getOpcode() == BO_Comma)
            return null_of(b->getRHS(), s);
    }
    if (const auto *a = dyn_cast<AtomicExpr>(e)) {
        const Expr *slot = strip(const_cast<AtomicExpr *>(a)->getPtr());
        if (const auto *u = dyn_cast<UnaryOperator>(slot); u != nullptr && u->getOpcode() == UO_AddrOf)
            return null_of(u->getSubExpr(), s) == Null::Declared ? Null::Declared : Null::Unknown;
        return Null::Unknown;
    }
    if (const auto *se = dyn_cast<StmtExpr>(e))
        if (const Expr *last = value_of(se))
            return null_of(last, s);
    return Null::Unknown;
}

const Stmt *Flow::why_null(const Expr *e, const State &s) const
{
    int key = keys.pointer(strip(e));

    return key == Keys::none ? nullptr : s.why[(size_t)key];
}

} // namespace safecc
