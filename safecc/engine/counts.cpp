/* SPDX-License-Identifier: MIT */
/* What the text of a count means: names and numbers, sums and products of them. */
#include "engine/bounds.h"

#include "engine/callees.h"
#include "engine/shapes.h"

using namespace clang;

namespace safecc {
namespace {

/* e := term (('+' | '-') term)*;  term := atom (('*' | '/') atom)*;  atom := number | name | ( e ) | (type) atom is not read */
class CountReader {
public:
    CountReader(Unit &unit, const Flow &flow, const std::string &text, const CountScope &scope, const State &s)
        : unit(unit), flow(flow), text(text), scope(scope), s(s)
    {
    }
    Bound read()
    {
        Bound b = sum();

        blank();
        if (b.error.empty() && at < text.size())
            b.error = "the count `" + text + "` is not a sum or product of names and constants";
        b.known = b.error.empty();
        return b;
    }

private:
    Unit &unit;
    const Flow &flow;
    const std::string &text;
    const CountScope &scope;
    const State &s;
    size_t at = 0;

    void blank()
    {
        while (at < text.size() && text[at] == ' ')
            at++;
    }
    bool take(char c)
    {
        blank();
        if (at >= text.size() || text[at] != c)
            return false;
        at++;
        return true;
    }
    static Bound combine(const Bound &a, const Bound &b, char op)
    {
        Bound r;

        r.error = a.error.empty() ? b.error : a.error;
        r.stable = a.stable && b.stable;
        r.is_signed = a.is_signed || b.is_signed;
        r.text = a.text.empty() || b.text.empty() ? "" : "((unsigned long)(" + a.text + ") " + op + " (" + b.text + "))";
        r.must_be = a.must_be.empty() || a.must_be == b.must_be ? b.must_be : b.must_be.empty() ? a.must_be : a.must_be + " && " + b.must_be;
        const Interval &x = a.count.range, &y = b.count.range;
        if (op == '+' || op == '-') {
            Wide sign = op == '+' ? 1 : -1;
            r.count.range = op == '+' ? Interval{ add_wide(x.lo, y.lo), add_wide(x.hi, y.hi) } : Interval{ add_wide(x.lo, -y.hi), add_wide(x.hi, -y.lo) };
            if (b.count.constant() && a.count.key != Keys::none)
                r.count.key = a.count.key, r.count.offset = a.count.offset + sign * y.lo;
            else if (op == '+' && a.count.constant() && b.count.key != Keys::none)
                r.count.key = b.count.key, r.count.offset = b.count.offset + x.lo;
            if (op == '+' && x.lo >= 0 && b.count.key != Keys::none)
                r.count.above.emplace_back(b.count.key, b.count.offset);
            if (op == '+' && y.lo >= 0 && a.count.key != Keys::none)
                r.count.above.emplace_back(a.count.key, a.count.offset);
        } else if (op == '*') {
            if (x.lo >= 0 && y.lo >= 0)
                r.count.range = { mul_wide(x.lo, y.lo), mul_wide(x.hi, y.hi) };
        } else if (y.lo >= 1 && x.lo >= 0) {
            r.count.range = { y.hi >= INF ? 0 : x.lo / y.hi, x.hi >= INF ? INF : x.hi / y.lo };
        }
        return r;
    }
    Bound sum()
    {
        Bound b = product();

        for (;;) {
            if (take('+'))
                b = combine(b, product(), '+');
            else if (take('-'))
                b = combine(b, product(), '-');
            else
                return b;
        }
    }
    Bound product()
    {
        Bound b = atom();

        for (;;) {
            if (take('*'))
                b = combine(b, atom(), '*');
            else if (take('/'))
                b = combine(b, atom(), '/');
            else
                return b;
        }
    }
    Bound atom()
    {
        Bound b;

        if (take('(')) {
            b = sum();
            if (!take(')'))
                b.error = "the count `" + text + "` lacks a parenthesis";
            return b;
        }
        blank();
        size_t start = at;
        while (at < text.size() && (isalnum((unsigned char)text[at]) || text[at] == '_'))
            at++;
        std::string word = text.substr(start, at - start);
        if (word.empty()) {
            b.error = "the count `" + text + "` is not a sum or product of names and constants";
            return b;
        }
        if (isdigit((unsigned char)word[0])) {
            Wide v = (Wide)strtoull(word.c_str(), nullptr, 0);
            b.count.range = { v, v };
            b.text = word;
            return b;
        }
        return name(word);
    }
    Bound name(const std::string &word)
    {
        Bound b;

        if (scope.list != nullptr) {
            for (auto [f, init] : members_of(scope.list))
                if (f->getName() == word)
                    return member(init);
        } else if (scope.record != nullptr) {
            for (const FieldDecl *f : scope.record->fields())
                if (f->getName() == word)
                    return field(f);
        } else if (scope.call != nullptr) {
            const FunctionDecl *callee = callee_of(scope.call);
            for (unsigned i = 0; callee != nullptr && i < callee->getNumParams() && i < scope.call->getNumArgs(); i++)
                if (named_anywhere(callee, i, word))
                    return argument(scope.call->getArg(i), word);
        } else if (scope.function != nullptr) {
            const VarDecl *first = nullptr;
            for (const VarDecl *v : locals(scope.function, word)) {
                /* A check is written with names: there must be one of this name only. */
                if (first != nullptr) {
                    b.error = "the count names `" + word + "`, and this function has two of that name";
                    return b;
                }
                first = v;
            }
            if (first != nullptr)
                return variable(first);
        }
        return global(word);
    }
    /* The value that an initialiser gives the field. */
    Bound member(const Expr *init)
    {
        Bound b;

        if (init == nullptr || isa<ImplicitValueInitExpr>(init)) {
            b.count.range = { 0, 0 };
            b.text = "0";
            return b;
        }
        return argument(init, "");
    }
    /* Parameters and variables of the function with that name. */
    static std::vector<const VarDecl *> locals(const FunctionDecl *f, const std::string &word)
    {
        std::vector<const VarDecl *> out;

        for (unsigned i = 0; i < f->getNumParams(); i++)
            if (named_anywhere(f, i, word))
                out.push_back(f->getParamDecl(i));
        for (const Decl *d : f->decls())
            if (const auto *v = dyn_cast<VarDecl>(d); v != nullptr && !isa<ParmVarDecl>(v) && v->getName() == word)
                out.push_back(v);
        return out;
    }
    /* Declarations of one function may name a parameter differently. */
    static bool named_anywhere(const FunctionDecl *f, unsigned i, const std::string &word)
    {
        for (const FunctionDecl *other : f->redecls())
            if (i < other->getNumParams() && other->getParamDecl(i)->getName() == word)
                return true;
        return false;
    }
    Bound variable(const VarDecl *v)
    {
        Bound b;
        int key = flow.names().integer(Key{ v, {}, false });

        b.text = v->getNameAsString();
        b.is_signed = v->getType()->isSignedIntegerOrEnumerationType();
        b.count.range = declared_range(v, flow.type_range(v->getType()));
        if (key != Keys::none) {
            b.count.key = key;
            b.count.range = b.count.range.meet(s.zone.range((size_t)key));
        } else {
            b.stable = v->getType().isConstQualified();
        }
        return b;
    }
    Bound field(const FieldDecl *f)
    {
        Bound b;
        std::string object = scope.object != nullptr ? unit.flat_text(scope.object->getSourceRange()) : "";

        if (scope.object == nullptr || !repeatable(unit, flow, scope.object, s)) {
            b.error = "the count `" + f->getNameAsString() + "` stands in an object that cannot be looked at twice: copy its address to a local";
            return b;
        }
        b.text = "(" + object + ")" + (scope.arrow ? "->" : ".") + f->getNameAsString();
        b.is_signed = f->getType()->isSignedIntegerOrEnumerationType();
        b.stable = false;
        if (scope.arrow && flow.null_of(scope.object, s) != Null::Never)
            b.must_be = "(" + object + ") != 0";
        b.count.range = declared_range(f, flow.type_range(f->getType()));
        Key k = flow.names().name(scope.object);
        if (k.base != nullptr && !(scope.arrow && k.through_pointer)) {
            k.path.push_back(f);
            k.through_pointer = k.through_pointer || scope.arrow;
            int key = flow.names().integer(k);
            if (key != Keys::none) {
                b.count.key = key;
                b.count.range = b.count.range.meet(s.zone.range((size_t)key));
            }
        }
        return b;
    }
    Bound argument(const Expr *arg, const std::string &word)
    {
        Bound b;

        b.count = flow.eval(arg, s);
        b.is_signed = arg->getType()->isSignedIntegerOrEnumerationType() && b.count.range.lo < 0;
        if (repeatable(unit, flow, arg, s))
            b.text = "(" + unit.flat_text(arg->getSourceRange()) + ")";
        else if (b.count.constant())
            b.text = wide_text(b.count.range.lo);
        return b;
    }
    Bound global(const std::string &word)
    {
        Bound b;
        ASTContext &context = unit.context();

        for (const NamedDecl *d : context.getTranslationUnitDecl()->lookup(&context.Idents.get(word))) {
            if (const auto *k = dyn_cast<EnumConstantDecl>(d)) {
                Wide v = (Wide)k->getInitVal().getExtValue();
                b.count.range = { v, v };
                b.text = wide_text(v) + "UL";
                return b;
            }
            if (const auto *v = dyn_cast<VarDecl>(d)) {
                if (!locals(flow.function(), word).empty()) {
                    b.error = "the count names the global `" + word + "`, and this function has another of that name";
                    return b;
                }
                b.count.range = declared_range(v, flow.type_range(v->getType()));
                b.text = word;
                b.is_signed = v->getType()->isSignedIntegerOrEnumerationType();
                b.stable = v->getType().isConstQualified();
                return b;
            }
        }
        b.error = "the count names `" + word + "`, which is no sibling field, parameter, local or constant here";
        return b;
    }
};

} // namespace

std::vector<std::string> names_in_count(const std::string &text)
{
    std::vector<std::string> names;

    for (size_t i = 0; i < text.size();) {
        size_t start = i;
        while (i < text.size() && (isalnum((unsigned char)text[i]) || text[i] == '_'))
            i++;
        if (i == start)
            i++;
        else if (!isdigit((unsigned char)text[start]))
            names.push_back(text.substr(start, i - start));
    }
    return names;
}

Bound read_count(Unit &unit, const Flow &flow, const std::string &text, const CountScope &scope, const State &s)
{
    return CountReader(unit, flow, text, scope, s).read();
}

} // namespace safecc
