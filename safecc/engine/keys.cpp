/* SPDX-License-Identifier: MIT */
/* Which of a function's variables and fields can be followed. */
#include "engine/keys.h"

#include "engine/shapes.h"

using namespace clang;

namespace safecc {

const VarDecl *root_variable(const Expr *e)
{
    for (;;) {
        e = e->IgnoreParens();
        if (const auto *m = dyn_cast<MemberExpr>(e)) {
            if (m->isArrow())
                return nullptr;
            e = m->getBase();
        } else if (const auto *s = dyn_cast<ArraySubscriptExpr>(e)) {
            const Expr *base = s->getBase()->IgnoreParenImpCasts();
            if (!base->getType()->isArrayType())
                return nullptr;
            e = base;
        } else if (const auto *r = dyn_cast<DeclRefExpr>(e)) {
            return dyn_cast<VarDecl>(r->getDecl());
        } else {
            return nullptr;
        }
    }
}

/* Where addresses of locals go. */
class KeyCollector : public RecursiveASTVisitor<KeyCollector> {
public:
    explicit KeyCollector(Keys &keys) : keys(keys) {}

    bool VisitCallExpr(CallExpr *call)
    {
        for (const Expr *arg : call->arguments())
            if (const VarDecl *v = addressed(arg)) {
                at_call.insert(arg->IgnoreParenImpCasts()), keys.passed.insert(v);
                /* A result that may point into it makes another name for it. */
                if (may_return(call, arg))
                    keys.escaped.insert(v);
            }
        return true;
    }
    /* &x */
    bool VisitUnaryOperator(UnaryOperator *u)
    {
        if (u->getOpcode() == UO_AddrOf && !at_call.count(u))
            if (const VarDecl *v = root_variable(u->getSubExpr()))
                candidates.emplace_back(u, v);
        return true;
    }
    /* An array of a local struct that decays keeps the struct's other fields out of the way. */
    bool VisitImplicitCastExpr(ImplicitCastExpr *c)
    {
        if (c->getCastKind() == CK_ArrayToPointerDecay)
            decays.push_back(c);
        return true;
    }
    bool VisitArraySubscriptExpr(ArraySubscriptExpr *s)
    {
        subscripted.insert(s->getBase()->IgnoreParens());
        return true;
    }
    void finish()
    {
        for (auto [u, v] : candidates)
            if (!at_call.count(u) && !read_at_once.count(u))
                keys.escaped.insert(v);
        for (const ImplicitCastExpr *c : decays)
            if (!subscripted.count(c) && !at_call.count(c->getSubExpr()->IgnoreParens()))
                if (const VarDecl *v = root_variable(c->getSubExpr()))
                    if (!v->getType()->isArrayType())
                        keys.escaped.insert(v);
    }
    /* *&x and (&x)->f are x itself. */
    bool VisitMemberExpr(MemberExpr *m)
    {
        if (m->isArrow())
            read_at_once.insert(m->getBase()->IgnoreParenImpCasts());
        return true;
    }

private:
    Keys &keys;
    std::set<const Expr *> at_call, subscripted, read_at_once;
    std::vector<std::pair<const UnaryOperator *, const VarDecl *>> candidates;
    std::vector<const ImplicitCastExpr *> decays;

    static bool points_into(QualType result, QualType object, unsigned depth = 0)
    {
        result = result.getCanonicalType();
        if (result->isPointerType()) {
            QualType to = result->getPointeeType().getCanonicalType();
            while (const auto *a = dyn_cast<ArrayType>(to))
                to = a->getElementType();
            return object->isVoidType() || may_contain(object, to);
        }
        if (const RecordDecl *r = result->getAsRecordDecl(); r != nullptr && depth < 6)
            for (const FieldDecl *f : r->fields()) {
                QualType t = f->getType().getCanonicalType();
                while (const auto *a = dyn_cast<ArrayType>(t))
                    t = a->getElementType();
                if (points_into(t, object, depth + 1))
                    return true;
            }
        return false;
    }
    static bool may_return(const CallExpr *call, const Expr *arg)
    {
        QualType t = arg->IgnoreParenImpCasts()->getType().getCanonicalType();
        QualType object = t->isPointerType() ? t->getPointeeType() : t->isArrayType() ? llvm::cast<ArrayType>(t)->getElementType() : t;

        return call->getBuiltinCallee() == 0 && points_into(call->getType(), object);
    }

