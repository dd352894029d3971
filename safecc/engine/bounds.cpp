/* SPDX-License-Identifier: MIT */
/* The count of a pointer: from SC_COUNT (counts.cpp), an array's type, or what the pointer was made from; what a check may read. */
#include "engine/bounds.h"

#include "engine/callees.h"
#include "engine/shapes.h"

using namespace clang;

namespace safecc {
namespace {

class Impure : public RecursiveASTVisitor<Impure> {
public:
    bool found = false;
    bool VisitCallExpr(CallExpr *c)
    {
        if (c->getBuiltinCallee() != Builtin::BI__builtin_expect)
            found = true;
        return !found;
    }
    bool VisitBinaryOperator(BinaryOperator *b)
    {
        found |= b->isAssignmentOp();
        return !found;
    }
    bool VisitUnaryOperator(UnaryOperator *u)
    {
        found |= u->isIncrementDecrementOp();
        return !found;
    }
    bool VisitStmtExpr(StmtExpr *)
    {
        found = true;
        return false;
    }
    bool VisitAtomicExpr(AtomicExpr *)
    {
        found = true;
        return false;
    }
    bool VisitExpr(Expr *e)
    {
        found |= e->getType().isVolatileQualified();
        return !found;
    }
};

Bound constant(Wide n)
{
    Bound b;

    b.known = true;
    b.count.range = { n, n };
    b.text = wide_text(n) + "UL";
    return b;
}

class Assigned : public RecursiveASTVisitor<Assigned> {
public:
    explicit Assigned(const VarDecl *v) : v(v) {}
    bool found = false;
    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (b->isAssignmentOp())
            look(b->getLHS());
        return true;
    }
    bool VisitUnaryOperator(UnaryOperator *u)
    {
        if (u->isIncrementDecrementOp() || u->getOpcode() == UO_AddrOf)
            look(u->getSubExpr());
        return true;
    }

private:
    const VarDecl *v;
    void look(const Expr *e)
    {
        const auto *r = dyn_cast<DeclRefExpr>(e->IgnoreParens());
        found |= r != nullptr && r->getDecl() == v;
    }
};

bool assigned_later(const FunctionDecl *f, const VarDecl *v)
{
    static std::map<std::pair<const FunctionDecl *, const VarDecl *>, bool> cache;
    auto [it, fresh] = cache.emplace(std::make_pair(f, v), false);

    if (fresh) {
        Assigned finder(v);
        finder.TraverseStmt(const_cast<Stmt *>(f->getBody()));
        it->second = finder.found;
    }
    return it->second;
}

} // namespace

bool pure(const Expr *e)
{
    Impure finder;

    finder.TraverseStmt(const_cast<Expr *>(e));
    return !finder.found;
}

namespace {
class Unchecked : public RecursiveASTVisitor<Unchecked> {
public:
    Unchecked(Unit &unit, const Flow &flow, const State &s) : unit(unit), flow(flow), s(s) {}
    bool good = true;
    bool VisitArraySubscriptExpr(ArraySubscriptExpr *e)
    {
        const auto *array = dyn_cast<ConstantArrayType>(strip(e->getBase())->getType().getCanonicalType());
        Value i = flow.eval(e->getIdx(), s);
        good &= array != nullptr && i.range.lo >= 0 && i.range.hi < (Wide)array->getSize().getZExtValue();
        return good;
    }
    bool VisitUnaryOperator(UnaryOperator *e)
    {
        good &= e->getOpcode() != UO_Deref;
        return good;
    }
    bool VisitMemberExpr(MemberExpr *e)
    {
        good &= !e->isArrow() || flow.null_of(e->getBase(), s) == Null::Never;
        return good;
    }
    bool VisitBinaryOperator(BinaryOperator *e)
    {
        BinaryOperatorKind op = e->getOpcode();
        if (op == BO_Div || op == BO_Rem || e->isShiftOp()) {
            Value v = flow.eval(e->getRHS(), s);
            good &= e->isShiftOp() ? v.range.lo >= 0 && v.range.hi < (Wide)unit.context().getIntWidth(e->getType()) : v.range.lo >= 1;
        }
        return good;
    }

private:
    Unit &unit;
    const Flow &flow;
    const State &s;
};
} // namespace

bool repeatable(Unit &unit, const Flow &flow, const Expr *e, const State &s)
{
    Unchecked finder(unit, flow, s);

    if (!pure(e))
        return false;
    finder.TraverseStmt(const_cast<Expr *>(e));
    return finder.good;
}

static Bound bound_of_declaration(Unit &unit, const Flow &flow, const ValueDecl *d, const CountScope &scope, const State &s)
{
    const Annotations &a = annotations_of(d);

    if (const auto *v = dyn_cast<VarDecl>(d); !a.count.empty() && v != nullptr && v->hasGlobalStorage() && !v->isStaticLocal()) {
        CountScope global;
        return read_count(unit, flow, a.count, global, s);
    }
    if (!a.count.empty())
        return read_count(unit, flow, a.count, scope, s);
    if (const auto *p = dyn_cast<ParmVarDecl>(d))
        if (const auto *array = dyn_cast<ConstantArrayType>(p->getOriginalType().getCanonicalType()))
            return constant((Wide)array->getSize().getZExtValue());
    return {};
}

