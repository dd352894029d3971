/* SPDX-License-Identifier: MIT */
/* The value of an expression, as far as it is known: of names, calls, conversions and conditions. */
#include "engine/flow.h"

#include "engine/effects.h"
#include "engine/shapes.h"

using namespace clang;

namespace safecc {

Interval Flow::key_range(int key, const State &s) const
{
    return s.zone.range((size_t)key).meet(type_range(keys.integer_type((size_t)key)));
}

/* Sharpen the range by what the zone knows of the keys it is compared with. */
void Flow::learn_range(Value &v, const State &s) const
{
    if (v.key != Keys::none) {
        Interval k = s.zone.range((size_t)v.key);
        v.range = v.range.meet({ add_wide(k.lo, v.offset), add_wide(k.hi, v.offset) });
    }
    for (auto [key, c] : v.below)
        v.range.hi = std::min(v.range.hi, add_wide(s.zone.range((size_t)key).hi, c));
    for (auto [key, c] : v.above)
        v.range.lo = std::max(v.range.lo, add_wide(s.zone.range((size_t)key).lo, c));
}

Value Flow::eval_load(const Expr *e, const State &s) const
{
    Value v;
    int key = keys.integer(e);

    v.range = type_range(e->getType());
    if (const auto *m = dyn_cast<MemberExpr>(e->IgnoreParens())) {
        if (const auto *field = dyn_cast<FieldDecl>(m->getMemberDecl())) {
            v.range = declared_range(field, v.range);
            if (field->isBitField())
                v.range = v.range.meet(bit_field_range(field));
        }
    }
    if (const auto *r = dyn_cast<DeclRefExpr>(e->IgnoreParens())) {
        if (const auto *p = dyn_cast<ParmVarDecl>(r->getDecl()))
            for (auto it = bindings.rbegin(); it != bindings.rend(); ++it)
                if (it->parm == p)
                    return cast(it->value, e->getType());
        if (const auto *var = dyn_cast<VarDecl>(r->getDecl())) {
            v.range = declared_range(var, v.range);
            if (var->getType().isConstQualified() && !var->getType().isVolatileQualified() && var->getInit() != nullptr && !var->hasLocalStorage()) {
                Expr::EvalResult result;
                if (var->getInit()->EvaluateAsInt(result, context)) {
                    Wide x = result.Val.getInt().isUnsigned() ? (Wide)result.Val.getInt().getZExtValue() : (Wide)result.Val.getInt().getSExtValue();
                    v.range = { x, x };
                }
            }
        }
    }
    if (key != Keys::none && bindings.empty()) {
        v.key = key;
        learn_range(v, s);
    }
    return v;
}

/* min and max: `a < b ? a : b`. */
static bool same_text(const Expr *a, const Expr *b, const ASTContext &context)
{
    llvm::FoldingSetNodeID x, y;

    strip(a)->Profile(x, context, true);
    strip(b)->Profile(y, context, true);
    return x == y;
}

/* A function whose whole body is `return e;` is read as e. */
static const Expr *returned_expression(const FunctionDecl *f)
{
    const FunctionDecl *definition = nullptr;

    if (f == nullptr || !f->hasBody(definition))
        return nullptr;
    const auto *body = dyn_cast<CompoundStmt>(definition->getBody());
    if (body == nullptr || body->size() != 1)
        return nullptr;
    const auto *r = dyn_cast<ReturnStmt>(*body->body_begin());
    if (r == nullptr || r->getRetValue() == nullptr)
        return nullptr;
    /* Its parameters stand for the arguments only as long as nothing assigns them. */
    Effects e = effects_of(r->getRetValue());
    for (const ParmVarDecl *p : definition->parameters())
        if (e.variables.count(p))
            return nullptr;
    return r->getRetValue();
}

Value Flow::eval_call(const CallExpr *call, const State &s) const
{
    const FunctionDecl *callee = call->getDirectCallee();
    Value v;

    v.range = type_range(call->getType());
    if (callee == nullptr)
        return v;
    switch (call->getBuiltinCallee()) {
    case Builtin::BI__builtin_expect:
        return eval(call->getArg(0), s);
    case Builtin::BI__builtin_ctz:
    case Builtin::BI__builtin_clz:
        v.range = { 0, 31 };
        return v;
    case Builtin::BI__builtin_ctzl:
    case Builtin::BI__builtin_ctzll:
    case Builtin::BI__builtin_clzl:
    case Builtin::BI__builtin_clzll:
        v.range = { 0, 63 };
        return v;
    case Builtin::BI__builtin_popcount:
        v.range = { 0, 32 };
        return v;
    case Builtin::BI__builtin_popcountl:
    case Builtin::BI__builtin_popcountll:
        v.range = { 0, 64 };
        return v;
    case Builtin::BI__builtin_ffs:
        v.range = { 0, 32 };
        return v;
    default:
        break;
    }
    v.range = declared_range(callee, v.range);
    const FunctionDecl *definition = nullptr;
    const Expr *result = returned_expression(callee);
    if (result != nullptr && callee->hasBody(definition) && depth < 6 && call->getNumArgs() == definition->getNumParams() &&
        call->getType()->isIntegralOrEnumerationType()) {
        std::vector<Binding> mine;
        for (unsigned i = 0; i < call->getNumArgs(); i++)
            if (call->getArg(i)->getType()->isIntegralOrEnumerationType())
                mine.push_back({ definition->getParamDecl(i), eval(call->getArg(i), s) });
        std::vector<Binding> saved = bindings;
        bindings.insert(bindings.end(), mine.begin(), mine.end());
        if (bindings.empty())
            bindings.push_back({ nullptr, {} }); /* the callee's names are not ours */
        depth++;
        Value r = eval(result, s);
        depth--;
        bindings = saved;
        if (r.range.inside(v.range))
            return cast(r, call->getType());
        r.range = r.range.meet(v.range);
        if (!r.range.empty())
            v.range = r.range;
    }
    return v;
}

Value Flow::eval(const Expr *e, const State &s) const
{
    Value v;

    e = e->IgnoreParens();
    if (!e->getType()->isIntegralOrEnumerationType())
        return v;
    v.range = type_range(e->getType());
    if (depth > 60)
        return v;
    if (isa<IntegerLiteral>(e) || isa<CharacterLiteral>(e) || isa<UnaryExprOrTypeTraitExpr>(e) || isa<OffsetOfExpr>(e)) {
        Expr::EvalResult result;
        if (e->EvaluateAsInt(result, context)) {
            Wide x = result.Val.getInt().isUnsigned() ? (Wide)result.Val.getInt().getZExtValue() : (Wide)result.Val.getInt().getSExtValue();
            v.range = { x, x };
        }
        return v;
    }
    depth++;
    struct Leave {
        unsigned &d;
        ~Leave() { d--; }
    } leave{ depth };
    if (const auto *c = dyn_cast<ImplicitCastExpr>(e)) {
        if (c->getCastKind() == CK_LValueToRValue)
            return eval(c->getSubExpr(), s);
        if (c->getSubExpr()->getType()->isIntegralOrEnumerationType())
            return cast(eval(c->getSubExpr(), s), c->getType());
        return v;
    }
    if (const auto *c = dyn_cast<ExplicitCastExpr>(e)) {
        if (c->getSubExpr()->getType()->isIntegralOrEnumerationType())
            return cast(eval(c->getSubExpr(), s), c->getType());
        return v;
    }
    if (const auto *r = dyn_cast<DeclRefExpr>(e)) {
        if (const auto *k = dyn_cast<EnumConstantDecl>(r->getDecl())) {
            Wide x = k->getInitVal().isUnsigned() ? (Wide)k->getInitVal().getZExtValue() : (Wide)k->getInitVal().getSExtValue();
            v.range = { x, x };
            return v;
        }
        return eval_load(e, s);
    }
    if (isa<MemberExpr>(e) || isa<ArraySubscriptExpr>(e))
        return eval_load(e, s);
    if (const auto *b = dyn_cast<BinaryOperator>(e))
        return eval_binary(b, s);
    if (const auto *u = dyn_cast<UnaryOperator>(e)) {
        switch (u->getOpcode()) {
        case UO_Plus:
        case UO_Extension:
            return eval(u->getSubExpr(), s);
        case UO_Minus: {
            Value x = eval(u->getSubExpr(), s);
            v.range = { -x.range.hi, -x.range.lo };
            return cast(v, e->getType());
        }
        case UO_LNot: {
            Value x;
            if (u->getSubExpr()->getType()->isIntegralOrEnumerationType())
                x = eval(u->getSubExpr(), s);
            v.range = { x.range.lo == 0 && x.range.hi == 0 ? (Wide)1 : (Wide)0, x.range.lo > 0 || x.range.hi < 0 ? (Wide)0 : (Wide)1 };
            return v;
        }
        case UO_Not: {
            Value x = eval(u->getSubExpr(), s);
            if (type_range(e->getType()).lo == 0 && x.range.inside(type_range(e->getType())))
                v.range = { type_range(e->getType()).hi - x.range.hi, type_range(e->getType()).hi - x.range.lo };
            else if (x.range.lo > -INF && x.range.hi < INF)
                v.range = Interval{ -x.range.hi - 1, -x.range.lo - 1 };
            return cast(v, e->getType());
        }
        /* The effect has been taken when the value is asked for. */
        case UO_PreInc:
        case UO_PreDec:
            return eval(u->getSubExpr(), s);
        case UO_PostInc:
        case UO_PostDec: {
            Value x = eval(u->getSubExpr(), s);
            Wide back = u->getOpcode() == UO_PostInc ? -1 : 1;
            x.range = { add_wide(x.range.lo, back), add_wide(x.range.hi, back) };
            if (x.key != Keys::none)
                x.offset = add_wide(x.offset, back);
            for (auto &b : x.below)
                b.second = add_wide(b.second, back);
            for (auto &b : x.above)
                b.second = add_wide(b.second, back);
            return cast(x, e->getType());
        }
        default:
            return v;
        }
    }
    if (const auto *c = dyn_cast<ConditionalOperator>(e)) {
        const Expr *cond = strip(c->getCond());
        const auto *cmp = dyn_cast<BinaryOperator>(cond);
        Value a, b;
        Effects after_true = effects_of(c->getTrueExpr()), after_false = effects_of(c->getFalseExpr());
        bool calm = undisturbed(cond, after_true) && undisturbed(cond, after_false);
        if (bindings.empty() && calm) {
            State yes = s, no = s;
            refine(cond, true, yes);
            refine(cond, false, no);
            if (yes.zone.unreachable())
                return eval(c->getFalseExpr(), no);
            if (no.zone.unreachable())
                return eval(c->getTrueExpr(), yes);
            a = eval(c->getTrueExpr(), yes), b = eval(c->getFalseExpr(), no);
        } else {
            a = eval(c->getTrueExpr(), s), b = eval(c->getFalseExpr(), s);
        }
        v.range = a.range.join(b.range);
        if (cmp != nullptr && cmp->isRelationalOp() && calm && effects_of(cond).none()) {
            bool less = cmp->getOpcode() == BO_LT || cmp->getOpcode() == BO_LE;
            bool straight = same_text(cmp->getLHS(), c->getTrueExpr(), context) && same_text(cmp->getRHS(), c->getFalseExpr(), context);
            bool crossed = same_text(cmp->getRHS(), c->getTrueExpr(), context) && same_text(cmp->getLHS(), c->getFalseExpr(), context);
            if (straight || crossed) {
                Value x = eval(c->getTrueExpr(), s), y = eval(c->getFalseExpr(), s);
                bool minimum = less == straight;
                v.range = minimum ? Interval{ std::min(x.range.lo, y.range.lo), std::min(x.range.hi, y.range.hi) } :
                                    Interval{ std::max(x.range.lo, y.range.lo), std::max(x.range.hi, y.range.hi) };
                v.bounded_as(x, minimum);
                v.bounded_as(y, minimum);
            }
        }
        return cast(v, e->getType());
    }
    if (const auto *call = dyn_cast<CallExpr>(e))
        return eval_call(call, s);
    if (const auto *se = dyn_cast<StmtExpr>(e)) {
        if (const Expr *last = value_of(se))
            return cast(eval(last, s), e->getType());
        return v;
    }
    if (const auto *c = dyn_cast<ConstantExpr>(e))
        return eval(c->getSubExpr(), s);
    Expr::EvalResult result;
    if (e->EvaluateAsInt(result, context) && result.Val.isInt() && result.Val.getInt().getBitWidth() <= 64) {
        Wide x = result.Val.getInt().isUnsigned() ? (Wide)result.Val.getInt().getZExtValue() : (Wide)result.Val.getInt().getSExtValue();
        v.range = { x, x };
    }
    return v;
}

} // namespace safecc
