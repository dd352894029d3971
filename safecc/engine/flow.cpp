/* SPDX-License-Identifier: MIT */
/* The fixpoint over a function's control-flow graph, and what each statement does to what is known. */
#include "engine/flow.h"

#include "engine/callees.h"
#include "engine/effects.h"
#include "engine/shapes.h"
#include "engine/walk.h"

#include <deque>

using namespace clang;

namespace safecc {

/* ---- one statement ---- */

static Interval bit_field_range(const FieldDecl *f)
{
    unsigned w = f->getBitWidthValue(f->getASTContext());

    if (f->getType()->isBooleanType() || f->getType()->isUnsignedIntegerOrEnumerationType())
        return { 0, ((Wide)1 << w) - 1 };
    return { -((Wide)1 << (w - 1)), ((Wide)1 << (w - 1)) - 1 };
}

void Flow::assign_integer(int key, const Value &value, State &s) const
{
    Value v = cast(value, keys.integer_type((size_t)key));
    auto x = (size_t)key;

    /* A bit-field keeps what fits. */
    if (const Key &k = keys.integer_key(x); !k.path.empty() && k.path.back()->isBitField())
        if (Interval kept = bit_field_range(k.path.back()); !v.range.inside(kept)) {
            v = Value();
            v.range = kept;
        }
    Interval range = v.range.meet(type_range(keys.integer_type(x)));

    if (v.key == key) {
        s.zone.assign(x, x, v.offset);
    } else if (v.key != Keys::none) {
        s.zone.assign(x, (size_t)v.key, v.offset);
    } else {
        /* x may stand on both sides: read what is compared with it before forgetting it. */
        std::vector<std::pair<size_t, Wide>> below, above;
        for (auto [k, c] : v.below) {
            if (k != key)
                below.emplace_back((size_t)k, c);
            for (size_t j = 0; j < s.zone.size(); j++)
                if (j != x && s.zone.diff((size_t)k, j) < INF)
                    below.emplace_back(j, add_wide(c, s.zone.diff((size_t)k, j)));
        }
        for (auto [k, c] : v.above) {
            if (k != key)
                above.emplace_back((size_t)k, c);
            for (size_t j = 0; j < s.zone.size(); j++)
                if (j != x && s.zone.diff(j, (size_t)k) < INF)
                    above.emplace_back(j, add_wide(c, -s.zone.diff(j, (size_t)k)));
        }
        s.zone.forget(x);
        for (auto [j, c] : below)
            s.zone.constrain(x, j, c);
        for (auto [j, c] : above)
            s.zone.constrain(j, x, -c);
    }
    s.zone.set_range(x, range);
}

void Flow::set_pointer(int key, Null v, const Stmt *why, State &s) const
{
    s.null[(size_t)key] = v;
    s.why[(size_t)key] = why;
}

/* Every key under the variable. */
void Flow::forget_base(const VarDecl *v, State &s) const
{
    for (size_t i = 1; i < keys.nr_integers(); i++)
        if (keys.integer_key(i).base == v) {
            bool itself = keys.integer_key(i).path.empty();
            s.zone.forget(i);
            s.zone.set_range(i, itself ? type_range(keys.integer_type(i)) : declared_range(keys.integer_key(i).path.back(), type_range(keys.integer_type(i))));
        }
    for (size_t i = 0; i < keys.nr_pointers(); i++)
        if (keys.pointer_key(i).base == v)
            set_pointer((int)i, keys.pointer_key(i).path.empty() ? Null::Unknown : null_from_declaration(keys.pointer_key(i).path.back(), true), nullptr, s);
}

/* Every key that goes through the pointer. */
void Flow::forget_behind(const VarDecl *v, State &s) const
{
    for (size_t i = 1; i < keys.nr_integers(); i++)
        if (const Key &k = keys.integer_key(i); k.base == v && k.through_pointer && !k.path.back()->getType().isConstQualified()) {
            s.zone.forget(i);
            s.zone.set_range(i, declared_range(k.path.back(), type_range(keys.integer_type(i))));
        }
    for (size_t i = 0; i < keys.nr_pointers(); i++)
        if (const Key &k = keys.pointer_key(i); k.base == v && k.through_pointer && !k.path.back()->getType().isConstQualified())
            set_pointer((int)i, null_from_declaration(k.path.back(), true), nullptr, s);
}

/* What is behind pointers may have changed. */
void Flow::forget_memory(State &s, bool fixed_too) const
{
    auto stays = [&](const Key &k) {
        return !k.through_pointer || (!fixed_too && (annotations_of(k.path.back()).fixed || k.path.back()->getType().isConstQualified()));
    };
    for (size_t i = 1; i < keys.nr_integers(); i++)
        if (!stays(keys.integer_key(i))) {
            s.zone.forget(i);
            s.zone.set_range(i, declared_range(keys.integer_key(i).path.back(), type_range(keys.integer_type(i))));
        }
    for (size_t i = 0; i < keys.nr_pointers(); i++)
        if (!stays(keys.pointer_key(i)))
            set_pointer((int)i, null_from_declaration(keys.pointer_key(i).path.back(), true), nullptr, s);
}

/* Keys that may name the same memory as the lvalue: fields of that name behind other pointers, or of that type. */
static bool may_alias(const Key &k, const Expr *lhs)
{
    if (!k.through_pointer)
        return false;
    if (const auto *m = dyn_cast<MemberExpr>(lhs->IgnoreParens())) {
        for (const FieldDecl *f : k.path)
            if (f == m->getMemberDecl())
                return true;
        return false;
    }
    return true;
}

void Flow::store(const Expr *lhs, const Expr *rhs, const Stmt *st, State &s) const
{
    int integer = keys.integer(lhs), pointer = keys.pointer(lhs);
    Value v;
    Null n = Null::Unknown;
    const Expr *target = lhs->IgnoreParens();

    if (lhs->getType()->isIntegralOrEnumerationType())
        v = eval(rhs, s);
    else if (lhs->getType()->isPointerType())
        n = null_of(rhs, s);
    const Stmt *why = n == Null::Declared && why_null(rhs, s) != nullptr ? why_null(rhs, s) : st;
    /* A new base makes its fields new. */
    if (const auto *r = dyn_cast<DeclRefExpr>(target)) {
        for (size_t i = 1; i < keys.nr_integers(); i++)
            if (keys.integer_key(i).base == r->getDecl() && !keys.integer_key(i).path.empty()) {
                s.zone.forget(i);
                s.zone.set_range(i, declared_range(keys.integer_key(i).path.back(), type_range(keys.integer_type(i))));
            }
        for (size_t i = 0; i < keys.nr_pointers(); i++)
            if (keys.pointer_key(i).base == r->getDecl() && !keys.pointer_key(i).path.empty())
                set_pointer((int)i, null_from_declaration(keys.pointer_key(i).path.back(), true), nullptr, s);
    } else if (root_variable(lhs) == nullptr) {
        for (size_t i = 1; i < keys.nr_integers(); i++)
            if ((int)i != integer && may_alias(keys.integer_key(i), lhs)) {
                s.zone.forget(i);
                s.zone.set_range(i, declared_range(keys.integer_key(i).path.back(), type_range(keys.integer_type(i))));
            }
        for (size_t i = 0; i < keys.nr_pointers(); i++)
            if ((int)i != pointer && may_alias(keys.pointer_key(i), lhs))
                set_pointer((int)i, null_from_declaration(keys.pointer_key(i).path.back(), true), nullptr, s);
    }
    if (integer != Keys::none)
        assign_integer(integer, v, s);
    if (pointer != Keys::none)
        set_pointer(pointer, n, why, s);
    if (lhs->getType()->isRecordType())
        store_struct(lhs, s);
}

void Flow::store_struct(const Expr *lhs, State &s) const
{
    if (const VarDecl *v = root_variable(lhs))
        forget_base(v, s);
    else
        forget_memory(s, true);
}

void Flow::effect_of_call(const CallExpr *call, State &s) const
{
    const FunctionDecl *callee = call->getDirectCallee();

    for (const Expr *arg : call->arguments()) {
        const Expr *e = arg->IgnoreParenImpCasts();
        bool constant = arg->getType()->isPointerType() && arg->getType()->getPointeeType().isConstQualified();
        if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf)
            e = u->getSubExpr();
        else if (!e->getType()->isArrayType())
            continue;
        if (const VarDecl *v = root_variable(e); v != nullptr && !constant)
            forget_base(v, s);
    }
    /* An object that is handed over by a pointer of its own may be made anew there. */
    for (const Expr *arg : call->arguments()) {
        QualType t = arg->getType();
        const auto *r = dyn_cast<DeclRefExpr>(arg->IgnoreParenImpCasts());
        const auto *v = r == nullptr ? nullptr : dyn_cast<VarDecl>(r->getDecl());
        if (v != nullptr && t->isPointerType() && t->getPointeeType()->isRecordType() && !t->getPointeeType().isConstQualified() && call->getBuiltinCallee() == 0)
            forget_behind(v, s);
    }
    if (callee != nullptr && (callee->hasAttr<PureAttr>() || callee->hasAttr<ConstAttr>() || callee->getBuiltinID() != 0))
        return;
    forget_memory(s, false);
}

