/* SPDX-License-Identifier: MIT */
/* The value of an expression, as far as it is known. */
#include "engine/flow.h"

#include "engine/effects.h"
#include "engine/shapes.h"

using namespace clang;

namespace safecc {

static unsigned width_of(QualType t, const ASTContext &context)
{
    return (unsigned)context.getIntWidth(t);
}

Interval Flow::type_range(QualType t) const
{
    t = t.getCanonicalType().getUnqualifiedType();
    if (!t->isIntegralOrEnumerationType())
        return {};
    if (t->isBooleanType())
        return { 0, 1 };
    unsigned w = width_of(t, context);
    if (w > 64)
        return {};
    if (t->isUnsignedIntegerOrEnumerationType())
        return { 0, ((Wide)1 << w) - 1 };
    return { -((Wide)1 << (w - 1)), ((Wide)1 << (w - 1)) - 1 };
}

namespace {

/* The value of a bound's text: numbers, enumeration constants, + - * << and brackets; macros are expanded already. */
class BoundText {
public:
    BoundText(const std::string &text, const ASTContext &context) : at(text.c_str()), context(context) {}
    bool value(Wide &out) { return shift(out) && peek() == '\0'; }

private:
    const char *at;
    const ASTContext &context;

    char peek()
    {
        while (isspace((unsigned char)*at))
            at++;
        return *at;
    }
    static bool fits(Wide v) { return v > -INF && v < INF; }
    bool shift(Wide &out)
    {
        Wide by = 0;
        if (!sum(out))
            return false;
        while (peek() == '<' && at[1] == '<') {
            at += 2;
            if (!sum(by) || by < 0 || by > 63 || out < 0)
                return false;
            out = mul_wide(out, (Wide)1 << by);
        }
        return fits(out);
    }
    bool sum(Wide &out)
    {
        Wide other = 0;
        if (!product(out))
            return false;
        while (peek() == '+' || peek() == '-') {
            bool minus = *at++ == '-';
            if (!product(other))
                return false;
            out = add_wide(out, minus ? -other : other);
        }
        return fits(out);
    }
    bool product(Wide &out)
    {
        Wide other = 0;
        if (!one(out))
            return false;
        while (peek() == '*') {
            at++;
            if (!one(other) || out < 0 || other < 0)
                return false;
            out = mul_wide(out, other);
        }
        return fits(out);
    }
    bool one(Wide &out)
    {
        char c = peek();
        if (c == '-' || c == '+') {
            at++;
            if (!one(out))
                return false;
            out = c == '-' ? -out : out;
            return true;
        }
        if (c == '(') {
            at++;
            return shift(out) && peek() == ')' && *at++ == ')';
        }
        if (isdigit((unsigned char)c)) {
            char *end = nullptr;
            out = (Wide)strtoull(at, &end, 0);
            for (at = end; *at == 'U' || *at == 'u' || *at == 'L' || *at == 'l';)
                at++;
            return true;
        }
        std::string word;
        while (isalnum((unsigned char)*at) || *at == '_')
            word += *at++;
        if (word.empty())
            return false;
        for (const NamedDecl *d : context.getTranslationUnitDecl()->lookup(&context.Idents.get(word)))
            if (const auto *e = dyn_cast<EnumConstantDecl>(d)) {
                out = e->getInitVal().isUnsigned() ? (Wide)e->getInitVal().getZExtValue() : (Wide)e->getInitVal().getSExtValue();
                return true;
            }
        return false;
    }
};

} // namespace

bool range_is_known(const ValueDecl *d, Interval &r)
{
    const Annotations &a = annotations_of(d);

    return BoundText(a.range_lo, d->getASTContext()).value(r.lo) && BoundText(a.range_hi, d->getASTContext()).value(r.hi) && r.lo <= r.hi;
}

Interval promised_range(const ValueDecl *d, const Interval &type_range)
{
    Interval r;

    if (annotations_of(d).range_lo.empty() || !range_is_known(d, r))
        return type_range;
    return r.meet(type_range);
}

Interval declared_range(const ValueDecl *d, const Interval &type_range)
{
    const auto *v = dyn_cast<VarDecl>(d);
    Interval r = promised_range(d, type_range);

    /* A new object is all zeros until it is set. */
    if (isa<FieldDecl>(d) || (v != nullptr && v->hasGlobalStorage()))
        r = r.join({ 0, 0 }).meet(type_range);
    return r;
}

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

Value Flow::cast(const Value &v, QualType to) const
{
    Interval t = type_range(to);
    Value r;

    if (!to->isIntegralOrEnumerationType())
        return r;
    if (to->isBooleanType() && !v.range.inside(t)) {
        r.range = { v.range.lo > 0 || v.range.hi < 0 ? (Wide)1 : (Wide)0, 1 };
        return r;
    }
    if (v.range.inside(t))
        return v;
    r.range = t;
    /* A constant wraps to a constant. */
    if (v.range.constant() && t.hi - t.lo + 1 > 0) {
        Wide m = t.hi - t.lo + 1, x = (v.range.lo - t.lo) % m;
        if (x < 0)
            x += m;
        r.range.lo = r.range.hi = x + t.lo;
    }
    return r;
}

Value Flow::eval_load(const Expr *e, const State &s) const
{
    Value v;
    int key = keys.integer(e);

    v.range = type_range(e->getType());
    if (const auto *m = dyn_cast<MemberExpr>(e->IgnoreParens())) {
        if (const auto *field = dyn_cast<FieldDecl>(m->getMemberDecl())) {
            v.range = declared_range(field, v.range);
            if (field->isBitField()) {
                unsigned w = field->getBitWidthValue(context);
                if (w < 64 && field->getType()->isUnsignedIntegerOrEnumerationType())
                    v.range = v.range.meet({ 0, ((Wide)1 << w) - 1 });
                else if (w < 64 && w > 0)
                    v.range = v.range.meet({ -((Wide)1 << (w - 1)), ((Wide)1 << (w - 1)) - 1 });
            }
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

/* A range as its type holds it, or all of the type. */
Interval Flow::cast_range(const Interval &range, QualType to) const
{
    return range.inside(type_range(to)) ? range : type_range(to);
}

static Wide all_ones_above(Wide v)
{
    Wide m = 1;

    while (m <= v)
        m <<= 1;
    return m - 1;
}

/* min and max: `a < b ? a : b`. */
static bool same_text(const Expr *a, const Expr *b, const ASTContext &context)
{
    llvm::FoldingSetNodeID x, y;

    strip(a)->Profile(x, context, true);
    strip(b)->Profile(y, context, true);
    return x == y;
}

static void append_bounds(Value &r, const Value &v, bool below)
{
    if (v.key != Keys::none)
        (below ? r.below : r.above).emplace_back(v.key, v.offset);
    if (below)
        r.below.insert(r.below.end(), v.below.begin(), v.below.end());
    else
        r.above.insert(r.above.end(), v.above.begin(), v.above.end());
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
                append_bounds(r, x, true);
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
                append_bounds(r, x, true);
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
                append_bounds(r, x, true);
            }
            if (y.range.lo >= 0) {
                hi = std::min(hi, y.range.hi);
                append_bounds(r, y, true);
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
            append_bounds(r, x, true);
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
                append_bounds(v, x, minimum);
                append_bounds(v, y, minimum);
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
