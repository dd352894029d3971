/* SPDX-License-Identifier: MIT */
/* Questions about expressions and types that need nothing but the syntax tree. */
#include "engine/shapes.h"

using namespace clang;

namespace safecc {

const Expr *root_of(const Expr *e)
{
    for (;;) {
        e = strip(e);
        if (const auto *m = dyn_cast<MemberExpr>(e))
            e = m->getBase();
        else if (const auto *s = dyn_cast<ArraySubscriptExpr>(e))
            e = s->getBase();
        else if (const auto *u = dyn_cast<UnaryOperator>(e); u != nullptr && (u->getOpcode() == UO_AddrOf || u->getOpcode() == UO_Deref))
            e = u->getSubExpr();
        else
            return e;
    }
}

const ValueDecl *named_by(const Expr *e)
{
    e = strip(e);
    if (const auto *r = dyn_cast<DeclRefExpr>(e))
        return r->getDecl();
    if (const auto *m = dyn_cast<MemberExpr>(e))
        return m->getMemberDecl();
    return nullptr;
}

const Expr *value_of(const StmtExpr *e)
{
    const CompoundStmt *body = e->getSubStmt();

    return body->body_empty() ? nullptr : dyn_cast<Expr>(body->body_back());
}

bool contains(const Stmt *in, const Stmt *what)
{
    if (in == what)
        return true;
    for (const Stmt *c : in->children())
        if (c != nullptr && contains(c, what))
            return true;
    return false;
}

std::vector<std::pair<const FieldDecl *, const Expr *>> members_of(const InitListExpr *list)
{
    std::vector<std::pair<const FieldDecl *, const Expr *>> members;
    const RecordDecl *record = list->getType()->getAsRecordDecl();
    unsigned i = 0;

    if (record == nullptr || record->isUnion())
        return members;
    for (const FieldDecl *f : record->fields()) {
        if (f->isUnnamedBitField())
            continue;
        members.emplace_back(f, i < list->getNumInits() ? list->getInit(i) : nullptr);
        i++;
    }
    return members;
}

bool may_contain(QualType whole, QualType part)
{
    whole = whole.getCanonicalType().getUnqualifiedType();
    part = part.getCanonicalType().getUnqualifiedType();
    if (whole == part)
        return true;
    if (const auto *a = dyn_cast<ArrayType>(whole))
        return may_contain(a->getElementType(), part);
    if (const RecordDecl *r = whole->getAsRecordDecl())
        for (const FieldDecl *f : r->fields())
            if (may_contain(f->getType(), part))
                return true;
    return false;
}

} // namespace safecc