void Flow::initialise_members(const VarDecl *v, const InitListExpr *list, Key k, State &s) const
{
    for (auto [f, init] : members_of(list)) {
        if (init == nullptr)
            break;
        Key member = k;
        member.base = v;
        member.path.push_back(f);
        if (const auto *inner = dyn_cast<InitListExpr>(init)) {
            initialise_members(v, inner, member, s);
            continue;
        }
        int integer = keys.integer(member), pointer = keys.pointer(member);
        if (integer != Keys::none) {
            Value value;
            value.range = { 0, 0 };
            assign_integer(integer, isa<ImplicitValueInitExpr>(init) ? value : eval(init, s), s);
        }
        if (pointer != Keys::none)
            set_pointer(pointer, isa<ImplicitValueInitExpr>(init) ? Null::Always : null_of(init, s), init, s);
    }
}

void Flow::declare(const VarDecl *v, State &s) const
{
    Key k{ v, {}, false };
    int integer = keys.integer(k), pointer = keys.pointer(k);
    const Expr *init = v->getInit();

    if (!v->hasLocalStorage())
        return;
    forget_base(v, s);
    if (init == nullptr)
        return;
    if (integer != Keys::none)
        assign_integer(integer, eval(init, s), s);
    if (pointer != Keys::none)
        set_pointer(pointer, null_of(init, s), null_of(init, s) == Null::Declared && why_null(init, s) != nullptr ? why_null(init, s) : init, s);
    if (const auto *list = dyn_cast<InitListExpr>(init->IgnoreParenImpCasts()))
        initialise_members(v, list, k, s);
}

