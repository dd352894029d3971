/* SPDX-License-Identifier: MIT */
/* What expressions change. */
#include "engine/effects.h"

#include "engine/keys.h"

using namespace clang;

namespace safecc {
namespace {

class EffectFinder : public RecursiveASTVisitor<EffectFinder> {
public:
    Effects found;

    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (b->isAssignmentOp())
            assigned(b->getLHS());
        return true;
    }
    bool VisitUnaryOperator(UnaryOperator *u)
    {
        if (u->isIncrementDecrementOp())
            assigned(u->getSubExpr());
        return true;
    }
    bool VisitCallExpr(CallExpr *call)
    {
        const FunctionDecl *callee = call->getDirectCallee();

        for (const Expr *arg : call->arguments())
            address(arg);
        if (callee == nullptr || !(callee->hasAttr<PureAttr>() || callee->hasAttr<ConstAttr>() || callee->getBuiltinID() != 0))
            found.calls = true;
        return true;
    }
    bool VisitAtomicExpr(AtomicExpr *a)
    {
        for (unsigned i = 0; i < a->getNumSubExprs(); i++)
            address(a->getSubExprs()[i]);
        found.calls = true;
        return true;
    }
    bool VisitGCCAsmStmt(GCCAsmStmt *a)
    {
        for (unsigned i = 0; i < a->getNumOutputs(); i++)
            assigned(a->getOutputExpr(i));
        found.calls = true;
        return true;
    }
    /* What is not evaluated has no effect. */
    bool TraverseUnaryExprOrTypeTraitExpr(UnaryExprOrTypeTraitExpr *) { return true; }

private:
    void address(const Expr *arg)
    {
        const Expr *e = arg->IgnoreParenImpCasts();
        bool constant = arg->getType()->isPointerType() && arg->getType()->getPointeeType().isConstQualified();

        if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf)
            e = u->getSubExpr();
        else if (!e->getType()->isArrayType())
            return;
        if (const VarDecl *v = root_variable(e); v != nullptr && !constant) {
            found.variables.insert(v);
            found.called.insert(v);
        }
    }
    void assigned(const Expr *lhs)
    {
        lhs = lhs->IgnoreParens();
        if (const VarDecl *v = root_variable(lhs))
            found.variables.insert(v);
        else if (const auto *m = dyn_cast<MemberExpr>(lhs))
            found.fields.insert(m->getMemberDecl());
        else
            found.anything = true;
    }
};

class Reader : public RecursiveASTVisitor<Reader> {
public:
    explicit Reader(const Effects &then) : then(then) {}
    bool good = true;

    bool VisitDeclRefExpr(DeclRefExpr *r)
    {
        const auto *v = dyn_cast<VarDecl>(r->getDecl());
        if (v != nullptr && then.variables.count(v))
            good = false;
        else if (v != nullptr && v->hasGlobalStorage() && !v->getType().isConstQualified() && !v->getType()->isArrayType() && (then.calls || then.anything))
            good = false;
        return good;
    }
    bool VisitMemberExpr(MemberExpr *m)
    {
        const auto *f = dyn_cast<FieldDecl>(m->getMemberDecl());
        if (f == nullptr || root_variable(m) != nullptr)
            return true;
        if (then.fields.count(f) || then.anything)
            good = false;
        else if (then.calls && !annotations_of(f).fixed && !f->getType().isConstQualified() && !f->getType()->isArrayType() && !f->getType()->isRecordType())
            good = false;
        return good;
    }
    bool TraverseUnaryExprOrTypeTraitExpr(UnaryExprOrTypeTraitExpr *) { return true; }

private:
    const Effects &then;
};

} // namespace

const Effects &effects_of(const Expr *e)
{
    static std::map<const Expr *, Effects> cache;
    auto [it, fresh] = cache.emplace(e, Effects());

    if (fresh) {
        EffectFinder finder;
        finder.TraverseStmt(const_cast<Expr *>(e));
        it->second = finder.found;
    }
    return it->second;
}

bool undisturbed(const Expr *e, const Effects &then)
{
    Reader reader(then);

    if (then.none())
        return true;
    reader.TraverseStmt(const_cast<Expr *>(e));
    return reader.good;
}

/* What finding the object that an lvalue names reads: indices, and the pointers it goes through. */
static bool place_undisturbed(const Expr *e, const Effects &then)
{
    for (;;) {
        e = e->IgnoreParens();
        if (const auto *m = dyn_cast<MemberExpr>(e)) {
            if (m->isArrow())
                return undisturbed(m->getBase(), then);
            e = m->getBase();
        } else if (const auto *s = dyn_cast<ArraySubscriptExpr>(e)) {
            const Expr *base = s->getBase()->IgnoreParenImpCasts();
            if (!undisturbed(s->getIdx(), then))
                return false;
            if (!base->getType()->isArrayType())
                return undisturbed(base, then);
            e = base;
        } else {
            return isa<DeclRefExpr>(e) || undisturbed(e, then);
        }
    }
}

std::pair<const Expr *, const Expr *> order_matters(const Stmt *st)
{
    std::vector<const Expr *> operands;

    if (const auto *b = dyn_cast<BinaryOperator>(st)) {
        if (b->isLogicalOp() || b->getOpcode() == BO_Comma)
            return { nullptr, nullptr };
        operands = { b->getLHS(), b->getRHS() };
    } else if (const auto *call = dyn_cast<CallExpr>(st)) {
        operands.assign(call->arg_begin(), call->arg_end());
    } else if (const auto *s = dyn_cast<ArraySubscriptExpr>(st)) {
        operands = { s->getLHS(), s->getRHS() };
    } else {
        return { nullptr, nullptr };
    }
    const auto *assignment = dyn_cast<BinaryOperator>(st);
    bool assigns = assignment != nullptr && assignment->isAssignmentOp();
    for (size_t i = 0; i < operands.size(); i++) {
        Effects then = effects_of(operands[i]);
        /* Only what has a name: what a call does to memory is the same whoever goes first, or a lock is missing. */
        then.calls = then.anything = false;
        for (const VarDecl *v : then.called)
            if (v->getType()->isArrayType())
                then.variables.erase(v);
        if (then.none())
            continue;
        for (size_t k = 0; k < operands.size(); k++) {
            if (k == i)
                continue;
            const Expr *other = operands[k];
            /* x = f(&x): what is on the left is not read, and is assigned last; only x = x++ assigns it twice. */
            if (assigns && k == 0 && assignment->getOpcode() == BO_Assign) {
                const auto *r = dyn_cast<DeclRefExpr>(other->IgnoreParens());
                const auto *v = r == nullptr ? nullptr : dyn_cast<VarDecl>(r->getDecl());
                if (v != nullptr && then.variables.count(v) && !then.called.count(v))
                    return { operands[i], other };
                if (!place_undisturbed(other, then))
                    return { operands[i], other };
                continue;
            }
            /* The address of what a call fills is no read of it. */
            if (const auto *call = dyn_cast<CallExpr>(st); call != nullptr) {
                const Expr *plain = other->IgnoreParenImpCasts();
                if (const auto *u = dyn_cast<UnaryOperator>(plain); (u != nullptr && u->getOpcode() == UO_AddrOf && root_variable(u->getSubExpr()) != nullptr) || plain->getType()->isArrayType())
                    continue;
            }
            if (!undisturbed(other, then))
                return { operands[i], other };
        }
    }
    return { nullptr, nullptr };
}

} // namespace safecc