    const VarDecl *addressed(const Expr *arg)
    {
        const Expr *e = arg->IgnoreParenImpCasts();

        if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && u->getOpcode() == UO_AddrOf)
            return root_variable(u->getSubExpr());
        if (e->getType()->isArrayType())
            return root_variable(e);
        return nullptr;
    }
};

Key Keys::name(const Expr *e) const
{
    Key k;
    std::vector<const FieldDecl *> reversed;

    for (;;) {
        e = e->IgnoreParens();
        if (const auto *c = dyn_cast<ImplicitCastExpr>(e)) {
            if (c->getCastKind() != CK_LValueToRValue && c->getCastKind() != CK_NoOp)
                return {};
            e = c->getSubExpr();
        } else if (const auto *m = dyn_cast<MemberExpr>(e)) {
            const auto *f = dyn_cast<FieldDecl>(m->getMemberDecl());
            if (f == nullptr || k.through_pointer || f->getParent()->isUnion())
                return {};
            reversed.push_back(f);
            k.through_pointer = m->isArrow();
            e = m->getBase();
        } else if (const auto *r = dyn_cast<DeclRefExpr>(e)) {
            const auto *v = dyn_cast<VarDecl>(r->getDecl());
            if (v == nullptr || !v->hasLocalStorage() || v->getType().isVolatileQualified())
                return {};
            k.base = v;
            k.path.assign(reversed.rbegin(), reversed.rend());
            return k;
        } else {
            return {};
        }
    }
}

void Keys::add(const Key &k, QualType type)
{
    if (type->isIntegralOrEnumerationType() && !integers.count(k)) {
        integers[k] = (int)integer_keys.size();
        integer_keys.push_back(k);
        integer_types.push_back(type);
    } else if (type->isPointerType() && !pointers.count(k)) {
        pointers[k] = (int)pointer_keys.size();
        pointer_keys.push_back(k);
    }
}

static bool unchanging(const FieldDecl *f)
{
    const Annotations &a = annotations_of(f);

    return a.fixed || !a.guarded_by.empty() || f->getType().isConstQualified();
}

void Keys::add(const Expr *e)
{
    Key k = name(e);
    QualType type = e->getType().getCanonicalType();

    if (k.base == nullptr || escaped.count(k.base) || type.isVolatileQualified())
        return;
    if (k.through_pointer) {
        if (single_thread)
            return add(k, type);
        for (const FieldDecl *f : k.path)
            if (unchanging(f))
                return add(k, type);
        return;
    }
    add(k, type);
}

class KeyFinder : public RecursiveASTVisitor<KeyFinder> {
public:
    std::vector<const Expr *> names;
    std::vector<const VarDecl *> locals;
    bool VisitDeclRefExpr(DeclRefExpr *e)
    {
        names.push_back(e);
        return true;
    }
    bool VisitMemberExpr(MemberExpr *e)
    {
        names.push_back(e);
        return true;
    }
    bool VisitVarDecl(VarDecl *v)
    {
        locals.push_back(v);
        return true;
    }
};

Keys::Keys(const FunctionDecl *f, const ASTContext &context, bool single_thread) : single_thread(single_thread)
{
    KeyCollector collector(*this);
    KeyFinder finder;
    constexpr size_t most = 90;

    integer_keys.push_back({}); /* the constant zero */
    integer_types.push_back(context.IntTy);
    auto *body = const_cast<Stmt *>(f->getBody());
    collector.TraverseStmt(body);
    collector.finish();
    finder.TraverseStmt(body);
    for (const ParmVarDecl *p : f->parameters())
        if (!escaped.count(p))
            add({ p, {}, false }, p->getType().getCanonicalType());
    for (const VarDecl *v : finder.locals)
        if (!escaped.count(v) && v->hasLocalStorage() && integer_keys.size() < most)
            add({ v, {}, false }, v->getType().getCanonicalType());
    for (const Expr *e : finder.names)
        if (integer_keys.size() < most)
            add(e);
}

int Keys::integer(const Expr *e) const
{
    if (!e->getType()->isIntegralOrEnumerationType())
        return none;
    Key k = name(e);
    return k.base == nullptr ? none : find(integers, k);
}

int Keys::pointer(const Expr *e) const
{
    if (!e->getType()->isPointerType())
        return none;
    Key k = name(e);
    return k.base == nullptr ? none : find(pointers, k);
}

std::string Keys::text(const Key &k) const
{
    std::string s = k.base != nullptr ? k.base->getNameAsString() : "0";
    bool first = true;

    for (const FieldDecl *f : k.path) {
        s += (first && k.through_pointer ? "->" : ".") + f->getNameAsString();
        first = false;
    }
    return s;
}

} // namespace safecc