void Flow::take_effect(const Stmt *st, State &s) const
{
    if (const auto *d = dyn_cast<DeclStmt>(st)) {
        for (const Decl *one : d->decls())
            if (const auto *v = dyn_cast<VarDecl>(one))
                declare(v, s);
    } else if (const auto *b = dyn_cast<BinaryOperator>(st)) {
        if (b->getOpcode() == BO_Assign) {
            store(b->getLHS(), b->getRHS(), b, s);
        } else if (const auto *c = dyn_cast<CompoundAssignOperator>(b)) {
            BinaryOperator *plain = BinaryOperator::Create(const_cast<ASTContext &>(context), c->getLHS(), c->getRHS(),
                                                           BinaryOperator::getOpForCompoundAssignment(c->getOpcode()), c->getComputationResultType(),
                                                           VK_PRValue, OK_Ordinary, c->getOperatorLoc(), FPOptionsOverride());
            store(c->getLHS(), plain, c, s);
        }
    } else if (const auto *u = dyn_cast<UnaryOperator>(st)) {
        if (u->isIncrementDecrementOp()) {
            int key = keys.integer(u->getSubExpr());
            if (key != Keys::none) {
                Value v = eval(u->getSubExpr(), s);
                Wide c = u->isIncrementOp() ? 1 : -1;
                v.range = { add_wide(v.range.lo, c), add_wide(v.range.hi, c) };
                v.offset = add_wide(v.offset, c);
                v.below.clear(), v.above.clear();
                assign_integer(key, v, s);
            } else if (root_variable(u->getSubExpr()) == nullptr) {
                for (size_t i = 1; i < keys.nr_integers(); i++)
                    if (may_alias(keys.integer_key(i), u->getSubExpr())) {
                        s.zone.forget(i);
                        s.zone.set_range(i, type_range(keys.integer_type(i)));
                    }
            }
        }
    } else if (const auto *call = dyn_cast<CallExpr>(st)) {
        effect_of_call(call, s);
    } else if (isa<StmtExpr>(st) || isa<AtomicExpr>(st)) {
        if (const auto *a = dyn_cast<AtomicExpr>(st))
            for (unsigned i = 0; i < const_cast<AtomicExpr *>(a)->getNumSubExprs(); i++) {
                const Expr *e = const_cast<AtomicExpr *>(a)->getSubExprs()[i]->IgnoreParenImpCasts();
                if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf)
                    if (const VarDecl *v = root_variable(u->getSubExpr()))
                        forget_base(v, s);
            }
    } else if (isa<GCCAsmStmt>(st)) {
        const auto *a = llvm::cast<GCCAsmStmt>(st);
        for (unsigned i = 0; i < a->getNumOutputs(); i++)
            if (const VarDecl *v = root_variable(a->getOutputExpr(i)))
                forget_base(v, s);
        forget_memory(s, true);
    }
}

