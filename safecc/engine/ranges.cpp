/* SPDX-License-Identifier: MIT */
/* The ranges that types, bit-fields and SC_RANGE give, and what of a value fits in them. */
#include "engine/flow.h"

using namespace clang;

namespace safecc {

Interval Flow::type_range(QualType t) const
{
    t = t.getCanonicalType().getUnqualifiedType();
    if (!t->isIntegralOrEnumerationType())
        return {};
    if (t->isBooleanType())
        return { 0, 1 };
    unsigned w = context.getIntWidth(t);
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

Interval bit_field_range(const FieldDecl *f)
{
    unsigned w = f->getBitWidthValue(f->getASTContext());

    if (f->getType()->isBooleanType() || f->getType()->isUnsignedIntegerOrEnumerationType())
        return { 0, ((Wide)1 << w) - 1 };
    return { -((Wide)1 << (w - 1)), ((Wide)1 << (w - 1)) - 1 };
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

/* A range as its type holds it, or all of the type. */
Interval Flow::cast_range(const Interval &range, QualType to) const
{
    return range.inside(type_range(to)) ? range : type_range(to);
}

} // namespace safecc
