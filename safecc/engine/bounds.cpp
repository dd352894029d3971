/* SPDX-License-Identifier: MIT */
/* The count of a pointer: read from SC_COUNT, an array's type, or what the pointer was made from. */
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

        if (scope.record != nullptr) {
            unsigned i = 0;
            for (const FieldDecl *f : scope.record->fields()) {
                if (f->isUnnamedBitField())
                    continue;
                if (f->getName() == word)
                    return scope.list != nullptr ? member(i) : field(f);
                i++;
            }
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
    /* The value that an initialiser gives the i-th field. */
    Bound member(unsigned i)
    {
        Bound b;

        if (i >= scope.list->getNumInits() || isa<ImplicitValueInitExpr>(scope.list->getInit(i))) {
            b.count.range = { 0, 0 };
            b.text = "0";
            return b;
        }
        return argument(scope.list->getInit(i), "");
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