/* ---- null ---- */

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

/* ---- conditions ---- */

void Flow::at_most(const Value &a, const Value &b, Wide c, State &s) const
{
    std::vector<std::pair<int, Wide>> lows = a.above, highs = b.below;

    if (a.key != Keys::none)
        lows.emplace_back(a.key, a.offset);
    if (b.key != Keys::none)
        highs.emplace_back(b.key, b.offset);
    /* a - b <= c, k + d <= a, b <= l + e  =>  k - l <= c + e - d */
    for (auto [k, d] : lows) {
        for (auto [l, e] : highs)
            s.zone.constrain((size_t)k, (size_t)l, add_wide(add_wide(c, e), -d));
        s.zone.constrain((size_t)k, 0, add_wide(add_wide(c, b.range.hi), -d));
    }
    for (auto [l, e] : highs)
        s.zone.constrain(0, (size_t)l, add_wide(add_wide(c, e), -a.range.lo));
    if (add_wide(a.range.lo, -b.range.hi) > c)
        s.zone.constrain(0, 0, -1);
}

/* (unsigned)x < c with a signed x says 0 <= x too. */
static const Expr *signed_under_unsigned(const Expr *e, const ASTContext &context)
{
    e = e->IgnoreParens();
    const auto *c = dyn_cast<CastExpr>(e);

    if (c == nullptr || c->getCastKind() != CK_IntegralCast || !c->getType()->isUnsignedIntegerType() ||
        !c->getSubExpr()->getType()->isSignedIntegerOrEnumerationType() ||
        context.getIntWidth(c->getType()) < context.getIntWidth(c->getSubExpr()->getType()))
        return nullptr;
    return c->getSubExpr();
}