Bound bound_of(Unit &unit, const Flow &flow, const Expr *pointer, const State &s)
{
    const Expr *e = strip(pointer);
    CountScope scope;
    Bound none;

    if (const auto *array = dyn_cast<ConstantArrayType>(e->getType().getCanonicalType())) {
        const auto *m = dyn_cast<MemberExpr>(e);
        if (m == nullptr || annotations_of(m->getMemberDecl()).count.empty() || array->getElementType()->isPointerType())
            return constant((Wide)array->getSize().getZExtValue());
    }
    scope.function = flow.function();
    if (const auto *r = dyn_cast<DeclRefExpr>(e)) {
        const auto *v = dyn_cast<VarDecl>(r->getDecl());
        if (v == nullptr)
            return none;
        Bound b = bound_of_declaration(unit, flow, v, scope, s);
        if (b.known || !b.error.empty())
            return b;
        /* Made once, from something whose count cannot change. */
        if (v->hasLocalStorage() && !isa<ParmVarDecl>(v) && v->getInit() != nullptr && !assigned_later(flow.function(), v)) {
            Bound from = bound_of(unit, flow, v->getInit(), s);
            if (from.known && (from.stable || v->getName() == "sc_taken_"))
                return from;
        }
        return none;
    }
    if (const auto *m = dyn_cast<MemberExpr>(e)) {
        scope.object = m->getBase();
        scope.arrow = m->isArrow();
        if (const auto *f = dyn_cast<FieldDecl>(m->getMemberDecl()))
            scope.record = f->getParent();
        return bound_of_declaration(unit, flow, m->getMemberDecl(), scope, s);
    }
    if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf) {
        /* &a[i]: what is left from i on. SC-07 has i < n already. */
        const auto *sub = dyn_cast<ArraySubscriptExpr>(u->getSubExpr()->IgnoreParens());
        if (sub == nullptr)
            return none;
        Bound whole = bound_of(unit, flow, sub->getBase(), s), rest = whole;
        Value i = flow.eval(sub->getIdx(), s);
        if (!whole.known)
            return none;
        rest.stable = false;
        rest.count = Value();
        rest.count.range = { std::max<Wide>(1, add_wide(whole.count.range.lo, -i.range.hi)), add_wide(whole.count.range.hi, -i.range.lo) };
        if (i.constant()) {
            rest.count.key = whole.count.key;
            rest.count.offset = add_wide(whole.count.offset, -i.range.lo);
            for (auto [k, c] : whole.count.above)
                rest.count.above.emplace_back(k, add_wide(c, -i.range.lo));
        }
        rest.text = !whole.text.empty() && repeatable(unit, flow, sub->getIdx(), s) ? "(" + whole.text + ") - (" + unit.flat_text(sub->getIdx()->getSourceRange()) + ")" : "";
        return rest;
    }
    if (const auto *call = dyn_cast<CallExpr>(e)) {
        if (callee_of(call) == nullptr)
            return none;
        scope.call = call;
        return bound_of_declaration(unit, flow, callee_of(call), scope, s);
    }
    if (const auto *c = dyn_cast<ConditionalOperator>(e)) {
        Bound a = bound_of(unit, flow, c->getTrueExpr(), s), b = bound_of(unit, flow, c->getFalseExpr(), s);
        if (flow.null_of(c->getTrueExpr(), s) == Null::Always)
            return b;
        if (flow.null_of(c->getFalseExpr(), s) == Null::Always || (a.known && a.text == b.text))
            return a;
        return none;
    }
    if (const auto *sub = dyn_cast<ArraySubscriptExpr>(e)) {
        /* An array of pointers, each with the count the array is declared with. */
        const Expr *base = strip(sub->getBase());
        if (const auto *m = dyn_cast<MemberExpr>(base); m != nullptr && m->getType()->isArrayType()) {
            scope.object = m->getBase();
            scope.arrow = m->isArrow();
            if (const auto *f = dyn_cast<FieldDecl>(m->getMemberDecl()))
                scope.record = f->getParent();
            return bound_of_declaration(unit, flow, m->getMemberDecl(), scope, s);
        }
        if (const auto *r = dyn_cast<DeclRefExpr>(base); r != nullptr && r->getType()->isArrayType())
            return bound_of_declaration(unit, flow, r->getDecl(), scope, s);
        return none;
    }
    if (const auto *a = dyn_cast<AtomicExpr>(e)) {
        const Expr *slot = strip(const_cast<AtomicExpr *>(a)->getPtr());
        if (const auto *u = dyn_cast<UnaryOperator>(slot); u != nullptr && u->getOpcode() == UO_AddrOf)
            return bound_of(unit, flow, u->getSubExpr(), s);
        return none;
    }
    if (const auto *se = dyn_cast<StmtExpr>(e)) {
        if (const Expr *last = value_of(se))
            return bound_of(unit, flow, last, s);
        return none;
    }
    if (const auto *c = dyn_cast<ExplicitCastExpr>(e)) {
        QualType from = c->getSubExpr()->getType(), to = c->getType();
        if (from->isPointerType() && to->isPointerType() &&
            unit.context().hasSameUnqualifiedType(from->getPointeeType(), to->getPointeeType()))
            return bound_of(unit, flow, c->getSubExpr(), s);
        if (unit.from_trusted_macro(c->getBeginLoc()))
            return bound_of(unit, flow, c->getSubExpr(), s);
        return none;
    }
    if (const auto *b = dyn_cast<BinaryOperator>(e); b != nullptr && b->getOpcode() == BO_Assign)
        return bound_of(unit, flow, b->getLHS(), s);
    return none;
}

} // namespace safecc
