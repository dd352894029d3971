/* SPDX-License-Identifier: MIT */
/* The value of an operator: in whole numbers first, then as its type holds it. */
#include "engine/flow.h"

#include "engine/effects.h"

using namespace clang;

namespace safecc {

void Value::bounded_as(const Value &v, bool from_above)
{
    if (v.key != Keys::none)
        (from_above ? below : above).emplace_back(v.key, v.offset);
    if (from_above)
        below.insert(below.end(), v.below.begin(), v.below.end());
    else
        above.insert(above.end(), v.above.begin(), v.above.end());
}

static Wide all_ones_above(Wide v)
{
    Wide m = 1;

    while (m <= v)
        m <<= 1;
    return m - 1;
}

/* Before it is cut to its type: what SC-10 asks whether it fits. */
Value Flow::eval_binary_raw(const BinaryOperator *b, const State &s) const
{
    BinaryOperatorKind op = b->getOpcode();
    Interval type = type_range(b->getType());
    Value r;

    if (op == BO_Comma)
        return eval(b->getRHS(), s);
    if (b->isAssignmentOp())
        return cast(eval(b->getLHS(), s), b->getType());
    if (b->isComparisonOp() || b->isLogicalOp()) {
        r.range = { 0, 1 };
        if (b->isComparisonOp() && undisturbed(b->getLHS(), effects_of(b->getRHS())) && undisturbed(b->getRHS(), effects_of(b->getLHS())) && b->getLHS()->getType()->isIntegralOrEnumerationType() && b->getRHS()->getType()->isIntegralOrEnumerationType()) {
            Value x = eval(b->getLHS(), s), y = eval(b->getRHS(), s);
            Wide most = difference(x, y, s), least = -difference(y, x, s);
            auto decide = [&](bool always, bool never) {
                if (always)
                    r.range = { 1, 1 };
                else if (never)
                    r.range = { 0, 0 };
            };
            switch (op) {
            case BO_LT: decide(most < 0, least >= 0); break;
            case BO_LE: decide(most <= 0, least > 0); break;
            case BO_GT: decide(least > 0, most <= 0); break;
            case BO_GE: decide(least >= 0, most < 0); break;
            case BO_EQ: decide(most == 0 && least == 0, most < 0 || least > 0); break;
            case BO_NE: decide(most < 0 || least > 0, most == 0 && least == 0); break;
            default: break;
            }
        }
        return r;
    }
    if (!b->getLHS()->getType()->isIntegralOrEnumerationType() || !b->getRHS()->getType()->isIntegralOrEnumerationType()) {
        r.range = type;
        return r;
    }
    Value x = eval(b->getLHS(), s), y = eval(b->getRHS(), s);
    /* Read before the other operand changed it: nothing that is known now speaks of that value. */
    auto stale = [&](const Expr *e, const Expr *other, Value &v) {
        if (undisturbed(e, effects_of(other)))
            return;
        const auto *m = dyn_cast<MemberExpr>(strip(e));
        v = Value();
        v.range = m != nullptr ? cast_range(declared_range(m->getMemberDecl(), type_range(m->getType())), e->getType()) : type_range(e->getType());
    };
    stale(b->getLHS(), b->getRHS(), x);
    stale(b->getRHS(), b->getLHS(), y);
    switch (op) {
    case BO_Add:
        r.range = { add_wide(x.range.lo, y.range.lo), add_wide(x.range.hi, y.range.hi) };
        for (int turn = 0; turn < 2; turn++) {
            const Value &a = turn == 0 ? x : y, &c = turn == 0 ? y : x;
            if (c.constant() && a.key != Keys::none)
                r.key = a.key, r.offset = add_wide(a.offset, c.range.lo);
            if (a.key != Keys::none) {
                if (c.range.hi < INF)
                    r.below.emplace_back(a.key, add_wide(a.offset, c.range.hi));
                if (c.range.lo > -INF)
                    r.above.emplace_back(a.key, add_wide(a.offset, c.range.lo));
            }
            for (auto [k, d] : a.below)
                if (c.range.hi < INF)
                    r.below.emplace_back(k, add_wide(d, c.range.hi));
            for (auto [k, d] : a.above)
                if (c.range.lo > -INF)
                    r.above.emplace_back(k, add_wide(d, c.range.lo));
            /* x + y <= k + (x - k) + y: with y <= m - x' known as y + x' <= m nothing more is linear here. */
        }
        break;
    case BO_Sub:
        r.range = { add_wide(x.range.lo, -y.range.hi), add_wide(x.range.hi, -y.range.lo) };
        r.range = r.range.meet({ -difference(y, x, s), difference(x, y, s) });
        if (y.constant() && x.key != Keys::none)
            r.key = x.key, r.offset = add_wide(x.offset, -y.range.lo);
        if (x.key != Keys::none) {
            if (y.range.lo > -INF)
                r.below.emplace_back(x.key, add_wide(x.offset, -y.range.lo));
            if (y.range.hi < INF)
                r.above.emplace_back(x.key, add_wide(x.offset, -y.range.hi));
        }
        for (auto [k, d] : x.below)
            if (y.range.lo > -INF)
                r.below.emplace_back(k, add_wide(d, -y.range.lo));
        break;
    case BO_Mul: {
        Wide c[4] = { mul_wide(x.range.lo, y.range.lo), mul_wide(x.range.lo, y.range.hi), mul_wide(x.range.hi, y.range.lo), mul_wide(x.range.hi, y.range.hi) };
        r.range = { *std::min_element(c, c + 4), *std::max_element(c, c + 4) };
        break;
    }
    case BO_Div:
        if (y.range.lo >= 1) {
            auto quotient = [](Wide a, Wide d) { return a >= INF || a <= -INF ? a : d >= INF ? (Wide)0 : a / d; };
            r.range = { std::min(quotient(x.range.lo, y.range.lo), quotient(x.range.lo, y.range.hi)), std::max(quotient(x.range.hi, y.range.lo), quotient(x.range.hi, y.range.hi)) };
            if (x.range.lo >= 0)
                r.bounded_as(x, true);
        } else {
            r.range = type;
        }
        break;
    case BO_Rem:
        r.range = type;
        if (y.range.lo >= 1) {
            Wide m = y.range.hi >= INF ? INF : y.range.hi - 1;
            if (x.range.lo >= 0) {
                r.range = { 0, std::min(m, x.range.hi) };
                r.bounded_as(x, true);
                if (y.key != Keys::none)
                    r.below.emplace_back(y.key, add_wide(y.offset, -1));
                for (auto [k, d] : y.below)
                    r.below.emplace_back(k, add_wide(d, -1));
            } else {
                r.range = Interval{ -m, m }.meet(type);
            }
        } else if (type.lo == 0 && x.range.lo >= 0) {
            r.range = { 0, x.range.hi };
        }
        break;
    case BO_And:
        r.range = type;
        if (x.range.lo >= 0 || y.range.lo >= 0) {
            Wide hi = INF;
            if (x.range.lo >= 0) {
                hi = std::min(hi, x.range.hi);
                r.bounded_as(x, true);
            }
            if (y.range.lo >= 0) {
                hi = std::min(hi, y.range.hi);
                r.bounded_as(y, true);
            }
            r.range = { 0, hi };
        }
        break;
    case BO_Or:
    case BO_Xor:
        r.range = type;
        if (x.range.lo >= 0 && y.range.lo >= 0 && x.range.hi < INF && y.range.hi < INF)
            r.range = { op == BO_Or ? std::max(x.range.lo, y.range.lo) : (Wide)0, all_ones_above(std::max(x.range.hi, y.range.hi)) };
        break;
    case BO_Shl:
        r.range = type;
        if (x.range.lo >= 0 && y.range.lo >= 0 && y.range.hi < 64 && x.range.hi < INF)
            r.range = { x.range.lo << (int)y.range.lo, mul_wide(x.range.hi, (Wide)1 << (int)y.range.hi) };
        break;
    case BO_Shr:
        r.range = type;
        if (x.range.lo >= 0 && y.range.lo >= 0 && y.range.lo < 100 && x.range.hi < INF) {
            r.range = { y.range.hi < 100 ? x.range.lo >> (int)y.range.hi : (Wide)0, x.range.hi >> (int)y.range.lo };
            r.bounded_as(x, true);
        }
        break;
    default:
        r.range = type;
        break;
    }
    learn_range(r, s);
    return r;
}

Value Flow::eval_binary(const BinaryOperator *b, const State &s) const
{
    return cast(eval_binary_raw(b, s), b->getType());
}

Wide Flow::difference(const Value &a, const Value &b, const State &s) const
{
    Wide best = add_wide(a.range.hi, -b.range.lo);
    std::vector<std::pair<int, Wide>> highs = a.below, lows = b.above;

    if (a.key != Keys::none)
        highs.emplace_back(a.key, a.offset);
    if (b.key != Keys::none)
        lows.emplace_back(b.key, b.offset);
    for (auto [k, c] : highs)
        best = std::min(best, add_wide(add_wide(s.zone.range((size_t)k).hi, c), -b.range.lo));
    for (auto [k, c] : lows)
        best = std::min(best, add_wide(a.range.hi, -add_wide(s.zone.range((size_t)k).lo, c)));
    for (auto [k, c] : highs)
        for (auto [l, d] : lows)
            best = std::min(best, add_wide(add_wide(s.zone.diff((size_t)k, (size_t)l), c), -d));
    return best;
}

} // namespace safecc