void Flow::compare(BinaryOperatorKind op, const Expr *l, const Expr *r, State &s) const
{
    Value a = eval(l, s), b = eval(r, s);

    switch (op) {
    case BO_GT:
        return compare(BO_LT, r, l, s);
    case BO_GE:
        return compare(BO_LE, r, l, s);
    case BO_LT:
    case BO_LE: {
        const Expr *inner = signed_under_unsigned(l, context);
        if (inner != nullptr && a.key == Keys::none) {
            Value x = eval(inner, s);
            Interval positive = type_range(inner->getType());
            if (b.range.hi <= positive.hi && x.range.lo < 0) {
                Value zero;
                zero.range = { 0, 0 };
                at_most(zero, x, 0, s);
                a = eval(l, s);
            }
        }
        at_most(a, b, op == BO_LT ? -1 : 0, s);
        return;
    }
    case BO_EQ:
        at_most(a, b, 0, s);
        at_most(b, a, 0, s);
        return;
    case BO_NE: {
        /* Only at an end of what is possible does it say anything. */
        Wide most = difference(a, b, s), least = -difference(b, a, s);
        if (most == 0 && least == 0) {
            s.zone.constrain(0, 0, -1);
        } else if (most == 0) {
            at_most(a, b, -1, s);
        } else if (least == 0) {
            at_most(b, a, -1, s);
        }
        return;
    }
    default:
        return;
    }
}

void Flow::refine(const Expr *cond, bool truth, State &s) const
{
    cond = strip(cond);
    if (s.zone.unreachable())
        return;
    if (const auto *u = dyn_cast<UnaryOperator>(cond); u != nullptr && u->getOpcode() == UO_LNot)
        return refine(u->getSubExpr(), !truth, s);
    if (const auto *b = dyn_cast<BinaryOperator>(cond)) {
        if (b->isLogicalOp()) {
            bool both = (b->getOpcode() == BO_LAnd) == truth;
            /* What the left side found out may not hold any more when the right has been evaluated. */
            bool stays = undisturbed(b->getLHS(), effects_of(b->getRHS()));
            if (both) {
                if (stays)
                    refine(b->getLHS(), truth, s);
                refine(b->getRHS(), truth, s);
                return;
            }
            /* One of the two decides. */
            State first = s, second = s;
            refine(b->getLHS(), truth, first);
            if (stays)
                refine(b->getLHS(), !truth, second);
            refine(b->getRHS(), truth, second);
            if (first.zone.unreachable()) {
                s = second;
            } else if (second.zone.unreachable()) {
                s = first;
            } else {
                first.zone.join(second.zone);
                s.zone = first.zone;
                for (size_t i = 0; i < s.null.size(); i++)
                    if (first.null[i] == second.null[i])
                        s.null[i] = first.null[i];
            }
            return;
        }
        if (b->getOpcode() == BO_Assign)
            return refine(b->getLHS(), truth, s);
        if (b->isComparisonOp()) {
            const Expr *l = b->getLHS(), *r = b->getRHS();
            if (!undisturbed(l, effects_of(r)) || !undisturbed(r, effects_of(l)))
                return;
            if (l->getType()->isPointerType() && b->isEqualityOp()) {
                bool equal = (b->getOpcode() == BO_EQ) == truth;
                for (int turn = 0; turn < 2; turn++, std::swap(l, r)) {
                    const Expr *p = strip(l);
                    if (const auto *assign = dyn_cast<BinaryOperator>(p); assign != nullptr && assign->getOpcode() == BO_Assign)
                        p = strip(assign->getLHS());
                    int key = keys.pointer(p);
                    if (key == Keys::none)
                        continue;
                    Null other = null_of(r, s);
                    if (other == Null::Always) {
                        if (s.null[(size_t)key] == (equal ? Null::Never : Null::Always))
                            s.zone.constrain(0, 0, -1);
                        set_pointer(key, equal ? Null::Always : Null::Never, b, s);
                    } else if (other == Null::Never && equal) {
                        set_pointer(key, Null::Never, b, s);
                    }
                }
                return;
            }
            if (!l->getType()->isIntegralOrEnumerationType() || !r->getType()->isIntegralOrEnumerationType())
                return;
            /* `(x = e) < y`, and comparing a truth value with 0 or 1. */
            Value rv = eval(r, s);
            if (b->isEqualityOp() && rv.constant() && rv.range.lo == 0) {
                const Expr *inner = strip(l);
                const auto *ib = dyn_cast<BinaryOperator>(inner);
                if (ib != nullptr && (ib->isComparisonOp() || ib->isLogicalOp()))
                    return refine(inner, (b->getOpcode() == BO_NE) == truth, s);
            }
            BinaryOperatorKind op = truth ? b->getOpcode() : BinaryOperator::negateComparisonOp(b->getOpcode());
            compare(op, l, r, s);
            return;
        }
    }
    if (cond->getType()->isPointerType()) {
        int key = keys.pointer(cond);
        if (key != Keys::none) {
            if (s.null[(size_t)key] == (truth ? Null::Always : Null::Never))
                s.zone.constrain(0, 0, -1);
            set_pointer(key, truth ? Null::Never : Null::Always, cond, s);
        }
        return;
    }
    if (cond->getType()->isIntegralOrEnumerationType()) {
        Value v = eval(cond, s), zero;
        zero.range = { 0, 0 };
        if (truth) {
            if (v.constant() && v.range.lo == 0)
                s.zone.constrain(0, 0, -1);
            else if (v.range.lo == 0) /* non-negative and not zero */
                at_most(zero, v, -1, s);
        } else {
            at_most(v, zero, 0, s);
            at_most(zero, v, 0, s);
        }
    }
}

