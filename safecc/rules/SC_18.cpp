/* SPDX-License-Identifier: MIT */
/* SC-18: calls are direct, or through a const table of exactly that type; code pointers live nowhere else. */
#include "rules/judged.h"

using namespace clang;

namespace safecc {
namespace {

bool function_pointer(QualType t)
{
    return t->isFunctionPointerType();
}

/* The base of table[i] or table[i].member is a const object of static storage. */
bool const_table(const Expr *e)
{
    bool subscripted = false;

    for (;;) {
        e = strip(e);
        if (const auto *m = dyn_cast<MemberExpr>(e)) {
            if (m->isArrow())
                return false;
            e = m->getBase();
        } else if (const auto *s = dyn_cast<ArraySubscriptExpr>(e)) {
            if (!strip(s->getBase())->getType()->isArrayType())
                return false;
            subscripted = true;
            e = s->getBase();
        } else if (const auto *r = dyn_cast<DeclRefExpr>(e)) {
            const auto *v = dyn_cast<VarDecl>(r->getDecl());
            if (v == nullptr || !v->hasGlobalStorage())
                return false;
            QualType t = v->getType();
            while (const auto *a = dyn_cast<ArrayType>(t.getTypePtr()))
                t = a->getElementType();
            (void)subscripted;
            return t.isConstQualified();
        } else {
            return false;
        }
    }
}

class Visitor : public JudgedVisitor<Visitor> {
public:
    using JudgedVisitor::JudgedVisitor;

    bool VisitCallExpr(CallExpr *call)
    {
        if (call->getDirectCallee() != nullptr) {
            /* pthread_create and its like take code: the host profile wraps them in trusted macros. */
            for (const Expr *arg : call->arguments())
                taken(arg);
            return true;
        }
        if (call->getBuiltinCallee() == 0 && !const_table(call->getCallee()))
            say(call->getSourceRange(), "a call through a pointer that is not an element of a const table", "use a switch, or static const table[] of exactly this type");
        return true;
    }
    bool VisitVarDecl(VarDecl *v)
    {
        QualType t = v->getType();

        if (isa<ParmVarDecl>(v) && t->isFunctionPointerType()) {
            say(v->getSourceRange(), "parameter `" + v->getNameAsString() + "` is a code pointer", "pass an index into a const table");
            return true;
        }
        while (const auto *a = dyn_cast<ArrayType>(t.getTypePtr()))
            t = a->getElementType();
        if (function_pointer(t) && !(t.isConstQualified() && v->hasGlobalStorage()))
            say(v->getSourceRange(), "`" + v->getNameAsString() + "` holds a code pointer and is no const table", "static const, or an index into one");
        else if (const RecordDecl *r = t->getAsRecordDecl(); r != nullptr && holds_code(r) && !(t.isConstQualified() && v->hasGlobalStorage()) && !isa<ParmVarDecl>(v))
            say(v->getSourceRange(), "`" + v->getNameAsString() + "` holds a code pointer and can be written", "static const");
        return true;
    }
    bool VisitBinaryOperator(BinaryOperator *b)
    {
        if (b->getOpcode() == BO_Assign && function_pointer(b->getLHS()->getType()))
            say(b->getSourceRange(), "a code pointer is assigned", "store an index into a const table");
        return true;
    }
    bool VisitReturnStmt(ReturnStmt *r)
    {
        if (r->getRetValue() != nullptr && function_pointer(r->getRetValue()->getType()))
            say(r->getSourceRange(), "a code pointer is returned", "return an index into a const table");
        return true;
    }

private:
    static bool holds_code(const RecordDecl *r, unsigned depth = 0)
    {
        for (const FieldDecl *f : r->fields()) {
            QualType t = f->getType();
            while (const auto *a = dyn_cast<ArrayType>(t.getTypePtr()))
                t = a->getElementType();
            if (function_pointer(t))
                return true;
            if (const RecordDecl *inner = t->getAsRecordDecl(); inner != nullptr && depth < 6 && holds_code(inner, depth + 1))
                return true;
        }
        return false;
    }
    void taken(const Expr *arg)
    {
        if (function_pointer(arg->getType()) && !unit.from_trusted_macro(arg->getBeginLoc()))
            say(arg->getSourceRange(), "a code pointer is passed on", "pass an index into a const table");
    }
};

SAFECC_VISITOR_RULE(CallsDirect, Visitor, "SC-18", "calls are direct, or through a const table of exactly that type");

} // namespace
} // namespace safecc
