/* SPDX-License-Identifier: MIT */
/* What a condition that was decided says of the values in it. */
#include "engine/flow.h"

#include "engine/effects.h"

using namespace clang;

namespace safecc {

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

} // namespace safecc