/* ---- the graph ---- */

State Flow::entry_state() const
{
    State s;

    s.reachable = true;
    s.zone = Zone(keys.nr_integers());
    s.null.assign(keys.nr_pointers(), Null::Unknown);
    s.why.assign(keys.nr_pointers(), nullptr);
    for (size_t i = 1; i < keys.nr_integers(); i++) {
        const Key &k = keys.integer_key(i);
        Interval t = type_range(keys.integer_type(i));
        s.zone.set_range(i, declared_range(k.path.empty() ? static_cast<const ValueDecl *>(k.base) : k.path.back(), t));
    }
    for (size_t i = 0; i < keys.nr_pointers(); i++) {
        const Key &k = keys.pointer_key(i);
        bool parm = k.path.empty() && isa<ParmVarDecl>(k.base);
        s.null[i] = k.path.empty() ? null_from_declaration(k.base, !parm) : null_from_declaration(k.path.back(), true);
        s.why[i] = nullptr;
    }
    return s;
}

void Flow::run_block(const CFGBlock &b, State &s, const std::function<void(const Stmt *, const State &)> *seen) const
{
    for (const CFGElement &element : b) {
        auto st = element.getAs<CFGStmt>();
        if (!st)
            continue;
        if (s.zone.unreachable()) {
            if (seen == nullptr)
                return;
            s = entry_state();
        }
        if (seen != nullptr)
            (*seen)(st->getStmt(), s);
        take_effect(st->getStmt(), s);
    }
}

State Flow::edge(const CFGBlock &from, const CFGBlock *to, unsigned index, const State &out) const
{
    State s = out;
    const Stmt *terminator = from.getTerminatorStmt();

    if (s.zone.unreachable())
        s.reachable = false;
    if (terminator == nullptr || !s.reachable)
        return s;
    if (const auto *sw = dyn_cast<SwitchStmt>(terminator)) {
        const auto *label = dyn_cast_or_null<CaseStmt>(to->getLabel());
        if (label != nullptr && sw->getCond()->getType()->isIntegralOrEnumerationType()) {
            Value v = eval(sw->getCond(), s), lo = eval(label->getLHS(), s), hi = label->getRHS() != nullptr ? eval(label->getRHS(), s) : lo;
            at_most(v, hi, 0, s);
            at_most(lo, v, 0, s);
        } else if (sw->getCond()->getType()->isIntegralOrEnumerationType()) {
            /* Neither of the cases: cut them off the ends. */
            for (bool again = true; again;) {
                again = false;
                for (const SwitchCase *c = sw->getSwitchCaseList(); c != nullptr; c = c->getNextSwitchCase())
                    if (const auto *one = dyn_cast<CaseStmt>(c); one != nullptr && one->getRHS() == nullptr) {
                        Value v = eval(sw->getCond(), s), k = eval(one->getLHS(), s);
                        if (v.range.constant() || s.zone.unreachable())
                            continue;
                        if (v.range.lo == k.range.lo && v.key != Keys::none) {
                            at_most(k, v, -1, s);
                            again = true;
                        } else if (v.range.hi == k.range.lo && v.key != Keys::none) {
                            at_most(v, k, -1, s);
                            again = true;
                        }
                    }
            }
        }
    } else if (from.succ_size() == 2) {
        const auto *cond = dyn_cast_or_null<Expr>(from.getTerminatorCondition());
        if (cond != nullptr)
            refine(decided(from, cond), index == 0, s);
    }
    if (s.zone.unreachable())
        s.reachable = false;
    return s;
}

static bool join_state(State &into, const State &from, bool widen, const std::vector<Wide> &thresholds)
{
    bool changed = false;

    if (!from.reachable)
        return false;
    if (!into.reachable) {
        into = from;
        return true;
    }
    if (widen)
        changed = into.zone.widen(from.zone, thresholds);
    else
        changed = into.zone.join(from.zone);
    for (size_t i = 0; i < into.null.size(); i++) {
        Null a = into.null[i], b = from.null[i], r = a;
        if (a == b)
            continue;
        if (a == Null::Declared || b == Null::Declared || a == Null::Always || b == Null::Always)
            r = Null::Declared;
        else
            r = Null::Unknown;
        if (r != a) {
            if (b == Null::Declared || b == Null::Always)
                into.why[i] = from.why[i];
            into.null[i] = r;
            changed = true;
        }
    }
    return changed;
}

class ConstantFinder : public RecursiveASTVisitor<ConstantFinder> {
public:
    std::set<Wide> values;
    bool VisitIntegerLiteral(IntegerLiteral *l)
    {
        if (l->getValue().getActiveBits() <= 64) {
            auto v = (Wide)l->getValue().getZExtValue();
            values.insert({ v - 1, v, v + 1 });
        }
        return true;
    }
    bool VisitArraySubscriptExpr(ArraySubscriptExpr *s)
    {
        const Expr *base = s->getBase()->IgnoreParenImpCasts();
        if (const auto *a = dyn_cast<ConstantArrayType>(base->getType().getCanonicalType())) {
            auto v = (Wide)a->getSize().getZExtValue();
            values.insert({ v - 1, v });
        }
        return true;
    }
};

void Flow::solve()
{
    std::vector<unsigned> visits(cfg->getNumBlockIDs(), 0);
    ConstantFinder constants;
    std::set<unsigned> pending;
    std::vector<unsigned> order(cfg->getNumBlockIDs(), 0);
    std::vector<const CFGBlock *> block_of(cfg->getNumBlockIDs(), nullptr);

    constants.TraverseStmt(const_cast<Stmt *>(f->getBody()));
    for (unsigned w : { 8, 16, 32, 64 })
        constants.values.insert({ ((Wide)1 << w) - 1, ((Wide)1 << (w - 1)) - 1, (Wide)1 << (w - 1) });
    constants.values.insert(0);
    thresholds.assign(constants.values.begin(), constants.values.end());
    for (const CFGBlock *b : *cfg)
        block_of[b->getBlockID()] = b;
    in.assign(cfg->getNumBlockIDs(), State());
    in[cfg->getEntry().getBlockID()] = entry_state();
    /* Higher ids come first in a CFG of clang. */
    pending.insert(cfg->getEntry().getBlockID());
    while (!pending.empty()) {
        unsigned id = *pending.rbegin();
        pending.erase(id);
        const CFGBlock *b = block_of[id];
        State out = in[id];
        run_block(*b, out, nullptr);
        unsigned index = 0;
        for (const CFGBlock::AdjacentBlock &succ : b->succs()) {
            const CFGBlock *to = succ.getReachableBlock();
            unsigned k = index++;
            if (to == nullptr)
                continue;
            unsigned t = to->getBlockID();
            bool back = t >= id;
            State next = edge(*b, to, k, out);
            if (back)
                visits[t]++;
            if (join_state(in[t], next, back && visits[t] > 1, visits[t] > 6 ? std::vector<Wide>() : thresholds))
                pending.insert(t);
        }
    }
    /* Two turns downward win back what widening gave away. */
    for (int turn = 0; turn < 2; turn++) {
        std::vector<State> fresh(in.size());
        fresh[cfg->getEntry().getBlockID()] = in[cfg->getEntry().getBlockID()];
        for (auto it = block_of.rbegin(); it != block_of.rend(); ++it) {
            const CFGBlock *b = *it;
            if (b == nullptr || !in[b->getBlockID()].reachable)
                continue;
            State out = in[b->getBlockID()];
            run_block(*b, out, nullptr);
            unsigned index = 0;
            for (const CFGBlock::AdjacentBlock &succ : b->succs()) {
                const CFGBlock *to = succ.getReachableBlock();
                unsigned k = index++;
                if (to != nullptr)
                    join_state(fresh[to->getBlockID()], edge(*b, to, k, out), false, thresholds);
            }
        }
        in = std::move(fresh);
    }
}

Flow::Flow(Unit &unit, const FunctionDecl *f)
    : unit(unit), context(unit.context()), f(f), keys(f, unit.context(), unit.options->host)
{
    CFG::BuildOptions options;

    options.setAllAlwaysAdd();
    options.PruneTriviallyFalseEdges = false;
    cfg = CFG::buildCFG(f, f->getBody(), &unit.context(), options);
    if (cfg != nullptr)
        solve();
}

void Flow::visit(const std::function<void(const Stmt *, const State &)> &seen) const
{
    for (auto it = cfg->begin(); it != cfg->end(); ++it) {
        /* Code held to be unreachable is judged all the same, as if nothing were known: its checks back up the analysis. */
        State s = in[(*it)->getBlockID()];
        if (!s.reachable)
            s = entry_state();
        run_block(**it, s, &seen);
    }
}

std::string Flow::describe(const Expr *e, const Value &v, const State &) const
{
    std::string name = unit.source_text(e->getSourceRange());
    Interval t = type_range(e->getType());

    if (v.constant())
        return "`" + name + "` is " + wide_text(v.range.lo);
    std::string text = "`" + name + "` may be ";
    text += v.range.lo <= t.lo ? "as low as " + wide_text(t.lo) : wide_text(v.range.lo);
    text += v.range.hi >= t.hi ? " and as high as " + wide_text(t.hi) + " (nothing here bounds it)" : " to " + wide_text(v.range.hi);
    for (auto [k, c] : v.below)
        if (k > 0)
            text += "; it is at most `" + keys.text(keys.integer_key((size_t)k)) + "`" + (c == 0 ? "" : (c > 0 ? " + " : " - ") + wide_text(c > 0 ? c : -c));
    return text;
}

const Flow *FlowCache::of(Unit &unit, const FunctionDecl *f)
{
    static std::map<const FunctionDecl *, std::unique_ptr<Flow>> cache;
    auto &slot = cache[f];

    if (slot == nullptr)
        slot = std::make_unique<Flow>(unit, f);
    return slot->good() ? slot.get() : nullptr;
}

std::vector<const FunctionDecl *> judged_functions(Unit &unit)
{
    std::vector<const FunctionDecl *> list;

    for (const Decl *d : unit.context().getTranslationUnitDecl()->decls()) {
        const auto *f = dyn_cast<FunctionDecl>(d);
        if (f != nullptr && f->isThisDeclarationADefinition() && f->hasBody() && unit.judged(f) && !unit.in_island(f->getLocation()))
            list.push_back(f);
    }
    return list;
}

} // namespace safecc
